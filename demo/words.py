"""The words that fill the dialogues' slots: names, places, rooms, colours, and how a market prints dates and prices."""

from datetime import datetime
from typing import NamedTuple

from demo.script import Code


class Market(NamedTuple):
    """What differs between the two countries the demo companies sell to."""

    country: str
    currency: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    cities: tuple[str, ...]
    showrooms: tuple[str, ...]
    carriers: tuple[str, ...]
    firms: tuple[str, ...]
    colleagues: tuple[str, ...]
    rooms: tuple[str, ...]
    finishes: tuple[str, ...]
    woods: tuple[str, ...]
    roles: tuple[str, ...]
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    domains: tuple[str, ...]
    hello: str
    thanks: str


def split(text: str) -> tuple[str, ...]:
    """Words separated by commas."""
    return tuple(word.strip() for word in text.split(","))


ENGLISH = Market(
    country="GB",
    currency="£{}",
    first_names=split(
        "Amelia, Arthur, Beth, Callum, Charlotte, Daniel, Eleanor, Emma, Fiona, George, Grace, Hannah, Harry, Imogen, Isla, Jack, James, "
        "Joanna, Kieran, Laura, Lewis, Lucy, Martha, Matthew, Megan, Nadia, Nathan, Oliver, Owen, Poppy, Rachel, Rhys, Rosie, Samuel, "
        "Sarah, Sophie, Thomas, Tilda, Victoria, William, Yasmin, Zoe"
    ),
    last_names=split(
        "Ainsworth, Barker, Bennett, Carter, Clarke, Cooper, Davies, Doyle, Evans, Fletcher, Foster, Graham, Hall, Harris, Hughes, "
        "Jackson, Jones, Kaur, Khan, Lewis, Marsh, Mitchell, Morgan, Murray, Nolan, Okafor, Parker, Patel, Price, Reid, Roberts, Shaw, "
        "Singh, Stewart, Taylor, Turner, Walker, Ward, Watson, Wright, Young"
    ),
    cities=split("London, Manchester, Bristol, Leeds, Edinburgh, Glasgow, Cardiff, Norwich, York, Bath, Brighton, Sheffield, Oxford"),
    showrooms=split("London, Manchester, Edinburgh"),
    carriers=split("Northway Freight, TwoHands Delivery, Parcelgate"),
    firms=split(
        "Harrow & Finch Architects, The Old Mill Hotel, Saltmarsh Café, Brightside Dental, Oakley Studios, Fenwick Books, Tidal Studios, "
        "Marlow Estates, Kestrel Design, The Copper Kettle, Larkspur Events, Wren Accountants, Harbour Physio, Bluebell Nurseries"
    ),
    colleagues=split("Tom, Marianne, Joel, Beatrice, Simon"),
    rooms=split("living room, bedroom, study, dining room, hallway, reading corner"),
    finishes=split("brushed brass, copper, terracotta, sand"),
    woods=split("larch, oak, ash"),
    roles=split("the office manager, the owner, in charge of purchasing"),
    weekdays=split("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday"),
    months=split("January, February, March, April, May, June, July, August, September, October, November, December"),
    domains=split("example.com, example.org, example.com"),
    hello="Hello",
    thanks="Thank you",
)

ITALIAN = Market(
    country="IT",
    currency="{} €",
    first_names=split(
        "Alessandro, Alice, Andrea, Anna, Beatrice, Bruno, Camilla, Caterina, Chiara, Claudio, Cristina, Daniele, Davide, Elena, Emma, "
        "Enrico, Fabio, Federica, Francesca, Francesco, Giacomo, Ginevra, Giorgia, Giovanni, Giulia, Ilaria, Lorenzo, Luca, Lucia, Marco, "
        "Marta, Martina, Matteo, Michele, Noemi, Paola, Pietro, Roberto, Sara, Silvia, Stefano, Valentina"
    ),
    last_names=split(
        "Amato, Barbieri, Bassi, Bianchi, Bruno, Caruso, Cattaneo, Colombo, Conti, Costa, De Luca, Esposito, Fabbri, Ferrara, Ferrari, "
        "Fontana, Galli, Gatti, Giordano, Greco, Guerra, Leone, Lombardi, Longo, Mancini, Marchetti, Marino, Martini, Moretti, Negri, "
        "Parisi, Pellegrini, Ricci, Rinaldi, Riva, Romano, Rossetti, Russo, Sala, Santoro, Testa, Villa"
    ),
    cities=split("Milano, Torino, Bologna, Firenze, Roma, Napoli, Verona, Padova, Genova, Bergamo, Trento, Parma, Lecce"),
    showrooms=split("Milano, Bologna, Roma"),
    carriers=split("Corriere Adria, Duemani Trasporti, Veloce Logistica"),
    firms=split(
        "Studio Ferri Architetti, Hotel Belvedere, Caffè dei Portici, Studio Dentistico Alba, Officina Creativa, Libreria del Corso, "
        "Agriturismo Le Querce, Immobiliare Ponte, Trattoria da Nello, Coworking Navigli, Fiorista Primavera, Studio Legale Marchi, "
        "Cantina Valdoro, Palestra Equilibrio"
    ),
    colleagues=split("Silvia, Tommaso, Ilaria, Renato, Elisa"),
    rooms=split("il soggiorno, la camera da letto, lo studio, la sala da pranzo, l'ingresso, l'angolo lettura"),
    finishes=split("ottone spazzolato, rame, terracotta, sabbia"),
    woods=split("larice, rovere, frassino"),
    roles=split("titolare, responsabile acquisti"),
    weekdays=split("lunedì, martedì, mercoledì, giovedì, venerdì, sabato, domenica"),
    months=split("gennaio, febbraio, marzo, aprile, maggio, giugno, luglio, agosto, settembre, ottobre, novembre, dicembre"),
    domains=split("example.it, example.it, example.com"),
    hello="Buongiorno",
    thanks="Grazie",
)

MARKETS: dict[Code, Market] = {"en": ENGLISH, "it": ITALIAN}
USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
)


def day(moment: datetime, code: Code) -> str:
    """A day in words, with its weekday: `Thursday 12 March`, `giovedì 12 marzo`."""
    market = MARKETS[code]
    return f"{market.weekdays[moment.weekday()]} {moment.day} {market.months[moment.month - 1]}"


def money(amount: int, code: Code) -> str:
    """A price in whole units of the market's currency: `£1,249`, `1.249 €`."""
    printed = f"{amount:,}"
    return MARKETS[code].currency.format(printed if code == "en" else printed.replace(",", "."))
