"""Where the web server listens, and whether it answers."""

import errno
import http.client
import socket

from embedded.errors import EmbeddedError
from embedded.process import free_port
from settings import Settings

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared with, not listened on


def choose_port(settings: Settings) -> int:
    """The configured port, or any free one for 0; raises `EmbeddedError` when the port cannot be had."""
    if settings.port == 0:
        return free_port()
    try:
        _try_to_listen(settings.host, settings.port)
    except OSError as error:
        raise EmbeddedError(_refusal(settings, error)) from error
    return settings.port


def base_url(host: str, port: int) -> str:
    """What a browser on this machine opens."""
    name = EVERYWHERE.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def answers_ready(host: str, port: int) -> bool:
    """Whether `GET /health/ready` says 200."""
    talk = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=2.0)
    try:
        talk.request("GET", "/health/ready")
        return talk.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        talk.close()


def _refusal(settings: Settings, error: OSError) -> str:
    if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
        return f"This machine cannot listen on {settings.host} ({error.strerror}). Choose another address: PARLEY_HOST=127.0.0.1 make run"
    reason = "is taken by another program" if error.errno == errno.EADDRINUSE else "is reserved for root"
    other = settings.port + 1 if 1024 <= settings.port < 65535 else 8001
    return f"Port {settings.port} on {settings.host} {reason}. Choose another: PARLEY_PORT={other} make run"


def _try_to_listen(host: str, port: int) -> None:
    family, kind, _, _, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with socket.socket(family, kind) as probe:
        # As the web server does: a port whose last connections are fading is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        probe.listen(1)
