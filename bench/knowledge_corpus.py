"""A large knowledge base for the benchmark: documents about topics, in words as frequent as words are, with real vectors."""

import itertools
import random
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import numpy as np
from tokenizers import Tokenizer

from bench.data import settings_for
from bench.servers import Servers
from ingestion.embed import BundledEmbedder
from ingestion.tokens import bundled_tokenizer
from models.db import Database
from models.embedding import pack_size
from models.ids import new_id
from models.system import MemberRows

COMPANIES, DOCUMENTS, CHUNKS = 10, 500, 20
WORDS, SENTENCE = 120, 12
# Of a text's words: those that every text has, those of its topic, and the rest of the language.
COMMON, TOPICAL = 0.4, 0.25
TOPIC = 60
# Zipf's law, with Mandelbrot's bend: the commonest word that is no stop word is in one passage of ten.
BEND = 100
STOPS = ["the", "of", "and", "to", "in", "is", "for", "on", "with", "that", "this", "are", "by", "be", "as", "at", "from", "or", "an", "it"]
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('chunks', 'embeddings') AND indexdef ~ 'USING (gin|hnsw)'"


@dataclass(slots=True)
class Language:
    """Words of the embedding model's own vocabulary, so that their vectors differ as those of real texts do."""

    chance: random.Random
    words: list[str]
    weights: list[float]

    @classmethod
    def of(cls, seed: int) -> "Language":
        """The same words for the same seed."""
        vocabulary = Tokenizer.from_file(str(bundled_tokenizer())).get_vocab()
        words = sorted(token[1:] for token in vocabulary if token.startswith("▁") and len(token) > 4 and token[1:].isalpha())
        chance = random.Random(seed)
        chance.shuffle(words)
        weights = list(itertools.accumulate(1 / (rank + BEND) for rank in range(len(words))))
        return cls(chance, words, weights)

    def document(self) -> list[str]:
        """The passages of a document about one topic."""
        topic = self.chance.sample(self.words, TOPIC)
        return [self.passage(topic) for _ in range(CHUNKS)]

    def passage(self, topic: Sequence[str]) -> str:
        """A passage of sentences."""
        words = [self._word(topic) for _ in range(WORDS)]
        sentences = (" ".join(words[at : at + SENTENCE]) for at in range(0, WORDS, SENTENCE))
        return " ".join(f"{sentence.capitalize()}." for sentence in sentences)

    def _word(self, topic: Sequence[str]) -> str:
        kind = self.chance.random()
        if kind < COMMON:
            return self.chance.choice(STOPS)
        return self.chance.choice(topic) if kind < COMMON + TOPICAL else self.chance.choices(self.words, cum_weights=self.weights)[0]


async def fill(servers: Servers, secret: str, say: Callable[[str], None]) -> None:
    """Ten companies with a hundred thousand passages between them. Indexes are made after the rows, which is what takes the time."""
    database = Database(settings_for(servers, secret))
    members = [await MemberRows(database).create(uuid4(), f"owner{number}@bench.example") for number in range(COMPANIES)]
    await database.close()
    connection = await asyncpg.connect(servers.super_url)
    await connection.set_type_codec("halfvec", schema="public", encoder=bytes, decoder=bytes, format="binary")
    indexes = await connection.fetch(INDEXES)
    for name, _ in indexes:
        await connection.execute(f"DROP INDEX {name}")
    language, embedder = Language.of(7), BundledEmbedder()
    for number in range(DOCUMENTS):
        for member in members:
            await add(connection, member.company_id, language.document(), embedder)
        if number % 50 == 49:
            say(f"{(number + 1) * CHUNKS * COMPANIES:,} passages")
    await connection.execute("SET maintenance_work_mem = '768MB'")
    for _, definition in indexes:
        await connection.execute(definition)
    await connection.close()


async def add(connection: asyncpg.Connection, company_id: UUID, texts: Sequence[str], embedder: BundledEmbedder) -> None:
    """One document as its ingestion would leave it."""
    document_id, chunk_ids, vectors = new_id(), [new_id() for _ in texts], await embedder.embed(texts)
    document = {"company_id": company_id, "id": document_id, "title": "Handbook", "file_name": "handbook.txt", "mime_type": "text/plain"}
    document |= {"kind": "text", "chunk_count": len(texts), "version": 1, "processing_status": "completed", "progress": 100}
    await copy(connection, "documents", [document | {"embedding_model": embedder.model, "content_hash": str(document_id), "file_key": ""}])
    await copy(connection, "chunks", chunk_rows(company_id, document_id, chunk_ids, texts))
    made = {"company_id": company_id, "model": embedder.model, "dimension": embedder.dimension}
    pairs = zip(chunk_ids, map(as_vector, vectors), strict=True)
    rows = [made | {"id": new_id(), "chunk_id": chunk_id, "embedding": vector} for chunk_id, vector in pairs]
    await copy(connection, "embeddings", rows)
    size = pack_size(embedder.dimension)
    await copy(connection, "embedding_packs", [pack(made, rows[at : at + size]) for at in range(0, len(rows), size)])


def pack(made: dict[str, Any], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Embeddings as one row."""
    chunk_ids = [row["chunk_id"] for row in rows]
    return made | {"id": chunk_ids[0], "chunk_ids": chunk_ids, "embeddings": [row["embedding"] for row in rows]}


def chunk_rows(company_id: UUID, document_id: UUID, ids: Sequence[UUID], texts: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A document's chunks, one after the other in its text."""
    start = 0
    for ordinal, (chunk_id, text) in enumerate(zip(ids, texts, strict=True)):
        row = {"company_id": company_id, "id": chunk_id, "document_id": document_id, "version": 1, "ordinal": ordinal, "content": text}
        yield row | {"span_start": start, "span_end": start + len(text), "tokens": 200}
        start += len(text) + 1


async def copy(connection: asyncpg.Connection, table: str, rows: Any) -> None:
    """Rows into a table, past row level security."""
    listed = list(rows)
    await connection.copy_records_to_table(table, records=[tuple(row.values()) for row in listed], columns=list(listed[0]))


def as_vector(numbers: Any) -> bytes:
    """The binary form of pgvector's halfvec: the dimension, two bytes that are not used, the numbers."""
    return struct.pack(">HH", len(numbers), 0) + np.asarray(numbers, dtype=">f2").tobytes()
