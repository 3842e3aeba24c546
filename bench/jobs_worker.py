"""A worker process whose one type of job does nothing, and which tells at its end how long each job had waited."""

import asyncio
import json
import sys
import time
from pathlib import Path

from jobs.handlers import JobType
from jobs.worker import Terms, work
from logs import configure_logs
from models.job_rows import ClaimedJob
from resolvers.ctx import Ctx
from settings import load_settings

TYPE = "bench.nothing"


def main() -> None:
    """Run until SIGTERM; then write the waits, in seconds from just before the row was inserted, into the file that is named."""
    waits: list[float] = []

    async def nothing(_: Ctx, job: ClaimedJob) -> None:
        waits.append(time.time() - job.payload["at"])

    settings = load_settings()
    configure_logs(settings)
    asyncio.run(work(settings, Terms(types={TYPE: JobType(nothing)})))
    Path(sys.argv[1]).write_text(json.dumps(waits))


if __name__ == "__main__":
    main()
