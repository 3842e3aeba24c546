"""Rows to SQL text, once for each form of question; afterwards a request costs reading its values.

Writing a select down in SQLAlchemy and asking its cache took 55 microseconds a statement, the look-up here takes 3.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Table, select

from models.columns import readable
from models.db.bounded import Bounded
from models.db.compile import NOTHING, Compiled, compile_statement, shift
from models.filters import Binder
from models.rows import FEW, Rows, few_table


class Asked(NamedTuple):
    """A question's text, which of the values each parameter of it takes, and the text of the few rows that it reads, if it does."""

    text: str
    places: Sequence[int]
    few: str = ""


QUESTIONS: Bounded[Any, Asked] = Bounded(5000)


def rows_sql(rows: Rows[Any], ahead: int = 0) -> Compiled:
    """The text and values of the rows themselves, `ahead` more of them."""
    form, values = rows.form(ahead)
    asked = QUESTIONS.get(form)
    if asked is None:
        bind = Binder()
        few = rows.few(bind)
        if few is None:
            asked = _asked(compile_statement(rows.statement(bind, ahead)), bind, values)
        else:
            asked = _asked_of_few(compile_statement(few), compile_statement(rows.page_of_few(bind, ahead)), bind, values)
        QUESTIONS[form] = asked
    return Compiled(asked.text, asked.places, [*map(values.__getitem__, asked.places)], asked.few)


def total_sql(rows: Rows[Any], page: Compiled = NOTHING) -> Compiled:
    """The text and values of their number, all pages together; `page` are the rows themselves in the same statement."""
    if page.few and rows.page and not (rows.page.after or rows.page.before):
        return Compiled(f"SELECT count(*) FROM {FEW}", (), [])
    whole: Rows[Any] = Rows(rows.entity, rows.conditions, (), None, rows.hung)
    form, values = whole.form()
    key = ("total", form)
    asked = QUESTIONS.get(key)
    if asked is None:
        bind = Binder()
        asked = QUESTIONS[key] = _asked(compile_statement(whole.total(bind)), bind, values)
    return Compiled(asked.text, asked.places, [*map(values.__getitem__, asked.places)])


def narrowed(compiled: Compiled, rows: Rows[Any], shown: frozenset[str]) -> Compiled:
    """The text of rows with those columns alone that are looked at, those that order them, and the id that other rows hang on.

    PostgreSQL would read no others either, but it prepares and computes a NULL for each of them, again in every run.
    """
    needed = shown | {"id"} | {key.column for key in rows.order}
    text, few = compiled.text, compiled.few
    for table in (rows.entity.table, few_table(rows.entity.table)):
        every = _columns(table)
        wide, narrow = ", ".join(every.values()), ", ".join(said for name, said in every.items() if name in needed)
        text, few = text.replace(f"SELECT {wide}", f"SELECT {narrow}", 1), few.replace(f"SELECT {wide}", f"SELECT {narrow}", 1)
    return compiled._replace(text=text, few=few)


@cache
def _columns(table: Table) -> dict[str, str]:
    """How SQLAlchemy writes each column of a select of them all."""
    listed = compile_statement(select(*readable(table))).text.removeprefix("SELECT ").partition("FROM")[0].strip()
    return dict(zip((each.name for each in readable(table)), listed.split(", "), strict=True))


def _asked(compiled: Compiled, bind: Binder, values: list[Any]) -> Asked:
    """Parameters are named `p0`, `p1`, ... by the place of their value."""
    if bind.values != values:
        raise RuntimeError("a question binds its values in another order than it reads them")
    return Asked(compiled.text, tuple(int(name.removeprefix("p")) for name in compiled.names))


def _asked_of_few(few: Compiled, page: Compiled, bind: Binder, values: list[Any]) -> Asked:
    """The page's parameters come after those of the relation that it reads."""
    names = [*few.names, *page.names]
    return _asked(Compiled(shift(page.text, len(few.names)), names, []), bind, values)._replace(few=few.text)
