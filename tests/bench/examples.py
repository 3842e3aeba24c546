"""Companies and series to test with."""

from bench.measure import Round, Series
from bench.work import Tenant

TENANTS = [Tenant(f"company-{n}", f"token-{n}", [f"contact-{n}"], [f"conversation-{n}"], ["ada", "grace"]) for n in range(2)]


def series(item: str, contender: str, rates: list[float], clients: int = 16, cpu: float = 0.01, p50: float = 0.001) -> Series:
    """One round per rate, each of 100 requests; `cpu` is the server's seconds in a round."""
    rounds = [Round(100, rate, p50=p50, p99=0.002, server_cpu=cpu, database_cpu=0.02) for rate in rates]
    return Series(item, clients, contender, rounds)
