"""Graph shapes to SQL. What a request decides (rows, totals, limits, cursors) is left as marks, filled by `models.db.graph`."""

from dataclasses import dataclass, field
from typing import Any

from models.graph import (
    Anything,
    Connection,
    Constant,
    Cursor,
    Edges,
    Fact,
    Given,
    NodeOf,
    Nodes,
    PageFacts,
    RootNode,
    Single,
    Struct,
    Total,
    Word,
)
from models.render import Gathering, Renderer, Text, opened, print_value
from models.shape import Object

# Filled for each request. No key, name or column can contain a mark, because none has an angle bracket.
ROWS, TOTAL, LIMIT, CURSOR, AFTER, BEFORE = "<rows{}>", "<total{}>", "<limit{}>", "<cursor{}>", "<after{}>", "<before{}>"
GIVEN = "<given{}>"
# What depends on whether the rows are read from the end: how they are gathered, and which of the array of cursors is an end's.
GATHERED = Gathering("<opens{}>", "<closes{}>", "<ends{}>")
START, END = "<start{}>", "<end{}>"
QUOTED_NULL = "'null'"


@dataclass(slots=True)
class GraphRenderer(Renderer):
    """Renders a document's roots; the rows of listing 3 stand under the alias `c3`. `parents` tells what each hangs on."""

    parents: dict[int, str] = field(default_factory=dict)

    def roots(self, roots: tuple[RootNode, ...]) -> str:
        """The SQL that prints the object of all roots, such as an answer's `data`."""
        text = Text()
        self._struct(text, roots)
        return text.done()

    def guarded(self, number: int, roots: tuple[RootNode, ...]) -> str:
        """The same, or NULL while a listing has no row."""
        return f"(SELECT '' FROM ({ROWS.format(number)}) c{number}) || {self.roots(roots)}"

    def _struct(self, text: Text, parts: tuple[RootNode, ...]) -> None:
        for opening, part in opened(parts):
            text.say(opening)
            self._root(text, part)
        text.say("}" if parts else "{}")

    def _root(self, text: Text, root: RootNode) -> None:
        match root:
            case Constant(_, json):
                text.say(json)
            case Single(_, number, of, required):
                found = f"(SELECT {self.object(of, f'c{number}')} FROM ({ROWS.format(number)}) c{number})"
                text.sql(found if required else f"coalesce({found}, {QUOTED_NULL})")
            case Connection():
                text.sql(self._connection(root))
            case Given(_, number):
                text.sql(f"{GIVEN.format(number)}::text")
            case Anything():
                text.sql(self._anything(root))
            case Struct(_, parts, weight):
                text.say("\n" * weight)
                self._struct(text, parts)

    def _anything(self, of: Anything) -> str:
        given = GIVEN.format(of.number)
        if not of.many:
            return self._first_of(of.choices, f"{given}::uuid")
        found = self._first_of(of.choices, "i.id")
        ids = f"unnest({given}::uuid[]) WITH ORDINALITY i(id, ord)"
        return f"'[' || coalesce((SELECT string_agg({found}, ',' ORDER BY i.ord) FROM {ids}), '') || ']'"

    def _first_of(self, choices: tuple[Object, ...], reference: str) -> str:
        """An id belongs to one entity at the most, so the first that has it is the one."""
        tried = []
        for of in choices:
            alias = self._alias()
            tried.append(f"(SELECT {self.object(of, alias)} FROM {of.entity.table.name} {alias} WHERE {alias}.id = {reference})")
        return f"coalesce({', '.join([*tried, QUOTED_NULL])})"

    def _node(self, text: Text, node: Any, of: Object, alias: str) -> None:
        match node:
            case Constant(_, json):
                text.say(json)
            case Word(_, name, dashed):
                column = of.entity.column(name)
                value = f"{alias}.{column.name}"
                value = f"replace({value}, '-', '_')" if dashed else value
                print_value(text, '"', f"upper({value})", '"', nullable=column.nullable)
            case Connection():
                self.parents[node.number] = alias
                text.sql(self._connection(node))
            case _:
                # Named outright: super() without arguments does not work in a class with slots.
                Renderer._node(self, text, node, of, alias)

    def _connection(self, of: Connection) -> str:
        number = of.number
        alias = f"c{number}"
        text = Text()
        text.say("\n" * of.weight)
        for opening, part in opened(of.parts):
            text.say(opening)
            self._part(text, part, of, alias)
        text.say("}" if of.parts else "{}")
        if not of.lists:
            return f"({text.done()})"
        rows = ROWS.format(number)
        source = f"({rows}) {alias}"
        if of.looks_ahead:
            # The limit is a column, so that its parameter stands in the text whatever of the page is asked for.
            numbered = f"row_number() OVER () AS ord_, {LIMIT.format(number)} AS limit_"
            source = f"(SELECT *, {numbered} FROM ({rows}) w{number}) {alias}"
        # HAVING makes one row of the page even when nothing of it is aggregated.
        return f"(SELECT {text.done()} FROM {source} HAVING true)"

    def _part(self, text: Text, part: Any, of: Connection, alias: str) -> None:
        match part:
            case Constant(_, json):
                text.say(json)
            case Total(_, weight):
                text.say("\n" * weight)
                text.sql(f"({TOTAL.format(of.number)})::text")
            case Nodes(_, item):
                self._listed(text, self.object(item, alias), of, alias)
            case Edges(_, parts):
                self._listed(text, self._edge(parts, of, alias), of, alias)
            case PageFacts(_, facts):
                self._page_facts(text, facts, of, alias)

    def _listed(self, text: Text, item: str, of: Connection, alias: str) -> None:
        gathered = Gathering(*(mark.format(of.number) for mark in GATHERED))
        text.say("[")
        text.sql(gathered.of(item, _kept(alias) if of.looks_ahead else ""))
        text.say("]")

    def _edge(self, parts: tuple[Any, ...], of: Connection, alias: str) -> str:
        text = Text()
        for opening, part in opened(parts):
            text.say(opening)
            match part:
                case Constant(_, json):
                    text.say(json)
                case Cursor():
                    text.sql(CURSOR.format(of.number))
                case NodeOf(_, item):
                    text.sql(self.object(item, alias))
        text.say("}" if parts else "{}")
        return text.done()

    def _page_facts(self, text: Text, facts: tuple[Fact | Constant, ...], of: Connection, alias: str) -> None:
        number = of.number
        cursors = f"array_agg({CURSOR.format(number)}){_kept(alias)}"
        printed = {
            "hasNextPage": AFTER.format(number),
            "hasPreviousPage": BEFORE.format(number),
            "startCursor": f"coalesce(({START.format(number)}({cursors}))[1], 'null')",
            "endCursor": f"coalesce(({END.format(number)}({cursors}))[1], 'null')",
        }
        for opening, fact in opened(facts):
            text.say(opening)
            if isinstance(fact, Constant):
                text.say(fact.json)
            else:
                text.sql(printed[fact.name])
        text.say("}" if facts else "{}")


def _kept(alias: str) -> str:
    """Only the page: rows come numbered as they are read, those ahead of it last."""
    return f" FILTER (WHERE {alias}.ord_ <= {alias}.limit_)"
