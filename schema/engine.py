"""From a GraphQL request to its answer, whatever brought it: HTTP, a socket, server-sent events."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from graphql import ExecutionResult, OperationType, execute
from graphql.execution.values import VariableValues

from resolvers.ctx import Ctx
from resolvers.errors import BadRequest, Unauthenticated
from schema.budget import CostBudget, Meter
from schema.errors import RequestError, field_error
from schema.planner.change import PlannedChange
from schema.planner.plan import Head, LivePlan, Operation, Plans, Steps
from schema.planner.run import Answer, PlannedRun
from schema.planner.types import Types
from schema.prepared import Documents
from schema.request import GraphQLRequest
from schema.root import SCHEMA
from schema.trusted import TrustedDocuments, read_manifest
from schema.usage import Usage
from settings import Settings, SettingsError


class Prepared(NamedTuple):
    """A request whose operation is known and may be run by whoever asked."""

    asked: GraphQLRequest
    plans: Plans
    head: Head

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.head.kind


class Reply(NamedTuple):
    """An answer's JSON; `ran` is False when a variable could not be read, so that nothing ran."""

    body: bytes
    ran: bool = True


@dataclass(frozen=True, slots=True)
class Engine:
    """Answers operations. Without `planning` the executor answers everything, for comparison."""

    settings: Settings
    documents: Documents
    trusted: TrustedDocuments
    meter: Meter
    runner: PlannedRun
    changes: PlannedChange
    planning: bool = True
    usage: Usage = field(default_factory=Usage)

    @classmethod
    def of(cls, settings: Settings, budget: CostBudget, *, planning: bool = True) -> "Engine":
        """The engine of Parley's schema; raises `SettingsError` for a manifest that cannot be served."""
        types = Types(SCHEMA._schema)
        documents, runner = Documents(types, settings), PlannedRun(types)
        trusted = TrustedDocuments(_manifest(settings, documents), settings.trusted_only)
        meter = Meter(budget, settings.graphql_max_cost)
        return cls(settings, documents, trusted, meter, runner, PlannedChange(runner), planning)

    def prepare(self, asked: GraphQLRequest, ctx: Ctx | None) -> Prepared:
        """Find the operation; raises `RequestError`, or `Unauthenticated` for a stranger who asks for more than the schema."""
        text = self.trusted.text(asked)
        plans = self.documents.prepared(text, introspection=self._may_introspect(ctx))
        self.trusted.learn(asked, text)
        head = plans.head(asked.operation_name)
        if ctx is None and not head.introspects:
            raise Unauthenticated("This operation needs a credential; send `Authorization: Bearer <token>`")
        if head.deprecated:
            self.usage.count(head.name, head.deprecated, ctx)
        return Prepared(asked, plans, head)

    async def answer(self, prepared: Prepared, ctx: Ctx | None) -> Reply:
        """Run a query or a mutation; raises `ParleyError` for what is refused before anything runs."""
        head = prepared.head
        variables = head.variables.read(prepared.asked.variables) if ctx else None
        if ctx is None or variables is None:
            return executed(await self._execute(prepared, ctx), {})
        operation = prepared.plans.operation(head, variables.coerced)
        await self.meter.charge(ctx, operation.cost.requested(variables.coerced))
        answer = await self._planned(operation, ctx, variables)
        if answer is not None:
            ctx.planned = True
            return Reply(printed(answer, self.extensions(ctx, answer.cost)))
        result = await self._execute(prepared, ctx)
        reason = operation.reason or "an argument is wrong, the caller may read nothing of it, or there are more variants than are planned"
        return executed(result, self.extensions(ctx, operation.cost.actual(result.data), reason))

    def live(self, prepared: Prepared, ctx: Ctx) -> tuple[Operation, LivePlan, VariableValues]:
        """The plan of a subscription for its caller; raises `RequestError` for what cannot be told live."""
        variables = prepared.head.variables.read(prepared.asked.variables)
        if variables is None:
            raise RequestError("The variables do not fit those that the document declares", "BAD_USER_INPUT")
        operation = prepared.plans.operation(prepared.head, variables.coerced)
        plan = operation.plan_for(ctx.principal.scopes)
        if not isinstance(plan, LivePlan):
            raise RequestError(f"This cannot be told live: {operation.reason}", "SUBSCRIPTION_NOT_SUPPORTED")
        return operation, plan, variables

    async def _planned(self, operation: Operation, ctx: Ctx, variables: VariableValues) -> Answer | None:
        """The answer by one statement; None when the executor has to find it."""
        plan = operation.plan_for(ctx.principal.scopes) if self.planning else None
        if isinstance(plan, Steps):
            return await self.changes.answer(plan, ctx, variables)
        return await self.runner.answer(plan, ctx, variables) if plan and not isinstance(plan, LivePlan) else None

    async def _execute(self, prepared: Prepared, ctx: Ctx | None) -> ExecutionResult:
        asked = prepared.asked
        result = execute(SCHEMA._schema, prepared.plans.document, self, ctx, asked.variables, asked.operation_name)
        return await result if inspect.isawaitable(result) else result

    def extensions(self, ctx: Ctx, actual: int, reason: str = "") -> dict[str, Any]:
        """`cost`, and in development how the answer was found; `reason` says why it was not planned."""
        shown: dict[str, Any] = {"cost": self.meter.settle(ctx, actual)}
        if self.settings.environment == "development":
            path = {"path": "executed", "reason": reason} if reason else {"path": "planned"}
            shown["plan"] = path | {"statements": ctx.db.statements}
        return shown

    def estimate(self, document: str, variables: dict[str, Any]) -> tuple[int, int]:
        """What a document's operation may cost, and what one may cost at the most; raises `ParleyError` for one that could not run."""
        plans = self.documents.prepared(document, introspection=False)
        head = plans.head(None)
        coerced = head.variables.read(variables)
        if coerced is None:
            raise BadRequest.field("variables", "do not fit those that the document declares")
        return plans.operation(head, coerced.coerced).cost.requested(coerced.coerced), self.meter.most

    def _may_introspect(self, ctx: Ctx | None) -> bool:
        allowed = self.settings.introspection_for
        return allowed == "all" or (allowed == "authenticated" and ctx is not None)


def _manifest(settings: Settings, documents: Documents) -> dict[str, str]:
    """The manifest's documents, each of which has to fit the schema."""
    if settings.trusted_documents is None:
        if settings.trusted_only:
            raise SettingsError("PARLEY_TRUSTED_ONLY needs PARLEY_TRUSTED_DOCUMENTS, the manifest of what may run")
        return {}
    found = read_manifest(settings.trusted_documents)
    for name, text in found.items():
        try:
            documents.prepared(text, introspection=False)
        except RequestError as error:
            raise SettingsError(f"PARLEY_TRUSTED_DOCUMENTS={settings.trusted_documents}: document {name}: {error.message}") from None
    return found


def printed(answer: Answer, extensions: Mapping[str, Any]) -> bytes:
    """A planned answer as JSON."""
    errors = b',"errors":' + orjson.dumps(answer.errors, default=str) if answer.errors else b""
    return b"".join((b'{"data":', answer.data, errors, b',"extensions":', orjson.dumps(extensions), b"}"))


def executed(result: ExecutionResult, extensions: Mapping[str, Any]) -> Reply:
    """The executor's answer as JSON."""
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [field_error(error) for error in result.errors]
    # No field was run: a variable could not be read.
    refused = result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())
    if refused:
        del body["data"]
    if extensions:
        body["extensions"] = extensions
    return Reply(orjson.dumps(body, default=str), ran=not refused)
