"""Conversations: a plan becomes a row, its threads and its messages."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from demo.chance import id_at, pick
from demo.dialogue import SPOKEN, Said, Scene, compose
from demo.messages import Place, messages
from demo.plans import Plan
from demo.profiles import Profile
from demo.rows import AgentRow, ConversationRow, Json, MessageRow, ThreadRow
from demo.script import Code, script
from demo.slots import Customer, Setting, slots
from demo.timing import offsets
from demo.words import USER_AGENTS

SOURCES = {"chat": "website", "email": "mailbox", "sms": "text message", "voice": "telephone", "video": "showroom link"}
NETWORKS = ("192.0.2.{}", "198.51.100.{}", "203.0.113.{}", "2001:db8::{:x}")
SALES = frozenset({"advice", "price", "appointment"})
LABELS = ("follow-up", "vip", "urgent", "solved at once")


class Cast(NamedTuple):
    """Who can take part: the company's profile and its agents as rows, in the profile's order."""

    profile: Profile
    agents: Sequence[AgentRow]


class Talk(NamedTuple):
    """A conversation with everything in it."""

    conversation: ConversationRow
    threads: list[ThreadRow]
    messages: list[MessageRow]


def talk(rng: Random, plan: Plan, cast: Cast, end: datetime) -> Talk:
    """The conversation that a plan describes; all of it lies before `end`."""
    customer = _customer(rng, plan)
    scene = Scene(customer.code, plan.topic, plan.channel, plan.length, plan.status == "active", plan.user_id is not None)
    said = compose(rng, scene)
    times = offsets(rng, plan.channel, said)
    # It must be over when the demo is filled: a late one starts earlier.
    started_at = min(plan.at, end - times[-1])
    agent = _agent(rng, plan, customer.code, cast)
    words = slots(rng, customer, Setting(cast.profile, plan.topic, agent.name, _colleague(plan, cast.profile), started_at))
    row = _conversation(rng, plan, (agent.id, customer.code), started_at, times[-1])
    threads = _threads(rng, row, said, times)
    place = Place(row, agent, words, {thread.title: thread.id for thread in threads}, end, plan.user_id or cast.profile.people[0].id)
    return Talk(
        _summarised(rng, row, script(customer.code).summaries[plan.topic].format_map(words), end, plan.length),
        threads,
        messages(rng, place, said, times),
    )


def _customer(rng: Random, plan: Plan) -> Customer:
    contact = plan.contact
    if contact is None:
        return Customer(pick(rng, ("en", "it")), "", "", "")
    return Customer(contact.metadata["language"], contact.first_name or "", contact.company_name or "", contact.phone or "")


def _colleague(plan: Plan, profile: Profile) -> str:
    return next((person.name for person in profile.people if person.id == plan.user_id), "")


def _agent(rng: Random, plan: Plan, code: Code, cast: Cast) -> AgentRow:
    duty = "voice" if plan.channel in SPOKEN else "sales" if plan.topic in SALES else "care"
    if duty == "care" and plan.status == "archived" and rng.random() < 0.3:
        duty = "retired"
    able = [(row, persona) for row, persona in zip(cast.agents, cast.profile.agents, strict=False) if code in persona.languages]
    fit = [row for row, persona in able if persona.duty == duty]
    return pick(rng, fit or [row for row, _ in able] or cast.agents)


def _conversation(rng: Random, plan: Plan, who: tuple[UUID, Code], started_at: datetime, lasted: timedelta) -> ConversationRow:
    ended_at = None if plan.status == "active" else started_at + lasted
    return ConversationRow(
        id=id_at(rng, started_at),
        agent_id=who[0],
        contact_id=plan.contact.id if plan.contact else None,
        user_id=plan.user_id,
        channel=plan.channel,
        status=plan.status,
        started_at=started_at,
        ended_at=ended_at,
        tags=[plan.topic, *([pick(rng, LABELS)] if rng.random() < 0.2 else [])],
        metadata=_metadata(rng, plan.channel, who[1]),
        summary=None,
        summary_updated_at=None,
        summary_message_count=None,
        created_at=started_at,
        updated_at=ended_at or started_at + lasted,
    )


def _metadata(rng: Random, channel: str, code: Code) -> Json:
    """Addresses come from the networks kept for documentation (RFC 5737, RFC 3849)."""
    meta = {"source": SOURCES[channel], "language": code}
    if channel in ("chat", "video"):
        meta |= {"ip_address": pick(rng, NETWORKS).format(rng.randint(1, 254)), "user_agent": pick(rng, USER_AGENTS)}
    return meta


def _summarised(rng: Random, row: ConversationRow, summary: str, end: datetime, length: int) -> ConversationRow:
    made_at = row.ended_at and row.ended_at + timedelta(minutes=5)
    if made_at is None or made_at > end or rng.random() > 0.15:
        return row
    return row._replace(summary=summary, summary_updated_at=made_at, summary_message_count=length, updated_at=made_at)


def _threads(rng: Random, row: ConversationRow, said: Sequence[Said], times: Sequence[timedelta]) -> list[ThreadRow]:
    """Half of the conversations that wander have a thread for each aside."""
    firsts: dict[str, timedelta] = {}
    for one, after in zip(said, times, strict=False):
        if one.title:
            firsts.setdefault(one.title, after)
    if rng.random() < 0.5:
        return []
    return [ThreadRow(id_at(rng, row.started_at + after), row.id, title, row.started_at + after) for title, after in firsts.items()]
