"""Reads and writes that one company can aim at another over GraphQL, generated from the schema."""

from typing import Any

from graphql import GraphQLField, get_named_type
from strawberry.utils.str_converters import to_camel_case

from models.catalogue import ENTITIES
from schema.root import NOUNS
from tests.contracts.attacks_rest import like
from tests.contracts.drive import Drive, ids_of, random_id
from tests.contracts.graphql_walk import Path, Sampler, document, id_places, is_connection, node_of, paths, put, root
from tests.contracts.rest_walk import ABOUT

DEPTH = 3


def noun_modules(attribute: str) -> dict[str, str]:
    """Which noun's module each root field comes from: `updateContact` from `contacts`."""
    return {to_camel_case(name): noun.__name__.rpartition(".")[2] for noun in NOUNS for name in getattr(noun, attribute, {})}


def table_of(name: str) -> str:
    """The table that a root field is about; `node` and its like are about any."""
    modules = noun_modules("QUERIES") | noun_modules("MUTATIONS")
    tables = {entity.table.name for entity in ENTITIES.values()}
    module = ABOUT.get(modules[name], modules[name])
    return module if module in tables else "contacts"


def sampler(drive: Drive, name: str) -> Sampler:
    """Values for a root field, with the attacker's own ids."""
    return Sampler(ids_of(drive.attacker, table_of(name)) | {"ids": str(drive.attacker.ids["deals"])})


def all_paths(field: GraphQLField) -> list[Path]:
    """Every way along edges from a root field."""
    return list(paths(node_of(get_named_type(field.type)), DEPTH))


async def read_everything(drive: Drive) -> None:
    """Every root field with the attacker's own ids, along every path of edges."""
    for name, field in root("query").items():
        given = {"first": 5} if is_connection(get_named_type(field.type)) else sampler(drive, name).arguments(field)
        for path in all_paths(field):
            drive.succeeded(name, await drive.graphql(document("query", name, path, tuple(given)), given))


async def read_by_id(drive: Drive) -> None:
    """Every root field that takes an id, with each of the victim's; next to the answer for an id that nothing has."""
    for name, field in root("query").items():
        if not is_connection(get_named_type(field.type)):
            await aim(drive, "query", name, field)
        if "query" in field.args:
            await ask(drive, name)


async def ask(drive: Drive, name: str) -> None:
    """A root field that takes a question, in the words of each of the victim's canaries, next to words that nobody has."""
    text = document("query", name, (), ("query",))
    for theirs in drive.victim.texts.values():
        nobodys = like(theirs)
        attack, control = [await drive.graphql(text, {"query": words}) for words in (theirs, nobodys)]
        drive.same(f"query {name}", (attack, theirs), (control, nobodys))


async def write_everything(drive: Drive) -> None:
    """Every mutation with the victim's ids in every place; then with own ids, to know that nothing else was wrong with it."""
    mutations = sorted(root("mutation").items(), key=lambda item: item[0].startswith("delete"))
    for name, field in mutations:
        await aim(drive, "mutation", name, field)
    for name, field in mutations:
        own = sampler(drive, name).arguments(field)
        drive.succeeded(name, await drive.graphql(document("mutation", name), own))


async def aim(drive: Drive, operation: str, name: str, field: GraphQLField) -> None:
    """One root field with each of the victim's ids in each place that takes one, all else being the attacker's own."""
    own = sampler(drive, name).arguments(field)
    text = document(operation, name)
    for place in id_places(field.args, own):
        for table, theirs in drive.victim.ids.items():
            label = f"{operation} {name} {place} with an id of {table}"
            await aim_at(drive, label, text, own, (place, str(theirs)))


async def aim_at(drive: Drive, label: str, text: str, own: dict[str, Any], aimed: tuple[tuple[Any, ...], str]) -> None:
    """The same operation twice: with the victim's id and with an id that nothing has."""
    place, theirs = aimed
    nobodys = random_id()
    attack = await drive.graphql(text, put(own, place, theirs))
    control = await drive.graphql(text, put(own, place, nobodys))
    drive.same(label, (attack, theirs), (control, nobodys))
