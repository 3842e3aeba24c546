"""F30: whatever is asked of it, the web server's log holds no token, secret, password, body, query or other company's data."""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx2
import orjson
import pytest

from embedded import PostgresServer, ValkeyServer
from embedded.process import free_port
from resolvers.auth.issue import issue_token
from settings import Settings
from tests.conftest import settings_for
from tests.ops.running import environment, eventually, program, tell
from tests.tenant import SECRET

CANARY = "canary4711"
BODY, QUERY, PATH, HEADER, RIVAL = (f"{CANARY}-{place}" for place in ("body", "query", "path", "header", "rival"))
CREATE = "mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }"


@dataclass(frozen=True)
class Watched:
    """A running web server, its log, and a client without credentials."""

    url: str
    log: Path
    client: httpx2.AsyncClient

    def lines(self) -> list[dict[str, object]]:
        """Every line that the server wrote; fails on one that is not a JSON object."""
        return [orjson.loads(line) for line in self.log.read_bytes().splitlines()]


def token_of(email: str) -> str:
    return issue_token(SECRET, sub=uuid4(), email=email, lifetime=3600)


@pytest.fixture
async def web(
    request: pytest.FixtureRequest, postgres: PostgresServer, valkey: ValkeyServer, scratch: str, tmp_path: Path
) -> AsyncIterator[Watched]:
    """`parley web` over a database of its own."""
    settings = settings_for(postgres, valkey, scratch)
    port, log = free_port(), tmp_path / "web.log"
    env = environment(settings, PARLEY_PORT=str(port), PARLEY_LOG_LEVEL=getattr(request, "param", "info"))
    with program("web", env=env, log=log):
        await eventually(lambda: listens(port), 20)
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            yield Watched(f"http://127.0.0.1:{port}", log, client)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def drive_rest(client: httpx2.AsyncClient, token: str) -> set[int]:
    """Valid and invalid requests through REST, canaries in every place; returns the statuses seen."""
    auth = {"Authorization": f"Bearer {token}"}
    answers = [
        await client.post("/api/crm/contacts", headers=auth, json={"email": f"{BODY}@example.com", "metadata": {"note": BODY}}),
        await client.get("/api/crm/contacts", headers=auth, params={"search": QUERY}),
        await client.get("/api/crm/contacts", headers=auth, params={"limit": QUERY}),
        await client.get(f"/api/crm/contacts/{PATH}", headers=auth),
        await client.get(f"/api/crm/contacts/{uuid4()}", headers=auth),
        await client.post("/api/crm/contacts", headers=auth, json={"email": [BODY]}),
        await client.post("/api/crm/contacts", headers=auth, json={"email": f"{BODY}\x00@example.com"}),
        await client.post("/api/crm/contacts", headers=auth, content=f'{{"email": "{BODY}'.encode()),
        await client.post("/api/crm/contacts", headers=auth, json={"company_id": BODY}),
        await client.get(f"/{PATH}/../{PATH}", headers=auth),
        await client.put("/api/crm/contacts", headers=auth, json={"email": BODY}),
        await client.get("/api/crm/contacts", headers={"Authorization": f"Bearer {HEADER}.{HEADER}.{HEADER}"}),
        await client.get("/api/crm/contacts", headers={"Authorization": f"Basic {HEADER}"}),
        await client.get("/api/crm/contacts", headers={"X-Request-Id": f"{HEADER} with spaces", "Cookie": HEADER}),
        await client.get("/api/crm/contacts", params={"token": token}),
        await client.get(f"/docs?token={token}&q={QUERY}"),
    ]
    return {answer.status_code for answer in answers}


async def drive_graphql(client: httpx2.AsyncClient, token: str) -> None:
    """The same through GraphQL."""
    auth = {"Authorization": f"Bearer {token}"}

    async def post(query: str, **variables: object) -> None:
        await client.post("/graphql", headers=auth, json={"query": query, "variables": variables})

    await post(CREATE, input={"email": f"{BODY}@example.com"})
    await post(CREATE, input={"email": {"not": BODY}})
    await post(CREATE, input={"nobody": BODY})
    await post(f'{{ contact(id: "{BODY}") {{ id }} }}')
    await post(f"{{ {BODY.replace('-', '_')} }}")
    await post(f'{{ contacts(first: 1, search: "{BODY}") {{ nodes {{ id }} }} }}')
    await post(f'{{ contacts(first: 1, after: "{BODY}") {{ nodes {{ id }} }} }}')
    await client.post("/graphql", headers=auth, content=f'{{"query": "{BODY}'.encode())
    await client.post("/graphql", headers=auth | {"Content-Type": "application/json"}, content=f'{{"query": "{BODY}'.encode())
    await client.post("/graphql", json={"query": f"{{ {BODY} }}"})
    await client.get("/graphql", headers=auth | {"Accept": "text/html"}, params={"query": QUERY})


async def drive_broken(client: httpx2.AsyncClient, token: str, database: asyncpg.Connection) -> list[int]:
    """Requests that meet a database which no longer fits the code: faults of ours, logged with their traceback."""
    auth = {"Authorization": f"Bearer {token}"}
    body = {"email": f"{BODY}@example.com", "first_name": BODY}
    statuses = []
    for broken, mended in (
        (
            "UPDATE contacts SET phone = '1'; ALTER TABLE contacts ALTER COLUMN phone SET NOT NULL",
            "ALTER TABLE contacts ALTER COLUMN phone DROP NOT NULL",
        ),
        ("ALTER TABLE contacts RENAME COLUMN tags TO labels", "ALTER TABLE contacts RENAME COLUMN labels TO tags"),
        ("DELETE FROM contacts; CREATE UNIQUE INDEX once ON contacts (first_name)", "DROP INDEX once"),
    ):
        await database.execute(broken)
        for _ in range(2):
            statuses.append((await client.post("/api/crm/contacts", headers=auth, json=body)).status_code)
            await client.post("/graphql", headers=auth, json={"query": CREATE, "variables": {"input": {"email": BODY, "firstName": BODY}}})
        await client.get("/api/crm/contacts", headers=auth, params={"search": QUERY})
        await database.execute(mended)
    return statuses


@pytest.mark.parametrize("web", ["info", "debug"], indirect=True)
async def test_no_secret_body_query_or_foreign_data_is_logged_and_every_line_is_json_with_a_request_id(
    web: Watched, postgres: PostgresServer, valkey: ValkeyServer, scratch: str
) -> None:
    settings = settings_for(postgres, valkey, scratch)
    token, rival = token_of("ada@acme.example"), token_of(f"{RIVAL}@rival.example")
    created = await web.client.post("/api/crm/contacts", headers={"Authorization": f"Bearer {rival}"}, json={"email": RIVAL})
    foreign = created.json()["contact"]["id"]
    for method in ("GET", "PATCH", "DELETE"):
        await web.client.request(method, f"/api/crm/contacts/{foreign}", headers={"Authorization": f"Bearer {token}"})
    assert {200, 201, 400, 401, 404} <= await drive_rest(web.client, token)
    await drive_graphql(web.client, token)
    database = await asyncpg.connect(postgres.url("postgres", scratch))
    broken = await drive_broken(web.client, token, database)
    await database.close()
    assert 500 in broken
    text = web.log.read_text()
    found = {secret for secret in (CANARY, token, rival, token.split(".")[2], foreign, *secrets_of(settings)) if secret in text}
    assert found == set()
    lines = web.lines()
    assert [line for line in lines if line["event"] == "request" and not line.get("request_id")] == []
    assert [line for line in lines if line["event"] == "unhandled" and not line.get("request_id")] == []
    assert len([line for line in lines if line["event"] == "unhandled"]) >= broken.count(500)
    tell(f"F30: 0 secrets in {len(lines)} lines, {len(text)} characters, of which {text.count('Traceback')} tracebacks")


async def test_a_request_that_is_not_http_leaves_a_line_of_json_without_its_bytes(web: Watched) -> None:
    port = int(web.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as stranger:
        stranger.sendall(f"{CANARY} nonsense\r\n\r\n".encode())
        stranger.recv(1024)
    await web.client.get("/health/live")
    await eventually(lambda: "request" in {line["event"] for line in web.lines()})
    assert CANARY not in web.log.read_text()


def secrets_of(settings: Settings) -> list[str]:
    """The signing secret and the passwords inside the addresses."""
    urls = [url.get_secret_value() for url in (settings.database_url, settings.migration_url, settings.redis_url) if url]
    return [SECRET, *urls, *(url.split("://")[1].split("@")[0].split(":")[1] for url in urls)]


async def test_the_bundled_postgresqls_own_log_tells_no_values(
    postgres: PostgresServer, valkey: ValkeyServer, scratch: str, web: Watched
) -> None:
    before = postgres.data.with_name("postgres.log").read_text()
    database = await asyncpg.connect(postgres.url("postgres", scratch))
    await drive_broken(web.client, token_of("ada@acme.example"), database)
    await database.close()
    told = postgres.data.with_name("postgres.log").read_text().removeprefix(before)
    assert "ERROR" in told
    assert CANARY not in told
