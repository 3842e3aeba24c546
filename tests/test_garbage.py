"""What a request leaves behind goes at once: nothing that needs the garbage collector, which would stop all others for a while."""

import gc
from collections import Counter

import orjson
import pytest

from app import Parley
from tests.tenant import Tenant
from tests.web.asgi import bearer, call, http

REQUESTS = 20
LIST = "query ($n: PageSize!) { contacts(first: $n) { totalCount nodes { id deals(first: 2) { nodes { id } } } } viewer { scopes } }"
CASES = {
    "REST read": ("GET", "/api/conversations", b""),
    "REST refusal": ("GET", "/api/conversations/none", b""),
    "no such path": ("GET", "/api/nowhere", b""),
    "planned query": ("POST", "/graphql", orjson.dumps({"query": LIST, "variables": {"n": 5}})),
    "REST change": ("POST", "/api/contacts", orjson.dumps({"email": "a@b.example", "first_name": "A"})),
}


async def ask(app: Parley, tenant: Tenant, name: str) -> int:
    """One request straight through our layers; its status."""
    method, path, body = CASES[name]
    reply = await call(app.layers, http(path, method, [*bearer(tenant.token), (b"content-type", b"application/json")]), body)
    return reply.status


@pytest.mark.parametrize("name", CASES)
async def test_a_request_leaves_no_garbage(name: str, app: Parley, acme: Tenant) -> None:
    statuses = {await ask(app, acme, name)}
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for _ in range(REQUESTS):
            statuses.add(await ask(app, acme, name))
        gc.collect()
        left = Counter(type(each).__name__ for each in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert statuses <= {200, 201, 400, 404}
    # What something beside the requests leaves is not as many as they are.
    assert {kind: count for kind, count in left.items() if count >= REQUESTS} == {}
