"""A verdict as the caller sees it."""

from functools import lru_cache

from resolvers.errors import RateLimited
from web.answer import Header
from web.leases import Verdict


def rate_headers(verdict: Verdict) -> list[Header]:
    """`RateLimit-*` as drafted by the IETF's HTTPAPI group, and `X-` twins with the same values: resets are seconds from now."""
    remaining, reset = b"%d" % verdict.remaining, b"%d" % verdict.reset_after
    return [
        *_fixed(verdict.limit, verdict.window),
        (b"ratelimit-remaining", remaining),
        (b"ratelimit-reset", reset),
        (b"x-ratelimit-remaining", remaining),
        (b"x-ratelimit-reset", reset),
    ]


def refusal(verdict: Verdict) -> RateLimited:
    """The 429 of a verdict that does not allow; `Retry-After` is at least 1 second."""
    seconds = verdict.reset_after
    return RateLimited(
        f"More than {verdict.limit} requests in {verdict.window} seconds; try again in {seconds} seconds",
        details={"limit": verdict.limit, "window": verdict.window, "retry_after": seconds},
        headers={"Retry-After": str(seconds)},
    )


@lru_cache(maxsize=64)
def _fixed(limit: int, window: int) -> tuple[Header, Header, Header]:
    amount = b"%d" % limit
    return (b"ratelimit-policy", b"%d;w=%d" % (limit, window)), (b"ratelimit-limit", amount), (b"x-ratelimit-limit", amount)
