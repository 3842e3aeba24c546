"""First sight: how long a warm server takes for a document it has never seen, and for the same one right after."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.check import Unequal, answer
from bench.contenders import Contender
from bench.documents import aliased, without_mark
from bench.load import Order, run_apart
from bench.measure import Failed, quantile
from bench.work import Tenant, ask, canonical, differences

DOCUMENTS = 300
LEAD_IN = 50
LONGEST = 120.0


@dataclass(frozen=True, slots=True)
class Sight:
    """Wall times in seconds of one contender, document by document: never seen, and asked for again at once."""

    contender: str
    first: Sequence[float]
    again: Sequence[float]

    @property
    def typical(self) -> float:
        """The median of the first times."""
        return median(self.first)

    @property
    def nearly_worst(self) -> float:
        """What 99 of 100 documents did not exceed."""
        return quantile(sorted(self.first), 0.99)

    @property
    def worst(self) -> float:
        """The longest first time."""
        return max(self.first)

    @property
    def extra(self) -> float:
        """What not knowing a document costs: the median over the documents of first less again."""
        return median(first - again for first, again in zip(self.first, self.again, strict=True))


def first_sight(contender: Contender, tenants: Sequence[Tenant], documents: int = DOCUMENTS) -> Sight:
    """One client, one request after the other; raises `Failed`, or `Unequal` when a new document is answered otherwise than a known one."""
    document = contender.kind.document
    assert document is not None
    see_aliases(contender, document, tenants[0])
    order = Order(contender.port, in_pairs(document, tenants, documents), clients=1, seconds=LONGEST, count=LEAD_IN + 2 * documents)
    result = run_apart(order)
    if result.failures:
        raise Failed(f"{contender.name} failed at a document's first sight: {result.failures[0]}")
    if len(result.latencies) != LEAD_IN + 2 * documents:
        raise Failed(f"{contender.name} took over {LONGEST:.0f} s for {documents} new documents")
    return in_order(contender.name, result.latencies)


def in_pairs(document: str, tenants: Sequence[Tenant], documents: int) -> list[bytes]:
    """Some of the known document to warm up, then each new one twice, by the companies in turn."""
    known = [ask(document, "Q1", tenants[each % len(tenants)], {}) for each in range(LEAD_IN)]
    new = [ask(aliased(document, f"f{each}"), "Q1", tenants[each % len(tenants)], {}) for each in range(documents)]
    return known + [request for each in new for request in (each, each)]


def in_order(contender: str, latencies: Sequence[float]) -> Sight:
    """The times of `in_pairs`, as they came."""
    return Sight(contender, latencies[LEAD_IN::2], latencies[LEAD_IN + 1 :: 2])


def see_aliases(contender: Contender, document: str, tenant: Tenant) -> None:
    """Raises `Unequal` unless a document of new aliases is answered with the same data under them."""
    asked = {"": document, "seen": aliased(document, "seen")}
    answers = {mark: json.loads(answer(contender.port, ask(text, "Q1", tenant, {}))) for mark, text in asked.items()}
    seen = {mark or "known": canonical(without_mark(value["data"], mark)) for mark, value in answers.items()}
    if found := differences(seen):
        raise Unequal("\n".join(f"{contender.name}: {each}" for each in found[:10]))
