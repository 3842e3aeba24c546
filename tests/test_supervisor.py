"""`parley up` with small stand-ins for the web server and the worker: order, restarts, refusals, and nothing left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from embedded import EmbeddedError
from embedded.process import Child, Program, free_port
from settings import Settings, load_settings
from supervisor import adopt, bundled_environment
from supervisor.address import base_url, choose_port
from supervisor.children import Children
from supervisor.folder import DataFolder
from supervisor.summary import summary
from tests.test_embedded import reachable_folder

ROOT = Path(__file__).parents[1]
TOKENS = {role: f"token-of-{role}" for role in ("owner", "admin", "user", "other")}

# The product as the supervisor sees it; PAUSE stands for a slow migration.
STAND_IN = f"""
import asyncio, os, sys, time
from settings import load_settings
from supervisor import run
from supervisor.product import Product

WEB = '''
import http.server, os
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())
assert len(os.environ["PARLEY_JWT_SECRET"]) == 64 and "parley_owner" in os.environ["PARLEY_MIGRATION_URL"]
http.server.HTTPServer((os.environ["PARLEY_HOST"], int(os.environ["PARLEY_PORT"])), Ready).serve_forever()
'''

def upgrade(url):
    assert "//parley_owner:" in url
    time.sleep(float(os.environ.get("PAUSE", "0")))

async def fill(settings):
    assert "//parley:" in settings.database_url.get_secret_value()
    assert len(settings.jwt_secret.get_secret_value()) == 64

product = Product(upgrade, fill, lambda settings: {TOKENS}, "olivia@example.com",
    (sys.executable, "-c", WEB), (sys.executable, "-c", "import time; print('working', flush=True); time.sleep(600)"))
sys.exit(run(load_settings(), lambda: product))
"""


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PARLEY_") or name in {"DATABASE_URL", "REDIS_URL"}]:
        monkeypatch.delenv(name)


@pytest.fixture
def folder() -> Iterator[Path]:
    with reachable_folder() as path:
        yield path


@contextmanager
def supervisor(folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    port = environment.pop("PARLEY_PORT", None) or str(free_port())
    env = dict(os.environ) | {"PARLEY_DATA_DIR": str(folder), "PARLEY_PORT": port} | environment
    with subprocess.Popen(
        [sys.executable, "-c", STAND_IN], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()
            wait_until(lambda: running_in(folder) == [])


def wait_until(condition: Callable[[], bool], patience: float = 15) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def ready(folder: Path) -> dict[str, object]:
    wait_until((folder / "run.json").exists)
    facts = json.loads((folder / "run.json").read_text())
    assert isinstance(facts, dict)
    return facts


def running_in(folder: Path) -> list[int]:
    """Everything that runs for this folder, by its environment or command line; what ended and was not reaped has neither."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if os.fsencode(folder) in words and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


def web_pid(url: object) -> int:
    with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
        return int(answer.read())


def answers(url: object, other_than: int) -> bool:
    try:
        return web_pid(url) != other_than
    except OSError:
        return False


def output_of(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=20)[0]


def test_it_starts_says_what_a_person_needs_and_stops_in_order(folder: Path) -> None:
    with supervisor(folder) as process:
        facts = ready(folder)
        assert facts["tokens"] == TOKENS
        assert (facts["pid"], facts["owner_email"], facts["graphql"]) == (process.pid, "olivia@example.com", f"{facts['url']}/graphql")
        for name in ("run.json", "servers.json", "jwt_secret", "web.log"):
            assert (folder / name).stat().st_mode & 0o777 == 0o600
        process.terminate()
        text = output_of(process)
    assert process.returncode == 0
    assert [
        word for word in ("PostgreSQL", "Valkey", "Tables", "Demo company", "Worker", "Web server", "Goodbye") if word not in text
    ] == []
    assert f"{facts['url']}/api/crm/contacts?limit=3" in text
    assert not (folder / "run.json").exists()
    assert not (folder / "servers.json").exists()


def test_a_killed_web_server_or_database_comes_back(folder: Path) -> None:
    with supervisor(folder) as process:
        url = ready(folder)["url"]
        killed = web_pid(url)
        postmaster = int((folder / "postgres/postmaster.pid").read_text().split()[0])
        os.kill(killed, signal.SIGKILL)
        os.kill(postmaster, signal.SIGKILL)
        wait_until(lambda: answers(url, other_than=killed))
        wait_until(lambda: not (folder / "postgres/postmaster.pid").read_text().startswith(f"{postmaster}\n"))
        process.send_signal(signal.SIGINT)
        text = output_of(process)
    assert process.returncode == 0
    assert "web ended with code -9; starting it again in 0.5 s" in text


def test_other_commands_find_the_running_servers_and_a_second_one_is_refused(folder: Path) -> None:
    settings = load_settings(data_dir=folder)
    with supervisor(folder) as process:
        url = ready(folder)["url"]
        with bundled_environment(settings) as found:
            assert found == adopt(settings)
            assert found.migration_url is not None
            assert found.redis_url is not None
            assert found.jwt_secret is not None
        with supervisor(folder.parent / folder.name) as second:
            text = output_of(second)
            assert second.returncode == 1
            assert f"already runs in {folder}: {url} (pid {process.pid})" in text.replace("\n", " ")
            process.terminate()
            process.wait(timeout=20)
    assert adopt(settings).database_url is None


@pytest.mark.parametrize("pause", ["0", "30"])
def test_stopping_while_it_starts_leaves_nothing(folder: Path, pause: str) -> None:
    with supervisor(folder, PAUSE=pause) as process:
        wait_until((folder / ("postgres.new" if pause == "0" else "servers.json")).exists)
        process.send_signal(signal.SIGINT)
        assert "Goodbye" in output_of(process)
        assert process.returncode == 0
        assert running_in(folder) == []


def test_after_a_kill_nothing_is_left_and_the_next_start_works(folder: Path) -> None:
    with supervisor(folder) as process:
        ready(folder)
        process.kill()
        process.wait()
        wait_until(lambda: running_in(folder) == [])
    assert adopt(load_settings(data_dir=folder)).database_url is None
    (folder / "run.json").unlink()
    with supervisor(folder) as process:
        assert ready(folder)["pid"] == process.pid


def test_a_taken_port_is_named_before_anything_starts(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with supervisor(folder, PARLEY_PORT=str(port)) as process:
            text = output_of(process)
    assert process.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken by another program. Choose another: PARLEY_PORT={port + 1} make run" in text
    assert not (folder / "postgres").exists()


def test_a_command_may_bring_its_own_servers(folder: Path) -> None:
    settings = load_settings(data_dir=folder)
    with bundled_environment(settings) as found:
        assert found.database_url is not None
    assert not (folder / "servers.json").exists()
    with pytest.raises(EmbeddedError, match="already runs"), _claimed(folder):
        DataFolder(folder).claim()


@contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    holder = DataFolder(folder)
    holder.claim()
    try:
        yield
    finally:
        holder.release()


def test_configured_addresses_are_left_alone(folder: Path) -> None:
    settings = load_settings(data_dir=folder, database_url="postgresql://elsewhere/x")
    with bundled_environment(settings) as found:
        assert found.database_url == settings.database_url
        assert (found.migration_url, found.redis_url) == (None, None)


def test_port_zero_means_any_free_one() -> None:
    assert choose_port(Settings(port=0)) > 0
    assert base_url("::1", 80) == "http://[::1]:80"
    assert base_url("0.0.0.0", 80) == "http://127.0.0.1:80"


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(EmbeddedError, match=r"PARLEY_HOST=127\.0\.0\.1 make run"):
        choose_port(Settings(host="192.0.2.1", port=free_port()))


def test_without_demo_tokens_no_commands_are_shown(folder: Path) -> None:
    assert not any("curl" in line for line in summary("http://h", {}, folder))


def test_a_crashing_program_is_started_ever_later(folder: Path) -> None:
    said: list[str] = []
    children = Children(said.append)
    child = Child(Program(argv=("/bin/false",), log=folder / "log"))
    children.start("worker", child)
    now = 100.0
    for _ in range(7):
        wait_until(lambda: not child.alive)
        children.check(now)
        children.check(now + 10)
        now += 20
    assert [line.split(" in ")[1] for line in said if "again in" in line] == ["0.5 s", "1 s", "2 s", "4 s", "8 s", "10 s", "10 s"]
    children.stop()


def test_what_started_last_is_stopped_first() -> None:
    order: list[str] = []

    class Thing:
        alive = True

        def __init__(self, name: str) -> None:
            self.name = name

        def start(self) -> None:
            order.append(f"+{self.name}")

        def stop(self) -> None:
            order.append(f"-{self.name}")

    children = Children(order.append)
    for name in ("postgres", "valkey", "worker", "web"):
        children.start(name, Thing(name))
    children.stop()
    assert order == ["+postgres", "+valkey", "+worker", "+web", "-web", "-worker", "-valkey", "-postgres"]
