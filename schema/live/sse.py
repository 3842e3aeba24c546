"""Live updates as server-sent events, in the "distinct connections" mode of GraphQL over SSE: `next`, then `complete`.

Each event's `id` is its cursor, so that a browser's `Last-Event-ID` resumes where the stream was cut; so is the id with which
the stream opens, for whoever is cut off before the first event.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractContextManager, nullcontext, suppress

import structlog
from graphql import GraphQLError
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from resolvers.ctx import Ctx
from resolvers.errors import ParleyError, Unavailable
from resolvers.faults import as_parley
from schema.engine import Engine, Prepared
from schema.errors import RequestError
from schema.live.told import Credential, Listening, Subscription, Told, refused

EVENTS = "text/event-stream"
# Proxies close what is silent for long; a comment is no event.
BEAT_EVERY = 15.0
BEAT = b":\n\n"
COMPLETE = b"event: complete\ndata: {}\n\n"
UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
LAST = {"type": "http.response.body", "body": b"", "more_body": False}

log = structlog.get_logger(__name__)


class EventStream(StreamingResponse):
    """A stream that takes one of its company's live connections for as long as it lasts."""

    def __init__(self, told: AsyncIterator[bytes], place: AbstractContextManager[None] | None = None) -> None:
        super().__init__(told, media_type=EVENTS, headers=UNBUFFERED)
        self._place = place or nullcontext()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises `RateLimited` before anything is sent when there is no place.

        When the server stops (`state["ending"]`, which web/protocol.py sets), the stream ends without `complete`, so that its
        client comes back and resumes.
        """
        with self._place:
            ending = scope["state"].setdefault("ending", asyncio.Event())
            tasks = asyncio.create_task(super().__call__(scope, receive, send)), asyncio.create_task(ending.wait())
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
            if tasks[0] in done:
                tasks[0].result()
            else:
                await send(LAST)


async def subscribed(engine: Engine, prepared: Prepared, ctx: Ctx, resume: str | None) -> Subscription:
    """The subscription; raises `RequestError` for what is wrong with its arguments."""
    try:
        return await Subscription.of(engine, prepared, ctx, resume)
    except GraphQLError as error:
        raise RequestError(error.message, "BAD_USER_INPUT", errors=[error]) from None


async def one_answer(body: bytes) -> AsyncIterator[bytes]:
    """A query's or a mutation's answer as a stream."""
    yield framed(body)
    yield COMPLETE


async def event_stream(asked: Subscription, listening: Listening, credential: Credential) -> AsyncIterator[bytes]:
    """A subscription's answers. The first beat says where it has begun, further ones that it lasts; an error that ends it comes last."""
    try:
        async with asked.begun(listening, credential) as begun:
            yield b"id: %b\n%b" % (begun.cursor.encode(), BEAT)
            async for each in _beating(begun.answers, credential):
                yield each
    except ParleyError as error:
        yield framed(refused(error))
        yield COMPLETE
    except Exception as error:
        log.exception("unhandled in an event stream")
        yield framed(refused(as_parley(error)))
        yield COMPLETE


async def _beating(told: AsyncGenerator[Told, None], credential: Credential) -> AsyncIterator[bytes]:
    waiting: asyncio.Future[Told] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(told))
            done, _ = await asyncio.wait({waiting}, timeout=BEAT_EVERY)
            if done:
                answer, waiting = waiting.result(), None
                yield framed(answer.body, answer.cursor)
            else:
                # A silent stream too ends with its credential; while nobody can look at it, the stream stays.
                with suppress(Unavailable):
                    await credential()
                yield BEAT
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.wait({waiting})


def framed(body: bytes, cursor: str | None = None) -> bytes:
    """One `next` event, on one line: the newlines between the tokens of our JSON go."""
    named = b"id: %b\n" % cursor.encode() if cursor else b""
    return b"event: next\n%bdata: %b\n\n" % (named, body.replace(b"\n", b""))
