"""What PostgreSQL's own catalogue says of tenancy. Each check returns its violations as sentences; none means it holds.

The checks go over every table there is, so that a new one is held to them without being named here.
"""

from collections.abc import Awaitable, Callable

import asyncpg

APP, SYSTEM = "parley_app", "parley_system"
CURRENT = "(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid"
SCALAR = f'( SELECT {CURRENT} AS "nullif")'
UNTENANTED = ["alembic_version"]

# The only policies besides `own_company`: what the system role may see before or over companies.
SYSTEM_POLICIES = {("users", "look_up", "r"), ("jobs", "claim", "*"), ("events", "prune", "r"), ("documents", "re_embed", "r")}
COUNTERS = frozenset({"message_count", "last_message_at"})
FIXED = frozenset({"id", "created_at", "updated_at"})

TABLES = """SELECT c.oid, c.relname AS name, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner) AS owner
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname <> ALL($1)
 ORDER BY c.relname"""
POLICIES = """SELECT polname AS name, polcmd::text AS command, polpermissive AS permissive, pg_get_expr(polqual, polrelid) AS reads,
       pg_get_expr(polwithcheck, polrelid) AS writes, array(SELECT rolname::text FROM pg_roles WHERE oid = ANY(polroles)) AS roles
  FROM pg_policy WHERE polrelid = $1"""
NAMES = "array(SELECT attname::text FROM unnest({0}) WITH ORDINALITY k(n, i) JOIN pg_attribute ON attrelid = {1} AND attnum = n ORDER BY i)"
UNIQUES = f"""SELECT x.relname AS name, indisprimary AS main, {NAMES.format("indkey::int2[]", "indrelid")} AS columns
  FROM pg_index JOIN pg_class x ON x.oid = indexrelid WHERE indrelid = $1 AND indisunique"""
FOREIGN = f"""SELECT conname AS name, confrelid::regclass::text AS target, {NAMES.format("conkey", "conrelid")} AS columns,
       {NAMES.format("confkey", "confrelid")} AS targets
  FROM pg_constraint WHERE conrelid = $1 AND contype = 'f'"""
COLUMNS = """SELECT attname AS name, attgenerated <> '' AS computed, pg_get_expr(adbin, adrelid) AS filled, attnotnull AS required
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped"""


async def tables(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Every table and view that holds rows of companies."""
    return list(await connection.fetch(TABLES, UNTENANTED))


def tenant_column(table: str) -> str:
    """The column that says whose a row is."""
    return "id" if table == "companies" else "company_id"


async def row_security(connection: asyncpg.Connection) -> list[str]:
    """Row level security is on and forced, and `own_company` is the one policy that serves requests."""
    found: list[str] = []
    for table in await tables(connection):
        name, held_by = table["name"], f"({tenant_column(table['name'])} = {SCALAR})"
        found += [f"{name}: row level security is not enabled"] * (not table["relrowsecurity"])
        found += [f"{name}: row level security is not forced"] * (not table["relforcerowsecurity"])
        policies = {policy["name"]: policy for policy in await connection.fetch(POLICIES, table["oid"])}
        own = policies.pop("own_company", None)
        if own is None:
            found.append(f"{name}: has no policy own_company")
        elif (own["command"], own["permissive"], own["roles"]) != ("*", True, []):
            found.append(f"{name}: own_company is not for all commands of everybody")
        elif (own["reads"], own["writes"]) != (held_by, held_by):
            found.append(f"{name}: own_company says USING {own['reads']} WITH CHECK {own['writes']}")
        for other, policy in policies.items():
            known = (name, other, policy["command"]) in SYSTEM_POLICIES and policy["roles"] == [SYSTEM]
            found += [f"{name}: unknown policy {other}"] * (not known)
    return found


async def keys(connection: asyncpg.Connection) -> list[str]:
    """Primary keys are (company_id, id), unique keys start with the company, foreign keys have it on both sides."""
    found: list[str] = []
    for table in await tables(connection):
        name, first = table["name"], tenant_column(table["name"])
        uniques = await connection.fetch(UNIQUES, table["oid"])
        main = [each["columns"] for each in uniques if each["main"]]
        found += [f"{name}: its primary key is {main}"] * (main != [["id"] if name == "companies" else ["company_id", "id"]])
        found += [f"{name}: unique key {each['name']} starts with {each['columns'][0]}" for each in uniques if each["columns"][0] != first]
        for key in await connection.fetch(FOREIGN, table["oid"]):
            crossed = (key["columns"][0], key["targets"][0]) != ("company_id", tenant_column(key["target"]))
            found += [f"{name}: foreign key {key['name']} is checked past the company"] * crossed
        if name != "companies" and not await _goes_with_its_company(connection, table["oid"]):
            found.append(f"{name}: company_id refers to no company")
    return found


async def _goes_with_its_company(connection: asyncpg.Connection, table: int) -> bool:
    keys_ = [(key["columns"], key["target"]) for key in await connection.fetch(FOREIGN, table)]
    return (["company_id"], "companies") in keys_


async def company_column(connection: asyncpg.Connection) -> list[str]:
    """`company_id` is required, filled from the setting, and no role that serves requests may write it."""
    found: list[str] = []
    for table in await tables(connection):
        name = table["name"]
        columns = {column["name"]: column for column in await connection.fetch(COLUMNS, table["oid"])}
        if name != "companies":
            company = columns.get("company_id")
            filled = company is not None and company["required"] and company["filled"] == CURRENT
            found += [f"{name}: company_id is not filled from the setting"] * (not filled)
        for role in (APP, SYSTEM):
            found += [f"{name}: {role} may {verb} company_id" for verb in await writable(connection, role, name, "company_id")]
    return found


async def grants(connection: asyncpg.Connection) -> list[str]:
    """The application role writes no identity, no counter and no computed column, and over whole tables it may read and delete at most."""
    found: list[str] = []
    for table in await tables(connection):
        name = table["name"]
        for column in await connection.fetch(COLUMNS, table["oid"]):
            verbs = await writable(connection, APP, name, column["name"])
            kept = column["name"] in COUNTERS or column["computed"]
            wrong = verbs if kept else verbs & {"UPDATE"} if column["name"] in FIXED else set()
            found += [f"{name}: {APP} may {verb} {column['name']}" for verb in sorted(wrong)]
        for power in ("INSERT", "UPDATE", "TRUNCATE", "REFERENCES", "TRIGGER"):
            if await connection.fetchval("SELECT has_table_privilege($1, $2, $3)", APP, name, power):
                found.append(f"{name}: {APP} holds {power} over the whole table")
    return found


async def writable(connection: asyncpg.Connection, role: str, table: str, column: str) -> set[str]:
    """Which of INSERT and UPDATE a role may do with a column."""
    exists = await connection.fetchval("SELECT true FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2", table, column)
    asked = "SELECT has_column_privilege($1, $2, $3, $4)"
    return {verb for verb in ("INSERT", "UPDATE") if exists and await connection.fetchval(asked, role, table, column, verb)}


async def roles(connection: asyncpg.Connection) -> list[str]:
    """The two roles own nothing, have no powers, are members of nothing and cannot log in by themselves."""
    found: list[str] = []
    for role in (APP, SYSTEM):
        row = await connection.fetchrow(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin FROM pg_roles WHERE rolname = $1", role
        )
        found += [f"{role}: has {power}" for power, held in (row or {"no existence": True}).items() if held]
        for catalogue, owner in (
            ("pg_class", "relowner"),
            ("pg_proc", "proowner"),
            ("pg_namespace", "nspowner"),
            ("pg_database", "datdba"),
        ):
            owned = await connection.fetchval(f"SELECT count(*) FROM {catalogue} WHERE pg_get_userbyid({owner}) = $1", role)
            found += [f"{role}: owns {owned} of {catalogue}"] * (owned > 0)
        member = await connection.fetch("SELECT roleid::regrole::text FROM pg_auth_members WHERE member = $1::regrole", role)
        found += [f"{role}: is a member of {other[0]}" for other in member]
    return found


async def functions(connection: asyncpg.Connection) -> list[str]:
    """Functions that run as their owner are triggers with a pinned search path: nobody can call them with rows of their own choice."""
    rows = await connection.fetch(
        """SELECT proname AS name, prorettype = 'trigger'::regtype AS triggered, proconfig::text AS settings FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND prosecdef"""
    )
    return [
        f"function {row['name']}" for row in rows if not row["triggered"] or "search_path=pg_catalog, public" not in (row["settings"] or "")
    ]


Check = Callable[[asyncpg.Connection], Awaitable[list[str]]]
CHECKS: tuple[Check, ...] = (row_security, keys, company_column, grants, roles, functions)


async def violations(connection: asyncpg.Connection) -> list[str]:
    """What all checks together find."""
    return [each for check in CHECKS for each in await check(connection)]
