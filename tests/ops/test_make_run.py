"""The whole product as `make run` starts it: `parley up` in a fresh folder, used through both doors, stopped, started again."""

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.fill import OWNER_EMAIL
from embedded.process import free_port
from tests.ops.running import PARLEY, environment, parley, tell, wait_until
from tests.ops.test_secrets_in_logs import listens
from tests.test_embedded import reachable_folder
from tests.test_supervisor import running_in

# Seconds. On a free machine it takes three; how long exactly is told, not tested, since other tests run beside.
LONGEST_START = 30.0
EXPECTED = {"contacts": 400, "deals": 120, "conversations": 1500, "agents": 6}
COUNTS = f"{{ {' '.join(f'{noun}(first: 1) {{ totalCount }}' for noun in EXPECTED)} }}"


@dataclass(frozen=True)
class Running:
    """A started Parley and what it wrote about itself."""

    process: subprocess.Popen[str]
    folder: Path
    facts: dict[str, Any]
    seconds: float

    def get(self, path: str, who: str | None = "owner", **headers: str) -> tuple[int, bytes]:
        """A request with one of the demo's tokens."""
        return self._ask(urllib.request.Request(self.facts["url"] + path, headers=self._bearer(who) | headers))

    def graphql(self, query: str, who: str = "owner") -> dict[str, Any]:
        """A query's answer."""
        body = json.dumps({"query": query}).encode()
        headers = self._bearer(who) | {"Content-Type": "application/json"}
        _, answer = self._ask(urllib.request.Request(self.facts["graphql"], body, headers))
        return dict(json.loads(answer))

    def rest(self, path: str, who: str = "owner") -> dict[str, Any]:
        """A REST answer that must be a success."""
        status, answer = self.get(path, who)
        assert status == 200, answer
        return dict(json.loads(answer))

    def _bearer(self, who: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.facts['tokens'][who]}"} if who else {}

    def _ask(self, request: urllib.request.Request) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()


@contextmanager
def started(folder: Path, port: int) -> Iterator[Running]:
    """`parley up`, once it has said that it is ready."""
    env = environment(PARLEY_DATA_DIR=str(folder), PARLEY_PORT=str(port))
    began = time.monotonic()
    with subprocess.Popen([PARLEY, "up"], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            wait_until(lambda: (folder / "run.json").exists() or process.poll() is not None, 40)
            seconds = time.monotonic() - began
            assert process.poll() is None, process.stdout.read() if process.stdout else ""
            yield Running(process, folder, json.loads((folder / "run.json").read_text()), seconds)
        finally:
            process.kill()
            wait_until(lambda: running_in(folder) == [], 20)


def interrupted(running: Running) -> str:
    """What is said after Ctrl-C, which must be the end."""
    running.process.send_signal(signal.SIGINT)
    said, _ = running.process.communicate(timeout=20)
    assert running.process.returncode == 0
    return said


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with reachable_folder() as path:
        yield path


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def up(home: Path, port: int) -> Iterator[Running]:
    """The first start of all."""
    with started(home, port) as running:
        yield running


def test_it_is_ready_soon_after_its_first_start(up: Running) -> None:
    tell(f"`parley up`: ready after {up.seconds:.1f} s, everything made anew")
    assert up.seconds < LONGEST_START
    assert up.get("/health/ready", None)[0] == 200


def test_run_json_tells_the_owner_alone_what_a_program_needs(up: Running, port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    known = {"url": url, "graphql": f"{url}/graphql", "pid": up.process.pid, "owner_email": OWNER_EMAIL}
    assert {name: up.facts[name] for name in known} == known
    assert set(up.facts["tokens"]) == {"owner", "admin", "user", "other"}
    assert (up.folder / "run.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("who", ["owner", "admin", "user"])
def test_both_doors_answer_the_demo_companys_people(up: Running, who: str) -> None:
    assert up.rest("/api/crm/contacts?limit=1", who)["total"] == 400
    data = up.graphql(COUNTS, who)["data"]
    assert {name: found["totalCount"] for name, found in data.items()} == EXPECTED


def test_the_other_companys_owner_sees_none_of_it(up: Running) -> None:
    found = up.rest("/api/crm/contacts?limit=100")["contacts"]
    others = up.rest("/api/crm/contacts?limit=100", "other")
    assert (others["total"], len(found)) == (30, 100)
    assert {contact["id"] for contact in found} & {contact["id"] for contact in others["contacts"]} == set()
    foreign = found[0]["id"]
    assert up.get(f"/api/crm/contacts/{foreign}")[0] == 200
    assert up.get(f"/api/crm/contacts/{foreign}", "other")[0] == 404
    assert up.graphql(f'{{ contact(id: "{foreign}") {{ id }} }}', "other")["data"] == {"contact": None}


def test_a_browser_gets_graphiql_and_the_list_of_paths(up: Running) -> None:
    status, page = up.get("/graphql", None, Accept="text/html")
    assert (status, b"GraphiQL" in page or b"graphiql" in page) == (200, True)
    assert up.get("/docs", None, Accept="text/html")[0] == 200
    assert up.get("/openapi.json", None)[0] == 200


def test_nothing_is_answered_without_a_token(up: Running) -> None:
    assert up.get("/api/crm/contacts", None)[0] == 401


def test_the_commands_of_the_command_line_find_the_running_parley(up: Running) -> None:
    env = environment(PARLEY_DATA_DIR=str(up.folder))
    examined = parley("doctor", env=env)
    assert (examined.returncode, examined.stdout.splitlines()[-1]) == (0, "All is well.")
    issued = parley("token", "new@example.com", env=env)
    request = urllib.request.Request(f"{up.facts['url']}/api/crm/contacts", headers={"Authorization": f"Bearer {issued.stdout.strip()}"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert json.loads(answer.read())["total"] == 0


def test_a_second_start_in_the_same_folder_is_refused_and_harms_nothing(up: Running) -> None:
    second = parley("up", env=environment(PARLEY_DATA_DIR=str(up.folder), PARLEY_PORT=str(free_port())))
    assert second.returncode == 1
    said = f"already runs in {up.folder}: {up.facts['url']} (pid {up.process.pid}). Stop it with: kill {up.process.pid}"
    assert said in second.stdout + second.stderr
    assert up.get("/health/ready", None)[0] == 200


def test_ctrl_c_stops_everything_and_the_next_start_finds_everything_again() -> None:
    with reachable_folder() as folder:
        port = free_port()
        with started(folder, port) as first:
            before, tokens = first.graphql(COUNTS), first.facts["tokens"]
            servers = json.loads((folder / "servers.json").read_text())
            ports = [port, *(int(url.rpartition("@")[2].partition("/")[0].rpartition(":")[2]) for url in servers.values())]
            children = running_in(folder)
            assert len(children) >= 4
            began = time.monotonic()
            said = interrupted(first)
            stopped = time.monotonic() - began
            assert "Parley has stopped. Goodbye." in said
            assert [pid for pid in children if Path(f"/proc/{pid}").exists() and pid in running_in(folder)] == []
            assert [number for number in ports if listens(number)] == []
            assert not (folder / "run.json").exists()
            assert not (folder / "servers.json").exists()
        with started(folder, port) as second:
            assert second.graphql(COUNTS) == before
            second.facts["tokens"] = tokens
            assert second.rest("/api/crm/contacts?limit=1")["total"] == 400
            assert second.rest("/api/crm/contacts?limit=1", "other")["total"] == 30
            interrupted(second)
        tell(f"`parley up`: stopped after {stopped:.1f} s, ready again after {second.seconds:.1f} s")
        assert second.seconds < LONGEST_START
