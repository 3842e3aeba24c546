"""Rows to SQL text, once for each form of question; afterwards a request costs reading its values.

Writing a select down in SQLAlchemy and asking its cache took 55 microseconds a statement, the look-up here takes 3.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from models.db.bounded import Bounded
from models.db.compile import Compiled, compile_statement
from models.filters import Binder
from models.rows import Rows


class Asked(NamedTuple):
    """A question's text, and which of the values each parameter of it takes."""

    text: str
    places: Sequence[int]


QUESTIONS: Bounded[Any, Asked] = Bounded(5000)


def rows_sql(rows: Rows[Any], ahead: int = 0) -> Compiled:
    """The text and values of the rows themselves, `ahead` more of them."""
    form, values = rows.form(ahead)
    asked = QUESTIONS.get(form)
    if asked is None:
        bind = Binder()
        asked = QUESTIONS[form] = _asked(compile_statement(rows.statement(bind, ahead)), bind, values)
    return Compiled(asked.text, asked.places, [*map(values.__getitem__, asked.places)])


def total_sql(rows: Rows[Any]) -> Compiled:
    """The text and values of their number, all pages together."""
    whole: Rows[Any] = Rows(rows.entity, rows.conditions, (), None, rows.hung)
    form, values = whole.form()
    key = ("total", form)
    asked = QUESTIONS.get(key)
    if asked is None:
        bind = Binder()
        asked = QUESTIONS[key] = _asked(compile_statement(whole.total(bind)), bind, values)
    return Compiled(asked.text, asked.places, [*map(values.__getitem__, asked.places)])


def _asked(compiled: Compiled, bind: Binder, values: list[Any]) -> Asked:
    """Parameters are named `p0`, `p1`, ... by the place of their value."""
    if bind.values != values:
        raise RuntimeError("a question binds its values in another order than it reads them")
    return Asked(compiled.text, tuple(int(name.removeprefix("p")) for name in compiled.names))
