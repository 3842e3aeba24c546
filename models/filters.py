"""Conditions as data: what the doors say of rows, turned into SQL. Every value is a bind parameter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Text,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from models.catalogue import Edge, Entity


class Compare(NamedTuple):
    """One public field against a value, by one of `OPERATORS`."""

    field: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Search:
    """Case-insensitive substring over the entity's searched columns."""

    term: str

    @property
    def wanted(self) -> str:
        """What is looked for; nothing when the term is blank, which every row has."""
        return self.term.strip()


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


# A term of fewer letters is none for an index of substrings (`models.substrings`).
LETTERS = 3
# Written out: only values of a request may be parameters.
ZERO: ColumnElement[int] = literal_column("0")
Condition = Compare | Search | Related | All | AnyOf | Not


class Binder:
    """Hands out parameters `p0`, `p1`, ... and keeps their values; the order is that of `form_of`.

    `terms` are the parameters of the searches among the conditions, by the search's identity.
    """

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.terms: dict[int, BindParameter[str]] = {}

    def __call__(self, value: Any, kind: TypeEngine[Any]) -> BindParameter[Any]:
        """A parameter of that type; only the value's place goes into the SQL text."""
        name = f"p{len(self.values)}"
        self.values.append(value)
        return bindparam(name, value, type_=kind)


@dataclass(frozen=True, slots=True)
class Operator:
    """One comparison. `takes` says how its value is bound: as it is, as a list of it, as a one-element list, or not at all."""

    takes: Literal["value", "list", "element", "elements", "flag"]
    sql: Callable[[ColumnElement[Any], Any], ColumnElement[bool]]

    def bound(self, value: Any) -> Any:
        """The value as it is bound."""
        return [value] if self.takes == "element" else value if self.takes == "value" else list(value)


def lowered(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A parameter in lower case, once a statement: a bare lower($1) is computed anew for each row, which took as long as the search."""
    return select(func.lower(value)).scalar_subquery()


# Substrings are found by strpos, not LIKE: a term needs no escaping because it has no wildcards.
OPERATORS: dict[str, Operator] = {
    "eq": Operator("value", lambda column, value: column == value),
    "ne": Operator("value", lambda column, value: column.is_distinct_from(value)),
    "in": Operator("list", lambda column, values: column == func.any(values)),
    "not_in": Operator("list", lambda column, values: or_(not_(column == func.any(values)), column.is_(None))),
    "lt": Operator("value", lambda column, value: column < value),
    "lte": Operator("value", lambda column, value: column <= value),
    "gt": Operator("value", lambda column, value: column > value),
    "gte": Operator("value", lambda column, value: column >= value),
    "is_null": Operator("flag", lambda column, value: column.is_(None) if value else column.is_not(None)),
    "contains": Operator("value", lambda column, value: func.strpos(func.lower(column), lowered(value)) > ZERO),
    "starts_with": Operator("value", lambda column, value: func.starts_with(func.lower(column), lowered(value))),
    "ends_with": Operator("value", lambda column, value: func.right(func.lower(column), func.length(value)) == lowered(value)),
    "has": Operator("element", lambda column, values: column.op("@>", is_comparison=True)(values)),
    "has_any": Operator("elements", lambda column, values: column.op("&&", is_comparison=True)(values)),
    "has_all": Operator("elements", lambda column, values: column.op("@>", is_comparison=True)(values)),
}


def condition_sql(entity: Entity, source: FromClause, condition: Condition, bind: Binder) -> ColumnElement[bool]:
    """The condition as SQL over `source`, which is the entity's table or an alias of it."""
    match condition:
        case Compare(field, operator, value):
            return compare_sql(source.c[entity.column(field).name], OPERATORS[operator], value, bind)
        case Search():
            return search_sql(entity, source, condition, bind)
        case Related(edge, inner):
            return related_sql(source, edge, inner, bind)
        case All(conditions):
            return and_(true(), *(condition_sql(entity, source, each, bind) for each in conditions))
        case AnyOf(conditions):
            return or_(false(), *(condition_sql(entity, source, each, bind) for each in conditions))
        case Not(inner):
            return not_(func.coalesce(condition_sql(entity, source, inner, bind), false()))


def compare_sql(column: ColumnElement[Any], operator: Operator, value: Any, bind: Binder) -> ColumnElement[bool]:
    """One comparison; a null value is part of the text, for `=` and `IS NULL` are different questions."""
    if operator.takes == "flag" or value is None:
        return operator.sql(column, value)
    kind = ARRAY(column.type) if operator.takes == "list" else column.type
    return operator.sql(column, bind(operator.bound(value), kind))


def search_sql(entity: Entity, source: FromClause, search: Search, bind: Binder) -> ColumnElement[bool]:
    """Any searched column contains the term, whatever its case; a blank term matches all."""
    wanted = search.wanted
    if not wanted:
        return true()
    columns = [source.c[name] if name == "search" else func.lower(source.c[name]) for name in entity.searched]
    term = bind.terms[id(search)] = bind(wanted, Text())
    term_once = lowered(term)
    return or_(*(func.strpos(column, term_once) > ZERO for column in columns))


def related_sql(source: FromClause, edge: Edge, inner: Condition, bind: Binder) -> ColumnElement[bool]:
    """EXISTS over the far end of the edge."""
    target = edge.target
    far = target.table.alias()
    joined = far.c.id == source.c[edge.key] if edge.kind == "one" else far.c[edge.key] == source.c.id
    return exists().select_from(far).where(joined, condition_sql(target, far, inner, bind)).correlate(source)


def form_of(condition: Condition, values: list[Any]) -> tuple[Any, ...]:
    """What of a condition its SQL text depends on, hashable: everything but its bound values, which are added to `values`.

    They are added in the order in which `condition_sql` binds them.
    """
    if isinstance(condition, Compare):  # nearly all of them are, and a class pattern takes three times as long
        field, operator, value = condition
        how = OPERATORS[operator]
        written = how.takes == "flag" or value is None
        if not written:
            values.append(how.bound(value))
        return (field, operator, value) if written else (field, operator)
    match condition:
        case Search():
            wanted = condition.wanted
            if wanted:
                values.append(wanted)
            return ("search", min(len(wanted), LETTERS))
        case Related(edge, inner):
            return (edge.name, form_of(inner, values))
        case All(conditions):
            return ("and", *[form_of(each, values) for each in conditions])
        case AnyOf(conditions):
            return ("or", *[form_of(each, values) for each in conditions])
        case Not(inner):
            return ("not", form_of(inner, values))


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
