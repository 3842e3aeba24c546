"""Graph shapes to SQL. What a request decides (rows, totals, limits, cursors) is left as marks, filled by `models.db.graph`."""

from dataclasses import dataclass, field
from typing import Any

from models.graph import Connection, Constant, Cursor, Edges, Fact, NodeOf, Nodes, PageFacts, RootNode, Single, Total, Word
from models.render import Renderer, Text, opened
from models.shape import Object

# Filled for each request. No key, name or column can contain a mark, because none has an angle bracket.
ROWS, TOTAL, LIMIT, CURSOR, AFTER, BEFORE, KEPT = "<rows{}>", "<total{}>", "<limit{}>", "<cursor{}>", "<after{}>", "<before{}>", "<kept{}>"


@dataclass(slots=True)
class GraphRenderer(Renderer):
    """Renders a document's roots; the rows of listing 3 stand under the alias `c3`. `parents` tells what each hangs on."""

    parents: dict[int, str] = field(default_factory=dict)

    def document(self, roots: tuple[RootNode, ...]) -> str:
        """The SQL that prints the whole answer, `{"data": {...}}`."""
        text = Text()
        text.say('{"data":{')
        for index, root in enumerate(roots):
            text.say(("," if index else "") + f'"{root.key}":')
            self._root(text, root)
        text.say("}}")
        return text.done()

    def _root(self, text: Text, root: RootNode) -> None:
        match root:
            case Constant(_, json):
                text.say(json)
            case Single(_, number, of):
                rows = ROWS.format(number)
                text.sql(f"coalesce((SELECT {self.object(of, f'c{number}')} FROM ({rows}) c{number}), 'null')")
            case Connection():
                text.sql(self._connection(root))

    def _node(self, text: Text, node: Any, of: Object, alias: str) -> None:
        match node:
            case Constant(_, json):
                text.say(json)
            case Word(_, name):
                column = of.entity.column(name)
                spelled = f"'\"' || upper(replace({alias}.{column.name}, '-', '_')) || '\"'"
                text.sql(f"coalesce({spelled}, 'null')" if column.nullable else spelled)
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
            numbered = f"row_number() OVER () AS ord_, count(*) OVER () AS all_, {LIMIT.format(number)} AS limit_"
            source = f"(SELECT *, {numbered} FROM ({rows}) w{number}) {alias}"
        # HAVING makes one row of the page even when nothing of it is aggregated.
        return f"(SELECT {text.done()} FROM {source} HAVING true)"

    def _part(self, text: Text, part: Any, of: Connection, alias: str) -> None:
        match part:
            case Constant(_, json):
                text.say(json)
            case Total():
                text.sql(f"({TOTAL.format(of.number)})::text")
            case Nodes(_, item):
                self._listed(text, self.object(item, alias), of)
            case Edges(_, parts):
                self._listed(text, self._edge(parts, of, alias), of)
            case PageFacts(_, facts):
                self._page_facts(text, facts, of)

    def _listed(self, text: Text, item: str, of: Connection) -> None:
        kept = f" FILTER (WHERE {KEPT.format(of.number)})" if of.looks_ahead else ""
        text.say("[")
        text.sql(f"coalesce(string_agg({item}, ','){kept}, '')")
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

    def _page_facts(self, text: Text, facts: tuple[Fact | Constant, ...], of: Connection) -> None:
        cursors = f"(array_agg({CURSOR.format(of.number)} ORDER BY ord_ %s) FILTER (WHERE {KEPT.format(of.number)}))[1]"
        printed = {
            "hasNextPage": AFTER.format(of.number),
            "hasPreviousPage": BEFORE.format(of.number),
            "startCursor": f"coalesce({cursors % 'ASC'}, 'null')",
            "endCursor": f"coalesce({cursors % 'DESC'}, 'null')",
        }
        for opening, fact in opened(facts):
            text.say(opening)
            if isinstance(fact, Constant):
                text.say(fact.json)
            else:
                text.sql(printed[fact.name])
        text.say("}" if facts else "{}")
