"""Chunks in GraphQL."""

from models.chunk import CHUNK
from resolvers import documents
from schema.nodes import expose, singular

Chunk, ChunkConnection, ChunkPayload = expose(CHUNK)

QUERIES = {"chunk": singular(CHUNK, documents.get_chunk)}
