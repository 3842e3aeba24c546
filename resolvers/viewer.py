"""The caller's own rows. They take no scope: everybody may know who they are."""

from models.company import COMPANY, Company
from models.rows import Rows
from models.user import USER, User
from resolvers.ctx import Ctx
from resolvers.listing import by_id


async def own_user(ctx: Ctx) -> Rows[User]:
    """The caller's user."""
    return by_id(USER, ctx.principal.user_id)


async def own_company(ctx: Ctx) -> Rows[Company]:
    """The caller's company."""
    return by_id(COMPANY, ctx.principal.company_id)
