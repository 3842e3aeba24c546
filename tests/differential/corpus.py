"""The hand-written documents in `corpus/`: a first line that says how they are answered, variables beside them.

In texts and variables `contact#3` stands for a contact's id, `cursor:contact#3` for its place in the contacts' own order,
`cursor:contact:EMAIL DESC FIRST#3` for one in another order; with `rival:` in front they are the other company's.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

from models.catalogue import ENTITIES
from tests.differential.pools import Pools
from tests.differential.ways import Question

FOLDER = Path(__file__).parent / "corpus"
TOKEN = re.compile(rf"(rival:)?(cursor:)?\b({'|'.join(ENTITIES)})(?::(\w+) (\w+) (\w+))?#(-?\d+)")
Mark = Literal["planned", "executed", "refused"]


@dataclass(frozen=True)
class Document:
    """One document: `mark` says whether an owner's answer comes from a plan, from the executor, or not at all."""

    name: str
    text: str
    variables: dict[str, Any]
    operation: str | None
    mark: Mark

    def question(self, own: Pools, rival: Pools) -> Question:
        """The question with its ids and cursors filled in."""
        variables: dict[str, Any] = _replaced(self.variables, own, rival)
        return Question(_filled(self.text, own, rival), variables, self.operation)


def documents() -> list[Document]:
    """Every document of the folder."""
    return [_read(path) for path in sorted(FOLDER.glob("*.graphql"))]


def _read(path: Path) -> Document:
    mark, _, text = path.read_text("utf-8").removeprefix("# ").partition("\n")
    if mark not in {"planned", "executed", "refused"}:
        raise ValueError(f"{path.name} must begin with `# planned`, `# executed` or `# refused`")
    operation = re.match(r"# operation: (\w+)\n", text)
    beside = path.with_suffix(".json")
    variables = orjson.loads(beside.read_bytes()) if beside.exists() else {}
    return Document(path.stem, text, variables, operation[1] if operation else None, mark)  # type: ignore[arg-type]  # checked above


def _replaced(value: Any, own: Pools, rival: Pools) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(each, own, rival) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, own, rival) for each in value]
    return _filled(value, own, rival) if isinstance(value, str) else value


def _filled(text: str, own: Pools, rival: Pools) -> str:
    def known(match: re.Match[str]) -> str:
        theirs, cursor, noun, field, direction, nulls, number = match.groups()
        pools = rival if theirs else own
        order = [{"field": field, "direction": direction, "nulls": nulls}] if field else None
        found = pools.cursors_for(noun.title(), order) if cursor else pools.ids[noun]
        # A small company has no third row; any will do.
        return found[int(number) % len(found)]

    return TOKEN.sub(known, text)
