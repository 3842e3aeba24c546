"""Logs: one JSON object a line, without secrets, bodies or the values of variables."""

import logging
import sys

import orjson
import structlog

from settings import Settings


def configure_logs(settings: Settings) -> None:
    """Send structlog, and what libraries log, to the standard output from `settings.log_level` up."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        cache_logger_on_first_use=True,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        logger_factory=structlog.BytesLoggerFactory(file=sys.stdout.buffer),
    )
    logging.basicConfig(level=max(level, logging.WARNING), stream=sys.stdout, format="%(levelname)s %(name)s %(message)s")


def _dumps(event: object, **_: object) -> bytes:
    return orjson.dumps(event, default=str)
