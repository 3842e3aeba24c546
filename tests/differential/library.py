"""Documents of hypothesis-graphql: wilder arguments than the composed ones have, and many more of them in one document."""

from graphql import ValueNode, get_named_type
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from tests.contracts.graphql_walk import GRAPHQL, root
from tests.differential.composer import UNSTEADY
from tests.differential.pools import Pools
from tests.differential.ways import Question

TYPES, FIELDS = {of for of, _ in UNSTEADY}, {name for of, name in UNSTEADY if of == "Query"}
STEADY = [name for name, field in root("query").items() if name not in FIELDS and get_named_type(field.type).name not in TYPES]


def library_questions(pools: Pools) -> st.SearchStrategy[Question]:
    """Queries with their arguments as literals; scalars of ours are drawn from what the rows hold."""
    # In a long list of ids one is malformed soon enough.
    ids = [*pools.ids_for(""), *pools.foreign, pools.odd["ID"][0]]
    numbers = [each for each in pools.usual["Decimal"] if isinstance(each, int | float)]
    scalars: dict[str, st.SearchStrategy[ValueNode]] = {
        "ID": st.sampled_from(ids).map(nodes.String),
        "Date": _texts(pools, "Date"),
        "DateTime": _texts(pools, "DateTime"),
        "Decimal": st.sampled_from(numbers).map(nodes.Float) | st.integers(-5, 5).map(nodes.Int),
        "JSON": st.just(nodes.String("x")),
        "PageSize": st.sampled_from([*range(20), 100, 101]).map(nodes.Int),
    }
    return queries(GRAPHQL, fields=STEADY, custom_scalars=scalars).map(Question)


def _texts(pools: Pools, name: str) -> st.SearchStrategy[ValueNode]:
    return st.sampled_from([*pools.usual[name], *(each for each in pools.odd[name] if isinstance(each, str))]).map(nodes.String)
