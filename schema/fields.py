"""GraphQL types from the catalogue: a noun's public fields and edges, each with the description it has there."""

import inspect
import types
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

import strawberry
from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from models.catalogue import Entity
from resolvers.inputs import Input
from schema import scalars
from schema.naming import enum_type, list_of

PLAIN: dict[Any, Any] = {
    UUID: strawberry.ID,
    datetime: scalars.DateTime,
    AwareDatetime: scalars.DateTime,
    date: scalars.Date,
    Decimal: scalars.Decimal,
    str: str,
    int: int,
    bool: bool,
    float: float,
}


def graphql_type(annotation: Any) -> Any:
    """The GraphQL counterpart of a Python annotation; anything made of dictionaries is JSON."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return graphql_type(inner[0])
    if origin in (Union, types.UnionType):
        return graphql_type(next(each for each in inner if each is not types.NoneType)) | None
    if origin is dict or (origin is list and get_origin(inner[0]) is dict):
        return scalars.JSON
    if origin is list:
        return list_of(graphql_type(inner[0]))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return enum_type(annotation)
    return PLAIN[annotation]


def nested_model(annotation: Any) -> type[Input] | None:
    """The model inside an annotation such as `list[Attachment]`, if there is one."""
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, Input):
            return kind
    return None


def column_field(name: str, info: FieldInfo) -> Any:
    """One field that shows a column."""
    return strawberry.field(description=info.description, name=info.alias or None)


def add_columns(cls: type, entity: Entity) -> None:
    """Give a class the public fields of an entity, before its own."""
    own = inspect.get_annotations(cls)
    named: dict[str, Any] = {}
    for name, info in entity.fields.model_fields.items():
        if name == "id":
            continue
        named[name] = graphql_type(info.annotation)
        setattr(cls, name, column_field(name, info))
    cls.__annotations__ = named | own
