"""Which deprecated parts of the schema are still used, counted per operation, so that they can be removed one day."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import structlog
from graphql import (
    ArgumentNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)

from resolvers.ctx import Ctx

if TYPE_CHECKING:
    from prometheus_client import Metric

log = structlog.get_logger(__name__)

# Names of operations are the clients' to choose, so they may not fill the memory.
MOST_COUNTED = 1000
LONGEST_NAME = 100
OTHERS = "(others)"
METRIC = "parley_graphql_deprecated"
HELP = "Operations that used a deprecated part of the schema, by operation name and part"


def deprecated_parts_used(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> tuple[str, ...]:
    """What an operation of a valid document uses of what is deprecated, as schema coordinates, each once.

    Such as `Contact.phone`, `Query.contacts(search:)`, `DealStage.WON` and `ContactFilter.tag`. What only the variables'
    values say is not seen, because they are not part of the document.
    """
    if not deprecated_parts(schema):
        return ()
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    finder = Finder(TypeInfo(schema))
    visit(operation, TypeInfoVisitor(finder.types, finder))
    seen: set[str] = set()
    while finder.spread:
        name = finder.spread.popleft()
        if name not in seen:
            seen.add(name)
            visit(fragments[name], TypeInfoVisitor(finder.types, finder))
    return tuple(finder.found)


@lru_cache(maxsize=8)
def deprecated_parts(schema: GraphQLSchema) -> Mapping[str, str]:
    """Everything of a schema that is deprecated: its coordinates, and the reason that is given."""
    return {name: reason for name, reason in coordinates(schema).items() if reason is not None}


def coordinates(schema: GraphQLSchema) -> dict[str, str | None]:
    """Every field, argument and value of a schema, with the reason why it is deprecated, if it is."""
    found: dict[str, str | None] = {}
    for made in schema.type_map.values():
        if isinstance(made, GraphQLEnumType):
            found |= {f"{made.name}.{name}": value.deprecation_reason for name, value in made.values.items()}
        if isinstance(made, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, part in made.fields.items():
                found[f"{made.name}.{name}"] = part.deprecation_reason
                found |= {f"{made.name}.{name}({each}:)": arg.deprecation_reason for each, arg in getattr(part, "args", {}).items()}
    for directive in schema.directives:
        found |= {f"@{directive.name}({each}:)": arg.deprecation_reason for each, arg in directive.args.items()}
    return found


class Finder(Visitor):
    """Collects coordinates in `found`, and in `spread` the fragments that are still to be looked through."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.found: dict[str, None] = {}
        self.spread: deque[str] = deque()
        self.field = ""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """A field of an object or an interface; its arguments are visited next."""
        parent = self.types.get_parent_type()
        self.field = f"{parent}.{node.name.value}"
        self._take(self.field, self.types.get_field_def())

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        """An argument of a field or of a directive."""
        directive = self.types.get_directive()
        of = self.field if directive is None else f"@{directive.name}"
        self._take(f"{of}({node.name.value}:)", self.types.get_argument())

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        """A field of an input object that the document writes out."""
        parent = get_named_type(self.types.get_parent_input_type())
        self._take(f"{parent}.{node.name.value}", getattr(parent, "fields", {}).get(node.name.value))

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        """A value of an enumeration."""
        self._take(f"{get_named_type(self.types.get_input_type())}.{node.value}", self.types.get_enum_value())

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        """What a fragment selects is the operation's too."""
        self.spread.append(node.name.value)

    def _take(self, coordinate: str, part: Any) -> None:
        if part is not None and part.deprecation_reason is not None:
            self.found[coordinate] = None


@dataclass(slots=True)
class Usage:
    """How often each operation used what is deprecated, in this process. Beyond `most` pairs, operations are counted together."""

    most: int = MOST_COUNTED
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, operation: str | None, parts: tuple[str, ...], ctx: Ctx | None = None) -> None:
        """One run of an operation, by its name; the log tells whose it was."""
        name = (operation or "")[:LONGEST_NAME]
        for part in parts:
            key = (name, part)
            if key not in self.counted and len(self.counted) >= self.most:
                key = (OTHERS, part)
            self.counted[key] += 1
        caller = ctx.principal if ctx else None
        whose = {"user_id": caller.user_id, "company_id": caller.company_id} if caller else {}
        log.info("deprecated", operation=name, parts=parts, **whose)

    def counts(self) -> dict[tuple[str, str], int]:
        """Runs by operation name ("" for an anonymous one) and coordinate."""
        return dict(self.counted)

    def collect(self) -> "Iterator[Metric]":
        """The counts, for a Prometheus."""
        from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415 - for those who ask

        family = CounterMetricFamily(METRIC, HELP, labels=("operation", "part"))
        for labels, times in self.counted.items():
            family.add_metric(labels, times)
        yield family
