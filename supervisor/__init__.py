"""What `parley up` does: the bundled servers, the web server and the worker, kept alive and stopped in order."""

from supervisor.servers import adopt, bundled_environment
from supervisor.up import run

__all__ = ["adopt", "bundled_environment", "run"]
