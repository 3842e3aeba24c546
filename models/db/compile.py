"""SQLAlchemy Core to SQL text and values, through SQLAlchemy's own statement cache.

`_compile_w_cache` is private to SQLAlchemy. It is called here and nowhere else, and
tests/models/db/test_compile.py notices an upgrade that changes it.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.util import LRUCache

DIALECT = asyncpg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy leaves its constructors untyped
STATEMENTS: LRUCache[Any, Any] = LRUCache(2000)
NUMBERED = re.compile(r"\$(\d+)")


class Compiled(NamedTuple):
    """A statement's text with `$1`, `$2`, ... and what stands for each: a value, under its parameter's name.

    Where the text reads `models.rows.FEW`, `few` is the text of that relation, whose parameters are numbered together with its own.
    """

    text: str
    names: Sequence[Any]
    values: list[Any]
    few: str = ""


NOTHING = Compiled("", (), [])


def compile_statement(statement: Executable) -> Compiled:
    """Text and values of a Core statement; a shape seen before costs a cache look-up and the reading of its values."""
    made, extracted, *_ = statement._compile_w_cache(DIALECT, compiled_cache=STATEMENTS, column_keys=[])
    compiled = cast(SQLCompiler, made)
    names = compiled.positiontup or ()
    parameters = compiled.construct_params(extracted_parameters=extracted, escape_names=False)
    return Compiled(compiled.string, names, [parameters[name] for name in names])


def shift(text: str, by: int) -> str:
    """The same text with its parameters numbered `by` higher, to stand behind another statement's."""
    return NUMBERED.sub(lambda match: f"${int(match[1]) + by}", text) if by else text
