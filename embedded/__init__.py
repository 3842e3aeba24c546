"""The bundled PostgreSQL and Valkey that serve `make run` and the tests when no URL is configured."""

from embedded.errors import EmbeddedError
from embedded.postgres import PostgresServer
from embedded.valkey import ValkeyServer

__all__ = ["EmbeddedError", "PostgresServer", "ValkeyServer"]
