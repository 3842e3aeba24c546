"""A planned operation for one request: read the arguments, ask the resolvers which rows, run the one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import GraphQLError, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues, get_variable_values
from strawberry import Schema

from models.db.graph import Filling, filling
from models.filters import edges_of
from models.rows import Rows
from resolvers.ctx import Ctx
from resolvers.errors import BadRequest, ParleyError
from resolvers.faults import DATABASE_FAULTS, known
from resolvers.listing import Listing, listed
from schema.ids import read_id
from schema.listings import listing_of
from schema.planner.arguments import read_arguments
from schema.planner.build import Asked
from schema.planner.plan import Plan


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """Runs plans over one schema."""

    strawberry: Schema

    @property
    def schema(self) -> GraphQLSchema:
        """The schema as graphql-core has it."""
        return self.strawberry._schema

    def variables(self, operation: OperationDefinitionNode, raw: Mapping[str, Any]) -> VariableValues | None:
        """The coerced variables; None when one is wrong, which the executor will word."""
        coerced = get_variable_values(self.schema, operation.variable_definitions or (), dict(raw), max_errors=1)
        return None if isinstance(coerced, list) else coerced

    async def answer(self, plan: Plan, ctx: Ctx, variables: VariableValues) -> bytes | None:
        """The whole answer as JSON; None when a scope is missing or an argument is wrong, which the executor will word."""
        if not plan.scopes <= ctx.principal.scopes:
            return None
        try:
            fillings = [await self._filling(plan, number, ctx, variables) for number in range(len(plan.asked))]
        except (ParleyError, GraphQLError):
            return None
        try:
            printed = await ctx.db.graph(plan.template, fillings)
        except DATABASE_FAULTS as error:
            if isinstance(known(error), BadRequest):
                return None
            raise
        ctx.planned = True
        return printed

    async def _filling(self, plan: Plan, number: int, ctx: Ctx, variables: VariableValues) -> Filling:
        known = plan.fillings.get(number)
        if known is not None:
            return known
        asked = plan.asked[number]
        if asked.root is not None:
            rows = await self._root_rows(plan, number, ctx, variables)
            return filling(rows, lists=asked.lists, looks_ahead=asked.looks_ahead, counts=asked.counts)
        made = self._edge_filling(plan, number, ctx, variables)
        # A condition on another entity takes a scope, which is asked of each caller.
        if number in plan.listings and not edges_of(plan.listings[number].where):
            plan.fillings[number] = made
        return made

    async def _root_rows(self, plan: Plan, number: int, ctx: Ctx, variables: VariableValues) -> Rows[Any]:
        asked = plan.asked[number]
        root = asked.root
        assert root is not None
        if root.single:
            rows: Rows[Any] = await root.resolver(ctx, read_id(self._arguments(asked, variables)["id"], "id"))
            return rows
        listed_rows: Rows[Any] = await root.resolver(ctx, self._listing(plan, number, variables))
        return listed_rows

    def _edge_filling(self, plan: Plan, number: int, ctx: Ctx, variables: VariableValues) -> Filling:
        asked = plan.asked[number]
        assert asked.edge is not None
        rows = listed(ctx, asked.entity, self._listing(plan, number, variables))
        hung = rows.hung_on(asked.edge.key, f"{plan.parents[number]}.id")
        return filling(hung, lists=asked.lists, looks_ahead=asked.looks_ahead, counts=asked.counts)

    def _listing(self, plan: Plan, number: int, variables: VariableValues) -> Listing:
        known = plan.listings.get(number)
        if known is not None:
            return known
        asked = plan.asked[number]
        order = asked.edge.order if asked.edge else asked.entity.order
        made = listing_of(asked.entity, self._arguments(asked, variables), order)
        if asked.constant:
            plan.listings[number] = made
        return made

    def _arguments(self, asked: Asked, variables: VariableValues) -> dict[str, Any]:
        parent = cast(GraphQLObjectType, self.schema.type_map[asked.type_name])
        return read_arguments(parent.fields[asked.node.name.value], asked.node, variables)
