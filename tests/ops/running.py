"""Parley's own programs as processes, each told everything through its environment, as an operator would."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from settings import Settings

PARLEY = Path(sys.executable).with_name("parley")


def environment(settings: Settings | None = None, **more: str) -> dict[str, str]:
    """This process's variables without any of Parley's, then those of the settings, then `more`."""
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith("PARLEY_") and name not in {"DATABASE_URL", "REDIS_URL"}
    }
    return plain | {"COLUMNS": "1000", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"} | (_addresses(settings) if settings else {}) | more


def _addresses(settings: Settings) -> dict[str, str]:
    given = {
        "DATABASE_URL": settings.database_url,
        "PARLEY_MIGRATION_URL": settings.migration_url,
        "REDIS_URL": settings.redis_url,
        "PARLEY_JWT_SECRET": settings.jwt_secret,
    }
    return {name: secret.get_secret_value() for name, secret in given.items() if secret}


def with_url(settings: Settings, **urls: str) -> Settings:
    """The settings with other addresses."""
    return settings.model_copy(update={name: SecretStr(url) for name, url in urls.items()})


def parley(*arguments: str, env: Mapping[str, str], patience: float = 30) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; its words are in `stdout` and `stderr`."""
    return subprocess.run([PARLEY, *arguments], env=dict(env), capture_output=True, text=True, timeout=patience, check=False)


@contextmanager
def program(*arguments: str, env: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command that runs until the block ends, everything it says going to `log`."""
    with log.open("ab") as output, subprocess.Popen([PARLEY, *arguments], env=dict(env), stdout=output, stderr=output) as process:
        try:
            yield process
        finally:
            process.kill()


async def eventually(holds: Callable[[], object], patience: float = 10) -> None:
    """Wait for other processes, at most `patience` seconds."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.01)


def wait_until(holds: Callable[[], object], patience: float = 10) -> None:
    """The same for a test without an event loop."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def tell(figure: str) -> None:
    """Print a measured figure; pytest shows it with `-rP`."""
    sys.stdout.write(f"{figure}\n")
