"""What can be done with deals."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from models.contact import CONTACT
from models.db.row import Row
from models.deal import DEAL, Deal, Stage
from models.ids import new_id
from models.rows import Rows
from resolvers.ctx import Ctx, command, query
from resolvers.events import created, deleted, happened, updated
from resolvers.inputs import Input, Patch
from resolvers.listing import Listing, by_id, existing, found, listed, locked

Title = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Value = Annotated[Decimal, Field(max_digits=12, decimal_places=2, allow_inf_nan=False)]
Probability = Annotated[int, Field(ge=0, le=100)]


class NewDeal(Input):
    """A deal to be made."""

    title: Title = Field(description="What is sold, 1 to 255 characters.")
    contact_id: UUID | None = Field(None, description="Who would buy: a contact of this company.")
    value: Value | None = Field(None, description="What it would bring in; at most 12 digits, 2 after the point.")
    stage: Stage = Field(Stage.LEAD, description="How far it has come.")
    probability: Probability = Field(0, description="How likely it is, 0 to 100 percent.")
    expected_close_date: date | None = Field(None, description="When it should be decided (YYYY-MM-DD).")
    meta: dict[str, Any] = Field({}, alias="metadata", description="Anything else, as JSON.")


class DealPatch(Patch, NewDeal):
    """What to change of a deal; only what is sent is touched."""

    title: Title = Field("", description="What is sold, 1 to 255 characters.")


@query("deals:read")
async def list_deals(ctx: Ctx, listing: Listing) -> Rows[Deal]:
    """The company's deals."""
    return listed(ctx, DEAL, listing)


@query("deals:read")
async def get_deal(_: Ctx, deal_id: UUID) -> Rows[Deal]:
    """One deal."""
    return by_id(DEAL, deal_id)


@command("deals:write")
async def create_deal(ctx: Ctx, new: NewDeal) -> Row:
    """Add a deal; its contact must be one of this company."""
    await _check_contact(ctx, new)
    deal = await ctx.db.insert(DEAL, {"id": new_id(), **new.sent()})
    ctx.emit(created(deal, stage=deal.stage))
    return deal


@command("deals:write")
async def update_deal(ctx: Ctx, deal_id: UUID, patch: DealPatch) -> Row:
    """Change what was sent of a deal, and tell when its stage moved."""
    await _check_contact(ctx, patch)
    before = await locked(ctx, DEAL, deal_id)
    deal = found(await ctx.db.update(DEAL, deal_id, patch.sent()), DEAL)
    ctx.emit(updated(deal, patch.model_fields_set))
    if deal.stage != before.stage:
        ctx.emit(happened(deal, "stage_changed", from_stage=before.stage, to_stage=deal.stage))
    return deal


@command("deals:write")
async def delete_deal(ctx: Ctx, deal_id: UUID) -> Row:
    """Remove a deal."""
    deal = found(await ctx.db.delete(DEAL, deal_id), DEAL)
    ctx.emit(deleted(deal))
    return deal


async def _check_contact(ctx: Ctx, deal: NewDeal) -> None:
    if deal.contact_id is not None:
        await existing(ctx, CONTACT, deal.contact_id, "contact_id")
