"""A planned operation for one request: read the arguments, ask the resolvers which rows, run the one statement."""

from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from graphql import GraphQLError, GraphQLField, GraphQLLeafType, GraphQLList, GraphQLNonNull, GraphQLOutputType
from graphql.execution.values import VariableValues

from models.catalogue import Entity
from models.db.graph import Filler, Filling, Value, filling
from models.filters import edges_of
from models.rows import Rows
from resolvers.ctx import Ctx
from resolvers.errors import BadRequest, ParleyError
from resolvers.faults import DATABASE_FAULTS, known
from resolvers.listing import Listing, by_id, listed
from schema import declared
from schema.ids import read_id
from schema.listings import listing_of
from schema.planner.arguments import read_arguments
from schema.planner.build import Asked
from schema.planner.denied import denied_errors
from schema.planner.plan import Plan
from schema.planner.readers import reader_of
from schema.planner.types import Types

# What the executor words better: it knows the field.
UNREADABLE = (ParleyError, GraphQLError)


@dataclass(slots=True)
class Answer:
    """An operation's data as JSON, with the newlines that tell its cost, and its errors."""

    data: bytes
    errors: list[dict[str, Any]] = field(default_factory=list)
    acted: int = 0

    @property
    def cost(self) -> int:
        """What it really cost."""
        # Taking the newlines out skips from one to the next; `count` looks at each byte, a twentieth of a short request.
        return self.acted + len(self.data) - len(self.data.replace(b"\n", b""))


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """Runs plans over one schema."""

    types: Types

    async def answer(self, plan: Plan, ctx: Ctx, variables: VariableValues) -> Answer | None:
        """The whole answer of a query; None when an argument is wrong, which the executor will word."""
        try:
            fillers = await self.fillers(plan, ctx, variables)
        except UNREADABLE:
            return None
        try:
            return await self.printed(plan, ctx, fillers)
        except DATABASE_FAULTS as error:
            if isinstance(known(error), BadRequest):
                return None
            raise

    async def printed(self, plan: Plan, ctx: Ctx, fillers: list[Filler]) -> Answer | None:
        """What a plan's one statement prints, and the errors of the fields that the caller may not see.

        None when the row that a payload has to show is not there.
        """
        data = await ctx.db.graph(plan.template, fillers)
        if data is None:
            return None
        return Answer(data, denied_errors(orjson.loads(data), plan.denials) if plan.denials else [])

    async def fillers(self, plan: Plan, ctx: Ctx, variables: VariableValues, subject: Rows[Any] | None = None) -> list[Filler]:
        """What fills the plan's marks for this request; `subject` is the row that a payload shows, none while one is only tried."""
        kept = plan.fillings
        return [kept.get(number) or await self._filler(plan, number, ctx, variables, subject) for number in range(len(plan.asked))]

    async def _filler(self, plan: Plan, number: int, ctx: Ctx, variables: VariableValues, subject: Rows[Any] | None) -> Filler:
        asked = plan.asked[number]
        match asked.source:
            case declared.Root(_, resolver, single):
                wanted = read_id(self._arguments(plan, number, variables)["id"], "id") if single else self._listing(plan, number, variables)
                return _whole(plan, number, await resolver(ctx, wanted))
            case declared.ById(read, many):
                ids = read(self._arguments(plan, number, variables))
                return Value(ids if many else ids[0])
            case declared.Fact(read):
                return Value(self._json(asked, read(ctx)))
            case declared.Own(_, resolver):
                return _whole(plan, number, await resolver(ctx))
        return self._hung(plan, number, ctx, variables) if asked.edge else _whole(plan, number, subject or by_id(_entity(asked), None))

    def _hung(self, plan: Plan, number: int, ctx: Ctx, variables: VariableValues) -> Filling:
        asked = plan.asked[number]
        assert asked.edge is not None
        rows = listed(ctx, _entity(asked), self._listing(plan, number, variables))
        made = _whole(plan, number, rows.hung_on(asked.edge.key, f"{plan.parents[number]}.id"))
        # A condition on another entity takes a scope, which is asked of each caller.
        if number in plan.listings and not edges_of(plan.listings[number].where):
            plan.fillings[number] = made
        return made

    def _listing(self, plan: Plan, number: int, variables: VariableValues) -> Listing:
        found = plan.listings.get(number)
        if found is not None:
            return found
        asked = plan.asked[number]
        of = _entity(asked)
        made = listing_of(of, self._arguments(plan, number, variables), asked.edge.order if asked.edge else of.order)
        if asked.constant:
            plan.listings[number] = made
        return made

    def _arguments(self, plan: Plan, number: int, variables: VariableValues) -> dict[str, Any]:
        if number not in plan.readers:
            plan.readers[number] = reader_of(self._definition(plan.asked[number]), plan.asked[number].node)
        read = plan.readers[number]
        try:
            found: dict[str, Any] | None = read(variables.coerced) if read else None
        except LookupError:  # a variable is missing or null, which graphql-core knows the meaning of
            found = None
        asked = plan.asked[number]
        return read_arguments(self._definition(asked), asked.node, variables) if found is None else found

    def _definition(self, asked: Asked) -> GraphQLField:
        facts = self.types.field(asked.type_name, asked.node.name.value)
        assert facts is not None
        return facts.definition

    def _json(self, asked: Asked, value: Any) -> str:
        return orjson.dumps(serialized(self._definition(asked).type, value)).decode()


def _whole(plan: Plan, number: int, rows: Rows[Any]) -> Filling:
    asked = plan.asked[number]
    return filling(rows, lists=asked.lists, looks_ahead=asked.looks_ahead, counts=asked.counts)


def _entity(asked: Asked) -> Entity:
    assert asked.entity is not None
    return asked.entity


def serialized(kind: GraphQLOutputType, value: Any) -> Any:
    """A value as its GraphQL type prints it."""
    if isinstance(kind, GraphQLNonNull):
        return serialized(kind.of_type, value)
    if value is None:
        return None
    if isinstance(kind, GraphQLList):
        return [serialized(kind.of_type, each) for each in value]
    return cast(GraphQLLeafType, kind).coerce_output_value(value)
