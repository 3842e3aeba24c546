"""The column kinds that every table is built from, so that types, defaults and nullability are said one way."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# In PostgreSQL's own printing, so that alembic sees no difference.
CURRENT_COMPANY = "(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid"


def identifier(description: str) -> Any:
    """A UUID column that is never null."""
    return Field(description=description, sa_type=Uuid, nullable=False)


def reference(description: str) -> Any:
    """A nullable UUID column that points at a row of the same company."""
    return Field(default=None, description=description, sa_type=Uuid, nullable=True)


def words(description: str, default: str | None = None, **limits: Any) -> Any:
    """A text column that is never null; `default` is the database's."""
    extra = {"server_default": default} if default is not None else {}
    return Field(description=description, sa_type=Text, nullable=False, sa_column_kwargs=extra, **limits)


def maybe_words(description: str, **limits: Any) -> Any:
    """A nullable text column."""
    return Field(default=None, description=description, sa_type=Text, nullable=True, **limits)


def moment(description: str) -> Any:
    """A point in time (UTC, microseconds) that defaults to now."""
    kwargs = {"server_default": text("now()")}
    return Field(description=description, sa_type=DateTime(timezone=True), nullable=False, sa_column_kwargs=kwargs)


def maybe_moment(description: str) -> Any:
    """A nullable point in time (UTC, microseconds)."""
    return Field(default=None, description=description, sa_type=DateTime(timezone=True), nullable=True)


def count(description: str) -> Any:
    """A whole number that starts at 0 and is kept by the database."""
    return Field(description=description, nullable=False, sa_column_kwargs={"server_default": "0"}, ge=0)


def amount(description: str, digits: int, places: int, default: Decimal | None = None) -> Any:
    """An exact number of `digits` digits, `places` of them after the point; nullable unless it has a default."""
    kwargs = {"server_default": str(default)} if default is not None else {}
    start: dict[str, Any] = {"default": None} if default is None else {}
    return Field(description=description, sa_type=Numeric(digits, places), nullable=default is None, sa_column_kwargs=kwargs, **start)


def tags(description: str) -> Any:
    """A list of texts, empty by default."""
    return Field(description=description, sa_type=ARRAY(Text), nullable=False, sa_column_kwargs={"server_default": "{}"})


def document(description: str, default: str = "{}") -> Any:
    """A JSON column, an empty object by default."""
    return Field(description=description, sa_type=JSONB, nullable=False, sa_column_kwargs={"server_default": default})


def metadata(description: str) -> Any:
    """The JSON column `metadata`; the attribute is `meta`, because declarative classes keep `metadata` for themselves."""
    named = {"name": "metadata", "server_default": "{}"}
    return Field(alias="metadata", description=description, sa_type=JSONB, nullable=False, sa_column_kwargs=named)


def derived(description: str, sql: str, kind: Any = Text, *, unread: bool = False) -> Any:
    """A column that the database computes from others of its row and stores; one that is `unread` is for conditions alone."""
    computed = [Computed(sql, persisted=True)]
    kwargs = {"info": {"unread": unread}}
    return Field(default=None, description=description, sa_type=kind, nullable=False, sa_column_args=computed, sa_column_kwargs=kwargs)


@cache
def readable(table: Table) -> tuple[Column[Any], ...]:
    """The columns that rows are read with."""
    return tuple(column for column in table.c if not column.info.get("unread"))


def grams(sql: str) -> Any:
    """Every three letters in a row of a text, and the company: what an index finds substrings by (`models.substrings`)."""
    return derived("Every three letters in a row.", f"substring_grams(company_id, {sql})", TSVECTOR, unread=True)


def grams_index(table: str) -> Index:
    """The index over a table's `grams`, kept up to date at once: a list of what is pending would have to be read by every search."""
    return Index(f"ix_{table}_grams", "grams", postgresql_using="gin", postgresql_with={"fastupdate": "off"})


def tenant() -> Any:
    """The company column: filled by the database from the session, written by nobody."""
    return Field(default=None, sa_type=Uuid, nullable=False, sa_column_kwargs={"server_default": text(CURRENT_COMPANY)})


def tenant_key() -> PrimaryKeyConstraint:
    """The primary key of every tenant table: one index serves look-up and policy."""
    return PrimaryKeyConstraint("company_id", "id")


def belongs_to(table: str, column: str, *, on_delete: str = "CASCADE") -> ForeignKeyConstraint:
    """A composite foreign key: plain ones are checked past row level security."""
    action = f"SET NULL ({column})" if on_delete == "SET NULL" else on_delete
    return ForeignKeyConstraint(["company_id", column], [f"{table}.company_id", f"{table}.id"], ondelete=action)


def of_company() -> ForeignKeyConstraint:
    """Rows go when their company goes."""
    return ForeignKeyConstraint(["company_id"], ["companies.id"], ondelete="CASCADE")


def unique_in_company(*columns: str) -> UniqueConstraint:
    """Every unique key starts with the company."""
    return UniqueConstraint("company_id", *columns)


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """A text column that holds only the values of an enumeration."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)
