"""The OpenAPI document: FastAPI's, with the credential said once for all paths."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

DESCRIPTION = """Agents, conversations, contacts, deals and documents of your company.

Send `Authorization: Bearer <token>` with every request. A user may send 1,000 requests an hour over REST and GraphQL
together; every answer carries `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`, and a 429 says in
`Retry-After` when to come back. The same data is at `/graphql`."""


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, separate_input_output_schemas=False
        )
        document.setdefault("components", {})["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token of your identity provider."}
        }
        document["security"] = [{"bearer": []}]
        app.openapi_schema = document
    return app.openapi_schema
