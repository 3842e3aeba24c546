"""Threads in GraphQL; they are reached through their conversation."""

from models.thread import THREAD
from schema.nodes import expose

Thread, ThreadConnection, ThreadPayload = expose(THREAD)
