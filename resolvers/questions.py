"""Vectors of questions: people ask the same again and again, so the last ones are remembered."""

from ingestion.embed import Embedder, EmbeddingError, EmbeddingUnavailable, printed
from models.db.bounded import Bounded
from resolvers.errors import Unavailable

# About 3 kB each with 256 dimensions.
REMEMBERED = 1000


class Questions:
    """The vectors of one embedder's model, as text that pgvector reads."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self._known: Bounded[str, str] = Bounded(REMEMBERED)

    async def vector(self, question: str) -> str:
        """The vector of a question that is not blank; raises `Unavailable` while the model gives none.

        It waits for the model, which may be somebody else's server, so it is never called inside a transaction.
        """
        known = self._known.get(question)
        if known is not None:
            return known
        try:
            (vector,) = await self.embedder.embed([question])
        except EmbeddingError as error:
            wait = error.retry_after if isinstance(error, EmbeddingUnavailable) else None
            raise Unavailable(f"The question could not be embedded: {error}", retry_after=int(wait or 1)) from None
        made = self._known[question] = printed(vector)
        return made
