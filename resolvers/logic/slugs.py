"""Slugs: names fit for addresses."""

import re
import unicodedata
from collections.abc import Container

LONGEST = 100


def kebab(name: str) -> str:
    """Lower-case letters and digits joined by hyphens; accents are dropped, and `agent` stands for nothing left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].rstrip("-") or "agent"


def free_slug(base: str, taken: Container[str]) -> str:
    """The base, or the base with the first free number from 2 on."""
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
