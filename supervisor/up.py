"""`parley up`, step by step."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from pydantic import SecretStr

from embedded.errors import EmbeddedError
from embedded.process import Child, Program
from settings import Settings, SettingsError
from supervisor.address import answers_ready, base_url, choose_port
from supervisor.children import Children
from supervisor.folder import DataFolder
from supervisor.product import Product, parley
from supervisor.progress import Steps
from supervisor.servers import start_servers
from supervisor.signals import StopRequested, StopRequests, stop_requests
from supervisor.summary import summary

READY_PATIENCE = 60.0
GLANCE = 0.25


def run(settings: Settings, product: Callable[[], Product] = parley) -> int:
    """Start everything, keep it alive and stop it when asked; call it from the main thread.

    Returns the exit code: 0 when it was asked to stop, 1 when it could not start.
    """
    with stop_requests() as requests:
        supervisor = _Supervisor(settings, requests)
        code = supervisor.run(product)
        if code == 0:
            supervisor.steps.say("Parley has stopped. Goodbye.")
        return code


class _Supervisor:
    def __init__(self, settings: Settings, requests: StopRequests) -> None:
        self._settings = settings
        self._requests = requests
        self.steps = Steps()
        self._folder = DataFolder(settings.data_dir)
        self._children = Children(self.steps.say, meanwhile=requests.check)

    def run(self, product: Callable[[], Product]) -> int:
        """Everything that was started is stopped, whatever happens."""
        try:
            self._folder.claim()
            self._settings = self._settings.model_copy(update={"port": choose_port(self._settings), "data_dir": self._folder.path})
            self._bring_up(product())
            self._watch()
        except StopRequested:
            return 0
        except (EmbeddedError, SettingsError) as error:
            self.steps.fail(str(error))
        except Exception:  # noqa: BLE001 - the supervisor's edge: say it whole, then stop what runs
            self.steps.console.print_exception()
        finally:
            self._shut_down()
        return 1

    def _bring_up(self, product: Product) -> None:
        self.steps.say("Parley is starting")
        self._settings = start_servers(self._settings, self._folder, self._children, self.steps)
        with self.steps.step("Tables"), self._requests.interruptible():
            product.upgrade(_text(self._settings.migration_url or self._settings.database_url))
        if self._is_development:
            with self.steps.step("Demo company"), self._requests.interruptible():
                asyncio.run(_awaited(product, self._settings))
        with self.steps.step("Worker"):
            self._start_program("worker", product.worker)
        with self.steps.step("Web server"):
            self._start_web(product.web)
        self._announce(product)

    @property
    def _is_development(self) -> bool:
        """The demo's people and tokens are for trying things out only."""
        return self._settings.environment == "development"

    def _start_program(self, name: str, argv: tuple[str, ...]) -> Child:
        program = Program(
            argv=argv, log=self._folder.path / f"{name}.log", environment=child_environment(self._settings), folder=Path.cwd(), umask=None
        )
        child = Child(program)
        self._children.start(name, child)
        return child

    def _start_web(self, argv: tuple[str, ...]) -> None:
        def ready() -> bool:
            self._requests.check()
            return answers_ready(self._settings.host, self._settings.port)

        self._start_program("web", argv).wait_until(ready, patience=READY_PATIENCE)

    def _announce(self, product: Product) -> None:
        url = base_url(self._settings.host, self._settings.port)
        tokens = product.tokens(self._settings) if self._is_development else {}
        facts = {"url": url, "graphql": f"{url}/graphql", "pid": os.getpid(), "owner_email": product.owner_email, "tokens": tokens}
        self._folder.write_run(facts)
        for line in summary(url, tokens, self._folder.path):
            self.steps.say(line)

    def _watch(self) -> NoReturn:
        while True:
            with self._requests.interruptible():
                time.sleep(GLANCE)
            self._children.check(time.monotonic())

    def _shut_down(self) -> None:
        self._children.stop()
        self._folder.release()


def child_environment(settings: Settings) -> dict[str, str]:
    """Our own environment, and everything that was found out while starting."""
    found = {
        "DATABASE_URL": _text(settings.database_url),
        "PARLEY_MIGRATION_URL": _text(settings.migration_url),
        "REDIS_URL": _text(settings.redis_url),
        "PARLEY_JWT_SECRET": _text(settings.jwt_secret),
        "PARLEY_HOST": settings.host,
        "PARLEY_PORT": str(settings.port),
        "PARLEY_DATA_DIR": str(settings.data_dir),
        "PARLEY_DEMO": "true" if settings.environment == "development" else "",
        "PYTHONUNBUFFERED": "1",
    }
    return dict(os.environ) | {name: value for name, value in found.items() if value}


async def _awaited(product: Product, settings: Settings) -> None:
    await product.fill(settings)


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
