"""Filters, searches, orders and cursors that one company can aim at another, generated from the schema."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import orjson
from graphql import GraphQLEnumType, GraphQLField, GraphQLInputObjectType, GraphQLObjectType, get_named_type

from models.catalogue import ENTITIES
from tests.contracts.drive import Drive, random_id
from tests.contracts.graphql_walk import GRAPHQL, bare, document, edges, is_connection, node_of, root
from tests.contracts.planting import Planted

BATCH = 40
TELLING = {"eq", "contains", "has"}
PAGE = "{ totalCount pageInfo { endCursor startCursor } edges { cursor node { id } } }"
Condition = dict[str, Any]
Aimed = tuple[Condition, Condition]


@dataclass(frozen=True)
class ListField:
    """A field that lists: of the root, or of a type whose one row the query starts from."""

    name: str
    field: GraphQLField
    parent: GraphQLObjectType | None = None

    @property
    def of(self) -> str:
        """The name of the listed type, such as `Contact`."""
        return str(node_of(get_named_type(self.field.type)).name)

    def argument(self, name: str) -> Any:
        """The named type of an argument."""
        return get_named_type(self.field.args[name].type)

    def text(self, declared: str, fields: str) -> str:
        """An operation with these variables and fields where this field stands."""
        if self.parent is None:
            return f"query ({declared}) {{ {fields} }}"
        return f"query ($parent: ID!, {declared}) {{ node(id: $parent) {{ ... on {self.parent.name} {{ {fields} }} }} }}"

    def start(self, of: Planted) -> dict[str, Any]:
        """The variable that names the row to start from."""
        return {"parent": str(of.ids[table(self.parent.name)])} if self.parent else {}

    def found(self, body: dict[str, Any]) -> dict[str, Any]:
        """The object that the fields were put into."""
        data: dict[str, Any] = body["data"]["node"] if self.parent else body["data"]
        return data


def table(type_name: str) -> str:
    """The table behind a GraphQL type."""
    return ENTITIES[type_name.lower()].table.name


def list_fields() -> list[ListField]:
    """Every connection of the schema."""
    found = [ListField(name, field) for name, field in root("query").items() if is_connection(get_named_type(field.type))]
    for of in GRAPHQL.get_possible_types(GRAPHQL.type_map["Node"]):  # type: ignore[arg-type]  # it is the interface
        found += [ListField(name, field, of) for name, field in edges(of).items() if is_connection(get_named_type(field.type))]
    return found


async def shown(planted: Planted) -> dict[str, dict[str, Any]]:
    """What the tenant itself is shown of its rows, by type: the values to filter by, as GraphQL writes them."""
    rows: dict[str, dict[str, Any]] = {}
    for noun, entity in ENTITIES.items():
        title = noun.title()
        text = document("query", "node", (title,))
        rows[title] = (await planted.tenant.data(text, id=str(planted.ids[entity.table.name])))["node"] or {}
    return rows


def conditions(of: GraphQLInputObjectType, rows: dict[str, dict[str, Any]], depth: int) -> Iterator[Aimed]:
    """Every filter of a type with the victim's values, each beside one with values that nobody has.

    At depth 1 every comparison and every relation; at depth 0, inside a relation, the most telling comparisons of every field.
    """
    values, mine = rows[of.name.removesuffix("Filter")], {"id": {"eq": rows[of.name.removesuffix("Filter")]["id"]}}
    nobodys = {"id": {"eq": random_id()}}
    for name, field in of.fields.items():
        inner = bare(field.type)
        if name in {"and", "or"}:
            yield {name: [mine]}, {name: [nobodys]}
        elif name == "not":
            yield {name: mine}, {name: nobodys}
        elif name == "search":
            yield {name: str(next(value for value in values.values() if "canary" in str(value)))}, {name: random_id()}
        elif "search" in inner.fields:
            deeper = conditions(inner, rows, depth - 1) if depth else ()
            yield from (({name: theirs}, {name: control}) for theirs, control in deeper)
        else:
            yield from (
                ({name: theirs}, {name: control}) for theirs, control in comparisons(inner, values[name]) if depth or {*theirs} & TELLING
            )


def comparisons(of: GraphQLInputObjectType, value: Any) -> Iterator[Aimed]:
    """Every comparison with a value; texts and ids beside one with a value that nothing has, others beside themselves."""
    plain = value[0] if isinstance(value, list) else value
    other = random_id() if of.name in {"IdFilter", "StringFilter", "StringListFilter"} else plain
    for operator, field in of.fields.items():
        if operator == "isNull":
            yield from (({operator: flag}, {operator: flag}) for flag in (True, False))
        elif str(bare(field.type)).startswith("["):
            yield {operator: [plain]}, {operator: [other]}
        else:
            yield {operator: plain}, {operator: other}


async def filter_everything(drive: Drive) -> None:
    """Every list by every filter with the victim's values, and by a search for each of its canaries."""
    rows = await shown(drive.victim)
    related: set[str] = set()
    for listed in list_fields():
        aimed = list(conditions(listed.argument("filter"), rows, depth=0 if listed.of in related else 1))
        related.add(listed.of)
        aimed += [({"search": text}, {"search": random_id()}) for text in drive.victim.texts.values()]
        for begin in range(0, len(aimed), BATCH):
            await filter_at_once(drive, listed, aimed[begin : begin + BATCH])


async def filter_at_once(drive: Drive, listed: ListField, aimed: list[Aimed]) -> None:
    """Many filters in one operation, and their controls in another."""
    declared = ", ".join(f"$f{index}: {listed.argument('filter').name}" for index in range(len(aimed)))
    text = listed.text(declared, " ".join(f"a{index}: {listed.name}(filter: $f{index}) {{ ...P }}" for index in range(len(aimed))))
    text += f" fragment P on {listed.of}Connection {PAGE}"
    answers = []
    for side in (0, 1):
        answer = await drive.graphql(text, listed.start(drive.attacker) | {f"f{index}": pair[side] for index, pair in enumerate(aimed)})
        drive.succeeded(f"filters of {listed.name}", answer)
        answers.append(listed.found(orjson.loads(answer.text)))
    drive.calls += 2 * (len(aimed) - 1)
    for index, pair in enumerate(aimed):
        if answers[0][f"a{index}"] != answers[1][f"a{index}"]:
            drive.violations.append(f"{listed.name} tells {pair[0]} from {pair[1]}")


async def order_everything(drive: Drive) -> None:
    """Every list in every order, on from the victim's cursors in both directions."""
    for listed in list_fields():
        of = listed.argument("orderBy")
        names = [field for field in of.fields if field != "nulls"]
        ways = product(*(enumerated(of.fields[name].type) for name in names), enumerated(of.fields["nulls"].type))
        for way in ways if listed.parent is None else list(ways)[:2]:
            await page_on(drive, listed, dict(zip((*names, "nulls"), way, strict=True)))


async def page_on(drive: Drive, listed: ListField, order: dict[str, str]) -> None:
    """One list from the victim's cursor on, forwards and backwards."""
    kinds = {name: str(argument.type) for name, argument in listed.field.args.items()}
    first = listed.text(f"$orderBy: {kinds['orderBy']}", f"{listed.name}(orderBy: $orderBy) {PAGE}")
    theirs = await drive.victim.tenant.graphql(first, **listed.start(drive.victim), orderBy=[order])
    cursor = listed.found(theirs)[listed.name]["pageInfo"]["endCursor"]
    for size, place in (("first", "after"), ("last", "before")):
        declared = f"$orderBy: {kinds['orderBy']}, ${size}: {kinds[size]}, ${place}: {kinds[place]}"
        text = listed.text(declared, f"{listed.name}(orderBy: $orderBy, {size}: ${size}, {place}: ${place}) {PAGE}")
        answer = await drive.graphql(text, listed.start(drive.attacker) | {"orderBy": [order], size: 5, place: cursor})
        drive.succeeded(f"{listed.name} in order {order}", answer)


def enumerated(of: Any) -> list[str]:
    """The values of an enumeration."""
    plain = get_named_type(of)
    assert isinstance(plain, GraphQLEnumType)
    return list(plain.values)
