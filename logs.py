"""Logs: one JSON object a line, without secrets, bodies or the values of variables."""

import logging
import sys

import orjson
import structlog
from structlog.typing import Processor

from settings import Settings


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
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_dumps)],
        logger_factory=structlog.BytesLoggerFactory(file=sys.stdout.buffer),
    )
    libraries = logging.StreamHandler(sys.stdout)
    printed = structlog.processors.JSONRenderer(serializer=lambda event, **_: _dumps(event).decode())
    libraries.setFormatter(structlog.stdlib.ProcessorFormatter(processor=printed, foreign_pre_chain=shared))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[libraries], force=True)


def _dumps(event: object, **_: object) -> bytes:
    return orjson.dumps(event, default=str)
