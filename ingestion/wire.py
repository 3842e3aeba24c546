"""What the child tells its parent: one JSON object a line, with one of these members."""

from pydantic import BaseModel, ConfigDict

from ingestion.errors import Problem
from ingestion.recognise import Kind


class Refusal(BaseModel):
    """Why the document cannot be used."""

    problem: Problem
    reason: str
    detail: str


class Line(BaseModel):
    """In this order: `progress` in percent now and then, `kind`, the text in pieces, its pages, its chunks, and `done` or `refusal`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind | None = None
    # The number of pages, for formats that have them.
    pages: int | None = None
    progress: int | None = None
    text: str | None = None
    # Number, start, end.
    page: tuple[int, int, int] | None = None
    # Start, end, page, headings, tokens.
    chunk: tuple[int, int, int | None, tuple[str, ...], int] | None = None
    refusal: Refusal | None = None
    done: bool = False
