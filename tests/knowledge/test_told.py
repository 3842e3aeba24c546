"""Lists, and `documentChanged`, which tells an ingestion step by step."""

from tests.knowledge.library import Library
from tests.schema.live.conftest import Connect, connect, port
from tests.schema.live.test_told import settle

__all__ = ["connect", "port"]  # fixtures

CHANGED = "subscription { documentChanged { type document { title status processingStatus progress } } }"


async def test_an_ingestion_is_told_as_it_happens(library: Library, connect: Connect) -> None:
    client = await connect(library.tenant.token)
    await client.subscribe("1", CHANGED)
    await settle()
    made = await library.upload(title="Returns")
    await library.work()
    told = [(await client.told("1"))["documentChanged"]]
    while told[-1]["type"] != "document.processed":
        told.append((await client.told("1"))["documentChanged"])
    assert told[0]["type"] == "document.created"
    assert told[-1]["document"] == {"title": "Returns", "status": "PROCESSED", "processingStatus": "COMPLETED", "progress": 100}
    await library.tenant.rest("DELETE", f"/api/knowledge-base/{made['id']}")
    last = (await client.told("1"))["documentChanged"]
    assert (last["type"], last["document"]) == ("document.deleted", None)


async def test_the_list_and_its_filter(library: Library) -> None:
    agent = await library.tenant.agent(name="Ada")
    first = await library.upload(b"For Ada alone.", "ada.txt", agent_id=agent["id"])
    second = await library.upload(b"For everybody.", "all.txt")
    listed = (await library.tenant.rest("GET", "/api/knowledge-base")).json()
    assert ([each["id"] for each in listed["documents"]], listed["total"], listed["limit"]) == ([second["id"], first["id"]], 2, 100)
    of_ada = (await library.tenant.rest("GET", f"/api/knowledge-base?agent_id={agent['id']}")).json()
    assert [each["id"] for each in of_ada["documents"]] == [first["id"]]
    assert (await library.tenant.rest("DELETE", f"/api/agents/{agent['id']}")).status_code == 204
    assert (await library.document(first["id"]))["agent_id"] is None
