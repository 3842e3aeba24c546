"""Live updates as server-sent events, in the "distinct connections" mode of GraphQL over SSE: `next`, then `complete`.

Each event's `id` is its cursor, so that a browser's `Last-Event-ID` resumes where the stream was cut.
"""

import asyncio
from collections.abc import AsyncIterator

from graphql import GraphQLError

from resolvers.ctx import Ctx
from resolvers.errors import ParleyError
from schema.engine import Engine, Prepared
from schema.errors import RequestError
from schema.live.told import Credential, Listening, Subscription, Told, refused

EVENTS = "text/event-stream"
# Proxies close what is silent for long; a comment is no event.
BEAT_EVERY = 15.0
BEAT = b":\n\n"
COMPLETE = b"event: complete\ndata: {}\n\n"


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
    """A subscription's answers, with a beat while nothing happens; an error that ends it is its last answer."""
    told = asked.told(listening, credential)
    waiting: asyncio.Future[Told] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(told))
            done, _ = await asyncio.wait({waiting}, timeout=BEAT_EVERY)
            if not done:
                yield BEAT
                continue
            answer, waiting = waiting.result(), None
            yield framed(answer.body, answer.cursor)
    except ParleyError as error:
        yield framed(refused(error))
        yield COMPLETE
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.wait({waiting})
        await told.aclose()


def framed(body: bytes, cursor: str | None = None) -> bytes:
    """One `next` event, on one line: the newlines between the tokens of our JSON go."""
    named = b"id: %b\n" % cursor.encode() if cursor else b""
    return b"event: next\n%bdata: %b\n\n" % (named, body.replace(b"\n", b""))
