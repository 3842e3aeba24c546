"""limit and offset, as the documents have them: clamped above, refused below."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from models.page import LARGEST_PAGE, Page
from resolvers.inputs import Input

WHOLE = re.compile(r"[0-9]{1,18}", re.ASCII)
LARGEST_OFFSET = 2**31 - 1


def whole_number(value: Any) -> Any:
    """Digits only: no sign, no point, no exponent, no blanks."""
    if isinstance(value, str) and not WHOLE.fullmatch(value):
        raise ValueError("must be a whole number, 0 or more")
    return value


Whole = Annotated[int, Field(ge=0), BeforeValidator(whole_number)]


class Paging(Input):
    """Which part of a list."""

    limit: Whole = Field(20, description="How many at most: 20 unless said, 100 at the most; more is clamped.")
    offset: Whole = Field(0, le=LARGEST_OFFSET, description="How many to skip.")

    def page(self, most: int = LARGEST_PAGE) -> Page:
        """The page, with the limit clamped to `most`."""
        return Page(min(self.limit, most), self.offset)
