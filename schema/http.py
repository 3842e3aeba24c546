"""`/graphql` over HTTP: single operations, batches where they are allowed, live updates as server-sent events, GraphiQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response

from printed import Printed
from resolvers.ctx import Ctx
from resolvers.errors import Forbidden, MethodNotAllowed, ParleyError, RateLimited
from schema.engine import Engine, Prepared
from schema.errors import RequestError, request_errors
from schema.graphiql.pages import graphiql_page
from schema.live.sse import EVENTS, EventStream, event_stream, one_answer, subscribed
from schema.live.told import Listening
from schema.media import LEGACY, RESPONSE, Accepted, accepted
from schema.request import READS, GraphQLRequest, header, read_requests
from settings import Settings

MEDIA = {each: each.encode() for each in (RESPONSE, LEGACY)}
# What came is no GraphQL request at all, as opposed to one that is refused.
MALFORMED = frozenset({"BAD_REQUEST", "BATCHING_DISABLED", "BATCH_TOO_LARGE"})
# One caller's rows are no other's: what answers a GET is kept by nobody on the way.
UNKEPT = ((b"cache-control", b"no-store"),)


@dataclass(frozen=True, slots=True)
class GraphQLDoor:
    """The endpoint. Without `listening` nothing is told live; `demo_tokens` are put into GraphiQL in development."""

    settings: Settings
    engine: Engine
    listening: Listening | None = None
    demo_tokens: Callable[[], Mapping[str, str]] = dict

    async def respond(self, request: Request) -> Response:
        """Answer a GraphQL request, or show GraphiQL to a browser."""
        accept = header(request.scope, b"accept")
        if request.method in READS and "text/html" in accept:
            return self._page(request)
        reads = accepted(accept)
        media_type = reads.json or RESPONSE
        try:
            _check_accept(reads)
            asked = await read_requests(request, self.settings.graphql_batch)
            if isinstance(asked, list):
                return await self._batch(request, asked, media_type)
            ctx: Ctx | None = request.scope["state"].get("ctx")
            prepared = self.engine.prepare(asked, ctx)
            if ctx is not None and _streamed(prepared, reads):
                return await self._stream(request, prepared, ctx)
            _check(prepared)
            reply = await self.engine.answer(prepared, ctx)
            status = 200 if reply.ran or media_type == LEGACY else 400
            return Printed(reply.body, status, MEDIA[media_type], UNKEPT if asked.read_only else ())
        except ParleyError as error:
            return error_response(error, media_type)

    async def _batch(self, request: Request, batch: list[GraphQLRequest], media_type: str) -> Response:
        """One after the other; each is counted as a request of its own, and fails alone."""
        answers = []
        state = request.scope["state"]
        for number, asked in enumerate(batch):
            try:
                if number:
                    verdict = state["rate"] = await self.engine.meter.budget.charge(request.scope, state["principal"])
                    if not verdict.allowed:
                        raise RateLimited(f"The budget of requests is spent; wait {verdict.reset_after} s")
                first: Ctx | None = state.get("ctx")
                ctx = Ctx(first.principal, first.db, first.knowledge) if first else None
                prepared = self.engine.prepare(asked, ctx)
                _check(prepared)
                answers.append((await self.engine.answer(prepared, ctx)).body)
            except ParleyError as error:
                answers.append(error_body(error))
        return Printed(b"[" + b",".join(answers) + b"]", kind=MEDIA[media_type])

    async def _stream(self, request: Request, prepared: Prepared, ctx: Ctx) -> Response:
        """What is wrong with the request is known, and answered as ever, before the stream begins."""
        if prepared.kind is OperationType.SUBSCRIPTION and self.listening is not None:
            asked = await subscribed(self.engine, prepared, ctx, request.headers.get("last-event-id"))
            told = event_stream(asked, self.listening, self.listening.credential(request.scope["state"]["token"]))
            return EventStream(told, self.listening.place(ctx.principal.company_id, self.settings.live_connections))
        _check(prepared)
        return EventStream(one_answer((await self.engine.answer(prepared, ctx)).body))

    def _page(self, request: Request) -> Response:
        allowed = self.settings.graphiql_for
        known = request.scope["state"].get("ctx") is not None
        if allowed == "off" or (allowed == "authenticated" and not known):
            raise Forbidden("GraphiQL is turned off here; set PARLEY_GRAPHIQL=all to turn it on")
        return graphiql_page(self.demo_tokens())


def _check_accept(reads: Accepted) -> None:
    if reads.json is None and not reads.events:
        raise RequestError(f"Answers are {RESPONSE} or {LEGACY}; name one in `Accept`", "NOT_ACCEPTABLE", status=406)


def _streamed(prepared: Prepared, reads: Accepted) -> bool:
    """Subscriptions are told as events to whoever reads them; other answers only to those who read nothing else."""
    return reads.events and (reads.json is None or prepared.kind is OperationType.SUBSCRIPTION)


def _check(prepared: Prepared) -> None:
    if prepared.kind is OperationType.SUBSCRIPTION:
        said = f"Subscriptions are told over a socket (graphql-transport-ws) or with `Accept: {EVENTS}`"
        raise RequestError(said, "SUBSCRIPTION_NOT_SUPPORTED")
    if prepared.asked.read_only and prepared.kind is not OperationType.QUERY:
        raise MethodNotAllowed("A GET may only query; send mutations as POST", headers={"Allow": "POST"})


def error_body(error: ParleyError) -> bytes:
    """A refusal in GraphQL's shape."""
    return orjson.dumps({"errors": request_errors(error)}, default=str)


def error_response(error: ParleyError, media_type: str) -> Response:
    """The answer to a request that was not run."""
    status = error.own_status if isinstance(error, RequestError) else error.status
    if media_type == LEGACY and isinstance(error, RequestError) and status == 400 and error.own_code not in MALFORMED:
        status = 200  # its clients read no other as an answer to their operation (GraphQL over HTTP, `application/json`)
    return Response(error_body(error), status, error.headers, media_type)
