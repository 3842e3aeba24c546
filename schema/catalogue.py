"""Every code that a caller can meet, as one document: its status, when it comes, and what to do next.

Codes and statuses of both doors are read from the classes; what GraphQL refuses besides is listed here, and a test holds
the lists to the code.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from resolvers.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    ParleyError,
    PayloadTooLarge,
    RateLimited,
    Timeout,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from schema.errors import RequestError
from schema.http import error_response
from schema.limits import LONGEST_LIST, LONGEST_TEXT, MOST_FIELDS, MOST_OPERATIONS, MOST_REPEATS, MOST_VALUES, MOST_VARIABLES
from schema.live.socket import INIT_WITHIN, PROTOCOL
from schema.live.subscriber import MOST_BEHIND
from schema.media import LEGACY, RESPONSE


@dataclass(frozen=True, slots=True)
class Entry:
    """A code of GraphQL alone; `status` is that of an answer in GraphQL's own media type."""

    code: str
    when: str
    then: str
    status: int = 400


@dataclass(frozen=True, slots=True)
class Close:
    """A code with which a socket is closed."""

    code: int
    when: str
    then: str


# What to do next; when it comes is what the class says of itself.
BOTH_DOORS: dict[type[ParleyError], str] = {
    BadRequest: "Correct the fields that `issues` names.",
    Unauthenticated: "Send `Authorization: Bearer <token>`; with a token, get a new one.",
    Forbidden: "Ask an owner of your company for the scope that `scope` names.",
    NotFound: "Check the id; the row may have been deleted.",
    MethodNotAllowed: "Use a method that `Allow` names.",
    Conflict: "Read the row again, change what collides, and send it again.",
    PayloadTooLarge: "Send less at once; `limit` is in bytes.",
    UnsupportedMediaType: "Send the content type that the message names.",
    RateLimited: "Wait as many seconds as `Retry-After` and the message say.",
    Unavailable: "Try again after `Retry-After` seconds; look before you repeat a change.",
    Timeout: "Ask for fewer rows, or with a narrower filter.",
    ParleyError: "Try once more; if it stays, the log has it under the `X-Request-Id` (in GraphQL also `requestId`); tell the operator.",
}
BROKE = "Something broke on our side; what is not told."

REQUESTS = (
    Entry("BAD_REQUEST", "What came is no GraphQL request, such as no JSON in UTF-8.", "Do what the message says."),
    Entry("NOT_ACCEPTABLE", "`Accept` names none of the types that are answered.", f"Accept `{RESPONSE}` or `{LEGACY}`.", 406),
    Entry("BATCHING_DISABLED", "A list of operations came, and `PARLEY_GRAPHQL_BATCH` is 0.", "Send one operation a request."),
    Entry("BATCH_TOO_LARGE", "The list is empty, or longer than `PARLEY_GRAPHQL_BATCH`.", "Send as many as the message says."),
    Entry("GRAPHQL_PARSE_FAILED", "The document is not GraphQL.", "Mend the place that `locations` names."),
    Entry("GRAPHQL_VALIDATION_FAILED", "The document does not fit the schema.", "Mend it; check documents against the SDL when you build."),
    Entry("OPERATION_NOT_FOUND", "`operationName` does not say which of the operations to run.", "Send the name of one of them."),
    Entry("BAD_USER_INPUT", "A variable or an argument cannot be read. In a field, the others run.", "Mend the value."),
    Entry("SUBSCRIPTION_NOT_SUPPORTED", "A subscription came where one answer goes.", f"Use `{PROTOCOL}`, or `Accept: text/event-stream`."),
    Entry("PERSISTED_QUERY_NOT_FOUND", "The server does not know the document of this hash.", "Send the document with its hash."),
    Entry("PERSISTED_QUERY_MISMATCH", "The hash is not the document's.", "Send its SHA-256 in hexadecimal."),
    Entry("DOCUMENT_NOT_TRUSTED", "Only documents of the manifest run here (`PARLEY_TRUSTED_ONLY`).", "Have yours added to it."),
    Entry(
        "TOO_MANY_TOKENS",
        f"The document is longer than `PARLEY_GRAPHQL_MAX_TOKENS`, or than {LONGEST_TEXT:,} characters.",
        "Ask for less at once; send long values as variables.",
    ),
    Entry("QUERY_TOO_DEEP", "It is nested deeper than `PARLEY_GRAPHQL_MAX_DEPTH`.", "Ask for less at once."),
    Entry("QUERY_TOO_LARGE", f"Over {MOST_FIELDS} fields, or one over {MOST_REPEATS} times side by side.", "Ask for less at once."),
    Entry("QUERY_TOO_EXPENSIVE", "It may cost more than `PARLEY_GRAPHQL_MAX_COST`; `cost` says how much.", "Ask for fewer rows."),
    Entry("TOO_MANY_OPERATIONS", f"The document has over {MOST_OPERATIONS} operations.", "Send those that you run."),
    Entry("TOO_MANY_ALIASES", "It has more aliases than `PARLEY_GRAPHQL_MAX_ALIASES`.", "Ask with lists instead of one by one."),
    Entry("TOO_MANY_DIRECTIVES", "It has more directives than `PARLEY_GRAPHQL_MAX_DIRECTIVES`.", "Leave some out."),
    Entry("TOO_MANY_VARIABLES", f"Over {MOST_VARIABLES} variables are declared or sent.", "Put them into input objects."),
    Entry("VARIABLES_TOO_LARGE", f"The variables hold over {MOST_VALUES} values.", "Send less at once."),
    Entry("LIST_TOO_LONG", f"A list has over {LONGEST_LIST} elements.", "Send it in parts."),
)

LIVE = (
    Entry(
        "EVENTS_GAP",
        f"Events were left out: over {MOST_BEHIND} were missed, or the log no longer reaches back to `after`.",
        "Query what you show again. The subscription goes on behind the gap; `cursor` is where.",
        200,
    ),
    Entry(
        "TOO_MANY_SUBSCRIPTIONS",
        "The socket has `PARLEY_LIVE_SUBSCRIPTIONS` operations running. It stays open.",
        "Complete one first, or open another socket.",
    ),
)

CLOSES = (
    Close(1009, "A message is longer than `PARLEY_GRAPHQL_MAX_BODY`.", "Send less at once."),
    Close(1012, "The server stops, or starts anew.", "Connect again and resume with `after`."),
    Close(4400, f"What came is no message of `{PROTOCOL}`; the reason says why.", "Mend the client; a library speaks it to the letter."),
    Close(4401, "Subscribed before `connection_ack`, or the token ran out.", "Get a new token, connect again, and resume with `after`."),
    Close(4403, "The token of `connection_init` is missing or refused.", 'Send {"Authorization": "Bearer <token>"} as its payload.'),
    Close(4406, "Another subprotocol was asked for.", f"Ask for `{PROTOCOL}`."),
    Close(4408, f"No `connection_init` came within {INIT_WITHIN:.0f} s.", "Send it first."),
    Close(4409, "An operation with this `id` is running on the socket.", "Give each operation an `id` of its own."),
    Close(4429, "Initialised twice, or the company has `PARLEY_LIVE_CONNECTIONS` live connections.", "Close one; connect again later."),
)

INTRODUCTION = f"""# Errors

Written by `parley schema` from `schema/catalogue.py`; change it there.

**REST** answers with the status and `{{"error", "code", "details"}}`. `details.issues` lists each wrong field as `{{"path", "message"}}`.

**GraphQL** answers with `errors`; each has a `message`, and in `extensions` the `code` and what would be `details` in REST.

- One **field** that fails has its `path`; it is null, the others are answered, and the status is 200.
- What is refused **before anything ran** has no `path`, and the answer has no `data`. In `{RESPONSE}` its
  status is the code's. In `{LEGACY}`, which is also what callers get who name no type, refusals of a well-formed request
  are 200, because such callers cannot tell our 400 from one of a proxy (GraphQL over HTTP). Send `Accept: {RESPONSE}`.
- In a **batch** each operation has its own `errors`; the status is 200.

Every answer carries `X-Request-Id`; the log has it on each line about the request. In GraphQL an `INTERNAL_ERROR` has it as
`extensions.requestId` besides, because a browser does not show the headers of a socket.
"""


def errors_text() -> str:
    """The catalogue as a page of Markdown."""
    return "\n".join((INTRODUCTION, *_both_doors(), *_requests(), *_live()))


def _both_doors() -> Iterator[str]:
    yield "## Both doors\n"
    yield from _table(
        ("Code", "HTTP status", "When", "What to do"),
        ((f"`{each.code}`", each.status, BROKE if each is ParleyError else _said(each), then) for each, then in BOTH_DOORS.items()),
    )


def _requests() -> Iterator[str]:
    yield "## GraphQL requests that are not run\n"
    kinds = ("Code", f"Status in `{RESPONSE}`", f"Status in `{LEGACY}`", "When", "What to do")
    yield from _table(kinds, ((f"`{each.code}`", each.status, legacy_status(each), each.when, each.then) for each in REQUESTS))


def _live() -> Iterator[str]:
    yield "## Live updates\n"
    yield "An error that ends a subscription is the last `next` before its `complete`, with a code from above. These are met here alone:\n"
    yield from _table(("Code", "When", "What to do"), ((f"`{each.code}`", each.when, each.then) for each in LIVE))
    yield "A handshake with a wrong token, or over the budget, is refused with its HTTP status. An open socket is closed with:\n"
    yield from _table(("Close code", "When", "What to do"), ((each.code, each.when, each.then) for each in CLOSES))


def legacy_status(entry: Entry) -> int:
    """The status of the code in `application/json`."""
    return error_response(RequestError("", entry.code, status=entry.status), LEGACY).status_code


def _said(of: type[ParleyError]) -> str:
    """The first line of a class's docstring."""
    return (of.__doc__ or "").partition("\n")[0]


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    named = list(heads)
    for cells in (named, ["---"] * len(named), *rows):
        yield f"| {' | '.join(map(str, cells))} |"
    yield ""
