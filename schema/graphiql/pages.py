"""Serve GraphiQL and the OpenAPI page: from the bundle in `dist`, or from a public CDN when it was not built."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from schema.graphiql.samples import lookup, samples, welcome_query

HERE = Path(__file__).parent
ENDPOINT = "/graphql"
PLACEHOLDER = "__PARLEY_CONFIG__"

# In JSON these can only stand inside strings; escaped, no text can end the script element that carries it.
ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})

CDN = re.compile(r'<meta name="parley-cdn" content="([^"]+)"')
IMPORT_MAP = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
HASHED_NAME = re.compile(r"-[\w-]{8}\.\w+$")
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """A page's text, with or without the configuration's placeholder, and the policy it needs."""

    html: str
    policy: str


def graphiql_page(tokens: Mapping[str, str], folder: Path = HERE) -> Response:
    """GraphiQL with its samples; `tokens` are demo tokens by role, the first one is used at once, and empty outside development."""
    config = {"endpoint": ENDPOINT, "tokens": dict(tokens), "query": welcome_query(), "samples": samples(), "lookup": lookup()}
    return _respond(_read_page(folder, "index.html"), config)


def docs_page(folder: Path = HERE) -> Response:
    """A readable page over `/openapi.json`."""
    return _respond(_read_page(folder, "docs.html"), {})


def assets_app(folder: Path = HERE) -> ASGIApp:
    """What the pages load, to be mounted at `/graphiql/assets`; without a build, the sources that the CDN pages run."""
    built = folder / "dist" / "assets"
    return _Assets(directory=built if built.is_dir() else folder / "src")


def escaped_json(value: object) -> str:
    """JSON that is safe inside a script element."""
    return json.dumps(value, ensure_ascii=False).translate(ESCAPES)


class _Assets(StaticFiles):
    """Files whose name carries their content's hash never change; the others are asked for again. What the build packed is sent packed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        kind, _ = guess_type(path)
        accepted = GZIP.search(Headers(scope=scope).get("accept-encoding", ""))
        packed = bool(kind and accepted and self.lookup_path(f"{path}.gz")[1])
        response = await super().get_response(f"{path}.gz" if packed else path, scope)
        if packed:
            response.headers["Content-Type"] = str(kind)
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if HASHED_NAME.search(path) else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _read_page(folder: Path, name: str) -> Page:
    built = folder / "dist" / name
    path = built if built.is_file() else folder / "cdn" / name
    return _page_at(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _page_at(path: Path, _changed_at: int) -> Page:
    """The page of a file; a build while we run makes a new one, whose assets have other names."""
    html = path.read_text("utf-8")
    return Page(html, _policy(html))


def _policy(html: str) -> str:
    """Scripts, workers and sockets are our own origin's alone. Monaco writes style elements, hence 'unsafe-inline' for styles.

    A CDN page may load from its CDN besides; its import map is the one inline script ever allowed, its workers start from blobs.
    """
    cdn = CDN.findall(html)
    scripts = [*cdn, *(_hash_source(script) for script in IMPORT_MAP.findall(html))]
    directives = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *scripts],
        "style-src": ["'self'", "'unsafe-inline'", *cdn],
        "connect-src": ["'self'", *cdn],
        "worker-src": ["'self'", *(["blob:", *cdn] if cdn else [])],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'", *(["data:", *cdn] if cdn else [])],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def _hash_source(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _respond(page: Page, config: Mapping[str, object]) -> Response:
    headers = {
        "Content-Security-Policy": page.policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(page.html.replace(PLACEHOLDER, escaped_json(config)), headers=headers)
