"""The usual way's DataLoaders: one query for all keys of a field. Each uses a session of its own, since they run side by side."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, func, select
from strawberry.dataloader import DataLoader

from bench.usual.session import make_session
from bench.usual.tables import AgentTable, ContactTable, MessageTable


class Slice(NamedTuple):
    """The first or last messages of a conversation."""

    conversation_id: UUID
    size: int
    from_the_end: bool


class Loaders:
    """One of each kind per request."""

    def __init__(self, company_id: UUID) -> None:
        self._company_id = company_id
        self.agents: DataLoader[UUID, AgentTable | None] = DataLoader(self._agents)
        self.contacts: DataLoader[UUID, ContactTable | None] = DataLoader(self._contacts)
        self.messages: DataLoader[Slice, Sequence[MessageTable]] = DataLoader(self._messages)

    async def _agents(self, ids: list[UUID]) -> list[AgentTable | None]:
        chosen = select(AgentTable).where(AgentTable.company_id == self._company_id, col(AgentTable.id).in_(ids))
        async with make_session() as session:
            found = {row.id: row for row in await session.exec(chosen)}
        return [found.get(key) for key in ids]

    async def _contacts(self, ids: list[UUID]) -> list[ContactTable | None]:
        chosen = select(ContactTable).where(ContactTable.company_id == self._company_id, col(ContactTable.id).in_(ids))
        async with make_session() as session:
            found = {row.id: row for row in await session.exec(chosen)}
        return [found.get(key) for key in ids]

    async def _messages(self, slices: list[Slice]) -> list[Sequence[MessageTable]]:
        found: dict[Slice, list[MessageTable]] = defaultdict(list)
        for size, from_the_end in {(each.size, each.from_the_end) for each in slices}:
            ids = [each.conversation_id for each in slices if each[1:] == (size, from_the_end)]
            for row in await self._slice(ids, size, from_the_end):
                found[Slice(row.conversation_id, size, from_the_end)].append(row)
        return [found[each] for each in slices]

    async def _slice(self, ids: list[UUID], size: int, from_the_end: bool) -> Sequence[MessageTable]:
        created_at, key = col(MessageTable.created_at), col(MessageTable.id)
        order = (created_at.desc(), key.desc()) if from_the_end else (created_at, key)
        place = func.row_number().over(partition_by=col(MessageTable.conversation_id), order_by=order)
        numbered = (
            select(MessageTable, place.label("place"))
            .where(MessageTable.company_id == self._company_id, col(MessageTable.conversation_id).in_(ids))
            .subquery()
        )
        message = aliased(MessageTable, numbered)
        chosen = select(message).where(numbered.c.place <= size).order_by(numbered.c.created_at, numbered.c.id)
        async with make_session() as session:
            return (await session.exec(chosen)).all()
