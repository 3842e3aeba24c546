"""The benchmark's rows: people of their own for each company, and dialogues of the pool said again."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random
from typing import NamedTuple
from uuid import UUID

from demo.binary import SIGNATURE, TRAILER, message, since_epoch
from demo.chance import dice, id_at, id_bits, moment_between, pick
from demo.contacts import WINDOW, contacts
from demo.deals import deals
from demo.generate import agents_of
from demo.pool import Pooled
from demo.profiles import FOUNDED, LUMEN, Person, fixed
from demo.rows import AgentRow, Batch, Batches, CompanyRow, ConversationRow, Sizes, UserRow

FIRST_COMPANY, FIRST_OWNER = 0x1000, 0x2000


class Repeated(NamedTuple):
    """A conversation, and the dialogue that is said again in it."""

    row: ConversationRow
    dialogue: Pooled


class People(NamedTuple):
    """Whom a company's conversations are with."""

    agents: Sequence[UUID]
    contacts: Sequence[UUID]


def company(number: int) -> CompanyRow:
    """The benchmark's company of that number, from 0."""
    return CompanyRow(fixed(FIRST_COMPANY + number), f"Bench {number + 1}")


def owner(number: int) -> Person:
    """Its owner."""
    return Person(fixed(FIRST_OWNER + number), f"owner@bench-{number + 1}.example", f"Owner {number + 1}", "owner")


def foundation(number: int, sizes: Sizes, end: datetime) -> tuple[Batches, People]:
    """Everything of a company but its conversations."""
    agents = _agents(number, sizes.agents)
    known = contacts(dice("bench", number, "contacts"), sizes.contacts, number, end)
    sales = deals(dice("bench", number, "deals"), sizes.deals, known, LUMEN.products, end)
    batches = [
        Batch("companies", [company(number)]),
        Batch("users", [UserRow(*owner(number))]),
        Batch("agents", agents),
        Batch("contacts", known),
        Batch("deals", list(sales)),
    ]
    return iter(batches), People([agent.id for agent in agents], [contact.id for contact in known])


def conversations(rng: Random, pool: Sequence[Pooled], count: int, people: People, end: datetime) -> Iterator[Repeated]:
    """That many, oldest first; each dialogue of the pool comes equally often, so `count` is a multiple of the pool's size."""
    starts = sorted(moment_between(rng, end - WINDOW, end) for _ in range(count))
    deck = list(pool) * (count // len(pool))
    rng.shuffle(deck)
    for start, dialogue in zip(starts, deck, strict=True):
        yield Repeated(_row(rng, dialogue, people, min(start, end - dialogue.lasts)), dialogue)


def encoded(rng: Random, repeated: Sequence[Repeated]) -> Iterator[bytes]:
    """Their messages in binary COPY format, a conversation at a time."""
    yield SIGNATURE
    for row, dialogue in repeated:
        started_at, milliseconds = since_epoch(row.started_at), int(row.started_at.timestamp() * 1000)
        conversation_id = row.id.bytes
        yield b"".join(
            [
                message(id_bits(rng, milliseconds + after // 1000).to_bytes(16), conversation_id, middle, started_at + after)
                for after, middle in dialogue.messages
            ]
        )
    yield TRAILER


def _agents(number: int, count: int) -> list[AgentRow]:
    rng, models = dice("bench", number, "agents"), agents_of("lumen", LUMEN)
    return [_agent(models[n % len(models)], n // len(models) + 1, id_at(rng, FOUNDED)) for n in range(count)]


def _agent(model: AgentRow, copy: int, agent_id: UUID) -> AgentRow:
    return model._replace(id=agent_id, name=f"{model.name} {copy}", slug=f"{model.slug}-{copy}", public_api_key=f"pub_key_{agent_id}")


def _row(rng: Random, dialogue: Pooled, people: People, started_at: datetime) -> ConversationRow:
    row = dialogue.row
    moved = started_at - row.started_at
    return row._replace(
        id=id_at(rng, started_at),
        agent_id=pick(rng, people.agents),
        contact_id=pick(rng, people.contacts),
        started_at=started_at,
        ended_at=row.ended_at and started_at + dialogue.lasts,
        summary_updated_at=row.summary_updated_at and row.summary_updated_at + moved,
        created_at=started_at,
        updated_at=started_at + dialogue.lasts,
    )
