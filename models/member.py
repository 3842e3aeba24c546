"""A user's place in a company, as the sign-in needs it."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

LONGEST_NAME = 180


@dataclass(frozen=True, slots=True)
class Member:
    """Which company a user belongs to, and as what."""

    company_id: UUID
    user_id: UUID
    email: str
    role: Literal["owner", "admin", "user"]


def company_name(email: str) -> str:
    """The name of the company made for a first user: the local part of the e-mail + "'s Company", "My Company" without one."""
    local = email.partition("@")[0].strip()[:LONGEST_NAME]
    return f"{local}'s Company" if local else "My Company"
