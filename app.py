"""The web application: both doors behind one set of layers. The one module that may import all the doors."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from models.db import Database, PoolExhausted
from models.health import migration_state
from models.system import MemberRows
from resolvers.auth.authenticate import Authenticate
from resolvers.auth.members import Members
from resolvers.auth.tokens import TokenVerifier
from resolvers.ctx import Ctx
from resolvers.errors import ParleyError
from resolvers.faults import DATABASE_FAULTS, as_parley
from resolvers.knowledge import Knowledge
from resolvers.logic.links import PATH as FILES
from resolvers.principal import Principal
from rest_compat.errors import error_body
from rest_compat.files import file_handler
from rest_compat.openapi import DESCRIPTION, openapi_document
from rest_compat.route import thin_handler
from rest_compat.router import ROUTES
from schema.engine import Engine
from schema.graphiql.pages import assets_app, docs_page
from schema.http import GraphQLDoor
from schema.http import error_body as graphql_error_body
from schema.live.hub import Hub
from schema.live.socket import Sockets
from schema.live.told import Listening
from settings import Settings
from web.access import AccessMiddleware, Doors
from web.answer import Header, Rendered, answer
from web.body import BodyLimitMiddleware
from web.budgets import Budgets
from web.cors import LimitedCORSMiddleware
from web.dispatch import Dispatcher, Handler
from web.health import health_handlers
from web.limits import Limiter
from web.metrics import metrics_handler
from web.request_id import RequestIdMiddleware

METRICS = "/metrics"
PUBLIC = frozenset({"/", "/health/live", "/health/ready", "/docs", "/openapi.json", METRICS})
REFUSALS: tuple[type[Exception], ...] = (ParleyError, *DATABASE_FAULTS)
READS = frozenset({"GET", "HEAD"})
ASSETS = "/graphiql/assets/"
UPLOADS = frozenset({"/api/knowledge-base/upload", "/api/knowledge-base/files"})
# Bytes of a form besides its file.
AROUND_FILE = 128 * 1024
HOME = {"name": "Parley", "graphql": "/graphql", "rest": "/docs", "openapi": "/openapi.json", "health": "/health/ready"}


@dataclass(frozen=True, slots=True)
class Services:
    """What a running application holds open."""

    settings: Settings
    database: Database
    verifier: TokenVerifier
    limiter: Limiter
    budgets: Budgets
    authenticate: Authenticate
    hub: Hub
    knowledge: Knowledge

    @classmethod
    def of(cls, settings: Settings) -> "Services":
        """Nothing is connected yet: connections open when first needed."""
        redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
        database, verifier, limiter = Database(settings), TokenVerifier(settings), Limiter(redis_url)
        authenticate = Authenticate(verifier, Members(MemberRows(database), settings))
        hub = Hub(database.listener.listen, lambda caller: Ctx(caller, database.session(caller.company_id)))
        return cls(settings, database, verifier, limiter, Budgets(limiter, settings), authenticate, hub, Knowledge(settings))

    def context(self, principal: Principal) -> Ctx:
        """The context of a caller."""
        return Ctx(principal, self.database.session(principal.company_id), self.knowledge)

    async def close(self) -> None:
        """Close everything."""
        await self.hub.close()
        await self.knowledge.close()
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
    """FastAPI describes the REST routes in OpenAPI and takes start and stop; the dispatcher and the layers around it serve."""

    services: Services
    dispatcher: Dispatcher
    layers: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Straight to our layers: what FastAPI does before them (telemetry, its own error pages) is not used."""
        await self.layers(scope, receive, send)


def layers(services: Services, innermost: ASGIApp) -> ASGIApp:
    """Outermost first: the request's name and the masking of faults, CORS, who may come in, the context, size."""
    settings = services.settings
    app: ASGIApp = BodyLimitMiddleware(innermost, limit_for=lambda path: body_limit(settings, path), render=render)
    app = ContextMiddleware(app, services.context)
    doors = Doors(is_public=is_public, render=render, checks_itself=lambda path: path == METRICS)
    app = AccessMiddleware(app, authenticate=services.authenticate, budgets=services.budgets, doors=doors)
    if settings.cors_origins:
        app = LimitedCORSMiddleware(app, settings.cors_origins, budgets=services.budgets, render=render)
    return RequestIdMiddleware(app, render=render)


class ContextMiddleware:
    """Makes the context of a request whose caller is known, and answers refusals in the shape of their door."""

    def __init__(self, app: ASGIApp, context: Callable[[Principal], Ctx]) -> None:
        self.app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with `scope["state"]["ctx"]`."""
        state = scope.get("state", {})
        principal = state.get("principal")
        ctx = None
        if principal is not None:
            ctx = state["ctx"] = self._context(principal)
            state["stamps"].append(_timing)
        try:
            await self.app(scope, receive, send)
        except REFUSALS as error:
            await answer(as_parley(error), scope, send, render)
        finally:
            if ctx is not None:
                state["statements"] = ctx.db.statements


def _timing(state: Mapping[str, Any]) -> tuple[Header]:
    """How many SQL statements the answer took, and whether the planner found it."""
    ctx: Ctx = state["ctx"]
    return ((b"server-timing", b'sql;desc="%d"%b' % (ctx.db.statements, b', path;desc="planned"' if ctx.planned else b"")),)


def create_app(settings: Settings) -> Parley:
    """The application; raises `SettingsError` for settings that cannot work together."""
    services = Services.of(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await services.close()

    app = Parley(
        title="Parley", description=DESCRIPTION, version="1.0.0", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.services = services
    app.openapi = lambda: openapi_document(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    app.dispatcher = Dispatcher(app.router, {ASSETS: assets_app()})
    app.layers = layers(services, app.dispatcher)
    for routes in ROUTES:
        app.include_router(routes)
        for route in routes.routes:
            app.dispatcher.add(*thin_handler(route))
    app.dispatcher.add(f"{FILES}{{link}}", ("GET",), file_handler(services.knowledge, services.context))
    for path, handler in _own_pages(app).items():
        app.dispatcher.add(path, ("GET",), handler)
    engine = Engine.of(settings, services.budgets)
    listening = Listening(services.hub, services.context, services.authenticate, settings.event_retention_days)
    app.dispatcher.add("/graphql", ("GET", "POST"), GraphQLDoor(settings, engine, listening, lambda: _demo_tokens(settings)).respond)
    app.dispatcher.add_socket("/graphql", Sockets(engine, listening))
    if settings.metrics_token is not None:
        app.dispatcher.add(METRICS, ("GET",), metrics_handler(settings.metrics_token, engine.usage))
    return app


def _own_pages(app: Parley) -> dict[str, Handler]:
    async def docs(_: Request) -> Response:
        return docs_page()

    async def openapi(_: Request) -> Response:
        return Response(orjson.dumps(app.openapi()), media_type="application/json")

    async def home(_: Request) -> Response:
        return Response(orjson.dumps(HOME), media_type="application/json")

    live, ready = health_handlers({"database": app.services.database_state, "limits": app.services.limits_state})
    return {"/": home, "/docs": docs, "/openapi.json": openapi, "/health/live": live, "/health/ready": ready}


def _demo_tokens(settings: Settings) -> dict[str, str]:
    if not settings.demo or settings.environment != "development":
        return {}
    from demo.fill import demo_tokens  # noqa: PLC0415 - the demo's texts are needed by this page alone

    return demo_tokens(settings)


def is_public(path: str, method: str) -> bool:
    """Health and documentation are open to everyone, as are the pages' assets, and files to whoever has a link that was signed.

    The counters ask for a token of their own.
    """
    # /graphql decides for itself: anybody may read about the schema where the settings say so, nobody may run anything else
    return path == "/graphql" or (method in READS and (path in PUBLIC or path.startswith((ASSETS, FILES))))


def body_limit(settings: Settings, path: str) -> int:
    """Bytes that a request may carry."""
    if path == "/graphql":
        return settings.graphql_max_body
    return settings.upload_max_file + AROUND_FILE if path in UPLOADS else settings.rest_max_body


def render(error: ParleyError, scope: Scope) -> Rendered:
    """A refusal in the shape of the door that the path belongs to."""
    headers = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    body = graphql_error_body(error) if scope["path"] == "/graphql" else error_body(error)
    return error.status, [(b"content-type", b"application/json"), *headers], body
