"""A caller who may write but not read is not shown the row that a mutation returns."""

import asyncpg
import pytest

from tests.contracts.attacks_graphql import table_of
from tests.contracts.graphql_walk import document, root
from tests.contracts.planting import Planted, fingerprint
from tests.contracts.test_scopes import MUTATIONS, forbidden, sent, without


@pytest.mark.parametrize("name", [name for name in MUTATIONS if not name.startswith(("delete", "drop"))])
async def test_a_mutation_without_the_read_scope_shows_no_row_and_changes_nothing(
    name: str, attacker: Planted, superuser: asyncpg.Connection
) -> None:
    before = await fingerprint(superuser, attacker.tenant.company_id)
    scope = f"{table_of(name)}:read"
    body = await without(attacker.tenant, scope).graphql(document("mutation", name), **sent(name, root("mutation")[name], attacker))
    assert (body["data"], forbidden(body)) == ({name: None}, [([name], "FORBIDDEN", scope)])
    assert await fingerprint(superuser, attacker.tenant.company_id) == before
