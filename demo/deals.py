"""Deals in every stage, with a probability that fits it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from demo.chance import id_at, moment_between, pick
from demo.profiles import Product
from demo.rows import ContactRow, DealRow, Json
from demo.words import MARKETS


class Step(NamedTuple):
    """A stage, how likely it makes a deal, and when the decision falls, in days around the end."""

    stage: str
    chances: tuple[int, ...]
    days: tuple[int, int]


STEPS = (
    Step("lead", (5, 10), (30, 120)),
    Step("qualified", (20, 25, 30), (20, 90)),
    Step("proposal", (40, 50, 60), (10, 60)),
    Step("negotiation", (70, 75, 80, 90), (-3, 30)),
    Step("closed-won", (100,), (-60, -1)),
    Step("closed-lost", (0,), (-60, -1)),
)
LOST = ("price", "chose another maker", "project cancelled", "delivery time")
SOURCES = ("website", "showroom", "referral", "trade fair", "campaign")


def deals(rng: Random, count: int, known: Sequence[ContactRow], goods: Sequence[Product], end: datetime) -> Iterator[DealRow]:
    """That many deals, the stages in turn; nine in ten belong to a contact."""
    for number in range(count):
        contact = pick(rng, known)
        since = max(contact.created_at, end - timedelta(days=120))
        created_at = moment_between(rng, since, end)
        yield _deal(rng, STEPS[number % len(STEPS)], contact, pick(rng, goods), created_at)._replace(
            expected_close_date=_decided(rng, STEPS[number % len(STEPS)], created_at, end),
            contact_id=contact.id if rng.random() < 0.9 else None,
        )


def _deal(rng: Random, step: Step, contact: ContactRow, product: Product, created_at: datetime) -> DealRow:
    quantity = rng.randint(1, 24)
    code = contact.metadata["language"]
    item = product.en if code == "en" else product.it
    firm = contact.company_name or pick(rng, MARKETS[code].firms)
    return DealRow(
        id=id_at(rng, created_at),
        contact_id=contact.id,
        title=f"{quantity} x {item}, {firm}",
        value=None if step.stage == "lead" and rng.random() < 0.4 else Decimal(product.euros * quantity * rng.randint(86, 100)) / 100,
        stage=step.stage,
        probability=pick(rng, step.chances),
        expected_close_date=None,
        metadata=_metadata(rng, step, quantity),
        created_at=created_at,
        updated_at=created_at,
    )


def _decided(rng: Random, step: Step, created_at: datetime, end: datetime) -> date | None:
    if step.stage == "lead" and rng.random() < 0.3:
        return None
    return max((end + timedelta(days=rng.randint(*step.days))).date(), created_at.date())


def _metadata(rng: Random, step: Step, quantity: int) -> Json:
    lost = {"lost_reason": pick(rng, LOST)} if step.stage == "closed-lost" else {}
    return {"source": pick(rng, SOURCES), "quantity": quantity, "currency": "EUR"} | lost
