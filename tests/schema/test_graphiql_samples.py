"""GraphiQL's samples: each is one titled operation, fits the schema, and runs for its role against the demo company."""

from contextlib import suppress
from typing import Any

import pytest
from graphql import OperationDefinitionNode, OperationType, parse, validate

from schema.graphiql.samples import lookup, samples, welcome_query
from schema.root import SCHEMA
from tests.schema.graphiql_demo import Demo
from tests.schema.live.client import Client

# The sample mutation after which a subscription tells something.
STIRRED_BY = {"NewMessages": "SayHello", "DealsOnTheMove": "MoveDeal", "Everything": "AddContact"}
# Who is shown which groups; the second company's owner sees the first one's samples.
SHOWN = {"owner": "owner", "admin": "admin", "user": "user", "other": "owner"}
RUNS = [(who, text) for who, role in SHOWN.items() for text in [welcome_query(), *samples()[role], *samples()["everyone"]]]
ALL = [text for group in samples().values() for text in group]


def operation(text: str) -> OperationDefinitionNode:
    (found,) = parse(text).definitions
    assert isinstance(found, OperationDefinitionNode)
    return found


def name_of(text: str) -> str:
    name = operation(text).name
    assert name is not None
    return name.value


def variables_of(text: str) -> list[str]:
    return [each.variable.name.value for each in operation(text).variable_definitions or ()]


def sample(name: str) -> str:
    (found,) = (text for text in ALL if name_of(text) == name)
    return found


async def variables(demo: Demo, who: str, text: str) -> dict[str, str]:
    """What the page fills in: ids found by the lookup."""
    names = variables_of(text)
    found = (await demo.answer(who, lookup()))["data"] if names else {}
    return {name: found[name]["nodes"][0]["id"] for name in names if name in found}


async def answer(demo: Demo, who: str, text: str) -> dict[str, Any]:
    """A sample's answer."""
    return await demo.answer(who, text, **await variables(demo, who, text))


@pytest.mark.parametrize("text", ALL, ids=name_of)
def test_a_sample_is_one_named_operation_under_its_title(text: str) -> None:
    title, _, rest = text.partition("\n")
    assert title.startswith("# ")
    assert rest.startswith(f"{operation(text).operation.value} {name_of(text)}")


def test_names_are_used_once() -> None:
    assert len({name_of(text) for text in ALL}) == len(ALL)


def test_every_role_has_queries_and_there_is_a_subscription_for_everyone() -> None:
    kinds = {role: {operation(text).operation for text in group} for role, group in samples().items()}
    assert all(OperationType.QUERY in kinds[role] for role in ("owner", "admin", "user"))
    assert kinds["everyone"] == {OperationType.SUBSCRIPTION, OperationType.MUTATION}


@pytest.mark.parametrize("text", [*ALL, lookup(), welcome_query()], ids=name_of)
def test_a_sample_fits_the_schema(text: str) -> None:
    assert validate(SCHEMA._schema, parse(text)) == []


@pytest.mark.parametrize("text", ALL, ids=name_of)
def test_a_required_variable_can_be_looked_up(text: str) -> None:
    aliases = {field.alias.value for field in operation(lookup()).selection_set.selections if getattr(field, "alias", None)}
    required = {each.variable.name.value for each in operation(text).variable_definitions or () if each.type.kind == "non_null_type"}
    assert required <= aliases


@pytest.mark.parametrize(("who", "text"), RUNS, ids=[f"{who}-{name_of(text)}" for who, text in RUNS])
async def test_a_sample_runs_for_its_role(demo: Demo, who: str, text: str) -> None:
    if operation(text).operation is OperationType.SUBSCRIPTION:
        told = await told_after(demo, who, text)
    else:
        told = await answer(demo, who, text)
    assert "errors" not in told
    assert all(told["data"].values())
    assert set(told["extensions"]["cost"]) == {"requested", "actual", "remaining"}


async def told_after(demo: Demo, who: str, text: str) -> dict[str, Any]:
    """What a subscription is told first, once its mutation has run; the mutation may come before the subscription has begun."""
    async with Client.connected(demo.port) as client:
        await client.init(demo.tokens[who])
        await client.subscribe("1", text, **await variables(demo, who, text))
        for _ in range(10):
            stirred = await answer(demo, who, sample(STIRRED_BY[name_of(text)]))
            assert "errors" not in stirred
            with suppress(TimeoutError):
                message = await client.hear(0.5)
                assert message["type"] == "next", message
                return dict(message["payload"])
    pytest.fail("nothing was told")
