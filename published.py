"""The two documents that are committed, so that any new exposure shows in a diff: the SDL and OpenAPI."""

import orjson
from pydantic import SecretStr

from app import create_app
from schema.root import SCHEMA
from settings import Settings


def sdl_text() -> str:
    """The GraphQL schema in its definition language."""
    return SCHEMA.as_str().strip() + "\n"


def openapi_text() -> str:
    """The REST paths as OpenAPI 3.1; nothing is connected to."""
    app = create_app(Settings(database_url=SecretStr("postgresql://nowhere")))
    return orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"
