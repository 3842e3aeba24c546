"""A company's rows from one seed: pure, repeatable, and streamed in batches."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from demo.chance import dice, id_at
from demo.contacts import contacts
from demo.conversations import Cast, talk
from demo.deals import deals
from demo.plans import lengths, plans
from demo.profiles import FOUNDED, PROFILES, Persona, Profile
from demo.rows import AgentRow, Batch, Batches, CompanyRow, ContactRow, Sizes, UserRow

CONVERSATIONS_AT_ONCE = 500
LANGUAGE_TAGS = {"en": "en-GB", "it": "it-IT"}


def generate(company: str, seed: int, sizes: Sizes, end: datetime) -> Batches:
    """The rows of `company` (`lumen` or `northlight`); the 90 days of its conversations end at `end`.

    The company, its users and its agents are the same for every seed, all other rows belong to this one. Nothing is kept
    but the contacts and the plans: about 2 MB for the sizes of the demo.
    """
    profile = PROFILES[company]
    yield Batch("companies", [CompanyRow(profile.id, profile.name)])
    yield Batch("users", [UserRow(*person) for person in profile.people])
    agents = agents_of(company, profile)[: sizes.agents]
    yield Batch("agents", agents)
    known = contacts(dice(company, seed, "contacts"), sizes.contacts, seed, end)
    yield Batch("contacts", known)
    yield Batch("deals", list(deals(dice(company, seed, "deals"), sizes.deals, known, profile.products, end)))
    yield from _talks(f"{company}:{seed}", Cast(profile, agents), known, sizes, end)


def agents_of(company: str, profile: Profile) -> list[AgentRow]:
    """The agents of a profile; always the same."""
    rng = dice(company, "agents")
    return [_agent(rng.getrandbits(64), persona, number) for number, persona in enumerate(profile.agents)]


def _agent(seed: int, persona: Persona, number: int) -> AgentRow:
    created_at = FOUNDED + timedelta(hours=number)
    agent_id = id_at(dice(seed), created_at)
    voice: dict[str, Any] = {"voice": persona.voice, "language": LANGUAGE_TAGS[persona.languages[0]]}
    return AgentRow(
        id=agent_id,
        name=persona.name,
        slug=persona.slug,
        description=persona.description,
        system_prompt=persona.prompt,
        model=persona.model,
        temperature=Decimal(persona.temperature),
        max_tokens=400 if persona.duty == "voice" else 800,
        enabled=persona.duty != "retired",
        voice_settings=voice,
        avatar_url=None,
        public_api_key=f"pub_key_{agent_id}",
        created_at=created_at,
        updated_at=created_at,
    )


def _talks(seed: str, cast: Cast, known: list[ContactRow], sizes: Sizes, end: datetime) -> Iterator[Batch]:
    """Conversations by the hundred, each hundred followed by its threads and its messages."""
    rng = dice(seed, "talks")
    users = [person.id for person in cast.profile.people]
    planned = plans(rng, lengths(rng, sizes.conversations, sizes.messages), known, users, end)
    for first in range(0, len(planned), CONVERSATIONS_AT_ONCE):
        talks = [talk(rng, plan, cast, end) for plan in planned[first : first + CONVERSATIONS_AT_ONCE]]
        yield Batch("conversations", [one.conversation for one in talks])
        yield Batch("threads", [thread for one in talks for thread in one.threads])
        yield Batch("messages", [message for one in talks for message in one.messages])
