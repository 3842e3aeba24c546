"""Membership: one company per first user however many requests come at once."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from models.member import Member, company_name
from resolvers.auth import members as module
from resolvers.auth.claims import Claims
from resolvers.auth.members import Members
from resolvers.errors import Forbidden
from resolvers.principal import ROLE_SCOPES, Principal
from tests.resolvers.auth.signing import NOW, USER, Clock, settings

CLAIMS = Claims(USER, "ada@example.com", NOW + 3600, None)


class Store:
    """Keeps memberships in memory and gives way at each call, as a database does."""

    def __init__(self) -> None:
        self.members: dict[UUID, Member] = {}
        self.looks = 0
        self.companies = 0
        self.broken = False
        self.looking = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def find(self, user_id: UUID) -> Member | None:
        """The membership."""
        self.looks += 1
        found, gate = self.members.get(user_id), self.gate
        self.looking.set()
        await asyncio.sleep(0)
        await gate.wait()
        if self.broken:
            raise ConnectionError("the store is away")
        return found

    async def begun(self, members: Members) -> asyncio.Task[Principal]:
        """A request whose look is under way and ends when `gate` is set."""
        self.gate, self.looking = asyncio.Event(), asyncio.Event()
        request = asyncio.create_task(members.principal(CLAIMS))
        await asyncio.wait_for(self.looking.wait(), 1)
        return request

    async def create(self, user_id: UUID, email: str) -> Member:
        """A new company with the user as owner."""
        self.companies += 1
        await asyncio.sleep(0)
        self.members[user_id] = Member(uuid4(), user_id, email, "owner")
        return self.members[user_id]


@pytest.fixture
def store() -> Store:
    """An empty store."""
    return Store()


async def test_fifty_first_requests_at_once_make_one_company(store: Store, clock: Clock) -> None:
    members = Members(store, settings(), timer=clock)
    found = await asyncio.gather(*(members.principal(CLAIMS) for _ in range(50)))
    assert (store.looks, store.companies, len({each.company_id for each in found})) == (1, 1, 1)
    assert (found[0].role, found[0].email, found[0].scopes) == ("owner", "ada@example.com", ROLE_SCOPES["owner"])


async def test_an_unknown_user_is_refused_when_companies_are_not_made(store: Store, clock: Clock) -> None:
    members = Members(store, settings(create_company=False), timer=clock)
    refused = await asyncio.gather(*(members.principal(CLAIMS) for _ in range(3)), return_exceptions=True)
    assert {(type(each), str(each)) for each in refused} == {(Forbidden, "No company for this user; ask an owner to invite you")}
    store.members[USER] = Member(uuid4(), USER, "ada@example.com", "user")
    assert (await members.principal(CLAIMS)).role == "user"
    assert store.companies == 0


async def test_a_membership_is_remembered_for_its_time(store: Store, clock: Clock) -> None:
    members = Members(store, settings(membership_ttl=30), timer=clock)
    assert members.cached(CLAIMS) is None
    found = await members.principal(CLAIMS)
    clock.now = NOW + 29.9
    assert members.cached(CLAIMS) == found
    store.members[USER] = replace(store.members[USER], role="user")
    clock.now = NOW + 30
    assert members.cached(CLAIMS) is None
    assert (await members.principal(CLAIMS)).role == "user"
    assert store.looks == 2


async def test_the_scope_claim_narrows_and_never_widens(store: Store, clock: Clock) -> None:
    store.members[USER] = Member(uuid4(), USER, "", "user")
    members = Members(store, settings(), timer=clock)
    narrowed = replace(CLAIMS, scopes=("deals:read", "company:write", "made:up"))
    assert (await members.principal(narrowed)).scopes == {"deals:read"}
    assert (await members.principal(CLAIMS)).scopes == ROLE_SCOPES["user"]


async def test_a_forgotten_membership_is_looked_up_again(store: Store, clock: Clock) -> None:
    members = Members(store, settings(), timer=clock)
    await members.principal(CLAIMS)
    store.members[USER] = replace(store.members[USER], role="user")
    members.forget(USER)
    assert members.cached(CLAIMS) is None
    assert (await members.principal(CLAIMS)).role == "user"


async def test_a_look_that_began_before_the_membership_was_forgotten_is_not_remembered(store: Store, clock: Clock) -> None:
    members = Members(store, settings(), timer=clock)
    store.members[USER] = Member(uuid4(), USER, "", "owner")
    early, early_gate = await store.begun(members), store.gate
    store.members[USER] = replace(store.members[USER], role="user")
    members.forget(USER)
    late, late_gate = await store.begun(members), store.gate
    early_gate.set()
    assert (await early).role == "owner"
    assert members.cached(CLAIMS) is None
    late_gate.set()
    assert (await late).role == "user"
    assert members.cached(CLAIMS) == await late
    assert store.looks == 2


async def test_a_failed_look_is_not_remembered(store: Store, clock: Clock) -> None:
    members = Members(store, settings(), timer=clock)
    store.broken = True
    with pytest.raises(ConnectionError):
        await members.principal(CLAIMS)
    store.broken = False
    assert (await members.principal(CLAIMS)).role == "owner"


async def test_a_caller_that_goes_away_does_not_end_the_look_for_the_others(store: Store, clock: Clock) -> None:
    members = Members(store, settings(), timer=clock)
    first, second = asyncio.create_task(members.principal(CLAIMS)), asyncio.create_task(members.principal(CLAIMS))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).role == "owner"
    assert store.companies == 1


async def test_only_so_many_memberships_are_remembered(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.MOST_REMEMBERED == 10_000
    monkeypatch.setattr(module, "MOST_REMEMBERED", 2)
    members = Members(store, settings(), timer=clock)
    users = [replace(CLAIMS, sub=uuid4()) for _ in range(3)]
    for user in users:
        await members.principal(user)
    assert [members.cached(user) is not None for user in users] == [False, True, True]


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("ada@example.com", "ada's Company"),
        ("ada", "ada's Company"),
        ("", "My Company"),
        ("@example.com", "My Company"),
        ("a" * 300 + "@b.c", "a" * 180 + "'s Company"),
    ],
)
def test_a_company_is_named_after_the_local_part(email: str, name: str) -> None:
    assert company_name(email) == name
