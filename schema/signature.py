"""GraphQL fields whose arguments come from declarations: one resolver, given the signature it is to have."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from resolvers.errors import BadRequest

POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD
KEYWORD = inspect.Parameter.KEYWORD_ONLY


def field_with(
    resolve: Callable[..., Any], arguments: Mapping[str, tuple[Any, str]], returns: Any, description: str, directives: Sequence[object] = ()
) -> Any:
    """A field of type `returns` whose `arguments` (type and description by name) reach `resolve` as keywords.

    An argument that may be null is optional. `resolve` takes `info`, and `root` first where it stands on a row.
    """
    named = [name for name in inspect.signature(resolve).parameters if name in {"root", "info"}]
    parameters = [inspect.Parameter(name, POSITIONAL, annotation=strawberry.Info if name == "info" else Any) for name in named]
    for name, (kind, said) in arguments.items():
        annotated = strawberry.argument(description=said)
        default = strawberry.UNSET if _optional(kind) else inspect.Parameter.empty
        parameters.append(inspect.Parameter(name, KEYWORD, annotation=Annotated[kind, annotated], default=default))
    resolve.__signature__ = inspect.Signature(parameters, return_annotation=returns)  # type: ignore[attr-defined]  # read by inspect
    resolve.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": returns}
    return strawberry.field(resolver=resolve, description=description, directives=directives)


def make_input(name: str, module: str, fields: Mapping[str, tuple[Any, Any]], description: str) -> Any:
    """An input type from its fields' annotations and `strawberry.field`s."""
    members: dict[str, Any] = {field: made for field, (_, made) in fields.items()}
    annotations = {field: kind for field, (kind, _) in fields.items()}
    return strawberry.input(type(name, (), {**members, "__annotations__": annotations, "__module__": module}), description=description)


def optional_field(description: str | None, name: str | None = None) -> Any:
    """A field of an input that may be left out; left out it is UNSET."""
    return strawberry.field(name=name, description=description, default=strawberry.UNSET)


def given_fields(value: Any, path: str) -> dict[str, Any]:
    """The fields of an input that were given a value; null is refused, for leaving it out would widen what is asked for."""
    given = {name: each for name, each in vars(value).items() if each is not strawberry.UNSET}
    for name, each in given.items():
        if each is None:
            said = "null is no value to compare with; leave it out, or ask with isNull"
            raise BadRequest.field(f"{path}.{to_camel_case(name.rstrip('_'))}", said)
    return given


def _optional(kind: Any) -> bool:
    return type(None) in getattr(kind, "__args__", ())
