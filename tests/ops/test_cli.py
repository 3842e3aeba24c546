"""The `parley` command, run as a person runs it."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx2
import pytest
import typer
from pydantic import SecretStr

import cli
from app import create_app
from embedded import PostgresServer, ValkeyServer
from embedded.process import free_port
from published import errors_text, openapi_text, sdl_text
from settings import Settings, SettingsError, load_settings
from tests.conftest import settings_for
from tests.ops.running import environment, parley
from tests.site import site
from tests.tenant import SECRET, Tenant

COMMANDS = ("up", "web", "worker", "migrate", "demo", "token", "schema", "doctor")
NOWHERE = "127.0.0.1:1"


@pytest.fixture
async def empty(postgres: PostgresServer, valkey: ValkeyServer, tmp_path: Path) -> AsyncIterator[Settings]:
    """Settings for a database without tables."""
    name = f"empty_{abs(hash(tmp_path)) % 10**9}"
    admin = await asyncpg.connect(postgres.url("postgres", "postgres"))
    await admin.execute(f"CREATE DATABASE {name} OWNER parley_owner")
    inside = await asyncpg.connect(postgres.url("postgres", name))
    await inside.execute("CREATE EXTENSION vector; ALTER SCHEMA public OWNER TO parley_owner")
    await inside.close()
    yield settings_for(postgres, valkey, name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def tables_of(settings: Settings) -> set[str]:
    assert settings.migration_url
    owner = await asyncpg.connect(settings.migration_url.get_secret_value())
    rows = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await owner.close()
    return {row["tablename"] for row in rows}


def test_help_lists_every_command() -> None:
    helped = parley("--help", env=environment())
    assert helped.returncode == 0
    assert [name for name in COMMANDS if name not in helped.stdout] == []


def test_an_unknown_command_is_refused_without_a_traceback() -> None:
    refused = parley("migrat", env=environment())
    assert refused.returncode == 2
    assert "No such command 'migrat'" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_token_needs_a_secret_and_says_where_one_comes_from(tmp_path: Path) -> None:
    refused = parley("token", "ada@example.com", env=environment(PARLEY_DATA_DIR=str(tmp_path)))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "error There is no secret to sign with: start `make run` once, or set PARLEY_JWT_SECRET\n"


async def test_a_token_of_the_command_line_opens_both_doors(client: httpx2.AsyncClient) -> None:
    issued = parley("token", "ada@example.com", env=environment(PARLEY_JWT_SECRET=SECRET))
    assert (issued.returncode, issued.stderr) == (0, "")
    headers = {"Authorization": f"Bearer {issued.stdout.strip()}"}
    assert (await client.get("/api/crm/contacts", headers=headers)).json()["total"] == 0
    viewer = await client.post("/graphql", headers=headers, json={"query": "{ viewer { user { email } } }"})
    assert viewer.json()["data"] == {"viewer": {"user": {"email": "ada@example.com"}}}


async def test_a_token_may_be_narrowed_to_scopes(client: httpx2.AsyncClient) -> None:
    issued = parley(
        "token", "ada@example.com", "--scope", "contacts:read", "--scope", "deals:read", env=environment(PARLEY_JWT_SECRET=SECRET)
    )
    headers = {"Authorization": f"Bearer {issued.stdout.strip()}"}
    assert (await client.get("/api/crm/contacts", headers=headers)).status_code == 200
    assert (await client.get("/api/crm/deals", headers=headers)).status_code == 200
    refused = await client.post("/api/crm/contacts", headers=headers, json={"email": "x@example.com"})
    assert (refused.status_code, refused.json()["details"]) == (403, {"scope": "contacts:write"})


async def test_the_same_sub_is_the_same_user(client: httpx2.AsyncClient, acme: Tenant) -> None:
    await acme.contact()
    issued = parley("token", acme.email, "--sub", str(acme.user_id), "--hours", "0.5", env=environment(PARLEY_JWT_SECRET=SECRET))
    seen = await client.get("/api/crm/contacts", headers={"Authorization": f"Bearer {issued.stdout.strip()}"})
    assert seen.json()["total"] == 1


async def test_migrations_go_up_and_down_and_are_checked(empty: Settings) -> None:
    env = environment(empty)
    unmade = parley("migrate", "--check", env=env)
    assert unmade.returncode == 1
    assert "Traceback" not in unmade.stderr
    up = parley("migrate", env=env)
    assert (up.returncode, up.stderr) == (0, "")
    assert {"companies", "contacts", "jobs", "events", "alembic_version"} <= await tables_of(empty)
    assert parley("migrate", "--check", env=env).returncode == 0
    assert parley("migrate", "--down", "base", env=env).returncode == 0
    assert await tables_of(empty) == {"alembic_version"}


async def test_a_table_that_differs_from_the_code_is_named(empty: Settings) -> None:
    env = environment(empty)
    assert parley("migrate", env=env).returncode == 0
    assert empty.migration_url
    owner = await asyncpg.connect(empty.migration_url.get_secret_value())
    await owner.execute("ALTER TABLE contacts DROP COLUMN phone")
    await owner.close()
    checked = parley("migrate", "--check", env=env)
    assert checked.returncode == 1
    assert "The tables differ from the code" in checked.stderr
    assert "phone" in checked.stderr


async def test_two_migrations_at_once_wait_for_each_other(empty: Settings) -> None:
    env = environment(empty)
    both = await asyncio.gather(*(asyncio.to_thread(parley, "migrate", env=env) for _ in range(2)))
    assert [(run.returncode, run.stderr) for run in both] == [(0, ""), (0, "")]
    assert parley("migrate", "--check", env=env).returncode == 0


def test_migrating_an_absent_database_says_so_in_one_line() -> None:
    refused = parley("migrate", env=environment(DATABASE_URL=f"postgresql://parley:hunter22@{NOWHERE}/parley"))
    assert refused.returncode == 1
    assert "hunter22" not in refused.stdout + refused.stderr
    assert len(refused.stderr.splitlines()) < 3


@pytest.mark.parametrize("command", ["web", "worker"])
def test_without_a_database_a_server_says_what_to_set_in_one_line(command: str, tmp_path: Path) -> None:
    refused = parley(command, env=environment(PARLEY_DATA_DIR=str(tmp_path), PARLEY_JWT_SECRET=SECRET))
    assert refused.returncode == 1
    assert "DATABASE_URL is not set" in refused.stderr
    assert len(refused.stderr.splitlines()) < 3


def test_the_committed_documents_are_those_the_code_gives() -> None:
    checked = parley("schema", "--diff", env=environment())
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_stale_document_is_named_and_left_alone_by_a_diff(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sdl, openapi, catalogue = tmp_path / "schema.graphql", tmp_path / "openapi.json", tmp_path / "errors.md"
    sdl.write_text("type Old")
    openapi.write_text(openapi_text())
    catalogue.write_text(errors_text())
    for name, value in {"HERE": tmp_path, "SDL": sdl, "OPENAPI": openapi, "ERRORS": catalogue}.items():
        monkeypatch.setattr(cli, name, value)
    with pytest.raises(typer.Exit) as refused:
        cli.schema(diff=True)
    assert refused.value.exit_code == 1
    said = " ".join(capsys.readouterr().err.split())
    assert said == "error Not what the code gives: schema.graphql. Run `parley schema` and look at the diff"
    assert sdl.read_text() == "type Old"
    cli.schema(diff=False)
    assert capsys.readouterr().out == "wrote schema.graphql\n"
    assert (sdl.read_text(), openapi.read_text()) == (sdl_text(), openapi_text())
    cli.schema(diff=True)


@pytest.fixture
def contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for decisions, beside a released schema in which a contact has a field that it has no longer."""
    (tmp_path / "decisions").mkdir()
    (tmp_path / "released.graphql").write_text(
        sdl_text().replace("type Contact implements Node {", "type Contact implements Node { pet: String")
    )
    monkeypatch.setattr(cli, "RELEASED", tmp_path / "released.graphql")
    monkeypatch.setattr(cli, "DECISIONS", tmp_path / "decisions")
    return tmp_path / "decisions"


def test_a_field_that_was_removed_since_the_release_fails_the_check(contract: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as refused:
        cli.schema(diff=True)
    assert refused.value.exit_code == 1
    said = capsys.readouterr().err
    assert said.startswith("Field Contact.pet was removed. Keep it, or decide so: name this change, word for word, in docs/decisions\n")
    assert "promised in schema/released.graphql is not kept" in " ".join(said.split())


def test_a_removal_that_was_decided_passes(contract: Path) -> None:
    (contract / "0099-no-pets.md").write_text("# No pets\n\n- `Field Contact.pet was removed.`\n")
    cli.schema(diff=True)


def test_a_removal_that_another_page_names_in_other_words_does_not(contract: Path) -> None:
    (contract / "0099-no-pets.md").write_text("# No pets\n\nField Contact.pets was removed. Contact.pet was deleted.\n")
    with pytest.raises(typer.Exit):
        cli.schema(diff=True)


def test_a_release_promises_the_schema_as_it_is(contract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "HERE", contract.parent)
    cli.schema(release=True)
    assert (contract.parent / "released.graphql").read_text() == sdl_text()
    cli.schema(diff=True)


async def test_a_running_server_is_compared_with_the_committed_schema(
    postgres: PostgresServer, valkey: ValkeyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with site(postgres, valkey, tmp_path, PARLEY_INTROSPECTION="authenticated") as running:
        for url in (running.url, f"{running.url}/", running.graphql):
            same = await asyncio.to_thread(parley, "schema", "--check", url, "--token", running.token(), env=environment())
            assert (same.returncode, same.stdout, same.stderr) == (0, f"{running.graphql} serves the committed schema\n", "")
        closed = await asyncio.to_thread(parley, "schema", "--check", running.url, env=environment())
        assert (closed.returncode, closed.stdout) == (1, "")
        assert f"{running.graphql} does not tell its schema (status 200)" in closed.stderr
        assert "--token" in closed.stderr
        (tmp_path / "schema.graphql").write_text(cli.SDL.read_text().replace("  firstName: String\n", "  pet: String\n"))
        monkeypatch.setattr(cli, "SDL", tmp_path / "schema.graphql")
        monkeypatch.setattr(cli, "HERE", tmp_path)
        with pytest.raises(typer.Exit) as refused:
            await asyncio.to_thread(cli.schema, check=running.url, token=running.token())
    assert refused.value.exit_code == 1
    lines = capsys.readouterr().out.splitlines()
    assert "breaking   Field Contact.pet was removed." in lines
    assert "--- committed" in lines
    assert {"-  pet: String", "+  firstName: String"} <= set(lines)


@pytest.mark.parametrize(("url", "says"), [(f"http://{NOWHERE}", "does not answer"), ("nonsense", "does not answer")])
def test_a_server_that_cannot_be_asked_is_said_in_one_line(url: str, says: str) -> None:
    refused = parley("schema", "--check", url, env=environment())
    assert (refused.returncode, refused.stdout) == (1, "")
    assert says in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_an_unknown_setting_is_refused_with_the_one_that_was_meant() -> None:
    refused = parley("token", env=environment(PARLEY_PROT="8001"))
    assert (refused.returncode, refused.stderr) == (1, "error PARLEY_PROT is not a setting; did you mean PARLEY_PORT?\n")


def test_a_setting_unlike_any_other_is_refused_with_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    _plain(monkeypatch, PARLEY_WHOLLY_UNHEARD_OF_THING="1")
    with pytest.raises(
        SettingsError, match=r"^PARLEY_WHOLLY_UNHEARD_OF_THING is not a setting; known are DATABASE_URL, PARLEY_APP_ROLE, .*REDIS_URL$"
    ):
        load_settings()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"PARLEY_JWT_SECRET": "too-short"}, "PARLEY_JWT_SECRET has 9 bytes; use at least 32 random ones"),
        ({"PARLEY_ENV": "production"}, "set PARLEY_JWT_SECRET or PARLEY_JWKS_URLS: without one nobody can sign in"),
        ({"PARLEY_ENV": "production", "PARLEY_JWT_SECRET": "ab" * 20}, "PARLEY_JWT_SECRET is a placeholder; make one with"),
        ({"PARLEY_ENV": "production", "PARLEY_JWKS_URLS": "https://id.example/keys"}, "set PARLEY_LINK_SECRET: without PARLEY_JWT_SECRET"),
        ({"PARLEY_LINK_SECRET": "short"}, "PARLEY_LINK_SECRET has 5 bytes; use at least 32 random ones"),
        ({"PARLEY_EMBEDDINGS_URL": "https://ai.example/v1"}, "PARLEY_EMBEDDINGS_URL needs PARLEY_EMBEDDINGS_MODEL and"),
        ({"PARLEY_ENV": "staging"}, "PARLEY_ENV"),
        ({"PARLEY_PORT": "eighty"}, "PARLEY_PORT"),
        ({"PARLEY_READ_CONNECTIONS": "0"}, "PARLEY_READ_CONNECTIONS"),
    ],
)
def test_unsafe_or_unreadable_settings_are_refused_by_name_and_without_their_value(
    given: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _plain(monkeypatch, **given)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert says in str(refused.value)
    assert given.get("PARLEY_JWT_SECRET", "no secret") not in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        {"limit_user": "plenty"},
        {"trusted_proxies": ("10.0.0.0/99",)},
        {"redis_url": SecretStr("nonsense")},
        {"storage_url": "http://files.example/kb"},
        {"embeddings_tokenizer": Path("no/such/tokenizer.json")},
    ],
)
def test_a_setting_that_only_its_user_understands_is_refused_before_anything_is_served(
    settings: Settings, given: dict[str, object]
) -> None:
    with pytest.raises(SettingsError, match=next(iter(given)).upper()):
        create_app(settings.model_copy(update=given))


def test_the_web_server_ends_with_one_line_for_such_a_setting(settings: Settings) -> None:
    refused = parley("web", env=environment(settings, PARLEY_PORT=str(free_port()), PARLEY_LIMIT_USER="plenty"))
    assert refused.returncode == 1
    assert refused.stderr == "error PARLEY_LIMIT_USER='plenty' is not a limit; write one like 1000/hour or 10 per 5 minutes\n"


def _plain(monkeypatch: pytest.MonkeyPatch, **given: str) -> None:
    for name in [name for name in os.environ if name.startswith("PARLEY_") or name in {"DATABASE_URL", "REDIS_URL"}]:
        monkeypatch.delenv(name)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
