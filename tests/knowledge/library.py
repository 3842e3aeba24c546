"""A company's knowledge base under test: uploads through the door, and a worker whose sweeps are the test's to make."""

from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import httpx2

from jobs.handlers import HANDLERS
from jobs.ledger import Ledger
from jobs.metrics import Metrics
from jobs.relay import Relay
from jobs.runner import Runner
from jobs.slots import Slots
from models.job import JobQueue
from models.job_rows import JobRows
from resolvers.ctx import Ctx
from resolvers.knowledge import Knowledge
from tests.tenant import Tenant

UPLOAD = "/api/knowledge-base/upload"
TEXT = b"Lamps may be sent back within thirty days. Bring the receipt.\n"


@dataclass(frozen=True)
class Library:
    """One company's, with a connection that row level security does not bind."""

    tenant: Tenant
    knowledge: Knowledge
    owner: asyncpg.Connection

    def ctx(self) -> Ctx:
        """A context of the company's owner."""
        return replace(self.tenant.ctx(), knowledge=self.knowledge)

    async def send(self, content: bytes = TEXT, name: str = "returns.txt", **fields: str) -> httpx2.Response:
        """An upload, whatever it is answered."""
        return await self.tenant.rest("POST", UPLOAD, files={"file": (name, content)}, data=fields)

    async def upload(self, content: bytes = TEXT, name: str = "returns.txt", **fields: str) -> dict[str, Any]:
        """An upload that must be taken, as it was answered."""
        answer = await self.send(content, name, **fields)
        assert answer.status_code in (200, 201), answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def document(self, document_id: str) -> dict[str, Any]:
        """A document as REST shows it now."""
        answer = await self.tenant.rest("GET", f"/api/knowledge-base/{document_id}")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()["document"]
        return body

    async def work(self, queue: JobQueue = JobQueue.HEAVY) -> int:
        """Let a worker do all that is due in a queue once; how many jobs that was."""
        rows = JobRows(self.tenant.database)
        metrics, ledger = Metrics(), Ledger(rows, 30.0)
        runner = Runner(self.tenant.database, HANDLERS, ledger, metrics, self.knowledge)
        relay = Relay(rows, Slots(queue, 4, runner.run), 30.0, metrics)
        claimed = await relay.sweep()
        for held in list(relay.slots.held.values()):
            if held.task:
                await held.task
        return claimed

    async def make_due(self) -> None:
        """As if all waits of jobs were over."""
        await self.owner.execute("UPDATE jobs SET run_at = now() WHERE state = 'queued'")

    async def jobs(self) -> list[tuple[str, str, str | None]]:
        """Type, state and error of each job."""
        return [tuple(row) for row in await self.owner.fetch("SELECT type, state, error FROM jobs ORDER BY created_at, id")]

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(await self.owner.fetchval(f"SELECT count(*) FROM {table}"))

    def files(self) -> list[str]:
        """What is in the company's folder of the local storage."""
        folder = self.knowledge.settings.data_dir / "files" / str(self.tenant.company_id)
        return sorted(path.name for path in folder.glob("*"))
