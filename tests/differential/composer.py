"""Documents composed over the schema's types: whatever is added to the schema is asked for without a word here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType, OperationType, get_named_type, is_leaf_type, is_required_argument
from hypothesis import strategies as st

from tests.contracts.graphql_walk import GRAPHQL, is_connection, node_of
from tests.differential.choices import Choices
from tests.differential.inputs import Inputs
from tests.differential.places import Meaning, Place, Position, Reach
from tests.differential.pools import Pools
from tests.differential.ways import Question

# Kept under the settings' limits: 12 levels, 1000 tokens, 50 aliases.
MOST_LEVELS = 12
MOST_FIELDS = 40
MOST_ALIASES = 40
MOST_ROWS = 400
DEFAULT_PAGE = 20
ODD_KEYS = ("data", "errors", "null", "true", "on", "rows0", "c0", "_", "__x", "query", "A" * 60)
# What changes from one moment to the next (the log's place moves with everybody's transactions), what wants a document for an
# argument, and what makes Python answer the whole document either way.
UNSTEADY = {
    ("RateLimit", "remaining"),
    ("RateLimit", "resetAt"),
    ("CostEstimate", "remaining"),
    ("Query", "estimateCost"),
    ("Query", "documentLink"),
    ("Query", "searchKnowledge"),
    ("Query", "eventCursor"),
}
Composite = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True)
class Fragment:
    """A named fragment: what it selects, and how far it reaches from where it is spread."""

    name: str
    on: str
    text: str
    place: Place
    reach: Reach


@dataclass
class Composer:
    """Composes one document."""

    choices: Choices
    pools: Pools
    inputs: Inputs
    fields: int = 0
    aliases: int = 0
    fragments: list[Fragment] = field(default_factory=list)

    def question(self, kind: OperationType) -> Question:
        """A query or a mutation; now and then beside another query."""
        root = GRAPHQL.get_root_type(kind)
        assert root is not None
        body = self.selection(root, Position([Place()], [Reach(0, 1)], 0, 1))
        named = self.choices.chance(30) or bool(self.inputs.declared)
        declared = ", ".join(f"${name}: {kind}" for name, kind in self.inputs.declared.items())
        head = f"{kind.value} {'Asked' if named else ''}{f'({declared})' if declared else ''} "
        fragments = "".join(f"\nfragment {each.name} on {each.on} {each.text}" for each in self.fragments)
        other = named and self.choices.chance(5)
        text = f"{head}{body}{fragments}{' query Other { viewer { company { id } } }' if other else ''}"
        return Question(text, self.inputs.given, "Asked" if other else None)

    def selection(self, of: Composite, at: Position) -> str:
        """A selection of a type, in braces."""
        parts = [self._part(of, at)]
        # Fewer side by side the deeper it is.
        while self.fields < MOST_FIELDS and self.choices.chance(75 - 3 * at.depth):
            parts.append(self._part(of, at))
        return f"{{ {' '.join(parts)} }}"

    def _part(self, of: Composite, at: Position) -> str:
        abstract = isinstance(of, GraphQLInterfaceType)
        kind = self.choices.below(100)
        if kind >= (50 if abstract else 90):
            return self._inline(of, at)
        if kind >= (35 if abstract else 82):
            return self._spread(of, at)
        if kind >= (28 if abstract else 78) and at.taken(of.name):
            return self._again(of, at)
        names = [name for name, each in of.fields.items() if (of.name, name) not in UNSTEADY and self._fits(each, at)]
        if not names or self.choices.chance(8):
            return self._keyed(Meaning(of.name, "__typename", "", "String!"), of, at, "")
        # Half of the fields lead on, so that documents are deep.
        leading = [name for name in names if not is_leaf_type(get_named_type(of.fields[name].type))]
        name = self.choices.one_of(leading if leading and self.choices.chance(50) else names)
        return self._field(name, of, at)

    def _fits(self, of: GraphQLField, at: Position) -> bool:
        """Whether a field can be selected within the limits: one that leads on takes two levels more."""
        levels = 1 if is_leaf_type(get_named_type(of.type)) else 2
        return at.depth + levels <= MOST_LEVELS and (levels == 1 or self.fields < MOST_FIELDS)

    def _field(self, name: str, of: Composite, at: Position) -> str:
        made = of.fields[name]
        arguments, rows = self._arguments(made, of, at)
        target = get_named_type(made.type)
        meaning = Meaning(of.name, name, arguments, str(made.type))
        return self._keyed(meaning, of, Position(at.places, at.reaches, at.depth, rows), "" if is_leaf_type(target) else target)

    def _keyed(self, meaning: Meaning, of: Composite, at: Position, target: Any) -> str:
        """A field under its own name or an alias, with its directives and what is selected of it."""
        self.fields += 1
        key = self._key(meaning, of, at)
        if key != meaning.name:
            self.aliases += 1
        below = at.below(key, meaning, at.rows)
        name = meaning.name if key == meaning.name else f"{key}: {meaning.name}"
        inner = f" {self.selection(target, below)}" if target else ""
        return f"{name}{meaning.arguments}{self._directives()}{inner}"

    def _key(self, meaning: Meaning, of: Composite, at: Position) -> str:
        if at.admits(meaning.name, meaning) and (self.aliases >= MOST_ALIASES or not self.choices.chance(12)):
            return meaning.name
        wanted = (*ODD_KEYS, *of.fields) if self.choices.chance(50) else ()
        free = [key for key in wanted if at.admits(key, meaning)]
        return self.choices.one_of(free) if free else f"{meaning.name}{self.fields}"

    def _again(self, of: Composite, at: Position) -> str:
        """A key that is selected already, to be merged with what was selected of it."""
        known = at.taken(of.name)
        key = self.choices.one_of(sorted(known))
        meaning = known[key]
        made = of.fields.get(meaning.name)
        if made is None or not self._fits(made, at) or not at.admits(key, meaning):
            return self._keyed(Meaning(of.name, "__typename", "", "String!"), of, at, "")
        self.fields += 1
        self.aliases += key != meaning.name
        target = get_named_type(made.type)
        name = meaning.name if key == meaning.name else f"{key}: {meaning.name}"
        inner = "" if is_leaf_type(target) else f" {self.selection(target, at.below(key, meaning, at.rows))}"
        return f"{name}{meaning.arguments}{self._directives()}{inner}"

    def _inline(self, of: Composite, at: Position) -> str:
        condition = self.choices.one_of(["", *conditions(of)])
        target = GRAPHQL.type_map[condition] if condition else of
        assert isinstance(target, Composite)
        return f"...{f' on {condition}' if condition else ''}{self._directives()} {self.selection(target, at)}"

    def _spread(self, of: Composite, at: Position) -> str:
        known = [each for each in self.fragments if each.on in conditions(of) and self._admits(each, at)]
        if known and self.choices.chance(60):
            fragment = self.choices.one_of(known)
            at.spread(fragment.place, fragment.reach)
        else:
            fragment = self._fragment(self.choices.one_of(conditions(of)), at)
        return f"...{fragment.name}{self._directives()}"

    def _admits(self, fragment: Fragment, at: Position) -> bool:
        fits = at.depth + fragment.reach.depth <= MOST_LEVELS and at.rows * fragment.reach.rows <= MOST_ROWS
        return fits and all(place.admits_all(fragment.place) for place in at.places)

    def _fragment(self, on: str, at: Position) -> Fragment:
        target = GRAPHQL.type_map[on]
        assert isinstance(target, Composite)
        place, reach = Place(), Reach(at.depth, at.rows)
        text = self.selection(target, at.within(place, reach))
        relative = Reach(reach.depth - at.depth, -(-reach.rows // max(at.rows, 1)))
        self.fragments.append(Fragment(f"F{len(self.fragments)}", on, text, place, relative))
        return self.fragments[-1]

    def _directives(self) -> str:
        found = ""
        for name in ("skip", "include"):
            if self.choices.chance(4):
                found += f" @{name}(if: {self.inputs.truth()})"
        return found

    def _arguments(self, made: GraphQLField, of: Composite, at: Position) -> tuple[str, int]:
        """A field's arguments as they stand in the document, and how many rows may come of them."""
        if is_connection(get_named_type(made.type)):
            return self._paged(made, at)
        given = {name: each for name, each in made.args.items() if is_required_argument(each) or self.choices.chance(50)}
        hint = str(get_named_type(made.type).name)
        values = {name: self.inputs.value(each.type, f"{hint}.{name}") for name, each in given.items()}
        many = max([1, *(len(value) for value in values.values() if isinstance(value, list))])
        return self._printed(made, values), at.rows * many

    def _paged(self, made: GraphQLField, at: Position) -> tuple[str, int]:
        """Arguments of a connection: an end, a size that keeps the rows few, an order, cursors of that order, a filter."""
        of = str(node_of(get_named_type(made.type)).name)
        values: dict[str, Any] = {}
        size = DEFAULT_PAGE
        if at.rows * DEFAULT_PAGE > MOST_ROWS or self.choices.chance(60):
            sizes = [each for each in self.pools.usual["PageSize"] if at.rows * each <= MOST_ROWS]
            size = self.choices.one_of(sizes)
            values["last" if self.choices.chance(30) else "first"] = size
        if self.choices.chance(25):
            free = self.choices.chance(10)
            values["orderBy"] = self.inputs.value(made.args["orderBy"].type, of) if free else self.choices.one_of(self.pools.orders[of])
        for name in ("after", "before"):
            if self.choices.chance(12):
                values[name] = self._cursor(of, values.get("orderBy"))
        if self.choices.chance(30):
            values["filter"] = self.inputs.value(made.args["filter"].type, of)
        if self.choices.chance(1):
            values |= {"first": 1, "last": 1}
        return self._printed(made, values), at.rows * max(size, 1)

    def _cursor(self, of: str, order: Any) -> str:
        known = self.pools.cursors_for(of, order)
        odd: Sequence[str] = self.pools.odd["cursor"]
        return self.choices.one_of(known if known and not self.choices.chance(3) else odd)

    def _printed(self, made: GraphQLField, values: dict[str, Any]) -> str:
        parts = [f"{name}: {self.inputs.argument(made.args[name].type, value)}" for name, value in values.items()]
        return f"({', '.join(parts)})" if parts else ""


def conditions(of: Composite) -> list[str]:
    """The type conditions that can hold for a type: itself, its interfaces, the types of an interface."""
    further = GRAPHQL.get_possible_types(of) if isinstance(of, GraphQLInterfaceType) else of.interfaces
    return [of.name, *(each.name for each in further)]


@st.composite
def questions(draw: st.DrawFn, pools: Pools, kind: OperationType = OperationType.QUERY) -> Question:
    """Composed documents with their variables."""
    choices = Choices(draw)
    return Composer(choices, pools, Inputs(choices, pools)).question(kind)
