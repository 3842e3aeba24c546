"""Files behind links that authorise by themselves: `/files/{link}`."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from models.columns import now
from models.db.row import Row
from models.document import DocumentKind
from resolvers.ctx import Ctx
from resolvers.documents import open_file
from resolvers.errors import NotFound
from resolvers.knowledge import Knowledge
from resolvers.principal import Principal

# What a browser may show by itself; the rest is saved, since it might run scripts in the name of this server.
SHOWN = frozenset({DocumentKind.PDF, DocumentKind.TEXT})
UNKNOWN = "This link has run out or was never made; ask for a new one"


def file_handler(knowledge: Knowledge, context: Callable[[Principal], Ctx]) -> Callable[[Request], Awaitable[Response]]:
    """Answers a link with its file."""

    async def respond(request: Request) -> Response:
        link = knowledge.links.read(request.scope["path_params"]["link"], now())
        if link is None:
            raise NotFound(UNKNOWN)
        ctx = context(Principal.system(link.company_id, "documents:read"))
        document, content = await open_file(ctx, link.document_id)
        return StreamingResponse(content, headers=headers_of(document))

    return respond


def headers_of(document: Row) -> dict[str, str]:
    """Nobody guesses another type, nothing in the file runs, and no cache outlives the link."""
    shown = "inline" if document.kind in SHOWN else "attachment"
    return {
        "Content-Type": document.mime_type,
        "Content-Length": str(document.file_size),
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(document.file_name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
    }
