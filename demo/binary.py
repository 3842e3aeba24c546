"""PostgreSQL's binary COPY format for messages, built from prepared bytes: about a microsecond a row.

https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT
"""

from datetime import UTC, datetime
from struct import Struct

import orjson

from demo.rows import COLUMNS, MessageRow

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
JSONB_VERSION = b"\x01"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
LENGTH, MOMENT = Struct("!i"), Struct("!iq")
# Number of fields, then the id and the conversation's id with their lengths.
HEAD = Struct("!hi16si16s")
FIELDS, UUID_BYTES, MOMENT_BYTES = len(COLUMNS["messages"]), 16, 8


def message(message_id: bytes, conversation_id: bytes, middle: bytes, microseconds: int) -> bytes:
    """A row: `middle` comes from `prepared`, `microseconds` count from the year 2000."""
    return HEAD.pack(FIELDS, UUID_BYTES, message_id, UUID_BYTES, conversation_id) + middle + MOMENT.pack(MOMENT_BYTES, microseconds)


def prepared(row: MessageRow) -> bytes:
    """What is the same wherever a message is repeated: everything between its conversation and its time."""
    documents = (row.attachments, row.ai_metadata, row.metadata)
    fields = [None, *(text.encode() for text in (row.sender_type, row.content, row.message_type)), *map(_jsonb, documents)]
    return b"".join(NULL if value is None else LENGTH.pack(len(value)) + value for value in fields)


def since_epoch(moment: datetime) -> int:
    """Microseconds since the year 2000, as timestamps are kept."""
    passed = moment - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def _jsonb(value: object) -> bytes | None:
    return None if value is None else JSONB_VERSION + orjson.dumps(value)
