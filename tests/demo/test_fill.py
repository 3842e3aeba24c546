"""Filling a real database with the demo companies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from jwt import decode

from demo.fill import BEARERS, OWNER_EMAIL, SEED, SIZES, demo_tokens, fill, fill_if_empty
from demo.load import open_connection
from demo.profiles import LUMEN, NORTHLIGHT, Profile
from settings import Settings

SECRET = "a secret for the demo's tests, 32+ bytes"
TABLES = ("agents", "contacts", "deals", "conversations", "messages")
UNTRUE = """
SELECT count(*) FROM conversations c
  JOIN (SELECT conversation_id, count(*) AS messages, max(created_at) AS newest FROM messages GROUP BY 1) m ON m.conversation_id = c.id
 WHERE c.message_count <> m.messages OR c.last_message_at IS DISTINCT FROM m.newest
"""
UNTRUE_THREADS = "SELECT count(*) FROM threads t WHERE message_count <> (SELECT count(*) FROM messages m WHERE m.thread_id = t.id)"


@asynccontextmanager
async def inside(settings: Settings, profile: Profile) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the application role, held to one company."""
    connection = await open_connection(settings)
    try:
        await connection.execute("SELECT set_config('app.company_id', $1, false)", str(profile.id))
        yield connection
    finally:
        await connection.close()


async def counts(settings: Settings, profile: Profile) -> dict[str, int]:
    """Rows by table, as the company sees them."""
    async with inside(settings, profile) as connection:
        return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}


async def test_the_first_fill_makes_both_companies(settings: Settings) -> None:
    assert await fill_if_empty(settings)

    assert await counts(settings, LUMEN) == SIZES["lumen"]._asdict()
    assert await counts(settings, NORTHLIGHT) == SIZES["northlight"]._asdict()


async def test_the_second_fill_does_nothing(settings: Settings) -> None:
    await fill_if_empty(settings)

    assert not await fill_if_empty(settings)
    assert (await fill(settings, scale=1, progress=None)).counts == {}
    assert await counts(settings, LUMEN) == SIZES["lumen"]._asdict()


async def test_the_counters_are_true(settings: Settings) -> None:
    await fill_if_empty(settings)

    for profile in (LUMEN, NORTHLIGHT):
        async with inside(settings, profile) as connection:
            assert await connection.fetchval(UNTRUE) == 0
            assert await connection.fetchval(UNTRUE_THREADS) == 0


async def test_a_company_sees_nothing_of_the_other(settings: Settings) -> None:
    await fill_if_empty(settings)

    async with inside(settings, NORTHLIGHT) as connection:
        for table in (*TABLES, "threads", "users"):
            owners = await connection.fetch(f"SELECT DISTINCT company_id FROM {table}")
            assert [row["company_id"] for row in owners] == [NORTHLIGHT.id]
        assert await connection.fetchval("SELECT count(*) FROM users WHERE email = $1", OWNER_EMAIL) == 0


async def test_scale_adds_what_is_missing_and_tells_how_far_it_is(settings: Settings) -> None:
    await fill_if_empty(settings)
    told: list[tuple[str, int, int]] = []

    filled = await fill(settings, scale=2, progress=lambda *step: told.append(step))

    assert {table: filled.counts.get(table, 0) for table in TABLES} == SIZES["lumen"]._asdict() | {"agents": 0}
    assert (await counts(settings, LUMEN))["messages"] == 40_000
    assert told[-1] == ("messages", 20_000, 20_000)


async def test_a_part_that_fails_leaves_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(table: str, *_: int) -> None:
        if table == "threads":
            raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        await fill(settings, progress=fail)

    assert set((await counts(settings, NORTHLIGHT)).values()) == {0}
    assert await fill_if_empty(settings)


async def test_a_scale_below_one_is_refused(settings: Settings) -> None:
    with pytest.raises(ValueError, match="use 1 or more"):
        await fill(settings, scale=0, progress=None)


def test_tokens_are_for_the_demo_users(settings: Settings) -> None:
    signing = settings.model_copy(update={"jwt_secret": Settings(jwt_secret=SECRET).jwt_secret})

    tokens = demo_tokens(signing)

    assert list(tokens) == ["owner", "admin", "user", "other"]
    for key, token in tokens.items():
        claims = decode(token, SECRET, ["HS256"], audience="authenticated")
        assert (claims["sub"], claims["email"]) == (str(BEARERS[key].id), BEARERS[key].email)


def test_without_a_secret_no_token_is_signed(settings: Settings) -> None:
    with pytest.raises(ValueError, match="PARLEY_JWT_SECRET"):
        demo_tokens(settings.model_copy(update={"jwt_secret": None}))


def test_the_seed_is_a_constant() -> None:
    assert SEED == 20_240_422
