"""F17: key sets that rotate, vanish, hang or swell, and floods of unknown key ids."""

import asyncio
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from resolvers.auth import jwks as module
from resolvers.auth.tokens import TokenVerifier
from resolvers.errors import Unauthenticated
from tests.resolvers.auth.jwks_server import JwksServer, running
from tests.resolvers.auth.signing import NOW, USER, Clock, claims, ec_jwk, ec_token, rsa_jwk, unsigned, verifier

NEW_KEY = ec.generate_private_key(ec.SECP256R1())
OLD_TOKEN = ec_token(claims(exp=NOW + 86_400))
NEW_TOKEN = ec_token(claims(exp=NOW + 86_400), key=NEW_KEY, kid="ec-2")


def over(clock: Clock, *servers: JwksServer) -> TokenVerifier:
    """A verifier that knows the servers' keys alone."""
    return verifier(clock, jwks_urls=tuple(server.url for server in servers), jwt_secret=None)


async def accepts(tested: TokenVerifier, token: str) -> bool:
    """Whether the token is accepted."""
    try:
        return (await tested.verify(token)).sub == USER
    except Unauthenticated:
        return False


async def settled() -> None:
    """Let a fetch that nobody waits for come to its end."""
    for task in asyncio.all_tasks():
        if "_renew" in repr(task.get_coro()):
            await asyncio.wait([task])


def test_the_promised_times_and_sizes() -> None:
    assert (module.FRESH, module.STALE, module.PAUSE, module.DEADLINE, module.LONGEST_ANSWER) == (600, 3600, 30, 5, 65_536)


async def test_a_fresh_set_is_not_fetched_again(clock: Clock, jwks: JwksServer) -> None:
    tested = over(clock, jwks)
    for seconds in (0, 1, 30, 599):
        clock.now = NOW + seconds
        assert await accepts(tested, ec_token(claims(exp=NOW + 3600 + seconds)))
    assert jwks.requests == 1
    clock.now = NOW + 600
    assert await accepts(tested, ec_token(claims(exp=NOW + 9000)))
    assert jwks.requests == 2


async def test_a_new_key_is_accepted_with_one_fetch(clock: Clock, jwks: JwksServer) -> None:
    tested = over(clock, jwks)
    assert await accepts(tested, OLD_TOKEN)
    jwks.keys.append(ec_jwk(NEW_KEY, kid="ec-2"))
    clock.now = NOW + 29
    assert not await accepts(tested, NEW_TOKEN)
    assert jwks.requests == 1
    clock.now = NOW + 30
    assert await accepts(tested, NEW_TOKEN)
    assert jwks.requests == 2


async def test_a_withdrawn_key_is_refused_within_one_refresh_even_for_a_remembered_token(clock: Clock, jwks: JwksServer) -> None:
    tested = over(clock, jwks)
    assert await accepts(tested, OLD_TOKEN)
    jwks.keys[:] = [ec_jwk(NEW_KEY, kid="ec-2")]
    clock.now = NOW + 599
    assert tested.cached(OLD_TOKEN)
    clock.now = NOW + 600
    assert tested.cached(OLD_TOKEN) is None
    assert not await accepts(tested, OLD_TOKEN)
    assert await accepts(tested, NEW_TOKEN)
    assert jwks.requests == 2


async def test_a_key_replaced_under_the_same_kid_is_taken_up_by_the_next_refresh(clock: Clock, jwks: JwksServer) -> None:
    tested, replaced = over(clock, jwks), ec_token(claims(exp=NOW + 9000), key=NEW_KEY)
    assert await accepts(tested, OLD_TOKEN)
    jwks.keys[:] = [ec_jwk(NEW_KEY)]
    assert not await accepts(tested, replaced)
    clock.now = NOW + 600
    assert await accepts(tested, replaced)
    assert not await accepts(tested, OLD_TOKEN)


@pytest.mark.parametrize(
    "trouble",
    [
        {"dropping": True},
        {"head": "HTTP/1.1 503 Service Unavailable"},
        {"head": "HTTP/1.1 302 Found\r\nLocation: /elsewhere"},
        {"head": "not HTTP at all"},
        {"head": "HTTP/1.1 200 OK\r\nContent-Encoding: gzip", "body": b"\x1f\x8b junk"},
        {"body": b"<html>"},
        {"body": b"[]"},
        {"body": b'{"keys": {}}'},
        {"body": b"[" * 60_000},
        {"body": b'{"keys": [' + b" " * 65_536 + b"]}"},
    ],
    ids=["drops", "503", "redirect", "not HTTP", "gzip", "html", "a list", "no list of keys", "deep", "too long"],
)
async def test_the_last_good_set_serves_for_an_hour_and_not_longer(clock: Clock, jwks: JwksServer, trouble: dict[str, Any]) -> None:
    tested = over(clock, jwks)
    assert await accepts(tested, OLD_TOKEN)
    for name, value in trouble.items():
        setattr(jwks, name, value)
    for seconds in (600, 630, 3599.9):
        clock.now = NOW + seconds
        assert await accepts(tested, OLD_TOKEN)
        assert tested.cached(OLD_TOKEN)
        await settled()
    clock.now = NOW + 3600
    assert tested.cached(OLD_TOKEN) is None
    assert not await accepts(tested, OLD_TOKEN)
    assert {head.splitlines()[0] for head in jwks.heads} == {"GET /jwks.json HTTP/1.1"}


async def test_an_address_that_comes_back_is_read_again(clock: Clock, jwks: JwksServer) -> None:
    tested = over(clock, jwks)
    jwks.dropping = True
    assert not await accepts(tested, OLD_TOKEN)
    jwks.dropping = False
    clock.now = NOW + 29
    assert not await accepts(tested, OLD_TOKEN)
    clock.now = NOW + 30
    assert await accepts(tested, OLD_TOKEN)
    assert jwks.requests == 2


async def test_once_an_address_is_back_a_withdrawn_key_is_refused_within_one_refresh(clock: Clock, jwks: JwksServer) -> None:
    tested = over(clock, jwks)
    assert await accepts(tested, OLD_TOKEN)
    jwks.dropping, clock.now = True, NOW + 600
    assert await accepts(tested, OLD_TOKEN)
    jwks.dropping, clock.now = False, NOW + 630
    assert await accepts(tested, OLD_TOKEN)
    await settled()
    jwks.keys.clear()
    clock.now = NOW + 1230
    assert not await accepts(tested, OLD_TOKEN)
    assert jwks.requests == 4


async def test_a_fetch_under_way_is_joined_however_long_it_takes(clock: Clock, jwks: JwksServer) -> None:
    jwks.pause = 0.05
    tested = over(clock, jwks)
    first = asyncio.create_task(accepts(tested, OLD_TOKEN))
    await asyncio.sleep(0.01)
    clock.now = NOW + 31
    assert list(await asyncio.gather(first, accepts(tested, OLD_TOKEN))) == [True, True]
    assert jwks.requests == 1


async def test_the_answer_is_asked_for_uncompressed(clock: Clock, jwks: JwksServer) -> None:
    assert await accepts(over(clock, jwks), OLD_TOKEN)
    assert "accept-encoding: identity" in jwks.heads[0].lower()


async def test_an_address_where_nobody_listens_refuses_alike(clock: Clock) -> None:
    async with running() as gone:
        pass
    assert not await accepts(over(clock, gone), OLD_TOKEN)


async def test_while_one_address_is_down_the_keys_of_another_serve(clock: Clock, jwks: JwksServer) -> None:
    async with running(dropping=True) as down:
        assert await accepts(over(clock, down, jwks), OLD_TOKEN)


async def test_ten_thousand_unknown_kids_cause_one_fetch_per_30_s(clock: Clock, jwks: JwksServer) -> None:
    tested = over(clock, jwks)
    for step, (seconds, fetches) in enumerate([(0, 1), (29.9, 1), (30, 2), (59.9, 2), (60, 3)]):
        clock.now = NOW + seconds
        for number in range(2000):
            assert not await accepts(tested, unsigned(claims(), alg="ES256", kid=f"{step}-{number}"))
        assert jwks.requests == fetches


async def test_concurrent_tokens_share_one_fetch(clock: Clock, jwks: JwksServer) -> None:
    jwks.pause = 0.05
    tested = over(clock, jwks)
    tokens = [ec_token(claims(email=f"{number}@example.com")) for number in range(50)]
    strangers = [ec_token(claims(), kid=f"random-{number}") for number in range(50)]
    assert await asyncio.gather(*(accepts(tested, token) for token in tokens + strangers)) == [True] * 50 + [False] * 50
    assert jwks.requests == 1


async def test_a_caller_that_goes_away_does_not_end_the_fetch_for_the_others(clock: Clock, jwks: JwksServer) -> None:
    jwks.pause = 0.05
    tested = over(clock, jwks)
    first, second = asyncio.create_task(accepts(tested, OLD_TOKEN)), asyncio.create_task(accepts(tested, OLD_TOKEN))
    await asyncio.sleep(0.01)
    first.cancel()
    assert await second
    assert jwks.requests == 1


@pytest.mark.parametrize("trouble", [{"pause": 60.0}, {"dripping": True}], ids=["silent", "dripping"])
async def test_a_slow_answer_ends_at_the_deadline(clock: Clock, trouble: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DEADLINE", 0.2)
    async with running(keys=[ec_jwk()], **trouble) as slow:
        began = time.monotonic()
        assert not await accepts(over(clock, slow), OLD_TOKEN)
        assert 0.2 <= time.monotonic() - began < 1.0


async def test_a_known_key_does_not_wait_for_an_address_that_hangs(clock: Clock, jwks: JwksServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DEADLINE", 0.2)
    tested = over(clock, jwks)
    assert await accepts(tested, OLD_TOKEN)
    jwks.pause, clock.now = 60.0, NOW + 600
    assert await accepts(tested, OLD_TOKEN)
    clock.now, began = NOW + 630, time.monotonic()
    assert await accepts(tested, OLD_TOKEN)
    assert time.monotonic() - began < 0.1
    await settled()
    assert jwks.requests == 3


async def test_a_huge_answer_is_read_up_to_64_kb(clock: Clock) -> None:
    async with running(body=b" " * 50_000_000) as huge:
        assert not await accepts(over(clock, huge), OLD_TOKEN)
        # What was sent also fills the sockets' buffers.
        assert huge.sent < 10_000_000


async def test_an_answer_of_64_kb_is_accepted(clock: Clock) -> None:
    async with running(keys=[ec_jwk(), rsa_jwk()]) as server:
        body = json.dumps({"keys": server.keys}).encode()
        server.body = body + b" " * (65_536 - len(body))
        assert await accepts(over(clock, server), OLD_TOKEN)


async def test_proxy_variables_are_not_followed(clock: Clock, jwks: JwksServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert await accepts(over(clock, jwks), OLD_TOKEN)
        assert proxy.requests == 0


async def test_closing_ends_a_fetch_under_way(clock: Clock) -> None:
    async with running(pause=60.0) as slow:
        tested = over(clock, slow)
        waiting = asyncio.create_task(accepts(tested, OLD_TOKEN))
        await asyncio.sleep(0.05)
        await tested.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
