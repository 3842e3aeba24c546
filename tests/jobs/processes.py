"""Worker processes that know the tests' own types of jobs. They are forked from a server that has imported everything, to start quickly."""

import asyncio
import multiprocessing
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import orjson

from jobs.handlers import HANDLERS, JobType
from jobs.worker import Terms, work
from logs import configure_logs
from models.job_rows import ClaimedJob
from resolvers.ctx import Ctx
from settings import Settings

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


async def post(_: Ctx, job: ClaimedJob) -> None:
    """Post the job's id and attempt to the port that the payload names."""
    reader, writer = await asyncio.open_connection("127.0.0.1", job.payload["port"])
    body = orjson.dumps({"job": str(job.id), "attempt": job.attempt})
    writer.write(b"POST / HTTP/1.1\r\nHost: receiver\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    answer = await reader.read()
    writer.close()
    if not answer.startswith(b"HTTP/1.1 200"):
        raise ConnectionError("the receiver went away")


async def nap(ctx: Ctx, job: ClaimedJob) -> None:
    """Take as many seconds as the payload says; a port is told of the beginning."""
    if "port" in job.payload:
        await post(ctx, job)
    await asyncio.sleep(job.payload["seconds"])


async def nap_deaf(ctx: Ctx, job: ClaimedJob) -> None:
    """The same, whoever asks it to end."""
    await post(ctx, job)
    ends = time.monotonic() + job.payload["seconds"]
    while (left := ends - time.monotonic()) > 0:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(left)


POST, NAP, DEAF = "test.post", "test.nap", "test.deaf"
TYPES = {**HANDLERS, POST: JobType(post), NAP: JobType(nap, timeout=300.0), DEAF: JobType(nap_deaf)}


def run(settings: Settings, terms: Terms, log: Path) -> None:
    """A worker's life."""
    with log.open("ab", buffering=0) as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    configure_logs(settings)
    asyncio.run(work(settings, terms))


@dataclass
class Workers:
    """Those that were started; all write into one log."""

    log: Path
    processes: list[ForkServerProcess] = field(default_factory=list)

    def start(self, settings: Settings, **terms: object) -> ForkServerProcess:
        """A worker with terms of its own, and the tests' types."""
        given = Terms(types=TYPES, **terms)  # type: ignore[arg-type]  # the names are those of Terms
        process = CONTEXT.Process(target=run, args=(settings.model_copy(update={"log_level": "info"}), given, self.log))
        process.start()
        self.processes.append(process)
        return process

    def kill_all(self) -> None:
        """Nobody gets to say goodbye."""
        for process in self.processes:
            process.kill()
            process.join()

    @property
    def said(self) -> str:
        """The log."""
        return self.log.read_text() if self.log.exists() else ""


def freeze(pid: int | None) -> None:
    """The process stands still."""
    assert pid
    os.kill(pid, signal.SIGSTOP)


def thaw(pid: int | None) -> None:
    """As if nothing had been."""
    assert pid
    os.kill(pid, signal.SIGCONT)
