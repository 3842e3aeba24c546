"""The web application: both doors behind one set of layers. The one module that may import all the doors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.db import Database, PoolExhausted
from models.health import migration_state
from models.system import MemberRows
from resolvers.auth.authenticate import Authenticate
from resolvers.auth.members import Members
from resolvers.auth.tokens import TokenVerifier
from resolvers.ctx import Ctx
from resolvers.errors import MethodNotAllowed, NotFound, ParleyError
from resolvers.faults import DATABASE_FAULTS, as_parley
from rest_compat.errors import error_body
from rest_compat.openapi import DESCRIPTION, openapi_document
from rest_compat.router import ROUTES
from schema.graphiql.pages import assets_app, docs_page
from schema.http import GraphQLDoor
from schema.http import error_body as graphql_error_body
from settings import Settings
from web.access import AccessMiddleware, Doors
from web.answer import Rendered, answer
from web.body import BodyLimitMiddleware
from web.budgets import Budgets
from web.health import health_routes
from web.limits import Limiter
from web.request_id import RequestIdMiddleware

PUBLIC = frozenset({"/", "/health/live", "/health/ready", "/docs", "/openapi.json"})
REFUSALS: tuple[type[Exception], ...] = (ParleyError, *DATABASE_FAULTS)
READS = frozenset({"GET", "HEAD"})
ASSETS = "/graphiql/assets/"


@dataclass(frozen=True, slots=True)
class Services:
    """What a running application holds open."""

    settings: Settings
    database: Database
    verifier: TokenVerifier
    limiter: Limiter

    @classmethod
    def of(cls, settings: Settings) -> "Services":
        """Nothing is connected yet: connections open when first needed."""
        redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
        return cls(settings, Database(settings), TokenVerifier(settings), Limiter(redis_url))

    async def close(self) -> None:
        """Close everything."""
        await self.verifier.close()
        await self.limiter.close()
        await self.database.close()

    async def database_state(self) -> str:
        """For `/health/ready`."""
        try:
            return await migration_state(self.database)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, PoolExhausted) as error:
            return f"away: {type(error).__name__}"

    async def limits_state(self) -> str:
        """For `/health/ready`: without Redis the budgets are counted in memory, so we serve all the same."""
        return "ok, counting in memory" if self.limiter.in_memory else "ok"


class Parley(FastAPI):
    """FastAPI for its routes and its OpenAPI; the layers around the router are ours."""

    services: Services

    def build_middleware_stack(self) -> ASGIApp:
        """Outermost first: the request's name and the masking of faults, size, CORS, then who may come in."""
        services, settings = self.services, self.services.settings
        authenticate = Authenticate(services.verifier, Members(MemberRows(services.database), settings))
        app: ASGIApp = ContextMiddleware(self.router, services.database)
        app = BodyLimitMiddleware(app, limit_for=lambda path: body_limit(settings, path), render=render)
        app = AccessMiddleware(
            app, authenticate=authenticate, budgets=Budgets(services.limiter, settings), doors=Doors(is_public=is_public, render=render)
        )
        if settings.cors_origins:
            app = CORSMiddleware(app, allow_origins=settings.cors_origins, allow_methods=["*"], allow_headers=["*"], max_age=600)
        return RequestIdMiddleware(app, render=render)


class ContextMiddleware:
    """Makes the context of a request whose caller is known, and turns the router's own refusals into ours."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self.app = app
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with `scope["state"]["ctx"]`."""
        state = scope.get("state", {})
        principal = state.get("principal")
        if principal is None:
            await self._route(scope, receive, send)
            return
        ctx = state["ctx"] = Ctx(principal, self._database.session(principal.company_id))
        try:
            await self._route(scope, receive, _with_statements(ctx, send))
        finally:
            state["statements"] = ctx.db.statements

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except HTTPException as error:
            await answer(refused(error, scope), scope, send, render)
        except REFUSALS as error:
            await answer(as_parley(error), scope, send, render)


def _with_statements(ctx: Ctx, send: Send) -> Send:
    """Tell the caller how many SQL statements the answer took."""

    async def send_with_count(message: Message) -> None:
        if message["type"] == "http.response.start":
            timing = (b"server-timing", b'sql;desc="%d"' % ctx.db.statements)
            message = {**message, "headers": [*message.get("headers", ()), timing]}
        await send(message)

    return send_with_count


def create_app(settings: Settings) -> Parley:
    """The application; raises `SettingsError` for settings that cannot work together."""
    services = Services.of(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await services.close()

    app = Parley(
        title="Parley", description=DESCRIPTION, version="1.0.0", lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    app.services = services
    app.openapi = lambda: openapi_document(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    for routes in ROUTES:
        app.include_router(routes)
    door = GraphQLDoor.of(settings, lambda: {})
    app.router.add_route("/graphql", door.respond, methods=["GET", "POST"], include_in_schema=False)
    app.router.mount("/graphiql/assets", assets_app())
    app.router.add_route("/docs", show_docs, include_in_schema=False)
    app.router.routes.extend(health_routes({"database": services.database_state, "limits": services.limits_state}))
    return app


async def show_docs(_: Request) -> Response:
    """The REST paths, readable."""
    return docs_page()


def is_public(path: str, method: str) -> bool:
    """Health and documentation are open to everyone; so are the pages' assets."""
    # /graphql decides for itself: anybody may read about the schema where the settings say so, nobody may run anything else
    return path == "/graphql" or (method in READS and (path in PUBLIC or path.startswith(ASSETS)))


def body_limit(settings: Settings, path: str) -> int:
    """Bytes that a request may carry."""
    return settings.graphql_max_body if path == "/graphql" else settings.rest_max_body


def render(error: ParleyError, scope: Scope) -> Rendered:
    """A refusal in the shape of the door that the path belongs to."""
    headers = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    body = graphql_error_body(error) if scope["path"] == "/graphql" else error_body(error)
    return error.status, [(b"content-type", b"application/json"), *headers], body


def refused(error: HTTPException, scope: Scope) -> ParleyError:
    """What the router refused: a path that is not there, or a method that the path does not take."""
    if error.status_code == 405:
        allowed = dict(error.headers or {})
        return MethodNotAllowed(f"{scope['method']} is not a method of this path; use {allowed.get('Allow', 'another')}", headers=allowed)
    return NotFound("There is no such path; /docs lists them all")
