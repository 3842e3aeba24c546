"""The work: five questions, asked of every contender with the same bytes, and how their answers are compared."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

LIST_OF_CONVERSATIONS = """
query Q1 {
  conversations(first: 20) {
    nodes {
      id status channel startedAt
      agent { id name }
      contact { id firstName lastName email }
      messages(last: 5) { nodes { id senderType content createdAt } }
    }
  }
}
"""
ONE_CONVERSATION = """
query Q2($id: ID!) {
  conversation(id: $id) {
    id status
    messages(first: 50) { nodes { id senderType role content createdAt } }
  }
}
"""
SEARCH = """
query Q3($term: String!) {
  contacts(first: 50, filter: {search: $term}) {
    nodes { id firstName lastName email companyName tags createdAt }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A company as its owner sees it: a token, and ids and terms to ask for."""

    company_id: str
    token: str
    contact_ids: Sequence[str]
    conversation_ids: Sequence[str]
    terms: Sequence[str]


@dataclass(frozen=True, slots=True)
class Item:
    """A work item: its name, what it asks, and the requests to rotate over; `own` are those of contenders that name things otherwise."""

    name: str
    title: str
    requests: Sequence[bytes]
    graphql: bool = False
    own: Mapping[str, Sequence[bytes]] = field(default_factory=dict)

    def asked_of(self, contender: str) -> Sequence[bytes]:
        """The requests for a contender; equal places ask for equal data."""
        return self.own.get(contender, self.requests)

    def compared(self, answer: Any) -> Any:
        """What must be equal: of a GraphQL answer `data` alone, for `extensions` beside it are each server's own."""
        return answer["data"] if self.graphql else answer


def items(tenants: Sequence[Tenant]) -> list[Item]:
    """All work items; neighbouring requests are of different companies."""
    lists = [get("/api/conversations?limit=20", tenant) for tenant in tenants]
    contacts = [get(f"/api/crm/contacts/{key}/conversations?limit=20", tenant) for key, tenant in turns(tenants, "contact_ids")]
    nested = [ask(LIST_OF_CONVERSATIONS, "Q1", tenant, {}) for tenant in tenants]
    single = [ask(ONE_CONVERSATION, "Q2", tenant, {"id": key}) for key, tenant in turns(tenants, "conversation_ids")]
    search = [ask(SEARCH, "Q3", tenant, {"term": term}) for term, tenant in turns(tenants, "terms")]
    return [
        Item("R1", "REST: 20 newest conversations and their total", lists),
        Item("R2", "REST: a contact with its last 20 conversations and their total", contacts),
        Item("Q1", "GraphQL: 20 conversations, each with agent, contact, last 5 messages", nested, graphql=True),
        Item("Q2", "GraphQL: one conversation, 50 messages", single, graphql=True),
        Item("Q3", "GraphQL: 50 contacts by search", search, graphql=True),
    ]


def turns(tenants: Sequence[Tenant], attribute: str) -> list[tuple[str, Tenant]]:
    """Each tenant's first, then each one's second, and so on, as far as all have them."""
    rows = zip(*(getattr(tenant, attribute) for tenant in tenants), strict=False)
    return [(key, tenant) for row in rows for key, tenant in zip(row, tenants, strict=True)]


def get(path: str, tenant: Tenant | None) -> bytes:
    """A GET request."""
    return f"GET {path} HTTP/1.1\r\n{_headers(tenant)}\r\n".encode()


def ask(document: str, operation: str, tenant: Tenant, variables: Mapping[str, str]) -> bytes:
    """A GraphQL request."""
    body = json.dumps({"query": document, "operationName": operation, "variables": variables}).encode()
    headers = f"{_headers(tenant)}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"POST /graphql HTTP/1.1\r\n{headers}\r\n".encode() + body


def _headers(tenant: Tenant | None) -> str:
    """The company stands first for the ceiling, which checks no token."""
    caller = f"X-Company: {tenant.company_id}\r\nAuthorization: Bearer {tenant.token}\r\n" if tenant else ""
    return f"{caller}Host: bench\r\nAccept: application/json\r\n"


def canonical(value: Any) -> Any:
    """The same value for every spelling of it: points in time become UTC with microseconds."""
    if isinstance(value, dict):
        return {key: canonical(each) for key, each in value.items()}
    if isinstance(value, list):
        return [canonical(each) for each in value]
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(UTC).isoformat(timespec="microseconds")
    return value


def differences(values: Mapping[str, Any], path: str = "") -> list[str]:
    """Where the contenders' answers differ; keys that only some print are left aside, except that there must be common ones."""
    first = next(iter(values.values()))
    if all(isinstance(value, dict) for value in values.values()):
        common = [key for key in first if all(key in value for value in values.values())]
        if first and not common:
            return [f"{path or 'the answer'}: no common keys"]
        return [each for key in common for each in differences({who: value[key] for who, value in values.items()}, f"{path}.{key}")]
    if all(isinstance(value, list) for value in values.values()):
        lengths = {who: len(value) for who, value in values.items()}
        if len(set(lengths.values())) > 1:
            return [f"{path}: lengths {lengths}"]
        rows = zip(*values.values(), strict=True)
        return [each for at, row in enumerate(rows) for each in differences(dict(zip(values, row, strict=True)), f"{path}[{at}]")]
    return [] if all(value == first for value in values.values()) else [f"{path}: {values}"]


def left_aside(values: Mapping[str, Any], path: str = "") -> set[str]:
    """Keys that some contenders print and others do not, by path without indexes."""
    found: set[str] = set()
    if all(isinstance(value, dict) for value in values.values()):
        keys = [set(value) for value in values.values()]
        found |= {f"{path}.{key}" for key in set.union(*keys) - set.intersection(*keys)}
        for key in set.intersection(*keys):
            found |= left_aside({who: value[key] for who, value in values.items()}, f"{path}.{key}")
    elif all(isinstance(value, list) and value for value in values.values()):
        found |= left_aside({who: value[0] for who, value in values.items()}, f"{path}[]")
    return found
