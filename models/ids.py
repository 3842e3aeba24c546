"""Identifiers: UUID version 7 (RFC 9562), so that new rows lie together in every index."""

import re
from uuid import UUID

from uuid_utils.compat import uuid7

PLAIN = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def new_id() -> UUID:
    """A time-ordered UUID, increasing within this process; made by the application, never by the database."""
    return uuid7()


def read_uuid(text: str) -> UUID | None:
    """The id that a text of five groups of hexadecimal digits spells; None for anything else, which `UUID` alone would take."""
    return UUID(text) if PLAIN.fullmatch(text) else None
