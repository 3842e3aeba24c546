"""Mutation inputs, made from the resolvers' inputs: the same fields, limits and words. Not sent differs from null."""

from operator import getitem
from typing import Any, cast, get_origin

import strawberry
from pydantic import BaseModel
from strawberry.utils.str_converters import to_camel_case

from resolvers.errors import BadRequest, Issue, ParleyError
from resolvers.inputs import Input
from schema.fields import graphql_type, nested_model
from schema.naming import list_of
from schema.signature import make_input

JSON_FIELDS = frozenset({"meta", "metadata", "voice_settings"})
MADE: dict[type[BaseModel], Any] = {}


def input_type(model: type[Input], name: str) -> Any:
    """The GraphQL input of a resolver's input. What may be left out is a `Maybe`, which knows whether it was sent."""
    fields: dict[str, tuple[Any, Any]] = {}
    for field_name, info in model.model_fields.items():
        kind = _input_kind(info.annotation)
        public = "metadata" if field_name == "meta" else None
        if info.is_required():
            fields[field_name] = (kind, strawberry.field(name=public, description=info.description))
        else:
            fields[field_name] = (maybe(kind), strawberry.field(name=public, description=info.description, default=None))
    MADE[model] = make_input(name, __name__, fields, (model.__doc__ or "").strip())
    return MADE[model]


def maybe(kind: Any) -> Any:
    """`Maybe` of a type that was made at import. Null always reaches the resolver's input, which words its refusal."""
    return getitem(cast(Any, strawberry.Maybe), kind | None)


def _input_kind(annotation: Any) -> Any:
    nested = nested_model(annotation)
    if nested is None:
        return graphql_type(annotation)
    inner = MADE.get(nested) or input_type(nested, f"{nested.__name__}Input")
    return list_of(inner) if get_origin(annotation) is list else inner


def plain(given: Any) -> Any:
    """What was sent, as plain values for the resolver's input."""
    if isinstance(given, list):
        return [plain(each) for each in given]
    if type(given) not in MADE.values():
        return given
    sent: dict[str, Any] = {}
    for name, value in vars(given).items():
        if isinstance(value, strawberry.Some):
            sent[name] = plain(value.value)
        elif value is not None:
            sent[name] = plain(value)
    return sent


def read_input(model: type[Input], given: Any, argument: str = "input") -> Any:
    """The resolver's input; raises `BadRequest` whose paths are those of the GraphQL document."""
    try:
        return model.read(plain(given))
    except BadRequest as error:
        raise _in_camel_case(error, argument) from None


def _in_camel_case(error: BadRequest, argument: str) -> BadRequest:
    issues = [Issue(path=_path(issue["path"], argument), message=issue["message"]) for issue in error.details.get("issues", [])]
    return BadRequest.of(issues) if issues else error


def spelled(error: ParleyError, argument: str = "input") -> ParleyError:
    """A command's refusal that names an input's field, with the path as the document spells it."""
    for issue in error.details.get("issues", []):
        issue["path"] = _path(issue["path"], argument)
    return error


def _path(path: str, argument: str) -> str:
    parts = [part for part in path.split(".") if part]
    # What stands below a JSON field is the caller's own spelling.
    own = next((index for index, part in enumerate(parts) if part in JSON_FIELDS), len(parts))
    spelled_out = ["metadata" if part == "meta" else to_camel_case(part) for part in parts[: own + 1]]
    return ".".join((argument, *spelled_out, *parts[own + 1 :]))
