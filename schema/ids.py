"""Ids of the GraphQL door: the same UUIDs that REST shows."""

from uuid import UUID

from models.ids import read_uuid
from resolvers.errors import BadRequest


def read_id(text: str, path: str) -> UUID:
    """The UUID; raises `BadRequest` naming the argument for anything else."""
    found = read_uuid(text)
    if found is None:
        raise BadRequest.field(path, "must be a UUID of 36 characters, as the id fields show it")
    return found
