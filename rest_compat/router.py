"""The REST door: one line a noun."""

from fastapi import APIRouter

from rest_compat import agents, contacts, conversations, deals, documents, messages, search

ROUTES: tuple[APIRouter, ...] = (
    agents.routes,
    contacts.routes,
    deals.routes,
    conversations.routes,
    messages.routes,
    documents.routes,
    search.routes,
)
