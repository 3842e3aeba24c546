"""The optional contender: PostGraphile 5 on the benchmark's database, under the same row level security; npm installs it when asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bench.contenders import Kind
from bench.postgraphile.install import FOLDER, node
from bench.servers import Servers
from bench.work import Item, Tenant, ask, items

NAME = "postgraphile"
# Its own names under our aliases, so that the answers can be compared value by value. Foreign keys hold the company, and so do the names
# it makes of them; `id` is a global identifier there, and the column is `rowId`.
DOCUMENT = """
query Q1 {
  conversations: allConversations(first: 20, orderBy: [STARTED_AT_DESC, ROW_ID_DESC]) {
    nodes {
      id: rowId status channel startedAt
      agent: agentByCompanyIdAndAgentId { id: rowId name }
      contact: contactByCompanyIdAndContactId { id: rowId firstName lastName email }
      messages: messagesByCompanyIdAndConversationId(last: 5, orderBy: [CREATED_AT_ASC, ROW_ID_ASC]) {
        nodes { id: rowId senderType content createdAt }
      }
    }
  }
}
"""
# Columns of plain text with a check; Parley shows them as enumerations.
CHOICES = frozenset({"status", "channel", "senderType"})
# A larger young generation spares it a few per cent of its time; the rest is as its makers ship it for production.
FLAGS = ("--max-semi-space-size=64",)
# Node compiles what is used often over its first seconds.
WARM_UP = 6.0


def kind() -> Kind:
    """How it is started, once it is installed; raises `NotInstalled`."""
    command = (node(), *FLAGS, str(FOLDER / "server.js"))
    return Kind(NAME, command, _environment, document=DOCUMENT, spelling=in_capitals, warm_up=WARM_UP)


def q1(tenants: Sequence[Tenant]) -> Item:
    """Q1 with the requests that PostGraphile is asked."""
    item = next(item for item in items(tenants) if item.name == "Q1")
    return replace(item, own={NAME: [ask(DOCUMENT, "Q1", tenant, {}) for tenant in tenants]})


def in_capitals(value: Any, key: str = "") -> Any:
    """The answer with the values of enumerations as Parley prints them."""
    if isinstance(value, dict):
        return {name: in_capitals(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [in_capitals(each, key) for each in value]
    return value.upper() if key in CHOICES and isinstance(value, str) else value


def _environment(servers: Servers, secret: str, port: int) -> Mapping[str, str]:
    return {"BENCH_DATABASE_URL": servers.app_url, "BENCH_PORT": str(port), "NODE_ENV": "production", "GRAPHILE_ENV": "production"}
