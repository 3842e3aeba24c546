"""A company whose every text is a canary: seen anywhere outside of it, isolation is broken."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import ARRAY, Boolean, CheckConstraint, Column, Date, DateTime, Integer, Numeric, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

from models.event import Xid8
from resolvers.documents.jobs import FORGET_FILE
from tests.tenant import Tenant

TABLES: tuple[Table, ...] = tuple(table for table in SQLModel.metadata.sorted_tables)
PLAIN: dict[type, Callable[[], Any]] = {
    Uuid: uuid4,
    Boolean: lambda: True,
    Numeric: lambda: Decimal("1.5"),
    Integer: lambda: 100,
    DateTime: lambda: MOMENT,
    Date: lambda: date(2026, 3, 4),
    HALFVEC: lambda: str([1] * 100),
}
# What every operation can be tried on: only a document that failed can be retried.
CHOSEN = {("documents", "processing_status"): "failed"}
MOMENT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Planted:
    """A tenant with one row in every table. `ids` by table; `texts` are the canaries, each unique to its column."""

    tenant: Tenant
    ids: dict[str, UUID]
    texts: dict[tuple[str, str], str]

    def rows(self, table: str) -> set[UUID]:
        """The ids of the table's rows; a file that waits for its document is a second job."""
        return {self.ids[table]} | ({self.ids["files"]} if table == "jobs" else set())

    @property
    def secrets(self) -> set[str]:
        """Everything that nobody else may be shown: the canaries and the ids."""
        return {*self.texts.values(), *map(str, self.ids.values()), str(self.tenant.company_id)}


async def plant(connection: asyncpg.Connection, tenant: Tenant, mark: str) -> Planted:
    """Fill every column of every table for the tenant; `connection` is a superuser's."""
    planted = Planted(tenant, {"companies": tenant.company_id, "users": tenant.user_id}, {})
    async with connection.transaction():
        await connection.execute("SELECT set_config('app.company_id', $1, true)", str(tenant.company_id))
        for table in TABLES:
            values = _row(table, planted, mark)
            if table.name in planted.ids:
                await _update(connection, table, values, planted.ids[table.name])
            else:
                # A pack has the id of its first chunk.
                planted.ids[table.name] = values["id"] = _value(table.c.id, "", planted) if table.c.id.foreign_keys else uuid4()
                await _insert(connection, table, values)
        planted.ids["files"] = await _file(connection)
    return planted


async def _file(connection: asyncpg.Connection) -> UUID:
    """A file that waits for its document; what waits is the job that would remove it."""
    file_id, content_hash = uuid4(), uuid4().hex * 2
    file = {"file_key": f"x/{content_hash}-{'0' * 16}", "file_name": "a.txt", "file_size": 9, "content_hash": content_hash}
    payload = orjson.dumps(file | {"mime_type": "text/plain"}).decode()
    due = "now() + interval '1 day'"
    await connection.execute(f"INSERT INTO jobs (id, type, payload, run_at) VALUES ($1, $2, $3, {due})", file_id, FORGET_FILE, payload)
    return file_id


def _row(table: Table, planted: Planted, mark: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in table.c:
        if (
            column.name in {"id", "company_id"}
            or column.computed is not None
            or column.identity is not None
            or isinstance(column.type, Xid8)
        ):
            continue
        text = f"canary-{mark}-{table.name}-{column.name}-{uuid4().hex[:8]}"
        values[column.name] = value = _value(column, text, planted)
        if text in str(value):
            planted.texts[table.name, column.name] = text
    return values


def _value(column: Column[Any], text: str, planted: Planted) -> Any:
    if column.foreign_keys:
        return planted.ids[next(iter(column.foreign_keys)).column.table.name if len(column.foreign_keys) == 1 else _target(column)]
    return CHOSEN.get((column.table.name, column.name)) or _listed(column) or plain_value(column, text)


def plain_value(column: Column[Any], text: str) -> Any:
    """A value of the column's type, in range of every check; `text` wherever there is room for it."""
    if isinstance(column.type, JSONB):
        holder: Any = {"url": text, "type": text, "name": text}
        return orjson.dumps([holder] if "[]" in str(getattr(column.server_default, "arg", "")) else holder).decode()
    if isinstance(column.type, ARRAY):
        return [plain_value(Column(column.type.item_type), text)]
    return next((value() for kind, value in PLAIN.items() if isinstance(column.type, kind)), text)


def _target(column: Column[Any]) -> str:
    """A column of several foreign keys names the table that its own name says, such as `thread_id`."""
    noun = column.name.removesuffix("_id")
    return next(key.column.table.name for key in column.foreign_keys if key.column.table.name.startswith(noun))


def _listed(column: Column[Any]) -> str | None:
    """The first value of an enumeration, which its check constraint lists."""
    for constraint in column.table.constraints:
        text = str(constraint.sqltext) if isinstance(constraint, CheckConstraint) else ""
        if text.startswith(f"{column.name} IN ('"):
            return text.split("'")[1]
    return None


async def _insert(connection: asyncpg.Connection, table: Table, values: dict[str, Any]) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await connection.execute(f"INSERT INTO {table.name} ({', '.join(values)}) VALUES ({places})", *values.values())


async def _update(connection: asyncpg.Connection, table: Table, values: dict[str, Any], row_id: UUID) -> None:
    places = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, 2))
    await connection.execute(f"UPDATE {table.name} SET {places} WHERE id = $1", row_id, *values.values())


async def fingerprint(connection: asyncpg.Connection, company_id: UUID) -> dict[str, str]:
    """A hash of all the company's rows, by table; `connection` is a superuser's."""
    found: dict[str, str] = {}
    for table in TABLES:
        key = "id" if table.name == "companies" else "company_id"
        rows = await connection.fetch(f'SELECT t::text FROM {table.name} t WHERE {key} = $1 ORDER BY t::text COLLATE "C"', company_id)
        found[table.name] = hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()
    return found
