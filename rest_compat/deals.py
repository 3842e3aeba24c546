"""Deals over REST: `/api/crm/deals`."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from models.deal import DEAL, DealFields, Stage
from models.filters import All, Compare
from models.shape import Object, One, leaves, list_shape, one_shape
from resolvers import deals
from resolvers.deals import DealPatch, NewDeal
from resolvers.listing import Listing
from rest_compat.answers import Success, command_answer, forgiving_delete, list_answer, single_answer
from rest_compat.contacts import ITEM as CONTACT_ITEM
from rest_compat.contacts import ContactRead
from rest_compat.examples import DEAL_BODY, DEAL_PATCH, body_example
from rest_compat.paging import Paging
from rest_compat.route import Caller, router

ITEM = Object(DEAL, (*leaves(DEAL, also={"company_id": "company_id"}), One("contacts", DEAL.edges["contact"], CONTACT_ITEM)))
LIST = list_shape(ITEM, "deals")
SINGLE = one_shape(ITEM, "deal")


class DealRead(DealFields):
    """A deal, with its contact."""

    company_id: UUID
    contacts: ContactRead | None = None


class DealList(BaseModel):
    """A page of deals, newest first."""

    deals: list[DealRead]
    total: int
    limit: int
    offset: int


class DealAnswer(BaseModel):
    """One deal."""

    deal: DealRead


class DealSearch(Paging):
    """What to list."""

    stage: Stage | None = Field(None, description="Only deals in this stage.")
    contact_id: UUID | None = Field(None, description="Only deals with this contact.")


routes = router()


@routes.get("/api/crm/deals", response_model=DealList, tags=["Deals"])
async def list_deals(ctx: Caller, query: Annotated[DealSearch, Query()]) -> Response:
    """List deals, newest first."""
    wanted = {"stage": query.stage, "contact_id": query.contact_id}
    where = All(tuple(Compare(field, "eq", value) for field, value in wanted.items() if value is not None))
    return await list_answer(ctx, await deals.list_deals(ctx, Listing(where, page=query.page())), LIST)


@routes.post("/api/crm/deals", status_code=201, response_model=DealAnswer, tags=["Deals"], openapi_extra=body_example(DEAL_BODY))
async def create_deal(ctx: Caller, body: NewDeal) -> Response:
    """Create a deal."""
    return await command_answer(ctx, deals.create_deal(ctx, body), SINGLE, 201)


@routes.get("/api/crm/deals/{deal_id}", response_model=DealAnswer, tags=["Deals"])
async def get_deal(request: Request, ctx: Caller, deal_id: UUID) -> Response:
    """Get one deal."""
    return await single_answer(request, await deals.get_deal(ctx, deal_id), SINGLE)


@routes.patch("/api/crm/deals/{deal_id}", response_model=DealAnswer, tags=["Deals"], openapi_extra=body_example(DEAL_PATCH))
async def update_deal(ctx: Caller, deal_id: UUID, body: DealPatch) -> Response:
    """Change what is sent of a deal."""
    return await command_answer(ctx, deals.update_deal(ctx, deal_id, body), SINGLE)


@routes.delete("/api/crm/deals/{deal_id}", response_model=Success, tags=["Deals"])
async def delete_deal(ctx: Caller, deal_id: UUID) -> Response:
    """Delete a deal. Deleting what is not there succeeds too."""
    return await forgiving_delete(deals.delete_deal(ctx, deal_id))
