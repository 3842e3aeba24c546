"""The two demo companies: who works there, which agents answer, what they make. Ids are constants, so that tokens stay valid."""

from datetime import UTC, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from demo.script import Code


class Person(NamedTuple):
    """A user of a demo company."""

    id: UUID
    email: str
    name: str
    role: Literal["owner", "admin", "user"]


class Persona(NamedTuple):
    """An AI agent; it answers customers of `languages` on `duty`."""

    name: str
    slug: str
    duty: Literal["care", "sales", "voice", "retired"]
    languages: tuple[Code, ...]
    model: str
    temperature: str
    voice: str
    description: str
    prompt: str


class Product(NamedTuple):
    """Something for sale; `article` is the Italian one, prices are in whole units."""

    en: str
    it: str
    article: Literal["la", "il", "lo"]
    kind: Literal["lamp", "furniture"]
    pounds: int
    euros: int


class Profile(NamedTuple):
    """A demo company; `prefix` begins its order numbers."""

    id: UUID
    name: str
    domain: str
    prefix: str
    people: tuple[Person, ...]
    agents: tuple[Persona, ...]
    products: tuple[Product, ...]


FOUNDED = datetime(2024, 4, 22, 8, 30, tzinfo=UTC)
MINI, TURBO = "gpt-4o-mini", "gpt-4-turbo"


def fixed(number: int) -> UUID:
    """A constant id of version 7, dated April 2024."""
    return UUID(int=0x018F0000_0000_7000_8000_000000000000 + number)


LUMEN = Profile(
    id=fixed(0x10),
    name="Lumen & Larch",
    domain="lumen-larch.example",
    prefix="LL",
    people=(
        Person(fixed(0x11), "owner@lumen-larch.example", "Anna Whitfield", "owner"),
        Person(fixed(0x12), "admin@lumen-larch.example", "Davide Conti", "admin"),
        Person(fixed(0x13), "user@lumen-larch.example", "Priya Nair", "user"),
    ),
    agents=(
        Persona(
            "Nora",
            "nora",
            "care",
            ("en",),
            MINI,
            "0.40",
            "alloy",
            "Customer care in English: deliveries, invoices, returns, complaints.",
            "You are Nora, customer care at Lumen & Larch, a maker of furniture and home lighting. Answer in British English, briefly and "
            "warmly. Look up the order before you promise anything; offer one clear next step; hand over to a colleague when asked to.",
        ),
        Persona(
            "Giulia",
            "giulia",
            "care",
            ("it",),
            MINI,
            "0.40",
            "shimmer",
            "Assistenza clienti in italiano: consegne, fatture, resi, reclami.",
            "Sei Giulia, assistenza clienti di Lumen & Larch, produttore di mobili "
            "e luci per la casa. Rispondi in italiano, dando del Lei, "
            "in modo breve e cortese. Verifica l'ordine prima di promettere qualcosa e proponi sempre il passo successivo.",
        ),
        Persona(
            "Theo",
            "theo",
            "sales",
            ("en",),
            TURBO,
            "0.70",
            "onyx",
            "Advises on lighting, quotes projects and books showroom visits in English.",
            "You are Theo, lighting adviser at Lumen & Larch. Ask about the room "
            "before you recommend; name one product and one alternative. "
            "Discounts: 10 to 15 percent from four pieces, 2 percent more for payment in advance, never beyond that.",
        ),
        Persona(
            "Marco",
            "marco",
            "sales",
            ("it",),
            TURBO,
            "0.70",
            "echo",
            "Consulenza su luce e arredo, preventivi e appuntamenti in showroom.",
            "Sei Marco, consulente di Lumen & Larch. Chiedi della stanza prima di "
            "consigliare, proponi un prodotto e un'alternativa. Sconti: dal "
            "10 al 15 per cento da quattro pezzi, un altro 2 per cento con pagamento anticipato, mai oltre.",
        ),
        Persona(
            "Vera",
            "vera",
            "voice",
            ("en", "it"),
            MINI,
            "0.30",
            "nova",
            "Answers the telephone and video calls in both languages.",
            "You are Vera, the voice of Lumen & Larch. Speak in short sentences, "
            "in the caller's language. Repeat order numbers digit by digit "
            "and close every call with what happens next.",
        ),
        Persona(
            "Lumi",
            "lumi-faq",
            "retired",
            ("en", "it"),
            MINI,
            "0.20",
            "alloy",
            "The first FAQ bot, switched off since Nora and Giulia took over.",
            "You are Lumi. Answer only from the list of frequently asked questions; otherwise give the telephone number of customer care.",
        ),
    ),
    products=(
        Product("Alba floor lamp", "lampada da terra Alba", "la", "lamp", 289, 329),
        Product("Nido table lamp", "lampada da tavolo Nido", "la", "lamp", 149, 169),
        Product("Brina pendant", "sospensione Brina", "la", "lamp", 219, 249),
        Product("Onda wall lamp", "lampada da parete Onda", "la", "lamp", 119, 139),
        Product("Salice arc lamp", "piantana Salice", "la", "lamp", 419, 479),
        Product("Larice dining table", "tavolo Larice", "il", "furniture", 1290, 1490),
        Product("Bosco bookcase", "libreria Bosco", "la", "furniture", 890, 990),
        Product("Ginestra writing desk", "scrittoio Ginestra", "lo", "furniture", 640, 720),
        Product("Riva bench", "panca Riva", "la", "furniture", 340, 390),
        Product("Quercia sideboard", "credenza Quercia", "la", "furniture", 1150, 1320),
        Product("Tordo bedside table", "comodino Tordo", "il", "furniture", 210, 240),
    ),
)

NORTHLIGHT = Profile(
    id=fixed(0x20),
    name="Northlight Interiors",
    domain="northlight.example",
    prefix="NI",
    people=(Person(fixed(0x21), "owner@northlight.example", "Morag Sinclair", "owner"),),
    agents=(
        Persona(
            "Skye",
            "skye",
            "care",
            ("en", "it"),
            MINI,
            "0.40",
            "coral",
            "Answers customers of Northlight Interiors on every channel.",
            "You are Skye, customer care at Northlight Interiors. Be friendly, precise and brief; answer in the customer's language.",
        ),
        Persona(
            "Angus",
            "angus",
            "sales",
            ("en", "it"),
            TURBO,
            "0.60",
            "ash",
            "Advice, quotes and appointments.",
            "You are Angus, adviser at Northlight Interiors. Ask about the room, "
            "recommend one lamp, never promise more than 15 percent off.",
        ),
    ),
    products=(
        Product("Aurora pendant", "sospensione Aurora", "la", "lamp", 259, 299),
        Product("Heron reading lamp", "lampada da lettura Heron", "la", "lamp", 179, 199),
        Product("Isla table lamp", "lampada da tavolo Isla", "la", "lamp", 129, 149),
        Product("Cairn coffee table", "tavolino Cairn", "il", "furniture", 390, 450),
        Product("Skerry shelf", "mensola Skerry", "la", "furniture", 160, 185),
    ),
)

PROFILES = {"lumen": LUMEN, "northlight": NORTHLIGHT}
