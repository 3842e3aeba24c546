"""What can be done with documents: upload them, read them, change them; what a worker does with them."""

from resolvers.documents.change import delete_document, reingest_document, retry_document, update_document
from resolvers.documents.create import Uploaded, create_document
from resolvers.documents.inputs import DocumentPatch, NewDocument, Unnamed
from resolvers.documents.read import FileLink, get_chunk, get_document, link_document, list_documents, open_file
from resolvers.documents.upload import StoredFile, receive, store_file, upload_document

__all__ = [
    "DocumentPatch",
    "FileLink",
    "NewDocument",
    "StoredFile",
    "Unnamed",
    "Uploaded",
    "create_document",
    "delete_document",
    "get_chunk",
    "get_document",
    "link_document",
    "list_documents",
    "open_file",
    "receive",
    "reingest_document",
    "retry_document",
    "store_file",
    "update_document",
    "upload_document",
]
