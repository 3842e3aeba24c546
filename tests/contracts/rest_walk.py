"""The OpenAPI document, walked: a valid request for every operation, and every place in it that takes an id."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import uuid4

from fastapi.routing import APIRoute

from app import Parley
from rest_compat.router import ROUTES
from tests.contracts.graphql_walk import put

Place = tuple[Any, ...]
SAMPLES: dict[str, Any] = {
    "uuid": "",
    "date": "2026-03-04",
    "date-time": "2026-03-04T05:06:07Z",
    "string": "https://s.example/enough",
    "json": '{"sample": true}',
    "integer": 100,
    "number": 1.5,
    "boolean": True,
    "object": {"sample": True},
}
# Modules that are about another noun's rows, and requests with a body that change nothing.
ABOUT = {"search": "documents"}
READING = {("POST", "/api/knowledge-base/search")}


@dataclass(frozen=True)
class Request:
    """One REST request; `sent` holds its path parameters, query, JSON body and form under `path`, `query`, `body` and `form`."""

    method: str
    path: str
    noun: str
    sent: dict[str, Any]
    ids: tuple[Place, ...]

    @property
    def name(self) -> str:
        """The operation, as it is counted."""
        return f"{self.method} {self.path}"

    @property
    def url(self) -> str:
        """The path with its parameters filled in."""
        return self.path.format(**self.sent["path"])

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET" or (self.method, self.path) in READING

    @property
    def scope(self) -> str:
        """The scope that the operation takes, by the noun of its module."""
        return f"{self.noun}:{'read' if self.reads else 'write'}"

    @property
    def arguments(self) -> dict[str, Any]:
        """What an HTTP client takes."""
        body = self.sent["body"]
        given = {"params": self.sent["query"]} | ({"json": body} if body is not None else {})
        if self.sent["form"] is None:
            return given
        # Each content is new, since the same is recognised.
        return given | {"files": {"file": ("a.txt", uuid4().hex.encode())}, "data": self.sent["form"]}

    def put(self, place: Place, value: Any) -> "Request":
        """The same request with something else at that place."""
        return replace(self, sent=put(self.sent, place, value))


@dataclass(frozen=True)
class Walk:
    """All operations of a document; `ids` gives an id for a place by its name, such as `contact_id`."""

    document: dict[str, Any]
    ids: dict[str, str]

    def requests(self) -> list[Request]:
        """A valid request for every operation, with every parameter and every field of its body."""
        return [
            self._request(method, path, operation)
            for path, operations in self.document["paths"].items()
            for method, operation in operations.items()
        ]

    def schema(self, of: dict[str, Any]) -> dict[str, Any]:
        """A schema with its reference followed and null left out."""
        if "$ref" in of:
            return self.schema(self.document["components"]["schemas"][of["$ref"].rpartition("/")[2]])
        if "anyOf" in of:
            return self.schema(next(each for each in of["anyOf"] if each.get("type") != "null"))
        return of

    def body_schema(self, operation: dict[str, Any]) -> dict[str, Any] | None:
        """The schema of an operation's JSON body, if it takes one."""
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        return self.schema(content["schema"]) if content else None

    def form_fields(self, operation: dict[str, Any]) -> dict[str, Any] | None:
        """The schemas of the fields of an operation's form, its file left out, if it takes one."""
        content = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
        fields = content["schema"]["properties"] if content else None
        return fields and {name: each for name, each in fields.items() if name != "file"}

    def value(self, of: dict[str, Any], name: str) -> Any:
        """A valid value of a schema."""
        plain = self.schema(of)
        kind = plain.get("type", "object")
        if "enum" in plain or "const" in plain:
            return plain.get("enum", [plain.get("const")])[0]
        if plain.get("format") == "uuid":
            return self.ids[name]
        if kind == "array":
            return [self.value(plain["items"], name)]
        if "properties" in plain:
            return {each: self.value(inner, each) for each, inner in plain["properties"].items()}
        return min(SAMPLES[kind], plain["maximum"]) if "maximum" in plain else SAMPLES.get(plain.get("format", ""), SAMPLES[kind])

    def _request(self, method: str, path: str, operation: dict[str, Any]) -> Request:
        sent: dict[str, Any] = {"path": {}, "query": {}, "body": None, "form": None}
        ids: list[Place] = []
        for parameter in operation.get("parameters", []):
            name, where = parameter["name"], parameter["in"]
            sent[where][name] = self.value(parameter["schema"], name)
            ids += [(where, name, *place) for place in self._places(parameter["schema"])]
        body = self.body_schema(operation)
        if body is not None:
            sent["body"] = self.value(body, "body")
            ids += [("body", *place) for place in self._places(body)]
        form = self.form_fields(operation)
        if form is not None:
            sent["form"] = {name: self.value(each, name) for name, each in form.items()}
            ids += [("form", name, *place) for name, each in form.items() for place in self._places(each)]
        sent["query"] = {name: value for name, value in sent["query"].items() if name not in {"offset"}}
        return Request(method.upper(), path, nouns()[method.upper(), path], sent, tuple(ids))

    def _places(self, of: dict[str, Any]) -> Iterator[Place]:
        plain = self.schema(of)
        if plain.get("format") == "uuid":
            yield ()
        elif plain.get("type") == "array":
            yield from ((0, *place) for place in self._places(plain["items"]))
        for name, inner in plain.get("properties", {}).items():
            yield from ((name, *place) for place in self._places(inner))


@cache
def nouns() -> dict[tuple[str, str], str]:
    """Which noun's module serves a method and path."""
    routes = [route for router in ROUTES for route in router.routes if isinstance(route, APIRoute)]
    modules = {(method, route.path): route.endpoint.__module__.rpartition(".")[2] for route in routes for method in route.methods}
    return {each: ABOUT.get(module, module) for each, module in modules.items()}


def served(app: Parley) -> Iterator[tuple[str, str]]:
    """The method and template of everything that the application dispatches, documented or not."""
    waiting = [app.dispatcher._root]
    while waiting:
        branch = waiting.pop()
        yield from ((method, branch.template) for method in sorted(branch.handlers))
        waiting += [*branch.named.values(), *([branch.parameter] if branch.parameter else [])]
