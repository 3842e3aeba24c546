"""What the knowledge base stands on besides the database: where files are kept, and what makes vectors."""

import asyncio
import hashlib
import hmac
import secrets
from functools import cached_property

from pydantic import SecretStr

from ingestion.embed import BundledEmbedder, Embedder, Endpoint, EndpointEmbedder
from ingestion.limits import Chunking
from ingestion.storage import Bucket, Storage
from resolvers.logic.links import MAC, Links
from resolvers.questions import Questions
from settings import Settings, SettingsError

FOLDER = "files"
# So many files are read at once by a process; each child may take as much memory as its limits say.
READ_AT_ONCE = 2


class Knowledge:
    """One for each process; each part is made when it is first used. Raises `SettingsError` for settings that lead nowhere."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._bucket = bucket_of(settings)
        tokenizer = settings.embeddings_tokenizer
        if tokenizer is not None and not tokenizer.is_file():
            raise SettingsError("PARLEY_EMBEDDINGS_TOKENIZER names no file; it is the path of the model's tokenizer.json")
        self.reading = asyncio.Semaphore(READ_AT_ONCE)

    @cached_property
    def embedder(self) -> Embedder:
        """The model that new vectors are made with; the name of its vectors is `embedder.model`."""
        found = self.settings
        if found.embeddings_url is None:
            return BundledEmbedder()
        # The settings refuse an address without these.
        assert found.embeddings_model
        assert found.embeddings_dimension
        return EndpointEmbedder(
            Endpoint(
                base_url=found.embeddings_url,
                key=found.embeddings_key or SecretStr(""),
                model=found.embeddings_model,
                dimension=found.embeddings_dimension,
                shorten=found.embeddings_shorten,
                tokenizer=found.embeddings_tokenizer,
            )
        )

    @cached_property
    def questions(self) -> Questions:
        """The vectors of what is searched for, by the same model."""
        return Questions(self.embedder)

    @cached_property
    def chunking(self) -> Chunking:
        """Chunks are measured with that model's tokenizer."""
        return Chunking(tokenizer=str(self.embedder.tokenizer))

    @cached_property
    def storage(self) -> Storage:
        """A bucket if one is configured, else a folder of this machine."""
        return Storage.s3(self._bucket) if self._bucket else Storage.local(self.settings.data_dir.absolute() / FOLDER)

    @cached_property
    def links(self) -> Links:
        """Signs links with a key that is used for nothing else; without a secret, which only development does, with one of this process."""
        found = self.settings.link_secret or self.settings.jwt_secret
        secret = found.get_secret_value().encode() if found else secrets.token_bytes(MAC)
        return Links(hmac.digest(secret, b"parley links to files", hashlib.sha256), self.settings.base_url)

    async def close(self) -> None:
        """Close what was opened."""
        made = self.__dict__.get("embedder")
        if isinstance(made, EndpointEmbedder):
            await made.close()


def bucket_of(settings: Settings) -> Bucket | None:
    """The bucket that is configured, if one is."""
    if settings.storage_url is None:
        return None
    try:
        return Bucket.parse(settings.storage_url, settings.storage_key_id or "", settings.storage_secret)
    except ValueError as error:
        raise SettingsError(f"PARLEY_STORAGE_URL is none: {error}") from None
