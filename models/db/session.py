"""A session: everything a request may do with the database, held to one company."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Executable, Select, delete, insert, update

from models.catalogue import Entity
from models.columns import readable
from models.db.compile import Compiled, compile_statement
from models.db.graph import Filler, graph_statement
from models.db.pool import BROKEN
from models.db.questions import rows_sql, total_sql
from models.db.row import Row, rows_of
from models.db.statement import Statement, json_statement, page_statement, rows_statement, value_statement
from models.db.turns import Turns
from models.rows import Rows
from models.shape import Shape

if TYPE_CHECKING:
    import asyncpg

    from models.db.pool import Pool


class Session:
    """Reads go out one statement at a time on a borrowed connection; a command keeps one for its transaction."""

    def __init__(self, reads: "Pool", writes: "Pool", company_id: UUID, tell: Callable[[UUID], None]) -> None:
        """`tell` is called with the company once events of it were committed."""
        self.company_id = company_id
        self.statements = 0
        self._company = str(company_id)
        self._reads = reads
        self._writes = writes
        self._tell = tell
        self._news = False
        self._turns = Turns()
        self._transaction: asyncpg.Connection | None = None

    def json(self, rows: Rows[Any], shape: Shape, **slots: Any) -> Awaitable[bytes | None]:
        """The shape of the rows as JSON, printed by PostgreSQL in one statement; None when one row was asked for and is not there."""
        return self._value(json_statement(rows, shape, slots))

    def graph(self, template: str, fillings: Sequence[Filler]) -> Awaitable[bytes | None]:
        """What a GraphQL answer holds, printed by PostgreSQL in one statement; None when a required row is not there."""
        return self._value(graph_statement(template, fillings))

    async def all(self, rows: Rows[Any], ahead: int = 0) -> list[Row]:
        """The rows, for Python; `ahead` more of them tells whether a further page exists."""
        if self._transaction is not None:
            read = await self._fetch(rows_sql(rows.read_in_order(), ahead))
        else:
            read = await self._value(page_statement(rows, ahead))
        found = rows_of(rows.entity.table, read)
        return found[::-1] if rows.backwards else found

    async def one(self, rows: Rows[Any]) -> Row | None:
        """The first row, or None."""
        found = await self.all(rows)
        return found[0] if found else None

    async def total(self, rows: Rows[Any]) -> int:
        """How many rows there are, all pages together."""
        return int(await self._value(value_statement(total_sql(rows))))

    async def records(self, select: Select[Any] | Compiled) -> Sequence[Sequence[Any]]:
        """What a select of any columns returns, as tuples."""
        compiled = select if isinstance(select, Compiled) else compile_statement(select)
        if self._transaction is not None:
            return await self._fetch(compiled)
        records: Sequence[Sequence[Any]] = await self._value(rows_statement(compiled))
        return records

    async def records_together(self, *selects: Compiled) -> Sequence[Sequence[Sequence[Any]]]:
        """What each select returns. They run side by side, on a connection each and on a snapshot each; in a transaction in turn."""
        if self._transaction is not None:
            return [await self.records(each) for each in selects]
        if not self._turns.take():
            await self._turns.wait()
        self.statements += len(selects)
        statements = [rows_statement(each) for each in selects]
        running = [asyncio.ensure_future(self._reads.value(each.text, [*each.values, self._company])) for each in statements]
        try:
            return list(await asyncio.gather(*running))
        except BaseException:
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            raise
        finally:
            self._turns.give()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """All or nothing. A nested one joins the one around it; only the outermost commits."""
        if self._transaction is not None:
            yield
            return
        connection = await self._writes.acquire()
        try:
            # One round trip: both statements in one simple query. The company is a UUID, so its text is safe.
            await connection.execute(f"BEGIN; SELECT set_config('app.company_id', '{self.company_id}', true)")
            self._transaction = connection
            try:
                yield
            except BaseException:
                # What went wrong first is what the caller must hear of; a connection that cannot roll back is thrown away.
                with suppress(*BROKEN):
                    await connection.execute("ROLLBACK")
                raise
            # A transaction in which a statement failed is rolled back by COMMIT, without an error: that may not pass for done.
            if await connection.execute("COMMIT") != "COMMIT":
                raise RuntimeError("a statement failed inside the transaction and its error was not raised; nothing was stored")
            if self._news:
                self._tell(self.company_id)
        finally:
            self._transaction, self._news = None, False
            self._writes.release(connection)

    async def insert(self, entity: Entity, values: Mapping[str, Any]) -> Row:
        """Add a row; `values` are keyed by column. The company is filled in by the database."""
        return (await self._write(entity, insert(entity.table).values(values)))[0]

    async def update(self, entity: Entity, row_id: UUID, values: Mapping[str, Any]) -> Row | None:
        """Change a row; None when there is no such row in this company."""
        table = entity.table
        changed = await self._write(entity, update(table).where(table.c.id == row_id).values(values))
        return changed[0] if changed else None

    async def delete(self, entity: Entity, row_id: UUID) -> Row | None:
        """Remove a row and return it as it was; None when there is no such row in this company."""
        table = entity.table
        removed = await self._write(entity, delete(table).where(table.c.id == row_id))
        return removed[0] if removed else None

    async def execute(self, statement: Executable) -> Sequence[Sequence[Any]]:
        """Run any other Core statement inside the open transaction."""
        return await self._fetch(compile_statement(statement))

    def announce(self) -> None:
        """There are events in the open transaction, of which their readers are told once it is committed."""
        self._news = True

    async def _write(self, entity: Entity, statement: Any) -> list[Row]:
        return rows_of(entity.table, await self._fetch(compile_statement(statement.returning(*readable(entity.table)))))

    async def _fetch(self, compiled: Compiled) -> Sequence[Sequence[Any]]:
        if self._transaction is None:
            raise RuntimeError("writes belong inside Session.transaction()")
        if not self._turns.take():
            await self._turns.wait()
        try:
            self.statements += 1
            records: Sequence[Sequence[Any]] = await self._transaction.fetch(compiled.text, *compiled.values)
            return records
        finally:
            self._turns.give()

    async def _value(self, statement: Statement) -> Any:
        text, values, otherwise = statement
        if not self._turns.take():
            await self._turns.wait()
        try:
            self.statements += 1
            if self._transaction is not None:
                found = await self._transaction.fetchval(text, *values, self._company)
            else:
                found = await self._reads.value(text, [*values, self._company])
        finally:
            self._turns.give()
        return found if found is not None or otherwise is None else await self._value(otherwise())
