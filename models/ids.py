"""Identifiers: UUID version 7 (RFC 9562), so that new rows lie together in every index."""

import re
from uuid import UUID

from asyncpg.pgproto import pgproto
from uuid_utils.compat import uuid7

PLAIN = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def new_id() -> UUID:
    """A time-ordered UUID, increasing within this process; made by the application, never by the database."""
    return uuid7()


def read_uuid(text: str) -> UUID | None:
    """The id that a text of five groups of hexadecimal digits spells; None for anything else, which `UUID` alone would take.

    It is of the driver's kind of UUID, as ids of rows are: reading it takes a tenth of the time.
    """
    return pgproto.UUID(text) if PLAIN.fullmatch(text) else None
