"""A company under test: its owner's token, and short ways through each door."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import httpx2

from models.db import Database
from models.system import MemberRows
from resolvers.auth.issue import Terms, issue_token
from resolvers.ctx import Ctx
from resolvers.principal import Principal, scopes_of

SECRET = "a-secret-of-the-tests-with-more-than-32-bytes"
PROMPT = "You answer questions about lamps."


@dataclass(frozen=True)
class Tenant:
    """One user of one company."""

    client: httpx2.AsyncClient
    database: Database
    company_id: UUID
    user_id: UUID
    email: str
    scopes: tuple[str, ...] | None = None

    @classmethod
    async def create(cls, client: httpx2.AsyncClient, database: Database, email: str) -> "Tenant":
        """A new company and its owner."""
        member = await MemberRows(database).create(uuid4(), email)
        return cls(client, database, member.company_id, member.user_id, email)

    def narrowed(self, *scopes: str) -> "Tenant":
        """The same user with a token that allows less."""
        return replace(self, scopes=scopes)

    @property
    def token(self) -> str:
        """A token of the user, good for an hour."""
        return issue_token(SECRET, sub=self.user_id, email=self.email, lifetime=3600, terms=Terms(scopes=self.scopes))

    @property
    def headers(self) -> dict[str, str]:
        """The credential."""
        return {"Authorization": f"Bearer {self.token}"}

    def ctx(self) -> Ctx:
        """A context, for calling resolvers directly."""
        principal = Principal(self.company_id, self.user_id, self.email, "owner", scopes_of("owner", self.scopes))
        return Ctx(principal, self.database.session(self.company_id))

    async def rest(self, method: str, path: str, **kwargs: Any) -> httpx2.Response:
        """A REST request."""
        headers = self.headers | kwargs.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **kwargs)

    async def graphql(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """A GraphQL operation's answer: `data` and perhaps `errors`."""
        answer = await self.graphql_response(query, **variables)
        body: dict[str, Any] = answer.json()
        return body

    async def graphql_response(self, query: str, /, **variables: Any) -> httpx2.Response:
        """A GraphQL operation's whole HTTP answer."""
        return await self.client.post("/graphql", headers=self.headers, json={"query": query, "variables": variables})

    async def data(self, query: str, /, **variables: Any) -> Any:
        """The data of an operation that must succeed."""
        body = await self.graphql(query, **variables)
        assert "errors" not in body, body["errors"]
        return body["data"]

    async def agent(self, **fields: Any) -> dict[str, Any]:
        """A new agent, as REST shows it."""
        return await self._created("/api/agents", {"name": "Lamp helper", "system_prompt": PROMPT} | fields)

    async def contact(self, **fields: Any) -> dict[str, Any]:
        """A new contact, as REST shows it."""
        return (await self._created("/api/crm/contacts", {"email": "ada@example.com"} | fields))["contact"]

    async def deal(self, **fields: Any) -> dict[str, Any]:
        """A new deal, as REST shows it."""
        return (await self._created("/api/crm/deals", {"title": "Lamps"} | fields))["deal"]

    async def conversation(self, **fields: Any) -> dict[str, Any]:
        """A new conversation of a new agent, as GraphQL shows it (id and status)."""
        given = {"agentId": (await self.agent())["id"]} | fields
        query = "mutation ($input: CreateConversationInput!) { createConversation(input: $input) { conversation { id status } } }"
        return (await self.data(query, input=given))["createConversation"]["conversation"]

    async def message(self, conversation_id: str, content: str = "Hello", **fields: Any) -> dict[str, Any]:
        """A new message, as REST shows it."""
        return (await self._created(f"/api/conversations/{conversation_id}/messages", {"content": content} | fields))["message"]

    async def _created(self, path: str, body: dict[str, Any]) -> Any:
        answer = await self.rest("POST", path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()


def statements(answer: httpx2.Response) -> int:
    """How many SQL statements an answer took, as the server says."""
    return int(answer.headers["server-timing"].split('"')[1])
