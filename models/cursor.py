"""Cursors: the sort keys of one row as opaque text. Bound to the sort they were made for, and validated on return."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Column

from models.catalogue import Entity, Order
from models.page import Keyset
from models.printing import plain

# Five sort keys of control characters, at six bytes each, stay below this.
LONGEST = 10_000


class BadCursorError(ValueError):
    """The text is not a cursor of this list in this order."""


def encode_cursor(order: Sequence[Order], values: Sequence[Any]) -> str:
    """Opaque text for a row's sort keys."""
    printed = [signature(order), *map(plain, values)]
    return base64.urlsafe_b64encode(orjson.dumps(printed)).decode().rstrip("=")


def decode_cursor(entity: Entity, order: Sequence[Order], text: str) -> Keyset:
    """The place a cursor names; raises `BadCursorError` for anything that this order did not print."""
    if len(text) > LONGEST:
        raise BadCursorError
    try:
        printed = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, orjson.JSONDecodeError, ValueError) as error:
        raise BadCursorError from error
    if not isinstance(printed, list) or len(printed) != len(order) + 1 or printed[0] != signature(order):
        raise BadCursorError
    return Keyset(tuple(_read(entity.table.c[key.column], value) for key, value in zip(order, printed[1:], strict=True)))


def signature(order: Sequence[Order]) -> str:
    """The sort as short text, such as `-started_at -id`."""
    return " ".join(f"{'-' if key.descending else ''}{key.column}{'^' if key.nulls_first else ''}" for key in order)


def _read(column: Column[Any], value: Any) -> Any:
    if value is None:
        if not column.nullable:
            raise BadCursorError
        return None
    try:
        read = _adapter(column).validate_json(orjson.dumps(value))
    except ValidationError as error:
        raise BadCursorError from error
    if isinstance(read, str) and "\x00" in read:
        raise BadCursorError
    return read


ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(column: Column[Any]) -> TypeAdapter[Any]:
    kind = column.type.python_type
    if kind not in ADAPTERS:
        ADAPTERS[kind] = TypeAdapter(kind)
    return ADAPTERS[kind]
