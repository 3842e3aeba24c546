"""Logs: one JSON object a line, without secrets, bodies or the values of variables."""

import asyncio
import atexit
import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import orjson
import structlog
from structlog.typing import Processor

from settings import Settings

DELAY = 0.05


def configure_logs(settings: Settings) -> None:
    """Send structlog, and what libraries log, to the standard output from `settings.log_level` up."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        cache_logger_on_first_use=True,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.format_exc_info, _line],
        logger_factory=BufferedLogger,
    )
    libraries = logging.StreamHandler(sys.stdout)
    printed = structlog.processors.JSONRenderer(serializer=lambda event, **_: _dumps(event).decode())
    libraries.setFormatter(structlog.stdlib.ProcessorFormatter(processor=printed, foreign_pre_chain=shared))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[libraries], force=True)


class BufferedLogger:
    """Collects lines and writes them together, at most 50 ms later, errors at once: a write for each line cost a tenth of a short request.

    Outside an event loop a line is written at once; what is left at the end is written then.
    """

    lines: ClassVar[list[bytes]] = []

    def __init__(self, *_: object) -> None:
        """structlog hands over the logger's name, which is in no line."""

    def msg(self, line: bytes) -> None:
        """Take one line."""
        self.lines.append(line + b"\n")
        if len(self.lines) > 1:
            return
        try:
            asyncio.get_running_loop().call_later(DELAY, self.flush)
        except RuntimeError:
            self.flush()

    def urgent(self, line: bytes) -> None:
        """Take a line that must not be lost to what may follow it."""
        self.msg(line)
        self.flush()

    debug = info = warning = log = msg
    error = critical = exception = urgent

    @classmethod
    def flush(cls) -> None:
        """Write what was collected."""
        waiting, cls.lines[:] = b"".join(cls.lines), []
        sys.stdout.buffer.write(waiting)
        sys.stdout.buffer.flush()


# Where lines go that are made without structlog, whose processors take three times as long as all the rest of a line.
LINES = BufferedLogger()
atexit.register(BufferedLogger.flush)


def _line(_: object, level: str, event: MutableMapping[str, Any]) -> bytes:
    """Level, time and JSON in one step."""
    event["level"] = level
    event["timestamp"] = datetime.now(UTC)
    return orjson.dumps(event, default=str)


def _dumps(event: object, **_: object) -> bytes:
    return orjson.dumps(event, default=str)
