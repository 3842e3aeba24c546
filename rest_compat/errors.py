"""Errors in the shape that Syntera documents: `{error, code, details}`."""

from typing import Any

import orjson
from pydantic import BaseModel, Field

from resolvers.errors import ParleyError


class ErrorAnswer(BaseModel):
    """How every refusal looks."""

    error: str = Field(description="What is wrong and what would be right.", examples=["limit: must be a whole number, 0 or more"])
    code: str = Field(description="One of a fixed set of codes.", examples=["VALIDATION_ERROR"])
    details: dict[str, Any] = Field(
        description="Always an object; wrong fields are listed under `issues`.",
        examples=[{"issues": [{"path": "limit", "message": "must be a whole number, 0 or more"}]}],
    )


def error_body(error: ParleyError) -> bytes:
    """The body; `details` is always an object, and names fields under `issues`."""
    return orjson.dumps({"error": error.message, "code": error.code, "details": error.details}, default=str)
