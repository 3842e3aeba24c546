"""The documents that are committed, so that any new exposure shows in a diff: the SDL, OpenAPI, the catalogue of errors.

And what the SDL may not do: break the clients of the released one, unless a decision says so.
"""

from pathlib import Path

import orjson
from pydantic import SecretStr

from app import create_app
from schema.catalogue import errors_text
from schema.contract import promises_broken
from schema.root import SCHEMA
from settings import Settings

__all__ = ["broken_promises", "errors_text", "openapi_text", "sdl_text"]


def sdl_text() -> str:
    """The GraphQL schema in its definition language."""
    return SCHEMA.as_str().strip() + "\n"


def openapi_text() -> str:
    """The REST paths as OpenAPI 3.1; nothing is connected to."""
    app = create_app(Settings(database_url=SecretStr("postgresql://nowhere")))
    return orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"


def broken_promises(released: Path, decisions: Path) -> list[str]:
    """What clients of the released SDL were promised and is not kept, with what to do about it."""
    return promises_broken(released.read_text("utf-8"), sdl_text(), [page.read_text("utf-8") for page in sorted(decisions.glob("*.md"))])
