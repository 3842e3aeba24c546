"""What the supervisor starts and fills, named in one place."""

import sys
import sysconfig
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from settings import Settings


@dataclass(frozen=True, slots=True)
class Product:
    """`upgrade` takes the owner's database URL; `web` and `worker` are command lines."""

    upgrade: Callable[[str], object]
    fill: Callable[[Settings], Awaitable[object]]
    tokens: Callable[[Settings], dict[str, str]]
    owner_email: str
    web: tuple[str, ...]
    worker: tuple[str, ...]


def parley() -> Product:
    """Imported late, so that a broken module is reported after the port and the folder were checked."""
    from demo.fill import OWNER_EMAIL, demo_tokens, fill_if_empty  # noqa: PLC0415 - see above
    from models.migrations.run import upgrade  # noqa: PLC0415 - see above

    return Product(
        upgrade=upgrade,
        fill=fill_if_empty,
        tokens=demo_tokens,
        owner_email=OWNER_EMAIL,
        web=(*_command(), "web"),
        worker=(*_command(), "worker"),
    )


def _command() -> tuple[str, ...]:
    script = Path(sysconfig.get_path("scripts")) / "parley"
    return (str(script),) if script.exists() else (sys.executable, "-c", "from cli import main; main()")
