"""The REST door: one line a noun."""

from fastapi import APIRouter

from rest_compat import agents, contacts, conversations, deals, messages, search

ROUTES: tuple[APIRouter, ...] = (
    agents.routes,
    contacts.routes,
    deals.routes,
    conversations.routes,
    messages.routes,
    search.routes,
)
