"""Whole statements: the resolver's rows and the door's shape joined, and the tenant bound in the same round trip.

PostgreSQL evaluates the CASE before the uncorrelated sub-select, so the setting is in force when the policies read it.
"""

from typing import Any, NamedTuple

from sqlalchemy.util import LRUCache

from models.db.compile import Compiled, compile_statement, shift
from models.render import Rendered, render
from models.rows import Rows
from models.shape import Shape

SHAPES: LRUCache[Shape, Rendered] = LRUCache(1000)
TEXTS: LRUCache[str, str] = LRUCache(5000)


class Joined(NamedTuple):
    """A shape over one root statement: the whole text, and which of the root's values the total takes again."""

    text: str
    repeated: tuple[int, ...]
    slots: list[str]


JOINED: LRUCache[tuple[Shape, str], Joined] = LRUCache(5000)


class Statement(NamedTuple):
    """SQL text and its values; the last parameter is the company."""

    text: str
    values: list[Any]


def bind_tenant(select: str, parameters: int) -> str:
    """A sub-select that runs with the company in force, given as the parameter after its own."""
    return f"SELECT CASE WHEN set_config('app.company_id', ${parameters + 1}, true) IS NOT NULL THEN ({select}) END"


def json_statement(rows: Rows[Any], shape: Shape, slots: dict[str, Any]) -> Statement:
    """The one statement that prints `shape` of `rows`."""
    page = compile_statement(rows.statement())
    joined = JOINED.get((shape, page.text))
    if joined is None:
        joined = JOINED[shape, page.text] = _join(rows, shape, page)
    values = page.values
    return Statement(joined.text, [*values, *(values[at] for at in joined.repeated), *(slots[name] for name in joined.slots)])


def _join(rows: Rows[Any], shape: Shape, page: Compiled) -> Joined:
    """Root parameters first, then the total's, then the shape's, the company last.

    The total has the page's conditions, whose parameters have the same names in both, so that its text and the places
    of its values need to be found once per text of the page.
    """
    rendered = SHAPES.get(shape)
    if rendered is None:
        rendered = SHAPES[shape] = render(shape)
    total = ""
    repeated: tuple[int, ...] = ()
    if shape.total:
        counted = compile_statement(rows.total())
        total, repeated = shift(counted.text, len(page.names)), tuple(map(list(page.names).index, counted.names))
    parameters = len(page.names) + len(repeated)
    body = shift(rendered.body, parameters).replace("{rows}", page.text).replace("{total}", total)
    return Joined(bind_tenant(body, parameters + len(rendered.slots)), repeated, rendered.slots)


def rows_statement(select: Any) -> Statement:
    """The statement that returns all rows of a select as one array of records."""
    compiled = compile_statement(select)
    text = TEXTS.get(compiled.text)
    if text is None:
        text = TEXTS[compiled.text] = bind_tenant(f"SELECT array_agg(r) FROM ({compiled.text}) r", len(compiled.values))
    return Statement(text, compiled.values)


def value_statement(select: Any) -> Statement:
    """The statement that returns one value."""
    compiled = compile_statement(select)
    return Statement(bind_tenant(compiled.text, len(compiled.values)), compiled.values)
