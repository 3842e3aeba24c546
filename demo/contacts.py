"""Contacts: Italians and Britons, some known by name and employer, some by an address alone."""

from datetime import datetime, timedelta
from random import Random
from unicodedata import normalize

from demo.chance import id_at, moment_between, pick
from demo.rows import ContactRow
from demo.script import Code
from demo.words import MARKETS, Market

SOURCES = ("website", "website", "showroom", "referral", "trade fair", "telephone")
LABELS = ("vip", "trade", "newsletter", "returning", "showroom visit")
SEEN_BEFORE, WINDOW = timedelta(days=420), timedelta(days=90)


def contacts(rng: Random, count: int, seed: int, end: datetime) -> list[ContactRow]:
    """That many contacts, oldest first; two thirds are older than the 90 days before `end`."""
    opened = end - WINDOW
    older = count - count // 3
    moments = [moment_between(rng, end - SEEN_BEFORE, opened) for _ in range(older)]
    moments += [moment_between(rng, opened, end - timedelta(hours=1)) for _ in range(count - older)]
    return [_contact(rng, number, seed, moment) for number, moment in enumerate(sorted(moments))]


def _contact(rng: Random, number: int, seed: int, created_at: datetime) -> ContactRow:
    code: Code = "it" if rng.random() < 0.55 else "en"
    market = MARKETS[code]
    first, last = pick(rng, market.first_names), pick(rng, market.last_names)
    named, reachable = rng.random() < 0.94, rng.random() < 0.92
    return ContactRow(
        id=id_at(rng, created_at),
        email=_email(rng, f"{first}.{last}", number, market) if reachable else None,
        phone=_phone(rng, code) if not reachable or rng.random() < 0.7 else None,
        first_name=first if named else None,
        last_name=last if named else None,
        company_name=pick(rng, market.firms) if rng.random() < 0.35 else None,
        tags=sorted(rng.sample(LABELS, pick(rng, (0, 0, 1, 1, 2)))),
        metadata={"source": pick(rng, SOURCES), "language": code, "country": market.country, "batch": seed},
        created_at=created_at,
        updated_at=created_at,
    )


def _email(rng: Random, name: str, number: int, market: Market) -> str:
    """Addresses of the domains that are kept free for examples; a number keeps namesakes apart."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace(" ", "")
    return f"{plain}{number + 1}@{pick(rng, market.domains)}"


def _phone(rng: Random, code: Code) -> str:
    """E.164; British ones from the range kept for drama, Italian ones with a prefix that no operator has."""
    return f"+447700900{rng.randrange(1000):03}" if code == "en" else f"+39300{rng.randrange(10**7):07}"
