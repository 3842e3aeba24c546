"""Child processes that never outlive us, however we die, and that a terminal's Ctrl-C does not reach before we stop them in order."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from embedded.errors import EmbeddedError

PR_SET_PDEATHSIG = 1
LARGEST_LOG = 10_000_000
# Loaded here, because between fork and exec nothing may be loaded.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Account:
    """An operating system user that a child runs as."""

    uid: int
    gid: int


def _plain_environment() -> dict[str, str]:
    """Without the PG* variables of whoever started us; messages in English, because we read them."""
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, as whom, and how it likes to be stopped (`patience` is in seconds)."""

    argv: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=_plain_environment)
    account: Account | None = None
    folder: Path = Path("/")
    umask: int | None = 0o077
    stop_signals: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGKILL)
    patience: float = 10.0


class Child:
    """One running program; start it from the main thread, because it is told to end when the thread that started it ends."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = False

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process id since the last start."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """How it ended: negative for a signal, None while it runs."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Run the program in a session of its own; its output is appended to the log."""
        self._end_group()
        with _open_log(self.program.log) as log:
            self._process = _spawn(self.program, stdout=log.fileno())
        self._asked = False

    def ask_to_stop(self) -> None:
        """Send the first stop signal, once, without waiting: some programs take a second one for impatience."""
        if not self._asked:
            self._send(self.program.stop_signals[0])
        self._asked = True

    def stop(self) -> None:
        """Send the stop signals one after the other, each with its patience, and wait for the end."""
        self.ask_to_stop()
        for number in (*self.program.stop_signals[1:], None):
            if not self._process or not self.alive:
                break
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(self.program.patience)
            if number:
                self._send(number)
        self._end_group()

    def _send(self, number: signal.Signals) -> None:
        if self._process and self.alive:
            self._process.send_signal(number)

    def wait_until(self, ready: Callable[[], bool], *, patience: float) -> None:
        """Poll until `ready()`; raises `EmbeddedError` with the log's last lines when the child ends or time is up."""
        deadline = time.monotonic() + patience
        while not ready():
            if not self.alive:
                raise EmbeddedError(f"{self._name} ended with code {self.exit_code} while starting.\n{last_lines(self.program.log)}")
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{self._name} was not ready after {patience:.0f} s.\n{last_lines(self.program.log)}")
            time.sleep(0.02)

    @property
    def _name(self) -> str:
        return Path(self.program.argv[0]).name

    def _end_group(self) -> None:
        """What a crashed child started would otherwise keep its port."""
        if self._process and not self.alive:
            _kill_group(self._process.pid)


def run_to_end(program: Program, text: str = "", *, patience: float = 120.0) -> None:
    """Run a short program, `text` as its input; raises `EmbeddedError` with its last lines when it fails."""
    with _open_log(program.log) as log, _spawn(program, stdin=subprocess.PIPE, stdout=log.fileno()) as process:
        try:
            process.communicate(text.encode(), timeout=patience)
        except subprocess.TimeoutExpired:
            raise EmbeddedError(f"{program.argv[0]} did not finish within {patience:.0f} s.\n{last_lines(program.log)}") from None
        finally:
            _kill_group(process.pid)
    if process.returncode:
        raise EmbeddedError(f"{program.argv[0]} failed with code {process.returncode}.\n{last_lines(program.log)}")


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on at this moment; somebody may take it before you do, so be ready to ask again."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, led by the log's name."""
    lines = log.read_text(errors="replace").splitlines()[-count:] if log.exists() else []
    return "\n".join([f"Last lines of {log}:", *lines])


def _spawn(program: Program, *, stdout: int, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    account = program.account
    # Our own fixed command lines; no shell takes part.
    return subprocess.Popen(  # noqa: S603
        program.argv,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.STDOUT,
        cwd=program.folder,
        env=dict(program.environment),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        umask=-1 if program.umask is None else program.umask,
        start_new_session=True,
        preexec_fn=_dies_with_parent(program.stop_signals[0]),  # noqa: PLW1509 - it only calls prctl, and no library offers that
    )


def _dies_with_parent(number: signal.Signals) -> Callable[[], None]:
    """Runs in the child after its change of user, which would clear the wish."""
    parent = os.getpid()

    def ask_kernel() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:  # The parent died before the wish was heard.
                os._exit(1)

    return ask_kernel


def _open_log(path: Path) -> BinaryIO:
    """One older log is kept."""
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_name(f"{path.name}.1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
