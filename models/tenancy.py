"""Row level security as SQL: policies, grants and triggers. Migrations call these; the contract tests read their effect."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.columns import CURRENT_COMPANY

IN_COMPANY = f"(SELECT {CURRENT_COMPANY})"


@dataclass(frozen=True, slots=True)
class Grants:
    """What the application role may do with a table; never with `company_id`."""

    insert: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    delete: bool = False


def secure(table: str, key: str = "company_id") -> list[str]:
    """Enable and force the one policy form. The scalar sub-select is evaluated once a statement, not once a row."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own_company ON {table} USING ({key} = {IN_COMPANY}) WITH CHECK ({key} = {IN_COMPANY})",
    ]


def grant(table: str, role: str, grants: Grants) -> list[str]:
    """Column by column, so that no statement of the role can write a company, an identity or a counter."""
    statements = [f"GRANT SELECT ON {table} TO {role}"]
    if grants.insert:
        statements.append(f"GRANT INSERT ({', '.join(grants.insert)}) ON {table} TO {role}")
    if grants.update:
        statements.append(f"GRANT UPDATE ({', '.join(grants.update)}) ON {table} TO {role}")
    if grants.delete:
        statements.append(f"GRANT DELETE ON {table} TO {role}")
    return statements


def touch(table: str) -> str:
    """Keep `updated_at` true."""
    return f"CREATE TRIGGER touch BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION touch_updated_at()"


def create_role(role: str) -> str:
    """Create a role that owns nothing and bypasses nothing, unless it is there already."""
    return f"""
    DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
      END IF;
    END $$"""


def joined(statements: Iterable[str]) -> str:
    """Several statements as one text."""
    return ";\n".join(statements)
