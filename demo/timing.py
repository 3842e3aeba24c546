"""How long people and agents take to answer, channel by channel."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from demo.dialogue import Said

# Seconds that a customer takes, an agent takes, and the conversation goes on after its last message.
PACE: dict[str, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "chat": ((12, 150), (0.6, 6), (20, 300)),
    "email": ((1_200, 14_000), (40, 500), (600, 7_200)),
    "sms": ((45, 900), (1, 20), (120, 1_800)),
    "voice": ((3, 14), (0.5, 2.5), (1, 6)),
    "video": ((3, 18), (0.5, 2.5), (1, 8)),
}


def offsets(rng: Random, channel: str, said: Sequence[Said]) -> list[timedelta]:
    """When each message comes after the start, strictly increasing, and one more: when the conversation ends."""
    customer, agent, after = PACE[channel]
    moment = 0.0
    found: list[timedelta] = []
    for one in said:
        moment += rng.uniform(*(agent if one.sender == "agent" else customer if found and one.sender == "user" else (0.2, 1.5)))
        found.append(timedelta(milliseconds=int(moment * 1000)))
    return [*found, timedelta(milliseconds=int((moment + rng.uniform(*after)) * 1000))]
