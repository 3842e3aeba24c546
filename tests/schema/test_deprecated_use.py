"""What is deprecated is counted by operation, whatever brings the operation, and shown to the operator alone.

Parley deprecates nothing yet, so `Contact.phone` is deprecated for the time of a test.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from schema.root import SCHEMA
from schema.usage import deprecated_parts
from settings import Settings
from tests.schema.test_cost import served
from tests.tenant import Tenant

TOKEN = "the-operator-s-token-of-at-least-32-characters"
OLD = "query Old { contacts { nodes { phone } } }"
NEW = "query New { contacts { nodes { email } } }"
BOTH = f"{OLD} {NEW}"
CHANGE = 'mutation Change { createContact(input: {email: "a@b.c"}) { contact { phone } } }'
EXECUTED = "query Executed { contacts { nodes { phone } } __schema { queryType { name } } }"
FOLLOW = "subscription Follow { contactChanged { contact { phone } } }"


@pytest.fixture
def outdated(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`Contact.phone` is deprecated."""
    contact: Any = SCHEMA._schema.type_map["Contact"]
    deprecated_parts.cache_clear()
    with monkeypatch.context() as change:
        change.setattr(contact.fields["phone"], "deprecation_reason", "Use `phones`")
        yield
    deprecated_parts.cache_clear()


@pytest.fixture
async def there(outdated: None, acme: Tenant, settings: Settings) -> AsyncIterator[Tenant]:
    """A server of the test's own, whose counters begin at nothing."""
    async with served(acme, settings, metrics_token=SecretStr(TOKEN), graphql_batch=10) as tenant:
        yield tenant


async def counted(there: Tenant) -> dict[str, int]:
    """The counters, by operation, as Prometheus would read them."""
    answer = await there.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=1.0.0; charset=utf-8")
    samples = [line for line in answer.text.splitlines() if not line.startswith("#")]
    names, numbers = zip(*(line.rsplit(" ", 1) for line in samples), strict=True) if samples else ((), ())
    begins, ends = 'parley_graphql_deprecated_total{operation="', '",part="Contact.phone"}'
    assert [name for name in names if not (name.startswith(begins) and name.endswith(ends))] == []
    return {name.removeprefix(begins).removesuffix(ends): int(float(number)) for name, number in zip(names, numbers, strict=True)}


async def test_every_run_is_counted_planned_executed_and_changing(there: Tenant) -> None:
    assert await counted(there) == {}
    for document in (OLD, OLD, NEW, CHANGE, EXECUTED):
        await there.data(document)
    assert await counted(there) == {"Old": 2, "Change": 1, "Executed": 1}


async def test_the_operation_that_runs_counts_and_not_its_document(there: Tenant) -> None:
    for name in ("New", "Old", "New"):
        answer = await there.client.post("/graphql", headers=there.headers, json={"query": BOTH, "operationName": name})
        assert "errors" not in answer.json()
    assert await counted(there) == {"Old": 1}


async def test_each_operation_of_a_batch_counts(there: Tenant) -> None:
    batch = [{"query": OLD}, {"query": NEW}, {"query": OLD.replace("query Old ", "")}]
    assert (await there.client.post("/graphql", headers=there.headers, json=batch)).status_code == 200
    assert await counted(there) == {"Old": 1, "": 1}


async def test_a_subscription_counts_once(there: Tenant) -> None:
    # What is wrong with its cursor ends it at once; it was asked for all the same.
    document = FOLLOW.replace("contactChanged", 'contactChanged(after: "none")')
    await there.client.post("/graphql", headers=there.headers | {"Accept": "text/event-stream"}, json={"query": document})
    assert await counted(there) == {"Follow": 1}


async def test_the_log_tells_whose_operation_it_was(there: Tenant) -> None:
    with capture_logs() as logged:
        await there.data(OLD)
        await there.data(NEW)
    (line,) = (each for each in logged if each["event"] == "deprecated")
    whose = {"user_id": there.user_id, "company_id": there.company_id}
    assert line == {"event": "deprecated", "log_level": "info", "operation": "Old", "parts": ("Contact.phone",)} | whose


async def test_a_refused_stranger_is_not_counted(there: Tenant) -> None:
    answer = await there.client.post("/graphql", json={"query": OLD})
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHORIZED"
    assert await counted(there) == {}


async def test_the_counters_are_the_operators_alone(there: Tenant) -> None:
    await there.data(OLD)
    told = [{}, there.headers, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": f"Basic {TOKEN}"}]
    answers = [await there.client.get("/metrics", headers=headers) for headers in told]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(401, "UNAUTHORIZED")] * 4
    assert [each.headers["www-authenticate"] for each in answers] == ["Bearer"] * 4
    assert "ratelimit-remaining" in answers[-1].headers


async def test_without_a_token_there_are_no_counters_to_ask_for(acme: Tenant) -> None:
    answers = [await acme.client.get("/metrics", headers=headers) for headers in ({}, acme.headers, {"Authorization": f"Bearer {TOKEN}"})]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "NOT_FOUND")] * 3


@pytest.mark.parametrize("token", ["short", "", "with a space in its middle of 32 characters", "ü" * 40])
def test_a_token_that_could_be_guessed_or_not_be_sent_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="PARLEY_METRICS_TOKEN must have at least 32"):
        Settings(metrics_token=SecretStr(token))
