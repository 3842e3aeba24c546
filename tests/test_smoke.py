"""One walk through both doors."""

from tests.tenant import Tenant


async def test_both_doors_show_the_same_contact(acme: Tenant, rival: Tenant) -> None:
    made = await acme.contact(first_name="Ada", tags=["vip"], metadata={"plan": "gold"})
    listed = (await acme.rest("GET", "/api/crm/contacts")).json()
    queried = await acme.data("{ contacts { totalCount nodes { id firstName tags metadata createdAt } } }")
    assert listed["total"] == queried["contacts"]["totalCount"] == 1
    assert listed["contacts"] == [made]
    node = queried["contacts"]["nodes"][0]
    assert (node["id"], node["firstName"], node["tags"], node["metadata"]) == (made["id"], "Ada", ["vip"], {"plan": "gold"})
    assert node["createdAt"] == made["created_at"]
    assert (await rival.rest("GET", "/api/crm/contacts")).json()["contacts"] == []
