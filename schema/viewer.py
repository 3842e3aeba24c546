"""Who is asking: the user, the company, and what they may do."""

from typing import Any

import strawberry

from models.company import COMPANY
from models.user import USER
from resolvers.ctx import Ctx
from resolvers.viewer import own_company, own_user
from schema.companies import Company
from schema.declared import Fact, Own, Parts, declare
from schema.naming import list_of
from schema.signature import field_with
from schema.users import User


async def _user(info: strawberry.Info) -> Any:
    ctx: Ctx = info.context
    return await ctx.db.one(await own_user(ctx))


async def _company(info: strawberry.Info) -> Any:
    ctx: Ctx = info.context
    return await ctx.db.one(await own_company(ctx))


def _scopes(info: strawberry.Info) -> Any:
    return _own_scopes(info.context)


def _own_scopes(ctx: Ctx) -> list[str]:
    return sorted(ctx.principal.scopes)


declare(_user, Own(USER, own_user))
declare(_company, Own(COMPANY, own_company))
declare(_scopes, Fact(_own_scopes))


@strawberry.type(description="The caller.")
class Viewer:
    """What a caller is shown of themselves."""

    user = field_with(_user, {}, User | None, "The user the token stands for.")
    company = field_with(_company, {}, Company | None, "The company the user belongs to; everything else here is this company's.")
    scopes = field_with(_scopes, {}, list_of(str), "What the token allows, such as contacts:read; sorted.")


def _viewer(info: strawberry.Info) -> Any:
    return Viewer()


declare(_viewer, Parts())

QUERIES = {"viewer": field_with(_viewer, {}, Viewer, "Who is asking.")}
