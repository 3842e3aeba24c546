"""Conditions as data: what the doors say of rows, turned into SQL. Every value is a bind parameter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, exists, false, func, not_, or_, true
from sqlalchemy.dialects.postgresql import ARRAY

from models.catalogue import Edge, Entity


@dataclass(frozen=True, slots=True)
class Compare:
    """One public field against a value, by one of `OPERATORS`."""

    field: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Search:
    """Case-insensitive substring over the entity's searched columns."""

    term: str


@dataclass(frozen=True, slots=True)
class Related:
    """The row at the far end of an edge meets a condition; for many, at least one does."""

    edge: Edge
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Every condition holds; none given holds always."""

    conditions: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one condition holds; none given never holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold; unknown (NULL) counts as not holding, so every row is on one side."""

    condition: "Condition"


Condition = Compare | Search | Related | All | AnyOf | Not
Operator = Callable[[ColumnElement[Any], Any], ColumnElement[bool]]


def _listed(column: ColumnElement[Any], values: Any) -> ColumnElement[bool]:
    return column == func.any(bindparam(None, list(values), type_=ARRAY(column.type), unique=True))


def _overlap(column: ColumnElement[Any], values: Any) -> ColumnElement[bool]:
    return column.op("&&", is_comparison=True)(bindparam(None, list(values), type_=column.type, unique=True))


def _contains_all(column: ColumnElement[Any], values: Any) -> ColumnElement[bool]:
    return column.op("@>", is_comparison=True)(bindparam(None, list(values), type_=column.type, unique=True))


# Substrings are found by strpos, not LIKE: a term needs no escaping because it has no wildcards.
OPERATORS: dict[str, Operator] = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: column.is_distinct_from(value),
    "in": _listed,
    "not_in": lambda column, values: or_(not_(_listed(column, values)), column.is_(None)),
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "is_null": lambda column, value: column.is_(None) if value else column.is_not(None),
    "contains": lambda column, value: func.strpos(func.lower(column), func.lower(value)) > 0,
    "starts_with": lambda column, value: func.starts_with(func.lower(column), func.lower(value)),
    "ends_with": lambda column, value: func.right(func.lower(column), func.length(value)) == func.lower(value),
    "has": lambda column, value: _contains_all(column, [value]),
    "has_any": _overlap,
    "has_all": _contains_all,
}


def condition_sql(entity: Entity, source: FromClause, condition: Condition) -> ColumnElement[bool]:
    """The condition as SQL over `source`, which is the entity's table or an alias of it."""
    match condition:
        case Compare(field, operator, value):
            return OPERATORS[operator](source.c[entity.column(field).name], value)
        case Search(term):
            return search_sql(entity, source, term)
        case Related(edge, inner):
            return related_sql(source, edge, inner)
        case All(conditions):
            return and_(true(), *(condition_sql(entity, source, each) for each in conditions))
        case AnyOf(conditions):
            return or_(false(), *(condition_sql(entity, source, each) for each in conditions))
        case Not(inner):
            return not_(func.coalesce(condition_sql(entity, source, inner), false()))


def search_sql(entity: Entity, source: FromClause, term: str) -> ColumnElement[bool]:
    """Any searched column contains the term, whatever its case; a blank term matches all."""
    wanted = term.strip()
    if not wanted:
        return true()
    lowered = [source.c[name] if name == "search" else func.lower(source.c[name]) for name in entity.searched]
    return or_(*(func.strpos(column, func.lower(wanted)) > 0 for column in lowered))


def related_sql(source: FromClause, edge: Edge, inner: Condition) -> ColumnElement[bool]:
    """EXISTS over the far end of the edge."""
    target = edge.target
    far = target.table.alias()
    joined = far.c.id == source.c[edge.key] if edge.kind == "one" else far.c[edge.key] == source.c.id
    return exists().select_from(far).where(joined, condition_sql(target, far, inner)).correlate(source)


def edges_of(condition: Condition) -> set[str]:
    """The scopes of the entities that a condition looks into: a filter must not tell what its caller may not read."""
    match condition:
        case Related(edge, inner):
            return {edge.target.read_scope} | edges_of(inner)
        case All(conditions) | AnyOf(conditions):
            return set().union(*(edges_of(each) for each in conditions))
        case Not(inner):
            return edges_of(inner)
        case _:
            return set()
