"""What fills the slots of one dialogue: the same product, order, prices and dates from its first message to its last."""

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from demo.chance import pick
from demo.profiles import Product, Profile
from demo.script import Code
from demo.words import MARKETS, Market, day, money

LAMP_TOPICS = frozenset({"advice", "call", "price"})
HOURS: dict[Code, tuple[str, ...]] = {
    "en": ("8:00 to 12:00", "10:00 to 13:00", "14:00 to 17:00", "16:00 to 19:00"),
    "it": ("8 alle 12", "10 alle 13", "14 alle 17", "16 alle 19"),
}
ENDINGS = {"la": "a", "il": "o", "lo": "o"}


class Customer(NamedTuple):
    """What a dialogue knows of the customer; empty texts when there is no contact or it has no such field."""

    code: Code
    first_name: str
    company_name: str
    phone: str


class Setting(NamedTuple):
    """Where and when a dialogue takes place; `joined` is the colleague who takes part."""

    profile: Profile
    topic: str
    agent: str
    joined: str
    started_at: datetime


def slots(rng: Random, customer: Customer, setting: Setting) -> dict[str, str]:
    """Every slot of every script, by name."""
    goods = [product for product in setting.profile.products if product.kind == "lamp" or setting.topic not in LAMP_TOPICS]
    product, other = rng.sample(goods, 2)
    return (
        _people(rng, customer, setting)
        | _place(rng, customer, product)
        | _dates(rng, customer.code, setting.started_at)
        | _numbers(rng, customer.code, setting)
        | _prices(rng, customer.code, product)
        | (_english(product, other) if customer.code == "en" else _italian(product, other))
    )


def _people(rng: Random, customer: Customer, setting: Setting) -> dict[str, str]:
    market = MARKETS[customer.code]
    name = customer.first_name
    return {
        "hello": f"{market.hello} {name}".rstrip(),
        "thanks": f"{market.thanks}, {name}" if name and customer.code == "en" else f"{market.thanks} {name}".rstrip(),
        "firm": customer.company_name or pick(rng, market.firms),
        "digits": customer.phone[-3:] or f"{rng.randrange(1000):03}",
        "colleague": pick(rng, market.colleagues),
        "role": pick(rng, market.roles),
        "company": setting.profile.name,
        "domain": setting.profile.domain,
        "prefix": setting.profile.prefix,
        "agent": setting.agent,
        "joined": setting.joined,
    }


def _place(rng: Random, customer: Customer, product: Product) -> dict[str, str]:
    market: Market = MARKETS[customer.code]
    finish = pick(rng, market.finishes)
    return {
        "city": pick(rng, market.cities),
        "showroom": pick(rng, market.showrooms),
        "carrier": pick(rng, market.carriers),
        "room": pick(rng, market.rooms),
        "wood": pick(rng, market.woods),
        "colour": finish,
        "colour_big": finish.capitalize(),
        "number": str(rng.randint(2, 98)),
        "area": str(rng.randrange(10, 36, 2)),
        "lumen": str(rng.randrange(900, 2400, 100)),
        "width": str(rng.randrange(45, 70) if product.kind == "lamp" else rng.randrange(80, 125, 5)),
        "slot": pick(rng, HOURS[customer.code]),
    }


def _dates(rng: Random, code: Code, start: datetime) -> dict[str, str]:
    sent = start - timedelta(days=rng.randint(3, 6))
    soon = start + timedelta(days=rng.randint(2, 4))
    later = soon + timedelta(days=rng.randint(3, 8))
    days = {
        "past": sent - timedelta(days=rng.randint(4, 12)),
        "sent": sent,
        "soon": soon,
        "later": later,
        "due": later + timedelta(days=21),
    }
    printed = {name: day(_working(moment), code) for name, moment in days.items()}
    return printed | {"soon_big": printed["soon"].capitalize(), "later_big": printed["later"].capitalize()}


def _working(moment: datetime) -> datetime:
    """Nothing is sent, delivered or due on a Sunday."""
    return moment + timedelta(days=1) if moment.weekday() == 6 else moment


def _numbers(rng: Random, code: Code, setting: Setting) -> dict[str, str]:
    prefix, year = setting.profile.prefix, setting.started_at.year
    vat = rng.randrange(10**8, 10**9)
    return {
        "order": f"{prefix}-{rng.randrange(10_000, 99_999)}",
        "invoice": f"{year}/{rng.randrange(1000, 9999)}",
        "quote": f"Q-{year}-{rng.randrange(100, 999)}",
        "ref": f"R-{rng.randrange(10_000, 99_999)}",
        "tracking": f"{rng.randrange(10**9, 10**10)}",
        "vat": f"GB{vat}" if code == "en" else f"IT0{vat}0",
        "stars": pick(rng, ("5", "5", "5", "4", "4", "3")) if setting.topic != "complaint" else pick(rng, ("4", "3", "2", "1")),
    }


def _prices(rng: Random, code: Code, product: Product) -> dict[str, str]:
    price = product.pounds if code == "en" else product.euros
    quantity, percent = rng.randint(4, 18), pick(rng, (10, 12, 15))
    total = price * quantity
    amounts = {"price": price, "total": total, "net": total * (100 - percent) // 100, "saving": price * percent // 100, "fee": 60}
    return {name: money(amount, code) for name, amount in amounts.items()} | {"qty": str(quantity), "pct": str(percent)}


def _english(product: Product, other: Product) -> dict[str, str]:
    return {"item": product.en, "other": other.en}


def _italian(product: Product, other: Product) -> dict[str, str]:
    article, other_article, ending = product.article, other.article, ENDINGS[product.article]
    return {
        "item": product.it,
        "other": other.it,
        "o": ending,
        "la": article,
        "la_big": article.capitalize(),
        "la2": other_article,
        "la2_big": other_article.capitalize(),
        "mia_big": "La mia" if ending == "a" else "Il mio",
    }
