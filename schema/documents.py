"""Documents in GraphQL."""

from datetime import datetime
from typing import Any

import strawberry

from models.document import DOCUMENT
from resolvers import documents
from resolvers.documents import DocumentPatch, NewDocument
from schema import scalars
from schema.connection import root_connection
from schema.ids import read_id
from schema.live.fields import event_type, of_many
from schema.mutations import action, change, creation, deletion
from schema.nodes import expose, singular
from schema.signature import field_with

Document, DocumentConnection, DocumentPayload = expose(DOCUMENT)

DocumentEvent = event_type(DOCUMENT)


@strawberry.type(description="Where a document's file can be read.")
class DocumentLink:
    """A link that authorises by itself."""

    url: str = strawberry.field(description="Whoever has it may read this file, and no other, until `expiresAt`.")
    mime_type: str = strawberry.field(description="The file's media type.")
    expires_at: datetime = strawberry.field(description="When it runs out, an hour from now.", graphql_type=scalars.DateTime)


def _link() -> Any:
    async def resolve(info: strawberry.Info, **given: Any) -> Any:
        link = await documents.link_document(info.context, read_id(given["id"], "id"))
        return DocumentLink(url=link.url, mime_type=link.mime_type, expires_at=link.expires_at)

    said = "A link to a document's file, which is good for an hour; null with an error when the document is not there."
    return field_with(resolve, {"id": (strawberry.ID, "The document.")}, DocumentLink | None, said)


QUERIES = {
    "documents": root_connection(DOCUMENT, documents.list_documents),
    "document": singular(DOCUMENT, documents.get_document),
    "document_link": _link(),
}
SUBSCRIPTIONS = {"document_changed": of_many(DOCUMENT, "Documents that are uploaded, ingested step by step, changed or deleted.")}
MUTATIONS = {
    "create_document": creation(DOCUMENT, documents.create_document, NewDocument),
    "update_document": change(DOCUMENT, documents.update_document, DocumentPatch),
    "delete_document": deletion(DOCUMENT, documents.delete_document),
    "retry_document": action(DOCUMENT, documents.retry_document, id=(strawberry.ID, "The document that failed.")),
    "reingest_document": action(DOCUMENT, documents.reingest_document, id=(strawberry.ID, "The document to read anew.")),
}
