"""Domain events: what a command says has happened. They are stored in the command's own transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from models.db.row import Row, entity_name


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: its type, such as `contact.created`, the row it is about, and what a reader needs to know."""

    type: str
    entity: str
    entity_id: UUID
    payload: dict[str, Any] = field(default_factory=dict)


def happened(row: Row, verb: str, **payload: Any) -> Happened:
    """Something happened to a row; the type is the noun and the verb."""
    noun = entity_name(row)
    return Happened(f"{noun}.{verb}", noun, row.id, payload)


def created(row: Row, **payload: Any) -> Happened:
    """A row was added."""
    return happened(row, "created", **payload)


def updated(row: Row, fields: Iterable[str]) -> Happened:
    """Fields of a row were changed."""
    return happened(row, "updated", fields_changed=sorted(fields))


def deleted(row: Row) -> Happened:
    """A row was removed."""
    return happened(row, "deleted")
