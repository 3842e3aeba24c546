"""`/graphql`: GraphQL over HTTP, and GraphiQL for browsers."""

import inspect
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult, OperationDefinitionNode, OperationType, execute
from starlette.requests import Request
from starlette.responses import Response

from resolvers.ctx import Ctx
from resolvers.errors import Forbidden, MethodNotAllowed, ParleyError, Unauthenticated
from schema.documents import Documents, only_introspects, operation_of
from schema.errors import RequestError, field_error, request_errors
from schema.graphiql.pages import graphiql_page
from schema.planner.plan import Plans
from schema.planner.run import PlannedRun
from schema.request import GraphQLRequest, read_request
from schema.root import SCHEMA
from settings import Settings

RESPONSE = "application/graphql-response+json"
LEGACY = "application/json"


@dataclass(frozen=True, slots=True)
class GraphQLDoor:
    """The endpoint. `demo_tokens` are put into GraphiQL in development."""

    settings: Settings
    documents: Documents
    demo_tokens: Callable[[], Mapping[str, str]]
    runner: PlannedRun

    @classmethod
    def of(cls, settings: Settings, demo_tokens: Callable[[], Mapping[str, str]]) -> "GraphQLDoor":
        """The door to Parley's schema."""
        return cls(settings, Documents(SCHEMA._schema, settings, OrderedDict()), demo_tokens, PlannedRun(SCHEMA))

    async def respond(self, request: Request) -> Response:
        """Answer a GraphQL request, or show GraphiQL to a browser."""
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return self._page(request)
        media_type = LEGACY if _prefers_legacy(request.headers.get("accept", "")) else RESPONSE
        try:
            return await self._run(request, await read_request(request), media_type)
        except ParleyError as error:
            return error_response(error, media_type)

    async def _run(self, request: Request, asked: GraphQLRequest, media_type: str) -> Response:
        ctx: Ctx | None = request.scope["state"].get("ctx")
        prepared = self.documents.prepared(asked.query, introspection=self._may_introspect(ctx))
        document = prepared.document
        operation = operation_of(document, asked.operation_name)
        _check_operation(operation, ctx, asked)
        planned = await self._planned(prepared, operation, ctx, asked)
        if planned is not None:
            return Response(planned, media_type=media_type)
        result = execute(SCHEMA._schema, document, None, ctx, asked.variables, asked.operation_name)
        if inspect.isawaitable(result):
            result = await result
        return _answer(result, media_type)

    async def _planned(self, prepared: Plans, operation: OperationDefinitionNode, ctx: Ctx | None, asked: GraphQLRequest) -> bytes | None:
        """The answer by one statement; None when the executor has to find it."""
        variables = self.runner.variables(operation, asked.variables) if ctx else None
        plan = prepared.plan(operation, variables.coerced) if variables else None
        return await self.runner.answer(plan, ctx, variables) if plan and ctx and variables else None

    def _may_introspect(self, ctx: Ctx | None) -> bool:
        allowed = self.settings.introspection_for
        return allowed == "all" or (allowed == "authenticated" and ctx is not None)

    def _page(self, request: Request) -> Response:
        allowed = self.settings.graphiql_for
        known = request.scope["state"].get("ctx") is not None
        if allowed == "off" or (allowed == "authenticated" and not known):
            raise Forbidden("GraphiQL is turned off here; set PARLEY_GRAPHIQL=all to turn it on")
        return graphiql_page(self.demo_tokens())


def _check_operation(operation: OperationDefinitionNode, ctx: Ctx | None, asked: GraphQLRequest) -> None:
    if ctx is None and not only_introspects(operation):
        raise Unauthenticated("This operation needs a credential; send `Authorization: Bearer <token>`")
    if operation.operation is OperationType.SUBSCRIPTION:
        raise RequestError("Subscriptions are not served over plain HTTP", "SUBSCRIPTION_NOT_SUPPORTED")
    if asked.read_only and operation.operation is not OperationType.QUERY:
        raise MethodNotAllowed("A GET may only query; send mutations as POST", headers={"Allow": "POST"})


def _answer(result: ExecutionResult, media_type: str) -> Response:
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [field_error(error) for error in result.errors]
    # No field was run: a variable could not be read.
    refused = result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())
    if refused:
        del body["data"]
    return Response(orjson.dumps(body, default=str), 400 if refused else 200, media_type=media_type)


def error_body(error: ParleyError) -> bytes:
    """A refusal in GraphQL's shape."""
    return orjson.dumps({"errors": request_errors(error)}, default=str)


def error_response(error: ParleyError, media_type: str) -> Response:
    """The answer to a request that was not run."""
    status = error.own_status if isinstance(error, RequestError) else error.status
    return Response(error_body(error), status, error.headers, media_type)


def _prefers_legacy(accept: str) -> bool:
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return LEGACY in kinds and RESPONSE not in kinds
