"""What is installed: at or above the floors, by hash, from no named address, the same for tests as for production."""

import re
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
FLOORS = {
    "strawberry-graphql": "0.323.2",
    "graphql-core": "3.3.1",
    "starlette": "1.3.1",
    "python-multipart": "0.0.31",
    "pyjwt": "2.12.0",
    "pypdf": "7.1.0",
    "aiohttp": "3.14.4",
    "h11": "0.16.0",
    "lxml": "6.1.3",
}
# In the lock now; the others are held to their floors as soon as they come.
PRESENT = {"strawberry-graphql", "graphql-core", "starlette", "python-multipart", "pyjwt", "h11"}
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)


def text(lock: str) -> str:
    """A lock file."""
    return (ROOT / lock).read_text("utf-8")


def pins(lock: str) -> set[tuple[str, str]]:
    """The packages and versions that a lock file pins; one that depends on the Python in use may have several."""
    return {(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in PINNED.findall(text(lock))}


def test_what_has_a_floor_is_in_the_lock() -> None:
    assert {name for name, _ in pins("requirements.lock")} >= PRESENT


@pytest.mark.parametrize("lock", LOCKS)
def test_no_package_is_below_its_floor(lock: str) -> None:
    assert {(name, version) for name, version in pins(lock) if Version(version) < Version(FLOORS.get(name, "0"))} == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", text(lock))
    entries = [entry for entry in entries if PINNED.match(entry)]
    assert len(entries) == len(pins(lock)) > 50
    assert [entry.splitlines()[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_a_hash_or_a_comment(lock: str) -> None:
    allowed = re.compile(r"^(?:\s*|\s*#.*|\s+--hash=sha256:[0-9a-f]{64}(?: \\)?|[A-Za-z0-9._-]+(?:\[[^]]*\])?==\S+(?: ;[^\\]*)?(?: \\)?)$")
    assert [line for line in text(lock).splitlines() if not allowed.match(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(lock: str) -> None:
    assert re.findall(r"\S*(?:://|--index|--extra-index|--find-links|--trusted-host| @ )\S*", text(lock)) == []


def test_both_locks_pin_the_same_versions() -> None:
    development = {name for name, _ in pins("requirements-dev.lock")}
    assert {(name, version) for name, version in pins("requirements.lock") if name in development} <= pins("requirements-dev.lock")
    assert {name for name, _ in pins("requirements.lock")} <= development
