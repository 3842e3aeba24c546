"""Ids of the GraphQL door: the same UUIDs that REST shows."""

from uuid import UUID

from resolvers.errors import BadRequest


def read_id(text: str, path: str) -> UUID:
    """The UUID; raises `BadRequest` naming the argument for anything else."""
    try:
        return UUID(text) if len(text) == 36 else _refuse(path)
    except ValueError:
        return _refuse(path)


def _refuse(path: str) -> UUID:
    raise BadRequest.field(path, "must be a UUID of 36 characters, as the id fields show it")
