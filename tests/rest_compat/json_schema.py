"""As much of JSON Schema 2020-12 as the OpenAPI document uses; an unknown keyword is a mistake of this file."""

import re
from typing import Any

KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
FORMATS = {
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
}
NOTES = {"title", "description", "default", "examples"}
CHECKED = {"$ref", "anyOf", "type", "enum", "format", "properties", "required", "additionalProperties", "items"}
LIMITS = {"minLength", "maxLength", "minimum", "maximum", "maxItems"}


def violations(value: Any, schema: dict[str, Any], document: dict[str, Any], path: str = "$") -> list[str]:
    """Where a value departs from its schema; empty when it fits."""
    assert set(schema) <= NOTES | CHECKED | LIMITS, set(schema)
    if "$ref" in schema:
        return violations(value, referred(schema["$ref"], document), document, path)
    if "anyOf" in schema:
        fits = any(not violations(value, each, document, path) for each in schema["anyOf"])
        return [] if fits else [f"{path}: {value!r} fits none of {schema['anyOf']}"]
    found = [] if is_kind(value, schema.get("type")) else [f"{path}: {value!r} is no {schema.get('type')}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: {value!r} is none of {schema['enum']}")
    if "format" in schema and isinstance(value, str) and not FORMATS[schema["format"]].fullmatch(value):
        found.append(f"{path}: {value!r} is no {schema['format']}")
    return found + beyond(value, schema, path) + inside(value, schema, document, path)


def referred(reference: str, document: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` points at."""
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def is_kind(value: Any, kind: str | None) -> bool:
    """Whether a JSON value is of a schema's type; true and false are no numbers."""
    if kind is None:
        return True
    return isinstance(value, KINDS[kind]) and (not isinstance(value, bool) or kind == "boolean")


def beyond(value: Any, schema: dict[str, Any], path: str) -> list[str]:
    """Lengths and bounds."""
    measured = len(value) if isinstance(value, str | list) else value
    if not isinstance(measured, int | float):
        return []
    over = [name for name in ("maxLength", "maxItems", "maximum") if name in schema and measured > schema[name]]
    under = [name for name in ("minLength", "minimum") if name in schema and measured < schema[name]]
    return [f"{path}: {measured} breaks {name} {schema[name]}" for name in (*over, *under)]


def inside(value: Any, schema: dict[str, Any], document: dict[str, Any], path: str) -> list[str]:
    """The parts of lists and objects; a key that no schema names is a violation too, so that the document stays complete."""
    if isinstance(value, list):
        return [line for index, each in enumerate(value) for line in violations(each, schema.get("items", {}), document, f"{path}.{index}")]
    if not isinstance(value, dict):
        return []
    known, found = schema.get("properties", {}), [f"{path}.{name} is missing" for name in schema.get("required", ()) if name not in value]
    if schema.get("additionalProperties") is None:
        found += [f"{path}.{name} is not described" for name in value if name not in known]
    return found + [line for name in known if name in value for line in violations(value[name], known[name], document, f"{path}.{name}")]
