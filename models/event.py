"""The event log: every domain event, written in the transaction that caused it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, Table, text
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field, SQLModel

from models.columns import document, identifier, moment, of_company, reference, tenant, tenant_key, words


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type's name in DDL."""
        return "xid8"


class Event(SQLModel, table=True):
    """One thing that happened. `txid` and `seq` order events, so that a reader can wait for transactions that commit late."""

    __tablename__ = "events"
    __table_args__ = (
        tenant_key(),
        of_company(),
        Index("ix_events_company_id_txid_seq", "company_id", "txid", "seq"),
        Index("ix_events_company_id_entity_id_seq", "company_id", "entity_id", "seq"),
        Index("ix_events_company_id_created_at", "company_id", "created_at"),
    )

    company_id: UUID = tenant()
    id: UUID = identifier("Identifier (UUID).")
    seq: int = Field(sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    txid: int = Field(sa_column=Column(Xid8, server_default=text("pg_current_xact_id()"), nullable=False))
    type: str = words("Such as contact.created.")
    entity: str = words("The kind of row it is about, such as contact.")
    entity_id: UUID = identifier("The row it is about.")
    actor_id: UUID | None = reference("The user who caused it; null for the system.")
    payload: dict[str, Any] = document("What changed.")
    created_at: datetime = moment("When it happened.")


EVENTS: Table = SQLModel.metadata.tables["events"]
