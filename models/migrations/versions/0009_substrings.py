"""Contacts are found by any part of a name through an index: three letters in a row are words of full text."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SEARCH = (
    "lower(coalesce(first_name, '') || chr(31) || coalesce(last_name, '') || chr(31) || coalesce(email, '')"
    " || chr(31) || coalesce(company_name, ''))"
)

# The company is a word too, because an index over texts cannot hold a UUID beside them.
GRAMS = """
CREATE FUNCTION substring_grams(company uuid, words text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_to_tsvector(ARRAY[company::text] || ARRAY(SELECT substr(words, i, 3) FROM generate_series(1, length(words) - 2) i))
"""
# Its first letters say enough; a term that is too short has no three.
QUERY = r"""
CREATE FUNCTION substring_query(company uuid, term text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN coalesce(
  (SELECT string_agg('''' || replace(replace(substr(term, i, 3), '\', '\\'), '''', '''''') || '''', '&')::tsquery
     FROM generate_series(1, least(length(term), 32) - 2) i),
  quote_literal(company)::tsquery)
"""


def upgrade() -> None:
    """Fills the column of the contacts that there are, which rewrites the table."""
    op.execute(GRAMS)
    op.execute(QUERY)
    grams = sa.Computed(f"substring_grams(company_id, {SEARCH})", persisted=True)
    op.add_column("contacts", sa.Column("grams", postgresql.TSVECTOR(), grams, nullable=False))
    op.create_index("ix_contacts_grams", "contacts", ["grams"], postgresql_using="gin", postgresql_with={"fastupdate": "off"})


def downgrade() -> None:
    """As it was."""
    op.drop_column("contacts", "grams")
    op.execute("DROP FUNCTION substring_query")
    op.execute("DROP FUNCTION substring_grams")
