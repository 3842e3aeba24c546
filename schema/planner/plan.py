"""Plans: an operation and the truth of its @skip and @include, as one template and the listings that fill it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode, OperationType, VariableNode

from models.db.graph import Filling
from models.graph import Constant, RootNode
from models.graph_sql import GraphRenderer
from resolvers.listing import Listing
from schema.limits import walk
from schema.listings import Root
from schema.planner.build import Asked, Builder, NotCoveredError
from schema.planner.collect import Collector, Fields

# Combinations of @skip and @include that one document is planned for; the executor answers further ones.
MOST_PLANS = 32


@dataclass(frozen=True, slots=True)
class Plan:
    """`template` is the answer's SQL with marks; `parents` tells the alias that each listing's rows hang on.

    `listings` and `fillings` keep what does not change from request to request, because the arguments read no variable.
    """

    template: str
    asked: tuple[Asked, ...]
    parents: Mapping[int, str]
    scopes: frozenset[str]
    listings: dict[int, Listing] = field(default_factory=dict)
    fillings: dict[int, Filling] = field(default_factory=dict)


@dataclass(slots=True)
class Plans:
    """The plans of one document, made when first needed; None for an operation that is not covered."""

    schema: GraphQLSchema
    document: DocumentNode
    deciding: tuple[str, ...]
    made: dict[Any, Plan | None] = field(default_factory=dict)

    @classmethod
    def of(cls, schema: GraphQLSchema, document: DocumentNode) -> "Plans":
        """No plan is made yet."""
        return cls(schema, document, deciding_variables(document))

    def plan(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Plan | None:
        """The operation's plan for these variables; None when the executor has to answer."""
        truths = {name: variables.get(name) for name in self.deciding}
        key = (operation.name.value if operation.name else None, *truths.values())
        if key not in self.made:
            if len(self.made) >= MOST_PLANS:
                return None
            self.made[key] = self._make(operation, truths)
        return self.made[key]

    def _make(self, operation: OperationDefinitionNode, truths: Mapping[str, Any]) -> Plan | None:
        if operation.operation is not OperationType.QUERY:
            return None
        fragments = {each.name.value: each for each in self.document.definitions if isinstance(each, FragmentDefinitionNode)}
        builder = Builder(Collector(fragments, truths))
        fields: Fields = {}
        builder.collector.collect(operation.selection_set.selections, "Query", fields)
        try:
            roots = tuple(self._root(builder, key, nodes) for key, nodes in fields.items())
        except NotCoveredError:
            return None
        if not builder.asked:
            return None
        renderer = GraphRenderer()
        template = renderer.document(roots)
        return Plan(template, tuple(each for each in builder.asked if each), renderer.parents, frozenset(builder.scopes))

    def _root(self, builder: Builder, key: str, nodes: list[Any]) -> RootNode:
        name = nodes[0].name.value
        if name == "__typename":
            return Constant(key, '"Query"')
        return builder.root(key, nodes, self._declared(name))

    def _declared(self, name: str) -> Root:
        query = self.schema.query_type
        made = query.fields.get(name) if query else None
        definition = made.extensions.get("strawberry-definition") if made else None
        resolver = getattr(getattr(definition, "base_resolver", None), "wrapped_func", None)
        root = getattr(resolver, "planned", None)
        if not isinstance(root, Root):
            raise NotCoveredError(name)
        return root


def deciding_variables(document: DocumentNode) -> tuple[str, ...]:
    """The variables that @skip and @include read."""
    names = [
        argument.value.name.value
        for node in walk(document)
        for directive in getattr(node, "directives", None) or ()
        for argument in directive.arguments
        if isinstance(argument.value, VariableNode) and directive.name.value in {"skip", "include"}
    ]
    return tuple(dict.fromkeys(names))
