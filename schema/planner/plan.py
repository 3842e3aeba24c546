"""Plans: an operation and the truth of its @skip and @include, as a template and what a request has to fill in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    parse,
)

from models.db.graph import Filling
from models.graph import Anything, Connection, RootNode, Single, Struct
from models.graph_sql import GraphRenderer
from resolvers.listing import Listing
from schema.declared import Change, Live
from schema.errors import RequestError
from schema.planner.build import Asked, Builder, NotCoveredError
from schema.planner.collect import Collector, Fields
from schema.planner.cost import Cost
from schema.planner.denied import Denial
from schema.planner.readers import Read
from schema.planner.tree import deciding_variables, forget_tokens
from schema.planner.types import FieldFacts, Types
from schema.planner.variables import Variables
from schema.usage import deprecated_parts_used

# Combinations of truths and missing scopes that one document is planned for; the executor answers further ones.
MOST_PLANS = 32


@dataclass(frozen=True, slots=True)
class Plan:
    """`template` is the SQL of an object with marks; `parents` tells the alias that each listing's rows hang on.

    `listings` and `fillings` keep what does not change from request to request, because the arguments read no variable; `readers`
    keep how those arguments are read that do, None where graphql-core has to.
    """

    template: str
    asked: tuple[Asked, ...]
    parents: Mapping[int, str]
    scopes: frozenset[str]
    denials: tuple[Denial, ...]
    listings: dict[int, Listing] = field(default_factory=dict)
    fillings: dict[int, Filling] = field(default_factory=dict)
    readers: dict[int, Read | None] = field(default_factory=dict)

    @classmethod
    def of(cls, builder: Builder, roots: tuple[RootNode, ...], guard: int | None = None) -> "Plan":
        """The plan of what the builder has built; without a row of the listing `guard` there is nothing to print."""
        renderer = GraphRenderer()
        template = renderer.roots(roots) if guard is None else renderer.guarded(guard, roots)
        asked = tuple(each for each in builder.asked if each)
        return cls(template, asked, renderer.parents, frozenset(builder.scopes), tuple(builder.denials))


@dataclass(frozen=True, slots=True)
class Step:
    """One field of a mutation: the command to run, and the plan of its payload; without one, the payload is the row's id."""

    nodes: tuple[FieldNode, ...]
    facts: FieldFacts
    change: Change
    fields: Fields
    payload: Plan | None


@dataclass(frozen=True, slots=True)
class Steps:
    """A mutation: its fields by their keys, to be run one after the other; None for `__typename`."""

    steps: Mapping[str, Step | None]
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class LivePlan:
    """A subscription: which events it is told of, and the plan of what it is told."""

    key: str
    nodes: tuple[FieldNode, ...]
    facts: FieldFacts
    live: Live
    payload: Plan

    @property
    def scopes(self) -> frozenset[str]:
        """What the payload reaches."""
        return self.payload.scopes


Planned = Plan | Steps | LivePlan


@dataclass(frozen=True, slots=True)
class Head:
    """What of an operation each request reads: its name, its kind, its variables, and what it uses of what is deprecated.

    `deciding` are those of its variables that @skip and @include read.
    """

    name: str | None
    kind: OperationType
    variables: Variables
    introspects: bool
    deprecated: tuple[str, ...]
    deciding: tuple[str, ...]

    @classmethod
    def of(cls, types: Types, document: DocumentNode, definition: OperationDefinitionNode, deciding: Sequence[str]) -> "Head":
        """`introspects`: it asks about the schema alone, as the documentation pages do. `deciding`: of all the document's operations."""
        selected = definition.selection_set.selections
        introspects = all(isinstance(each, FieldNode) and each.name.value.startswith("__") for each in selected)
        name = definition.name.value if definition.name else None
        deprecated = deprecated_parts_used(types.schema, document, definition)
        declared = definition.variable_definitions or ()
        variables = Variables.of(types.schema, declared)
        names = {each.variable.name.value for each in declared}
        # Another operation's variables decide nothing here, and this one has no values for them.
        own = tuple(each for each in deciding if each in names)
        return cls(name, definition.operation, variables, introspects, deprecated, own)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation for one truth of its directives: what it costs, and the plan for callers who hold every scope.

    `plan` is None for what is not covered; `reason` says why.
    """

    plans: "Plans"
    head: Head
    truths: Mapping[str, Any]
    cost: Cost
    plan: Planned | None
    reason: str = ""
    narrowed: dict[frozenset[str], Planned | None] = field(default_factory=dict)

    def plan_for(self, scopes: frozenset[str]) -> Planned | None:
        """The plan for a caller with these scopes; None when the executor has to answer."""
        if self.plan is None or self.plan.scopes <= scopes:
            return self.plan
        missing = self.plan.scopes - scopes
        if missing not in self.narrowed:
            if len(self.narrowed) >= MOST_PLANS:
                return None
            self.narrowed[missing] = planned(*self.plans.collected(self.head, self.truths), missing)[0]
        return self.narrowed[missing]


@dataclass(slots=True, eq=False)
class Plans:
    """A document, and its operations as far as they have been asked for.

    The syntax tree takes three times as much memory as a plan, so it is thrown away once a query is planned; what then still
    needs it (the executor for a wrong argument, a caller with other scopes) parses the text again.
    """

    types: Types
    text: str
    tree: DocumentNode | None
    heads: Mapping[str | None, Head]
    made: dict[Any, Operation] = field(default_factory=dict)

    @classmethod
    def of(cls, types: Types, text: str, document: DocumentNode) -> "Plans":
        """No plan is made yet."""
        deciding = deciding_variables(document) if "$" in text else ()
        heads = [Head.of(types, document, each, deciding) for each in document.definitions if isinstance(each, OperationDefinitionNode)]
        named: dict[str | None, Head] = {each.name: each for each in heads}
        return cls(types, text, document, named | ({None: heads[0]} if len(heads) == 1 else {}))

    @property
    def document(self) -> DocumentNode:
        """The syntax tree; it was validated when the text was seen first."""
        return self.tree or parse(self.text)

    def head(self, name: str | None) -> Head:
        """The operation to run; raises `RequestError` when the name does not tell."""
        found = self.heads.get(name)
        if found is None:
            known = f"no operation is named {name}" if name else "operationName must say which of the document's operations to run"
            raise RequestError(known, "OPERATION_NOT_FOUND")
        return found

    def operation(self, head: Head, variables: Mapping[str, Any]) -> Operation:
        """The operation as these variables make it; raises `RequestError` when one is null that says what is included."""
        truths = {name: variables.get(name) for name in head.deciding}
        key = (head.name, *truths.values())
        found = self.made.get(key)
        if found is None:
            found = self._make(head, truths)
            if len(self.made) < MOST_PLANS:
                self.made[key] = found
                if isinstance(found.plan, Plan) and self.tree is not None:
                    forget_tokens(self.tree)
                    self.tree = None
        return found

    def collected(self, head: Head, truths: Mapping[str, Any]) -> tuple[OperationDefinitionNode, Collector]:
        """An operation's definition, and the way to collect its fields."""
        document = self.document
        fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
        listed = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
        definition = next(each for each in listed if (each.name.value if each.name else None) == head.name)
        perhaps_null = frozenset(
            each.variable.name.value
            for each in definition.variable_definitions or ()
            if each.default_value is not None and not isinstance(each.type, NonNullTypeNode)
        )
        return definition, Collector(self.types, fragments, truths, perhaps_null)

    def _make(self, head: Head, truths: Mapping[str, Any]) -> Operation:
        definition, collector = self.collected(head, truths)
        cost = Cost.of(collector, collector.roots(definition), definition.operation.value.title())
        return Operation(self, head, truths, cost, *planned(definition, collector, frozenset()))


def planned(definition: OperationDefinitionNode, collector: Collector, missing: frozenset[str]) -> tuple[Planned | None, str]:
    """The plan for callers who lack `missing`; None and the reason when only the executor can answer."""
    fields = collector.roots(definition)
    try:
        if definition.operation is OperationType.MUTATION:
            return _steps(collector, fields, missing), ""
        if definition.operation is OperationType.SUBSCRIPTION:
            return _live(collector, fields, missing), ""
        builder = Builder(collector, missing)
        roots = builder.roots(fields, "Query", ())
    except NotCoveredError as error:
        return None, str(error)
    if not any(_reads(root) for root in roots):
        return None, "nothing of it is read from the database"
    return Plan.of(builder, roots), ""


def _reads(root: RootNode) -> bool:
    return isinstance(root, Connection | Single | Anything) or (isinstance(root, Struct) and any(_reads(part) for part in root.parts))


def _steps(collector: Collector, fields: Fields, missing: frozenset[str]) -> Steps:
    steps: dict[str, Step | None] = {}
    for key, nodes in fields.items():
        if nodes[0].name.value == "__typename":
            steps[key] = None
            continue
        facts = collector.types.field("Mutation", nodes[0].name.value)
        if facts is None or not isinstance(facts.declared, Change):
            raise NotCoveredError(f"Mutation.{nodes[0].name.value} is answered by Python")
        steps[key] = _step(collector, nodes, facts, facts.declared, missing)
    return Steps(steps, frozenset[str]().union(*(step.payload.scopes for step in steps.values() if step and step.payload)))


def _live(collector: Collector, fields: Fields, missing: frozenset[str]) -> LivePlan:
    """Validation has seen to it that there is one field."""
    ((key, nodes),) = fields.items()
    facts = collector.types.field("Subscription", nodes[0].name.value)
    if facts is None or not isinstance(facts.declared, Live):
        raise NotCoveredError(f"Subscription.{nodes[0].name.value} tells of nothing")
    builder = Builder(collector, missing)
    subject = facts.declared.subject
    filtered = facts.declared.filtered and any(each.name.value == "filter" for each in nodes[0].arguments or ())
    guard = builder.guard(nodes[0], subject) if filtered and subject else None
    shown = builder.live(key, nodes, facts)
    return LivePlan(key, tuple(nodes), facts, facts.declared, Plan.of(builder, (shown,), guard))


def _step(collector: Collector, nodes: list[FieldNode], facts: FieldFacts, change: Change, missing: frozenset[str]) -> Step:
    fields = collector.fields(nodes, facts.named)
    if not change.shows:
        return Step(tuple(nodes), facts, change, fields, None)
    builder = Builder(collector, missing)
    return Step(tuple(nodes), facts, change, fields, Plan.of(builder, builder.changed(fields, change.entity)))
