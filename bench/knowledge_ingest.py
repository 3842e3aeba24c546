"""How fast documents become searchable: through the door, a worker process, and back. Run it: python -m bench.knowledge_ingest."""

import asyncio
import io
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx2

from bench.contenders import PARLEY, Contender, Kind
from bench.data import settings_for, sign
from bench.measure import Failed
from bench.processes import children, resident_bytes
from bench.servers import HERE, ROOT, Servers, running_servers
from bench.targets import verdict
from models.db import Database
from models.migrations.run import upgrade
from models.system import MemberRows

FOLDER = HERE / ".data" / "ingest"
PAGES, WITHIN = 100, 10.0
FILES, CLIENTS, A_MINUTE = 200, 4, 200
MOST_MEMORY = 500e6
PATIENCE = 300.0
# Of which texts are made.
WORDS = tuple(
    "lamp shade bulb cable order parcel return repair guarantee invoice price colour glass brass switch delivery customer answer".split()  # noqa: SIM905 - easier to read
)
UPLOAD = "/api/knowledge-base/upload"


@dataclass(slots=True)
class Watched:
    """The worker's largest memory so far, in bytes: its own, and with the children that read documents."""

    pid: int
    own: int = 0
    whole: int = 0

    async def look(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            whole = resident_bytes(self.pid)
            self.whole = max(self.whole, whole)
            self.own = max(self.own, whole - sum(map(resident_bytes, children(self.pid))))
            await asyncio.sleep(0.05)


def section(secret: str, say: Callable[[str], None], *, fresh: bool) -> list[str]:
    """The lines of a report: a long PDF, many small files, and the worker's memory meanwhile."""
    with running_servers(fresh=fresh, folder=FOLDER) as servers, serving(servers, secret) as (port, pid):
        token = asyncio.run(owner(servers, secret))
        return asyncio.run(measured(port, token, Watched(pid), say))


@contextmanager
def serving(servers: Servers, secret: str) -> Iterator[tuple[int, int]]:
    """A web process and a worker over the same files; the port of the one and the process of the other."""
    upgrade(servers.owner_url)
    folder = {"PARLEY_DATA_DIR": str(servers.folder / "data"), "PARLEY_LOG_LEVEL": "error"}
    web = Contender(Kind("knowledge", PARLEY.command, lambda *given: {**PARLEY.environment(*given), **folder}), servers, secret)
    web.start()
    plain = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    environment = {**plain, **PARLEY.environment(servers, secret, 0), **folder}
    worker = subprocess.Popen([str(Path(sys.executable).with_name("parley")), "worker"], env=environment, cwd=ROOT)
    try:
        yield web.port, worker.pid
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)
        web.stop()


async def owner(servers: Servers, secret: str) -> str:
    """The token of a new company's owner."""
    database = Database(settings_for(servers, secret))
    email = f"{uuid4()}@bench.example"
    member = await MemberRows(database).create(uuid4(), email)
    await database.close()
    return sign(secret, str(member.user_id), email, str(member.company_id))


async def measured(port: int, token: str, watched: Watched, say: Callable[[str], None]) -> list[str]:
    """The three figures beside what is wanted of them."""
    looking = asyncio.create_task(watched.look())
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=PATIENCE) as client:
        await ingested(client, [text(0)])  # the model is loaded with the first document
        say("a PDF of 100 pages")
        seconds = await ingested(client, [long_pdf()])
        say("200 small files")
        rate = FILES / await ingested(client, [text(number) for number in range(1, FILES + 1)]) * 60
    looking.cancel()
    memory = f"the worker's memory: {watched.own / 1e6:,.0f} MB, {watched.whole / 1e6:,.0f} MB with the children that read documents"
    return [
        verdict(
            f"a PDF of {PAGES} pages is processed {seconds:.1f} s after its upload began, wanted under {WITHIN:.0f} s", met=seconds < WITHIN
        ),
        verdict(f"{rate:,.0f} small text files a minute, {CLIENTS} uploads at once, wanted at least {A_MINUTE}", met=rate >= A_MINUTE),
        verdict(f"{memory}, wanted under {MOST_MEMORY / 1e6:.0f} MB", met=watched.own < MOST_MEMORY),
    ]


async def ingested(client: httpx2.AsyncClient, files: Sequence[bytes]) -> float:
    """Seconds from the first upload's beginning until all the documents are processed; raises `Failed` when one is not."""
    began, waiting = time.monotonic(), list(files)
    ids: list[str] = []

    async def send() -> None:
        while waiting:
            answer = await client.post(UPLOAD, files={"file": ("document", waiting.pop())})
            if answer.status_code != 201:
                raise Failed(f"an upload was answered {answer.status_code}: {answer.text[:200]}")
            ids.append(answer.json()["id"])

    await asyncio.gather(*(send() for _ in range(CLIENTS)))
    for document_id in ids:
        await until_processed(client, document_id, began + PATIENCE)
    return time.monotonic() - began


async def until_processed(client: httpx2.AsyncClient, document_id: str, deadline: float) -> None:
    """Return when a document is processed."""
    while True:
        document = json.loads((await client.get(f"/api/knowledge-base/{document_id}")).text)["document"]
        if document["status"] == "processed":
            return
        if document["status"] == "failed" or time.monotonic() > deadline:
            raise Failed(f"a document is {document['processing_status']}: {document['error']}")
        await asyncio.sleep(0.05)


def text(number: int) -> bytes:
    """A small text, about 2 kB, unlike any other."""
    return "\n\n".join(sentences(random.Random(f"{secrets.token_hex(4)} {number}"), 5) for _ in range(5)).encode()


def sentences(chance: random.Random, count: int) -> str:
    """So many sentences."""
    return " ".join(" ".join(chance.choices(WORDS, k=12)).capitalize() + "." for _ in range(count))


def long_pdf() -> bytes:
    """About 450 words a page, as in a manual."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

    styles, chance, flow = getSampleStyleSheet(), random.Random(secrets.token_hex(4)), []
    for page in range(PAGES):
        flow.append(Paragraph(f"Chapter {page + 1}", styles["Heading1"]))
        flow += [*(Paragraph(sentences(chance, 6), styles["BodyText"]) for _ in range(6)), PageBreak()]
    file = io.BytesIO()
    SimpleDocTemplate(file).build(flow)
    return file.getvalue()


if __name__ == "__main__":
    print("\n".join(section(secrets.token_urlsafe(48), lambda said: print(said, file=sys.stderr), fresh=True)))
