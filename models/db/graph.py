"""A document's statement: the rendered shape with the request's rows, totals, pages and cursors filled in."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from models.cursor import signature
from models.db.bounded import Bounded
from models.db.compile import NOTHING, Compiled, shift
from models.db.questions import narrowed, rows_sql, total_sql
from models.db.statement import Statement, bind_tenant, named
from models.graph_sql import AFTER, BEFORE, CURSOR, END, GATHERED, GIVEN, LIMIT, ROWS, START, TOTAL
from models.page import Page
from models.render import BACKWARDS, FORWARDS, Text, columns_of, print_column
from models.rows import Rows


class Filled(NamedTuple):
    """A statement's text, and whether it reads the few rows that an index found."""

    text: str
    few: bool


# Of an array, read from its end.
LAST = "array_reverse"

# An entry holds a whole statement, several kilobytes of text.
FILLED: Bounded[Any, Filled] = Bounded(1000)


class Value(NamedTuple):
    """What a request brings along itself: JSON as text, an id or a list of ids."""

    value: Any

    @property
    def key(self) -> tuple[Any, ...]:
        """Nothing of it is in the SQL text."""
        return ()

    @property
    def values(self) -> Sequence[Any]:
        """Its one parameter."""
        return [self.value]

    def marks(self, _number: int, first: int) -> dict[str, str]:
        """What stands for its mark; `first` parameters come before it."""
        return {GIVEN: f"${first + 1}"}


class Filling(NamedTuple):
    """What one listing of a document came to for a request.

    `key` is what of it the SQL text depends on; never a value. `values` are its parameters: the rows', the total's, then the limit.
    """

    of: Rows[Any]
    rows: Compiled
    total: Compiled
    looks_ahead: bool
    key: tuple[Any, ...]
    values: Sequence[Any]

    def read_in_order(self) -> "Filling":
        """The same rows, read in their order."""
        if not self.rows.few:
            return self
        return filling(self.of.read_in_order(), lists=True, looks_ahead=self.looks_ahead, counts=bool(self.total.text))

    def showing(self, columns: frozenset[str]) -> "Filling":
        """The same listing, whose rows have the columns that are looked at."""
        return self._replace(rows=narrowed(self.rows, self.of, columns))

    def marks(self, number: int, first: int) -> dict[str, str]:
        """What stands for its marks; `first` parameters come before its own."""
        limit = f"${first + len(self.values)}::integer"
        page = self.of.page or Page(1)
        more = f"(count(*) > {limit})::text"
        alias = f"c{number}"
        gathering, ends = (BACKWARDS, (LAST, "")) if page.backwards else (FORWARDS, ("", LAST))
        return {
            # Cursors and counts first: the rows' text may not be searched for marks.
            **dict(zip((*GATHERED, START, END), (*gathering, *ends), strict=True)),
            CURSOR: _cursor(self.of, alias),
            AFTER: f"'{str(page.before is not None).lower()}'" if page.backwards else more,
            BEFORE: more if page.backwards else f"'{str(page.after is not None).lower()}'",
            LIMIT: limit,
            TOTAL: shift(named(self.total, number), first + len(self.rows.values)),
            ROWS: shift(named(self.rows, number), first),
        }


Filler = Filling | Value


def filling(rows: Rows[Any], *, lists: bool, looks_ahead: bool, counts: bool) -> Filling:
    """Compile what of a listing its place in a document shows: its rows, its total, or both."""
    compiled = rows_sql(rows, 1 if looks_ahead else 0) if lists else NOTHING
    total = total_sql(rows, compiled) if counts else NOTHING
    page = rows.page
    form = (page.backwards, page.after is None, page.before is None) if page else ()
    # Two orders can have the same text, but not the same cursors.
    order = None if rows.order is rows.entity.order else rows.order
    values = [*compiled.values, *total.values, page.limit] if looks_ahead and page else compiled.values + total.values
    return Filling(rows, compiled, total, looks_ahead, (compiled.few, compiled.text, total.text, order, form), values)


def graph_statement(template: str, fillings: Sequence[Filler]) -> Statement:
    """The one statement of a document. Texts are joined once for each combination of listings' forms."""
    key = (template, *(each.key for each in fillings))
    filled = FILLED.get(key)
    if filled is None:
        filled = FILLED[key] = _join(template, fillings)
    otherwise = partial(_read_in_order, template, fillings) if filled.few else None
    return Statement(filled.text, [value for each in fillings for value in each.values], otherwise)


def _read_in_order(template: str, fillings: Sequence[Filler]) -> Statement:
    return graph_statement(template, [each.read_in_order() if isinstance(each, Filling) else each for each in fillings])


def _join(template: str, fillings: Sequence[Filler]) -> Filled:
    text, first = template, 0
    few: dict[int, str] = {}
    for number, filler in enumerate(fillings):
        each = filler.showing(columns_of(f"c{number}", template)) if isinstance(filler, Filling) else filler
        for mark, sql in each.marks(number, first).items():
            text = text.replace(mark.format(number), sql)
        if isinstance(each, Filling) and each.rows.few:
            few[number] = shift(each.rows.few, first)
        first += len(each.values)
    return Filled(bind_tenant(text, first, few), bool(few))


def _cursor(of: Rows[Any], alias: str) -> str:
    """The same text as `models.cursor.encode_cursor`, quoted."""
    text = Text()
    text.say(f'["{signature(of.order)}"')
    for key in of.order:
        text.say(",")
        print_column(text, of.entity.table.c[key.column], alias)
    text.say("]")
    encoded = f"replace(encode(convert_to({text.done()}, 'UTF8'), 'base64'), chr(10), '')"
    return f"'\"' || rtrim(translate({encoded}, '+/', '-_'), '=') || '\"'"
