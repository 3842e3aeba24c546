"""The cellar: tables, tenancy, and the only way to reach them."""

from models import agent, company, contact, conversation, deal, event, job, message, thread, user

__all__ = ["agent", "company", "contact", "conversation", "deal", "event", "job", "message", "thread", "user"]
