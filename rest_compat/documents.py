"""Documents over REST: `/api/knowledge-base`."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from models.document import DOCUMENT, DocumentFields
from models.filters import Compare
from models.page import LARGEST_PAGE
from models.shape import Object, Part, leaves, list_shape, one_shape
from printed import Printed
from resolvers import documents
from resolvers.ctx import Ctx
from resolvers.documents import DocumentPatch, Unnamed, Uploaded
from resolvers.errors import BadRequest
from resolvers.listing import EVERYTHING, Listing, by_id
from rest_compat.answers import Success, command_answer, list_answer, one_body, single_answer
from rest_compat.examples import DOCUMENT_PATCH, FILE_FORM, UPLOAD_FORM, body_example
from rest_compat.multipart import Form
from rest_compat.paging import Paging, Whole
from rest_compat.route import Caller, router

ITEM = Object(DOCUMENT, leaves(DOCUMENT, also={"_id": "id", "name": "title", "file_type": "mime_type", "company_id": "company_id"}))
LIST = list_shape(ITEM, "documents")
SINGLE = one_shape(ITEM, "document")
UPLOADED = one_shape(Object(DOCUMENT, (*ITEM.nodes, Part("document", ITEM))))


class DocumentRead(DocumentFields):
    """A document; `_id`, `name` and `file_type` are its id, title and media type again, for clients that know it by those."""

    also_id: UUID = Field(alias="_id")
    name: str
    file_type: str
    company_id: UUID


class DocumentList(BaseModel):
    """A page of documents, newest first."""

    documents: list[DocumentRead]
    total: int
    limit: int
    offset: int


class DocumentAnswer(BaseModel):
    """One document."""

    document: DocumentRead


class UploadAnswer(DocumentRead):
    """The document that an upload made, or that had its content already: then `duplicate` is true."""

    success: bool
    duplicate: bool
    document: DocumentRead


class StoredFileAnswer(BaseModel):
    """A file that waits for `createDocument`."""

    file_id: UUID = Field(description="What `createDocument` takes as `fileId`, once.")
    file_name: str
    file_size: int
    mime_type: str
    expires_at: datetime = Field(description="When the file is removed, unless a document was made of it.")


class ViewAnswer(BaseModel):
    """Where a document's file can be read."""

    url: str = Field(description="Whoever has it may read this file, and no other, until `expires_at`.")
    mime_type: str = Field(alias="mimeType")
    expires_at: datetime


class DocumentSearch(Paging):
    """What to list."""

    limit: Whole = Field(LARGEST_PAGE, description="How many at most: 100 unless said and at the most.")
    agent_id: UUID | None = Field(None, description="Only documents for this agent.")


routes = router()


@routes.post("/api/knowledge-base/upload", status_code=201, response_model=UploadAnswer, tags=["Knowledge base"], openapi_extra=UPLOAD_FORM)
async def upload_document(request: Request, ctx: Caller) -> Response:
    """Upload a document: PDF, DOCX, text, Markdown, CSV or HTML, told apart by their content. Content that is there already answers 200."""
    ctx.require({"documents:write", "documents:read"})
    form = Form(request)
    async with documents.receive(ctx, form.file()) as received:
        new = _said(await form.rest())
        uploaded = await documents.upload_document(ctx, received, form.file_name or "", new)
    return await _uploaded(ctx, uploaded)


@routes.post(
    "/api/knowledge-base/files", status_code=201, response_model=StoredFileAnswer, tags=["Knowledge base"], openapi_extra=FILE_FORM
)
async def store_file(request: Request, ctx: Caller) -> Response:
    """Send a file for the GraphQL mutation `createDocument`, which makes a document of it within a day."""
    ctx.require({"documents:write", "documents:read"})
    form = Form(request)
    async with documents.receive(ctx, form.file()) as received:
        await form.rest()
        stored = await documents.store_file(ctx, received, form.file_name or "")
    file = stored.file
    return _json(
        {
            "file_id": stored.id,
            "file_name": file.file_name,
            "file_size": file.file_size,
            "mime_type": file.mime_type,
            "expires_at": stored.expires_at,
        },
        201,
    )


@routes.get("/api/knowledge-base", response_model=DocumentList, tags=["Knowledge base"])
async def list_documents(ctx: Caller, query: Annotated[DocumentSearch, Query()]) -> Response:
    """List documents, newest first."""
    where = EVERYTHING if query.agent_id is None else Compare("agent_id", "eq", query.agent_id)
    return await list_answer(ctx, await documents.list_documents(ctx, Listing(where, page=query.page())), LIST)


@routes.get("/api/knowledge-base/{document_id}", response_model=DocumentAnswer, tags=["Knowledge base"])
async def get_document(request: Request, ctx: Caller, document_id: UUID) -> Response:
    """Get one document."""
    return await single_answer(request, await documents.get_document(ctx, document_id), SINGLE)


@routes.patch(
    "/api/knowledge-base/{document_id}", response_model=DocumentAnswer, tags=["Knowledge base"], openapi_extra=body_example(DOCUMENT_PATCH)
)
async def update_document(ctx: Caller, document_id: UUID, body: DocumentPatch) -> Response:
    """Change what is sent of a document; metadata is replaced."""
    return await command_answer(ctx, documents.update_document(ctx, document_id, body), SINGLE)


@routes.delete("/api/knowledge-base/{document_id}", response_model=Success, tags=["Knowledge base"])
async def delete_document(ctx: Caller, document_id: UUID) -> Response:
    """Delete a document with its chunks, its vectors and its file."""
    await documents.delete_document(ctx, document_id)
    return _json({"success": True})


@routes.get("/api/knowledge-base/{document_id}/view", response_model=ViewAnswer, tags=["Knowledge base"])
async def view_document(ctx: Caller, document_id: UUID) -> Response:
    """Get a link to a document's file, which is good for an hour."""
    link = await documents.link_document(ctx, document_id)
    return _json({"url": link.url, "mimeType": link.mime_type, "expires_at": link.expires_at})


@routes.post("/api/knowledge-base/{document_id}/retry", response_model=DocumentAnswer, tags=["Knowledge base"])
async def retry_document(ctx: Caller, document_id: UUID) -> Response:
    """Ingest a document that failed once more."""
    return await command_answer(ctx, documents.retry_document(ctx, document_id), SINGLE)


@routes.post("/api/knowledge-base/{document_id}/reingest", response_model=DocumentAnswer, tags=["Knowledge base"])
async def reingest_document(ctx: Caller, document_id: UUID) -> Response:
    """Read a document's file anew; it answers searches as before until that is done."""
    return await command_answer(ctx, documents.reingest_document(ctx, document_id), SINGLE)


def _said(fields: dict[str, str]) -> Unnamed:
    """The fields of an upload; those left empty count as not sent, and metadata is a JSON object."""
    given: dict[str, Any] = {name: value for name, value in fields.items() if value}
    if "metadata" in given:
        try:
            given["metadata"] = orjson.loads(given["metadata"])
        except orjson.JSONDecodeError as error:
            raise BadRequest.field("metadata", f"is not valid JSON: {error}") from None
    return Unnamed.read(given)


async def _uploaded(ctx: Ctx, uploaded: Uploaded) -> Response:
    body = await one_body(ctx, by_id(DOCUMENT, uploaded.document.id), UPLOADED)
    told = b'{"success":true,"duplicate":%b,' % (b"true" if uploaded.duplicate else b"false")
    return Printed(told + body.removeprefix(b"{"), 200 if uploaded.duplicate else 201)


def _json(values: dict[str, Any], status: int = 200) -> Response:
    return Printed(orjson.dumps(values, option=orjson.OPT_UTC_Z, default=str), status)
