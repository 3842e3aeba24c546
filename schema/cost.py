"""What fields cost, as directives in the SDL: `@cost` and `@listSize`, in the words of the GraphQL cost directives' draft.

A field that shows an object costs 1 for each one unless told otherwise, a field that shows a value costs nothing.
"""

import strawberry
from strawberry.schema_directive import Location

from schema.listings import DEFAULT_PAGE
from schema.naming import list_of


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT], name="cost", description="What one of it costs; a row costs 1."
)
class Cost:
    """On a field: what each one costs. On a type: what each object of it costs."""

    weight: str = strawberry.directive_field(name="weight")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="listSize", description="How many items a list is taken to have when its cost is reckoned."
)
class ListSize:
    """Which arguments say how many, of which fields, and how many when none does."""

    assumed_size: int = strawberry.directive_field(name="assumedSize")
    slicing_arguments: list_of(str) = strawberry.directive_field(name="slicingArguments")  # type: ignore[valid-type]  # read by strawberry
    sized_fields: list_of(str) | None = strawberry.directive_field(name="sizedFields", default=None)  # type: ignore[valid-type]  # as above


FREE = Cost(weight="0")
TOTAL = Cost(weight="2")
WRITE = Cost(weight="10")
SIZED = ListSize(assumed_size=DEFAULT_PAGE, slicing_arguments=["first", "last"], sized_fields=["edges", "nodes"])
LISTED_IDS = ListSize(assumed_size=1, slicing_arguments=["ids"])
