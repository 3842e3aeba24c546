"""The bundled servers: they start fast, keep data, recover from crashes and explain what they cannot do."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from embedded import EmbeddedError, PostgresServer, ValkeyServer
from embedded import postgres as postgres_module
from embedded.process import Child, Program, free_port

ROOT = Path(__file__).parents[1]
# Syncing and removing whole clusters on a disk takes longer than the tests themselves.
MEMORY = Path("/dev/shm")
ROOMY = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2**30


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """One that other users may enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="parley-test-", dir=MEMORY if ROOMY else "/var/tmp"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@pytest.fixture
def folder() -> Iterator[Path]:
    with reachable_folder() as path:
        yield path


@pytest.fixture
def postgres(folder: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(folder / "postgres", durable=False)
    yield server
    server.remove()


@pytest.fixture(scope="module")
def running() -> Iterator[PostgresServer]:
    with reachable_folder() as path:
        server = PostgresServer(path / "postgres", durable=False)
        server.start()
        yield server
        server.remove()


def ask(url: str, sql: str, **startup: str) -> object:
    """One value; on a loop of its own, because pytest-asyncio owns the current one."""

    async def answer() -> object:
        connection = await asyncpg.connect(url, server_settings=startup)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(answer())
    finally:
        loop.close()


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text():
        assert time.monotonic() < deadline, f"{pid} still runs"
        time.sleep(0.01)


def test_requests_run_as_a_role_without_power(running: PostgresServer) -> None:
    power = "SELECT rolsuper OR rolbypassrls OR rolcanlogin OR rolinherit FROM pg_roles WHERE rolname = current_user"
    assert ask(running.url("parley"), power, role="parley_app") is False
    assert ask(running.url("parley"), "SELECT current_user || '/' || session_user", role="parley_app") == "parley_app/parley"


def test_the_web_login_has_nothing_without_its_role(running: PostgresServer) -> None:
    assert ask(running.url("parley"), "SELECT rolinherit OR rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = 'parley'") is False
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        ask(running.url("parley"), "CREATE TABLE public.sneaky (x int)")


def test_the_application_role_may_use_temporary_tables(running: PostgresServer) -> None:
    assert ask(running.url("parley"), "CREATE TEMP TABLE scratch AS SELECT 1", role="parley_app") is None


def test_the_owner_owns_the_database_and_may_make_others(running: PostgresServer) -> None:
    owner = running.url("parley_owner")
    assert ask(owner, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()") == "parley_owner"
    assert ask(owner, "SELECT rolcreatedb AND NOT rolsuper AND NOT rolcreaterole FROM pg_roles WHERE rolname = current_user") is True
    ask(owner, "CREATE DATABASE a_copy TEMPLATE parley")
    assert ask(running.url("parley_owner", "a_copy"), "SELECT '[1,2]'::vector::text") == "[1,2]"


def test_the_owner_is_not_bound_by_the_application_role(running: PostgresServer) -> None:
    assert ask(running.url("parley_owner"), "SELECT pg_has_role('parley_app', 'USAGE') OR NOT pg_has_role('parley_app', 'SET')") is False


def test_a_connection_needs_the_password(running: PostgresServer) -> None:
    for login in ("postgres", "parley_owner", "parley"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            ask(f"postgresql://{login}:wrong@127.0.0.1:{running.port}/parley", "SELECT 1")


def test_passwords_and_logs_are_private(running: PostgresServer) -> None:
    for name in ("postgres.passwords.json", "postgres.log", "postgres.lock"):
        assert (running.data.parent / name).stat().st_mode & 0o777 == 0o600


def test_a_second_server_on_the_same_data_is_refused(running: PostgresServer) -> None:
    with pytest.raises(EmbeddedError, match=f"in use by process {os.getpid()}"):
        PostgresServer(running.data).start()
    assert running.alive


def test_a_restart_keeps_the_data(folder: Path) -> None:
    server = PostgresServer(folder / "postgres")
    server.start()
    ask(server.url("parley_owner"), "CREATE TABLE kept AS SELECT 7 AS x")
    server.stop()
    again = PostgresServer(folder / "postgres")
    again.start()
    assert ask(again.url("parley_owner"), "SELECT x FROM kept") == 7
    again.remove()


def test_a_killed_server_comes_back_with_its_port_and_data(folder: Path) -> None:
    postgres = PostgresServer(folder / "postgres")
    postgres.start()
    ask(postgres.url("parley_owner"), "CREATE TABLE kept AS SELECT 7 AS x")
    port, pid = postgres.port, postgres.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    postgres.start()
    assert (postgres.port, ask(postgres.url("parley_owner"), "SELECT x FROM kept")) == (port, 7)
    postgres.remove()


def test_a_server_left_behind_is_stopped_first(postgres: PostgresServer) -> None:
    postgres.start()
    left_behind = postgres.pid
    postgres._lock.release()  # What the kernel does when a supervisor is killed.
    successor = PostgresServer(postgres.data, durable=False)
    successor.start()
    assert not postgres.alive
    assert successor.pid != left_behind
    successor.stop()


def test_a_recycled_pid_is_not_taken_for_a_server(postgres: PostgresServer) -> None:
    postgres.start()
    postgres.stop()
    (postgres.data / "postmaster.pid").write_text(f"{os.getpid()}\n{postgres.data}\n")
    postgres.start()
    assert postgres.alive


def test_a_half_written_folder_is_made_again(postgres: PostgresServer) -> None:
    draft = postgres.data.with_name("postgres.new")
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18")
    postgres.start()
    assert not draft.exists()


def test_an_empty_folder_is_used(postgres: PostgresServer) -> None:
    postgres.data.mkdir()
    postgres.start()
    assert postgres.alive


@pytest.mark.parametrize(
    ("name", "says"), [("PG_VERSION", "PostgreSQL 16, and Parley brings PostgreSQL 18"), ("notes.txt", "move it away")]
)
def test_foreign_data_is_refused_and_left_alone(folder: Path, name: str, says: str) -> None:
    (folder / "postgres").mkdir()
    (folder / "postgres" / name).write_text("16\n")
    with pytest.raises(EmbeddedError, match=says):
        PostgresServer(folder / "postgres").start()
    assert (folder / "postgres" / name).read_text() == "16\n"


def test_damaged_data_is_reported_with_the_servers_own_words(postgres: PostgresServer) -> None:
    postgres.start()
    postgres.stop()
    (postgres.data / "global/pg_control").unlink()
    with pytest.raises(EmbeddedError, match="pg_control"):
        postgres.start()
    assert not postgres.alive


def test_lost_passwords_are_replaced(postgres: PostgresServer) -> None:
    postgres.start()
    before = postgres.url("parley")
    postgres.stop()
    postgres.data.with_name("postgres.passwords.json").write_text("{")
    postgres.start()
    assert postgres.url("parley").split("@")[0] != before.split("@")[0]
    assert ask(postgres.url("parley"), "SELECT 1") == 1


def test_a_taken_port_is_passed_over(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], free_port()])
        monkeypatch.setattr(postgres_module, "free_port", lambda _host: next(ports))
        postgres.start()
        assert postgres.port != taken.getsockname()[1]


def test_a_folder_that_cannot_be_written_is_named() -> None:
    with pytest.raises(EmbeddedError, match=r"/proc/parley writable .* PARLEY_DATA_DIR"):
        PostgresServer(Path("/proc/parley/postgres")).start()


def test_servers_end_with_a_killed_supervisor(folder: Path) -> None:
    code = f"""if True:
        import time
        from pathlib import Path
        from embedded import PostgresServer, ValkeyServer
        servers = PostgresServer(Path("{folder}/postgres"), durable=False), ValkeyServer(Path("{folder}/valkey"))
        for server in servers:
            server.start()
        print(*(server.pid for server in servers), flush=True)
        time.sleep(60)"""
    supervisor = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with supervisor:
        assert supervisor.stdout
        pids = [int(word) for word in supervisor.stdout.readline().split()]
        supervisor.kill()
    assert len(pids) == 2
    for pid in pids:
        wait_until_gone(pid)


def test_a_program_that_ignores_the_first_signal_gets_the_next(folder: Path) -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    child = Child(Program(argv=(sys.executable, "-c", stubborn), log=folder / "log", patience=0.1))
    child.start()
    child.wait_until(lambda: "ready" in (folder / "log").read_text(), patience=5)
    child.stop()
    assert child.exit_code == -signal.SIGKILL


def test_valkey_needs_its_password_and_keeps_its_port(folder: Path) -> None:
    server = ValkeyServer(folder / "valkey")
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)) as stranger:
        stranger.sendall(b"PING\r\n")
        assert stranger.recv(64).startswith(b"-NOAUTH")
    before, pid = server.url, server.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    server.start()
    assert server.url == before
    server.stop()
    assert (folder / "valkey.password").stat().st_mode & 0o777 == 0o600
