"""The cellar: tables, tenancy, and the only way to reach them."""

from models import agent, chunk, company, contact, conversation, deal, document, embedding, event, job, message, thread, user

__all__ = [
    "agent",
    "chunk",
    "company",
    "contact",
    "conversation",
    "deal",
    "document",
    "embedding",
    "event",
    "job",
    "message",
    "thread",
    "user",
]
