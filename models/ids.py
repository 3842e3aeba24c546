"""Identifiers: UUID version 7 (RFC 9562), so that new rows lie together in every index."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A time-ordered UUID, increasing within this process; made by the application, never by the database."""
    return uuid7()
