"""Parley from Python: queries and mutations over HTTP, and subscriptions that survive lost connections.

From the command line: python parley_client.py list [search] | add <email> | watch [cursor]
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from graphql import ExecutionResult
from websockets.exceptions import ConnectionClosed, InvalidStatus

URL = os.environ.get("PARLEY_URL", "http://127.0.0.1:8000/graphql")
TOKEN = os.environ.get("PARLEY_TOKEN", "")

CONTACTS = gql("""
query Contacts($first: PageSize!, $after: String, $filter: ContactFilter) {
  contacts(first: $first, after: $after, filter: $filter, orderBy: [{ field: CREATED_AT, direction: DESC }]) {
    pageInfo { hasNextPage endCursor }
    nodes { email deals(first: 3) { totalCount nodes { title value stage } } }
  }
}
""")
ADD_CONTACT = gql("""
mutation AddContact($input: CreateContactInput!) {
  createContact(input: $input) { contact { id email } }
}
""")
CONTACT_CHANGES = gql("""
subscription ContactChanges($after: String) {
  contactChanged(after: $after) { cursor type id contact { email firstName } }
}
""")
REFUSED = 4403
PAUSE = 1.0


def over_http(url: str, token: str) -> Client:
    """For queries and mutations; `async with` it, and `execute`."""
    # With this media type the status tells what was refused, see docs/errors.md.
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"}
    return Client(transport=HTTPXAsyncTransport(url, headers=headers))


def over_socket(url: str, token: str) -> Client:
    """For subscriptions; the token travels in the first message."""
    protocols = [WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL]
    payload = {"Authorization": f"Bearer {token}"}
    return Client(transport=WebsocketsTransport(url.replace("http", "ws", 1), init_payload=payload, subprotocols=protocols))


async def every_contact(session: Any, search: str | None) -> AsyncIterator[dict[str, Any]]:
    """Contacts that match, page after page."""
    # What is left out does not narrow; null would be a value, and is none that can be searched for.
    chosen = {"search": search} if search else {}
    page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        values = {"first": 2, "after": page["endCursor"], "filter": chosen}
        found = (await session.execute(GraphQLRequest(CONTACTS, variable_values=values)))["contacts"]
        for contact in found["nodes"]:
            yield contact
        page = found["pageInfo"]


async def follow(url: str, token: str, document: GraphQLRequest, after: str | None = None) -> AsyncIterator[ExecutionResult]:
    """A subscription's answers, without end: when the connection is lost, it goes on behind the last event that was seen."""
    while True:
        try:
            async with over_socket(url, token) as session:
                asked = GraphQLRequest(document.document, variable_values={"after": after})
                async for answer in session.subscribe(asked, get_execution_result=True):
                    after = (answer.extensions or {}).get("cursor", after)
                    yield answer
                return
        except TransportConnectionFailed as lost:
            if is_refused(lost.__cause__):
                raise
        await asyncio.sleep(PAUSE)


def is_refused(cause: BaseException | None) -> bool:
    """Whether the server refused the token, rather than going away."""
    if isinstance(cause, ConnectionClosed):
        return cause.rcvd is not None and cause.rcvd.code == REFUSED
    return isinstance(cause, InvalidStatus) and cause.response.status_code in {401, 403}


async def main(command: str, argument: str | None) -> None:
    """Print what a command finds, a line of JSON each."""
    if command == "watch":
        await watch(argument)
        return
    async with over_http(URL, TOKEN) as session:
        if command == "list":
            async for contact in every_contact(session, argument):
                show({"email": contact["email"], "deals": contact["deals"]["totalCount"]})
        else:
            added = await session.execute(GraphQLRequest(ADD_CONTACT, variable_values={"input": {"email": argument}}))
            show(added["createContact"]["contact"])


async def watch(after: str | None) -> None:
    """What happens to contacts, from now on or behind a cursor."""
    async for answer in follow(URL, TOKEN, CONTACT_CHANGES, after):
        if not answer.errors:
            show((answer.data or {})["contactChanged"])
        elif refusal(answer.errors)["refused"] == "EVENTS_GAP":
            show({"gap": (answer.extensions or {})["cursor"]})  # events were left out: a program would query what it keeps again
        else:
            show(refusal(answer.errors))


def refusal(errors: Any) -> dict[str, Any]:
    """What was refused, by its code, and which fields are wrong."""
    told = errors[0].get("extensions", {})
    return {"refused": told.get("code"), "message": errors[0]["message"], "issues": told.get("issues", [])}


def show(value: Any) -> None:
    """One line."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3} or sys.argv[1] not in {"list", "add", "watch"}:
        sys.exit(__doc__)
    try:
        asyncio.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else None))
    except TransportQueryError as refused:
        show(refusal(refused.errors))
        sys.exit(1)
    except TransportConnectionFailed as lost:
        show({"refused": str(lost.__cause__)})
        sys.exit(1)
