"""Substrings by an index: which rows may have a term in their `search`, as three letters in a row say.

A row that has the term has every three letters of it, so nothing is missed; whether it has the term itself is for `strpos` to say.
PostgreSQL's functions for it are made by migration 0009 (docs/decisions/0014-substrings.md).
"""

from collections.abc import Sequence

from sqlalchemy import BindParameter, ColumnElement, Text, and_, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import TSQUERY

from models.catalogue import Entity
from models.columns import CURRENT_COMPANY
from models.filters import LETTERS, All, Condition, Search


def indexed(entity: Entity) -> bool:
    """Whether it has such an index."""
    return "grams" in entity.table.c


def sought(entity: Entity, conditions: Sequence[Condition]) -> Search | None:
    """The first search that every row must meet and that is long enough for such an index, where the entity has one."""
    if not indexed(entity):
        return None
    for each in conditions:
        found = sought(entity, each.conditions) if isinstance(each, All) else each
        if isinstance(found, Search) and len(found.wanted) >= LETTERS:
            return found
    return None


def may_have(entity: Entity, term: BindParameter[str]) -> ColumnElement[bool]:
    """The rows of the company that may have the term.

    Company and term are two conditions, which the index meets at once (docs/decisions/0012-hybrid-search.md).
    """
    company: ColumnElement[str] = literal_column(CURRENT_COMPANY)
    own = select(cast(func.quote_literal(cast(company, Text)), TSQUERY)).scalar_subquery()
    wanted = select(func.substring_query(company, func.lower(term))).scalar_subquery()
    has = entity.table.c.grams.op("@@", is_comparison=True)
    return and_(has(own), has(wanted))
