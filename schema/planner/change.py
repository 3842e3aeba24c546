"""A planned mutation: each command in turn, and after it has committed one statement for its payload."""

from dataclasses import dataclass
from typing import Any

import orjson
from graphql.error import located_error
from graphql.execution.values import VariableValues

from models.db.row import Row
from resolvers.ctx import Ctx
from resolvers.errors import NotFound, Unavailable
from resolvers.faults import DATABASE_FAULTS, known
from resolvers.listing import by_id
from schema.errors import field_error
from schema.mutations import perform
from schema.planner.arguments import read_arguments
from schema.planner.plan import Plan, Step, Steps
from schema.planner.run import UNREADABLE, Answer, PlannedRun


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """Runs planned mutations."""

    runner: PlannedRun

    async def answer(self, plan: Steps, ctx: Ctx, variables: VariableValues) -> Answer | None:
        """The whole answer; None when an argument inside a payload is wrong, which the executor will word. Nothing ran then."""
        try:
            for step in plan.steps.values():
                if step and step.payload:
                    await self.runner.fillers(step.payload, ctx, variables)
        except UNREADABLE:
            return None
        printed, whole = [], Answer(b"")
        for key, step in plan.steps.items():
            shown = Answer(b'"Mutation"') if step is None else await self._step(key, step, ctx, variables)
            printed.append(b'"%b":%b' % (key.encode(), shown.data))
            whole.errors += shown.errors
            whole.acted += step.facts.weight if step else 0
        whole.data = b"{" + b",".join(printed) + b"}"
        return whole

    async def _step(self, key: str, step: Step, ctx: Ctx, variables: VariableValues) -> Answer:
        try:
            given = read_arguments(step.facts.definition, step.nodes[0], variables)
            row = await perform(ctx, step.change, given)
            if step.payload is None:
                return Answer(_deleted(step, row))
            shown = await self._payload(step, step.payload, ctx, variables, row)
        except Exception as error:  # noqa: BLE001 - as in the executor, one field's fault is its own; what is not ours is logged and masked
            return Answer(b"null", [field_error(located_error(error, list(step.nodes), [key]))])
        for each in shown.errors:
            each["path"] = [key, *each["path"]]
        return shown

    async def _payload(self, step: Step, plan: Plan, ctx: Ctx, variables: VariableValues, row: Row) -> Answer:
        try:
            shown = await self.runner.printed(plan, ctx, await self.runner.fillers(plan, ctx, variables, by_id(step.change.entity, row.id)))
        except DATABASE_FAULTS as error:
            if isinstance(known(error), Unavailable):
                raise Unavailable("The change was stored, but could not be read back; query it, do not send it again") from error
            raise
        if shown is None:
            raise NotFound("The change was stored, but the row was deleted before it could be shown")
        return shown


def _deleted(step: Step, row: Row) -> bytes:
    values = {"__typename": "DeletedPayload", "id": str(row.id)}
    shown: dict[str, Any] = {key: values[nodes[0].name.value] for key, nodes in step.fields.items()}
    return orjson.dumps(shown)
