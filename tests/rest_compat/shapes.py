"""Documented shapes: the keys an answer must have and what kind of JSON value each holds; further keys are welcome."""

import re
from typing import Any

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
NUMBER = (int, float)


def differences(value: Any, shape: Any, path: str = "$") -> list[str]:
    """What a value lacks of a shape; empty when it fits."""
    if isinstance(shape, dict) and isinstance(value, dict):
        missing = [f"{path}.{key} is missing" for key in shape if key not in value]
        return missing + [line for key in shape if key in value for line in differences(value[key], shape[key], f"{path}.{key}")]
    if isinstance(shape, list) and isinstance(value, list) and value:
        return [line for index, each in enumerate(value) for line in differences(each, shape[0], f"{path}.{index}")]
    return [] if _is(value, shape) else [f"{path} is {value!r}"]


def _is(value: Any, shape: Any) -> bool:
    if isinstance(shape, re.Pattern):
        return isinstance(value, str) and shape.fullmatch(value) is not None
    if isinstance(shape, dict | list):
        return False
    return isinstance(value, shape) and (shape is bool or not isinstance(value, bool))
