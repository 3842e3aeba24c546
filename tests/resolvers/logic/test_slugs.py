"""Names fit for addresses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.logic.slugs import LONGEST, free_slug, kebab


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Customer Support Agent", "customer-support-agent"),
        ("  Lamps & More!  ", "lamps-more"),
        ("Élodie Ñandú", "elodie-nandu"),
        ("ﬁne \uff12", "fine-2"),
        ("日本", "agent"),
        ("🏳️‍🌈", "agent"),
        ("", "agent"),
        ("---", "agent"),
        ("a/../b?c=d", "a-b-c-d"),
        ("A" * 300, "a" * 100),
        ("a" * 99 + " b", "a" * 99),
    ],
)
def test_a_name_in_kebab_case(name: str, slug: str) -> None:
    assert kebab(name) == slug


@given(name=st.text(max_size=300))
def test_any_name_makes_a_slug(name: str) -> None:
    slug = kebab(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= LONGEST


@pytest.mark.parametrize(
    ("taken", "slug"), [((), "a"), (("b", "a-2"), "a"), (("a",), "a-2"), (("a", "a-2", "a-4"), "a-3"), (("a", "a-3"), "a-2")]
)
def test_the_first_free_number_is_taken(taken: tuple[str, ...], slug: str) -> None:
    assert free_slug("a", set(taken)) == slug
