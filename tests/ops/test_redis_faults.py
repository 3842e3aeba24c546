"""F3 and F4 through the application: nobody waits for Redis, nothing fails because of it, and limits are counted all the same."""

import asyncio
import os
import signal
import time
from collections.abc import Callable

import httpx2
import pytest

from embedded import ValkeyServer
from settings import Settings
from tests.ops.conftest import Open
from tests.ops.running import tell, with_url
from tests.tenant import Tenant

LONGEST_WAIT = 0.25
BUDGET = 60
QUERY = "{ contacts(first: 1) { edges { node { id } } } }"


def kill(server: ValkeyServer) -> None:
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)


def freeze(server: ValkeyServer) -> None:
    assert server.pid
    os.kill(server.pid, signal.SIGSTOP)


def thaw(server: ValkeyServer) -> None:
    if server.alive and server.pid:
        os.kill(server.pid, signal.SIGCONT)


async def timed(tenant: Tenant, number: int) -> tuple[int, float, httpx2.Response]:
    """One request through either door: status, seconds, answer."""
    began = time.perf_counter()
    answer = await (tenant.graphql_response(QUERY) if number % 2 else tenant.rest("GET", "/api/crm/contacts"))
    return answer.status_code, time.perf_counter() - began, answer


@pytest.mark.parametrize("fault", [kill, freeze])
async def test_a_redis_that_goes_away_delays_nobody_and_resets_no_budget(
    settings: Settings, opened: Open, own_valkey: ValkeyServer, fault: Callable[[ValkeyServer], None]
) -> None:
    own = with_url(settings, redis_url=own_valkey.url).model_copy(update={"limit_user": f"{BUDGET}/hour"})
    async with opened(own) as tenant:
        before = [await timed(tenant, number) for number in range(20)]
        fault(own_valkey)
        try:
            after = [await timed(tenant, number) for number in range(60)]
            ready = await tenant.client.get("/health/ready")
        finally:
            thaw(own_valkey)
    assert {status for status, _, _ in before} == {200}
    slowest = max(seconds for _, seconds, _ in after)
    assert slowest < LONGEST_WAIT
    statuses = [status for status, _, _ in after]
    passed = statuses.count(200)
    assert statuses == [200] * passed + [429] * (60 - passed)
    # What Redis had leased out of this budget when it went away counts as spent: at most one lease, which is one unit here.
    assert 20 + passed in (BUDGET - 1, BUDGET)
    assert {"retry-after", "ratelimit-remaining"} <= set(after[-1][2].headers)
    assert ready.json()["limits"] == "ok, counting in memory"
    tell(f"F3/F4 {fault.__name__}: slowest request {slowest * 1000:.0f} ms, {passed + 20} of {BUDGET} passed, no 5xx")


async def test_a_burst_while_redis_is_frozen_is_served_at_once(settings: Settings, opened: Open, own_valkey: ValkeyServer) -> None:
    own = with_url(settings, redis_url=own_valkey.url).model_copy(update={"limit_user": "1000/hour"})
    async with opened(own) as tenant:
        assert (await timed(tenant, 0))[0] == 200
        freeze(own_valkey)
        try:
            for _ in range(3):
                status, seconds, _ = await timed(tenant, 0)
                assert (status, seconds < LONGEST_WAIT) == (200, True)
        finally:
            thaw(own_valkey)


async def test_when_redis_is_back_it_counts_again(settings: Settings, opened: Open, own_valkey: ValkeyServer) -> None:
    own = with_url(settings, redis_url=own_valkey.url).model_copy(update={"limit_user": "1000/hour", "limit_anonymous": "100000/minute"})
    async with opened(own) as tenant:
        kill(own_valkey)
        assert (await timed(tenant, 0))[0] == 200
        assert (await tenant.client.get("/health/ready")).json()["limits"] == "ok, counting in memory"
        own_valkey.start()
        deadline = time.monotonic() + 5
        word = ""
        while word != "ok":
            assert time.monotonic() < deadline, f"limits are {word} 5 s after Redis came back"
            assert (await timed(tenant, 0))[0] == 200
            word = (await tenant.client.get("/health/ready")).json()["limits"]
            await asyncio.sleep(0.02)
