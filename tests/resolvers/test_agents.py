"""Slugs of agents, also when several are made at once."""

import asyncio

from models.agent import AGENT
from models.rows import Rows
from resolvers import agents
from resolvers.agents import NewAgent
from tests.tenant import PROMPT, Tenant


async def slugs(tenant: Tenant) -> list[str]:
    return sorted(row.slug for row in await tenant.ctx().db.all(Rows.of(AGENT)))


async def test_same_names_made_at_once_have_slugs_of_their_own(acme: Tenant) -> None:
    new = NewAgent(name="Lamp helper", system_prompt=PROMPT)
    await asyncio.gather(*(agents.create_agent(acme.ctx(), new) for _ in range(12)))
    assert await slugs(acme) == sorted(["lamp-helper", *(f"lamp-helper-{number}" for number in range(2, 13))])


async def test_a_name_that_looks_like_anothers_number_is_given_the_next(acme: Tenant) -> None:
    for name in ("Lamp 2", "Lamp", "Lamp", "Lamp 2"):
        await acme.agent(name=name)
    assert await slugs(acme) == ["lamp", "lamp-2", "lamp-2-2", "lamp-3"]


async def test_two_companies_have_the_same_slug(acme: Tenant, rival: Tenant) -> None:
    assert (await acme.agent())["slug"] == (await rival.agent())["slug"] == "lamp-helper"


async def test_a_new_name_keeps_the_slug(acme: Tenant) -> None:
    agent = await acme.agent()
    changed = (await acme.rest("PATCH", f"/api/agents/{agent['id']}", json={"name": "Other"})).json()
    assert changed["slug"] == "lamp-helper"
