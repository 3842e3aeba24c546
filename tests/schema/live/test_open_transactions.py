"""A transaction that wrote and stays open holds up everybody's events: the log says so, and whose it is."""

import asyncio

import asyncpg
import pytest
import structlog

import schema.live.hub
from embedded import PostgresServer
from settings import Settings
from tests.schema.live.log import write
from tests.schema.live.serving import eventually, serving, subscribers

SAID = "events wait for a transaction that stays open"


async def test_it_is_said_whose_transaction_events_wait_for_and_how_long(
    settings: Settings, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 1 <= schema.live.hub.SAID_AFTER <= 5
    monkeypatch.setattr(schema.live.hub, "SAID_AFTER", 0.3)
    async with serving(settings) as served:
        tenant = await served.tenant()
        reader = await served.hub.join(tenant.company_id, None, 90)
        somebody = await asyncpg.connect(postgres.url("postgres", "postgres"), server_settings={"application_name": "a report"})
        with structlog.testing.capture_logs() as logged:
            await somebody.execute("BEGIN; SELECT pg_current_xact_id()")
            await write(tenant, 1)
            await eventually(lambda: [each for each in logged if each["event"] == SAID], 5)
            await asyncio.sleep(0.6)
            [said] = [each for each in logged if each["event"] == SAID]
            assert (said["log_level"], said["pid"], said["login"]) == ("warning", somebody.get_server_pid(), "postgres")
            assert (said["application"], said["database"]) == ("a report", "postgres")
            assert 0.3 <= said["seconds"] < 5
            assert not reader.waiting
            await somebody.close()
            await eventually(lambda: reader.waiting)
        served.hub.leave(reader)


async def test_a_transaction_of_a_moment_is_nothing_to_speak_of(settings: Settings, postgres: PostgresServer) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        reader = await served.hub.join(tenant.company_id, None, 90)
        somebody = await asyncpg.connect(postgres.url("postgres", "postgres"))
        with structlog.testing.capture_logs() as logged:
            for _ in range(3):
                await somebody.execute("BEGIN; SELECT pg_current_xact_id()")
                await write(tenant, 1)
                await asyncio.sleep(0.1)
                await somebody.execute("COMMIT")
            await eventually(lambda: len(reader.waiting) == 3)
        assert not [each for each in logged if each["event"] == SAID]
        await somebody.close()
        served.hub.leave(reader)
        assert subscribers(served.hub) == []
