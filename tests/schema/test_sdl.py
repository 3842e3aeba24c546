"""The schema as it is committed."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    parse,
    validate,
)

import schema
from published import sdl_text
from schema.graphiql.pages import welcome_query
from schema.root import SCHEMA
from tests.tenant import Tenant

TYPES = [made for name, made in SCHEMA._schema.type_map.items() if not name.startswith("__")]
OWN = [made for made in TYPES if made.name not in {"Int", "String", "Boolean", "ID", "Float"}]


def test_the_committed_file_is_what_the_code_says() -> None:
    assert Path(schema.__file__).with_name("schema.graphql").read_text("utf-8") == sdl_text()


@pytest.mark.parametrize("made", OWN, ids=str)
def test_every_type_field_and_argument_is_described(made: GraphQLNamedType) -> None:
    bare = [] if made.description else [made.name]
    if isinstance(made, GraphQLObjectType | GraphQLInterfaceType):
        bare += [f"{made.name}.{name}" for name, field in made.fields.items() if not field.description]
        bare += [
            f"{made.name}.{name}({arg})" for name, field in made.fields.items() for arg, info in field.args.items() if not info.description
        ]
    if isinstance(made, GraphQLInputObjectType):
        bare += [f"{made.name}.{name}" for name, info in made.fields.items() if not info.description]
    assert bare == []


@pytest.mark.parametrize("made", [made for made in OWN if isinstance(made, GraphQLEnumType)], ids=str)
def test_enumeration_values_are_upper_case(made: GraphQLEnumType) -> None:
    assert [name for name in made.values if name != name.upper()] == []


def test_no_type_shows_the_company_column() -> None:
    shown = [f"{made.name}.{name}" for made in OWN for name in getattr(made, "fields", {}) if name.lower() in {"companyid", "company_id"}]
    assert shown == []


def test_lists_take_the_same_arguments_everywhere() -> None:
    lists = [
        field
        for made in OWN
        if isinstance(made, GraphQLObjectType)
        for field in made.fields.values()
        if str(field.type).rstrip("!").endswith("Connection")
    ]
    assert len(lists) == 14
    assert {tuple(field.args) for field in lists} == {("first", "after", "last", "before", "filter", "orderBy")}


async def test_the_welcome_query_is_valid_and_runs(acme: Tenant) -> None:
    assert validate(SCHEMA._schema, parse(welcome_query())) == []
    contact = await acme.contact(first_name="Ada")
    conversation = await acme.conversation(contactId=contact["id"])
    await acme.message(conversation["id"])
    data = await acme.data(welcome_query())
    assert data["conversations"]["totalCount"] == 1
    assert data["conversations"]["nodes"][0]["contact"]["firstName"] == "Ada"
