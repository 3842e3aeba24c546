"""Any OpenAI-compatible endpoint gives vectors, and nothing that it says is taken for one unless it is."""

import functools
import json
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from ingestion.embed import EmbeddingRefused, EmbeddingUnavailable, Endpoint, EndpointEmbedder, WrongEmbedding
from ingestion.tokens import bundled_tokenizer
from tests.ingestion.embedding_server import EmbeddingServer, Script, answer, refusal, running, vector

KEY = "sk-canary"


@asynccontextmanager
async def embedder(
    *scripts: Script, server: dict[str, Any] | None = None, **options: Any
) -> AsyncIterator[tuple[EndpointEmbedder, EmbeddingServer]]:
    """An embedder and the server it asks; 8 dimensions unless told otherwise."""
    async with running(*scripts, **(server or {})) as embeddings:
        made = EndpointEmbedder(
            Endpoint(**({"base_url": embeddings.url, "key": SecretStr(KEY), "model": "small", "dimension": 8} | options))
        )
        yield made, embeddings
        await made.close()


def unit(text: str, dimension: int = 8) -> list[float]:
    """The server's vector for a text, with length 1."""
    numbers = vector(text, dimension)
    return [number / math.hypot(*numbers) for number in numbers]


def changed(**items: Any) -> Script:
    """An answer with other members."""
    return functools.partial(answer, **items)


def first_item(**members: Any) -> Script:
    """An answer whose first vector's item is changed."""

    def script(body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        content = json.loads(answer(body)[2])
        content["data"][0] |= members
        return 200, {}, json.dumps(content).encode()

    return script


@pytest.mark.parametrize("floats", [False, True], ids=["base64", "numbers"])
async def test_vectors_come_in_order_with_length_1(floats: bool) -> None:
    async with embedder(changed(floats=floats)) as (model, server):
        vectors = await model.embed(["lamp", "bulb", "lamp"])
    assert [one.dtype for one in vectors] == [np.float32] * 3
    assert [one.tolist() for one in vectors] == [pytest.approx(unit(text), abs=1e-6) for text in ("lamp", "bulb", "lamp")]
    assert server.requests == [{"input": ["lamp", "bulb", "lamp"], "model": "small", "encoding_format": "base64"}]
    assert f"authorization: bearer {KEY}" in server.heads[0].lower()


async def test_the_index_tells_which_text_a_vector_is_of() -> None:
    def backwards(body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        content = json.loads(answer(body)[2])
        return 200, {}, json.dumps(content | {"data": content["data"][::-1]}).encode()

    async with embedder(backwards) as (model, _):
        vectors = await model.embed(["lamp", "bulb"])
    assert vectors[0].tolist() == pytest.approx(unit("lamp"), abs=1e-6)


async def test_a_model_that_can_is_asked_for_fewer_dimensions() -> None:
    async with embedder(dimension=4, shorten=True) as (model, server):
        (one,) = await model.embed(["lamp"])
    assert one.tolist() == pytest.approx(unit("lamp", 4), abs=1e-6)
    assert (server.requests[0]["dimensions"], server.requests[0]["model"]) == (4, "small")
    # Shorter vectors are not those of the whole model: its name says so.
    assert (model.model, model.dimension) == ("small:4", 4)


async def test_many_texts_go_in_bounded_batches() -> None:
    async with embedder() as (model, server):
        vectors = await model.embed([f"text {number}" for number in range(150)])
        assert [len(request["input"]) for request in server.requests] == [64, 64, 22]
        assert vectors[149].tolist() == pytest.approx(unit("text 149"), abs=1e-6)
        server.requests.clear()
        await model.embed(["x" * 100_000] * 5)
        assert [len(request["input"]) for request in server.requests] == [2, 2, 1]


async def test_nothing_is_asked_for_no_texts_and_blank_ones_are_refused() -> None:
    async with embedder() as (model, server):
        assert await model.embed([]) == []
        with pytest.raises(ValueError, match="text 1 is blank"):
            await model.embed(["lamp", " \n"])
    assert server.requests == []


async def test_a_busy_endpoint_is_asked_again_when_it_says() -> None:
    async with embedder(refusal(429, Retry_After="0.3"), refusal(503), answer) as (model, server):
        started = time.monotonic()
        assert len(await model.embed(["lamp"])) == 1
        assert time.monotonic() - started > 0.3
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("status", "headers", "seconds"), [(429, {"Retry_After": "1"}, 1.0), (500, {}, None), (503, {"Retry_After": "soon"}, None)]
)
async def test_an_endpoint_that_stays_busy_is_unavailable(status: int, headers: dict[str, str], seconds: float | None) -> None:
    async with embedder(refusal(status, **headers), retries=1) as (model, server):
        with pytest.raises(EmbeddingUnavailable, match=f"^small answered {status}$") as busy:
            await model.embed(["lamp"])
    assert busy.value.retry_after == seconds
    assert len(server.requests) == 2


@pytest.mark.parametrize(("status", "code"), [(400, "context_length"), (401, "invalid_api_key"), (403, ""), (404, "model_not_found")])
async def test_a_refusal_is_final_and_does_not_repeat_the_key(status: int, code: str) -> None:
    async with embedder(refusal(status, code)) as (model, server):
        with pytest.raises(EmbeddingRefused, match=f"^small answered {status}" + (f" \\({code}\\)$" if code else "$")) as refused:
            await model.embed(["lamp"])
    assert len(server.requests) == 1
    assert refused.value.__cause__ is None
    assert KEY not in str(refused.value)


async def test_an_endpoint_that_is_down_slow_or_hangs_up_is_unavailable() -> None:
    async with embedder(retries=0, base_url="http://127.0.0.1:9/v1") as (model, _):
        with pytest.raises(EmbeddingUnavailable, match="cannot be reached"):
            await model.embed(["lamp"])
    async with embedder(retries=0, timeout=0.2, server={"stalled": True}) as (model, _):
        with pytest.raises(EmbeddingUnavailable, match="APITimeoutError"):
            await model.embed(["lamp"])
    async with embedder(retries=0, server={"dropping": True}) as (model, _):
        with pytest.raises(EmbeddingUnavailable, match="cannot be reached"):
            await model.embed(["lamp"])


async def test_all_tries_of_a_batch_end_with_the_deadline() -> None:
    async with embedder(refusal(429, Retry_After="60"), deadline=0.5) as (model, _):
        started = time.monotonic()
        with pytest.raises(EmbeddingUnavailable, match="TimeoutError"):
            await model.embed(["lamp"])
    assert time.monotonic() - started < 10


WRONG: dict[str, Script] = {
    "too few": lambda body: answer(body | {"input": body["input"][:1]}),
    "too many": lambda body: answer(body | {"input": body["input"] * 2}),
    "one twice": first_item(index=1),
    "no index": first_item(index=None),
    "other dimension": changed(dimension=9),
    "one of another dimension": first_item(embedding=[1.0] * 7),
    "zeros": first_item(embedding=[0.0] * 8),
    "not finite": first_item(embedding=[1e300] * 8),
    "not a number": first_item(embedding=["1"] * 8),
    "nothing": first_item(embedding=None),
    "no base64": first_item(embedding="*****"),
    "cut base64": first_item(embedding="AAAAAAA="),
    "no data": changed(data=None),
    "empty data": changed(data=[]),
    "strings": changed(data=["a", "b"]),
    "an object": changed(data={"0": [1.0] * 8}),
    "a list": lambda _: (200, {}, b"[]"),
    "no JSON": lambda _: (200, {}, b"{'data'"),
    "a page": lambda _: (200, {"Content-Type": "text/html"}, b"<h1>Sign in</h1>"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_not_a_vector_for_each_text_is_an_error(name: str) -> None:
    async with embedder(WRONG[name]) as (model, server):
        with pytest.raises(WrongEmbedding, match=r"small|vector"):
            await model.embed(["lamp", "bulb"])
    assert len(server.requests) == 1


async def test_tokens_are_counted_by_the_tokenizer_that_is_named(tmp_path: Path) -> None:
    words = {"type": "WordLevel", "vocab": {"[UNK]": 0}, "unk_token": "[UNK]"}
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps({"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"}, "model": words}))
    async with embedder(tokenizer=path) as (model, _):
        assert (model.tokens("one two three"), model.tokenizer) == (3, path)
    async with embedder() as (model, _):
        assert model.tokenizer == bundled_tokenizer()


def test_the_key_is_in_no_printed_form() -> None:
    assert KEY not in repr(Endpoint("http://127.0.0.1:9", SecretStr(KEY), "small", 8))
