"""Values to ask with: what the rows hold, what only the other company's rows hold, and what nobody could hold."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from graphql import GraphQLEnumType, GraphQLInputObjectType

from models.catalogue import ENTITIES
from schema.root import SCHEMA
from tests.contracts.attacks_lists import ListField, list_fields
from tests.differential.callers import Caller
from tests.differential.columns import BREAKERS, WORDS
from tests.differential.ways import Question, Ways
from tests.differential.world import Company

GRAPHQL = SCHEMA._schema
UNKNOWN_IDS = ("00000000-0000-4000-8000-000000000000", "AC3EAC3E-0001-4000-8000-000000001EEF")
MALFORMED_IDS = ("", "x", "ac3eac3e00014000800000000001eef0", "{ac3eac3e-0001-4000-8000-000000001eef}", "1 OR 1=1", "\u0000")
INTS = (0, 1, 2, 3, 5, 7, 100, 40_000, -1, 2**31 - 1, -(2**31))
ODD: dict[str, Sequence[Any]] = {
    "String": BREAKERS,
    "Int": (2**31, "1", 1.5, True),
    "ID": MALFORMED_IDS,
    "DateTime": ("2026-03-04", "2026-03-04T05:06:07", "now", "0001-01-01T00:00:00+14:00", "2026-03-04T05:06:07.123456+05:30", ""),
    "Date": ("2026-02-30", "20260101", "2026-1-1", ""),
    "Decimal": ("NaN", "1e5", "-0", "5.500", 1e30, 0.1, "1e-40", "", True, "0x1"),
    "PageSize": (101, -1, "1"),
}
# One of the pools in so many of the first; the rest is the odd one's.
SAMPLE = 12


@dataclass(frozen=True)
class Pools:
    """Values by scalar, ids by noun, orders by type, and cursors by type and order; the odd ones apart."""

    usual: Mapping[str, Sequence[Any]]
    odd: Mapping[str, Sequence[Any]]
    ids: Mapping[str, Sequence[str]]
    foreign: Sequence[str]
    orders: Mapping[str, Sequence[Any]]
    cursors: Mapping[tuple[str, bytes], Sequence[str]]

    def ids_for(self, hint: str) -> Sequence[str]:
        """Ids that fit a place by its name, such as `contactId` or `Contact.id`; those of all nouns for any other."""
        nouns = [noun for noun in self.ids if noun in hint.lower() and self.ids[noun]]
        return self.ids[nouns[0]] if nouns else [each for some in self.ids.values() for each in some[:3]]

    def cursors_for(self, type_name: str, order: Any) -> Sequence[str]:
        """Cursors of a list in an order, as earlier answers had them."""
        return self.cursors.get((type_name, order_key(order)), ())


async def make_pools(ways: Ways, own: Company, other: Company) -> Pools:
    """The pools of one company and of another one; the cursors are taken from answers."""
    inputs = [of for of in GRAPHQL.type_map.values() if isinstance(of, GraphQLInputObjectType) and of.name.endswith("Order")]
    orders = {of.name.removesuffix("Order"): orders_of(of) for of in inputs}
    # One list of each type: those of the root come first.
    lists = {listed.of: listed for listed in reversed(list_fields())}
    cursors = {(of, order_key(order)): await _cursors(ways, own, listed, order) for of, listed in lists.items() for order in orders[of]}
    theirs = [cursor for listed in lists.values() for cursor in await _cursors(ways, other, listed, None)][::SAMPLE]
    odd = ODD | {"cursor": (*theirs, "", "x", "WyIiXQ", "Wzld", "bnVsbA", "é")}
    foreign = [each for ids in other.ids.values() for each in ids[:2]]
    return Pools(_usual(own, other), odd, own.ids, (*foreign, *UNKNOWN_IDS), orders, cursors)


def order_key(order: Any) -> bytes:
    """An order as text; none and an empty one are the list's own."""
    return orjson.dumps(order or None)


def orders_of(of: GraphQLInputObjectType) -> list[Any]:
    """The list's own order, every single key in every way, and pairs of keys."""
    field = of.fields["field"].type.of_type
    assert isinstance(field, GraphQLEnumType)
    names, ways = list(field.values), [(way, nulls) for way in ("ASC", "DESC") for nulls in ("FIRST", "LAST")]
    keys = [{"field": name, "direction": way, "nulls": nulls} for name in names for way, nulls in ways]
    pairs = [[one, other] for one, other in zip(keys, keys[len(ways) + 1 :], strict=False)]
    return [None, [], *([{"field": name}] for name in names), *([key] for key in keys), *pairs]


async def _cursors(ways: Ways, company: Company, listed: ListField, order: Any) -> Sequence[str]:
    """Cursors of a list; of an edge's, those of the rows that have most."""
    order_type = str(listed.field.args["orderBy"].type)
    text = listed.text(f"$orderBy: {order_type}", f"{listed.name}(first: 50, orderBy: $orderBy) {{ edges {{ cursor }} }}")
    parents = company.ids[listed.parent.name.lower()][:4] if listed.parent else [None]
    found: list[str] = []
    for parent in parents:
        given = {"orderBy": order} | ({"parent": parent} if parent else {})
        answer = await ways.planned(Caller(company, "owner"), Question(text, given))
        edges = listed.found(answer.body)[listed.name]["edges"]
        found = max(found, [edge["cursor"] for edge in edges], key=len)
    return found


def _usual(*companies: Company) -> dict[str, Sequence[Any]]:
    """Values that occur in rows, as GraphQL takes them."""
    seen: defaultdict[type, set[Any]] = defaultdict(set)
    for company in companies:
        for noun in ENTITIES:
            for row in company.rows[noun]:
                for value in row.values():
                    if isinstance(value, str | datetime | Decimal | date):
                        seen[type(value)].add(value)
    texts = sorted(each for each in seen[str] if len(each) < 60 and not each.startswith(("{", "[")))
    return {
        "String": [*WORDS, *texts[::SAMPLE], *(company.mark for company in companies)],
        "Int": INTS,
        "Float": (0, 1.5, -1e300),
        "Boolean": (True, False),
        "Decimal": [float(each) for each in sorted(seen[Decimal])],
        "DateTime": [each.isoformat().replace("+00:00", "Z") for each in sorted(seen[datetime])],
        "Date": [each.isoformat() for each in sorted(seen[date])],
        "JSON": ({}, {"a": [1, None]}, "x", 1),
        "PageSize": (1, 2, 3, 0, 5, 100),
    }
