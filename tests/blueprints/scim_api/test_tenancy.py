"""Two organizations in one install: Globex sees and touches nothing of Acme's."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from scim import names
from tests.directories import totals
from tests.refusals import detail_of
from tests.scim_client import load

MANAGER = f"{names.ENTERPRISE_USER}:manager"
ENTERPRISE = names.ENTERPRISE_USER


@pytest.fixture
def ada(scim):
    return scim.new_user("ada", displayName="Ada", title="Chief", externalId="1")


@pytest.fixture
def staff(scim, ada):
    return scim.new_group("Staff", ada["id"])


@pytest.fixture
def theirs(scim_of_globex):
    """A user of Globex in a group of Globex."""
    user = scim_of_globex.new_user("gus")
    return user, scim_of_globex.new_group("Globex staff", user["id"])


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}, {"If-None-Match": "*"}])
def test_resource_of_another_organization_is_not_there(
    scim, scim_of_globex, ada, staff, method, headers
):
    body = {
        "userName": "stolen",
        "displayName": "stolen",
        "Operations": [{"op": "replace", "value": {"displayName": "stolen"}}],
    }
    for_user = scim_of_globex.request(method, f"/Users/{ada['id']}", body, headers)
    for_group = scim_of_globex.request(method, f"/Groups/{staff['id']}", body, headers)
    assert (for_user.status_code, for_group.status_code) == (404, 404)
    assert load(scim.get(f"/Users/{ada['id']}"))["displayName"] == "Ada"
    assert load(scim.get(f"/Groups/{staff['id']}")) == staff


def test_missing_and_foreign_are_told_alike(scim_of_globex, ada):
    missing = ada["id"][:-1] + ("0" if ada["id"][-1] != "0" else "1")
    foreign = detail_of(scim_of_globex.get(f"/Users/{ada['id']}"), 404)
    unknown = detail_of(scim_of_globex.get(f"/Users/{missing}"), 404)
    assert foreign.replace(ada["id"], "") == unknown.replace(missing, "")


def test_lists_and_totals_are_of_one_organization(scim, scim_of_globex, staff, theirs):
    user, group = theirs
    assert load(scim_of_globex.get("/Users"))["Resources"][0]["id"] == user["id"]
    assert load(scim_of_globex.get("/Users"))["totalResults"] == 1
    assert load(scim_of_globex.get("/Groups"))["Resources"] == [group]
    assert load(scim.get("/Groups"))["Resources"] == [staff]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/Users", 'id eq "{user}"'),
        ("/Users", 'userName eq "ada"'),
        ("/Users", 'userName sw "a"'),
        ("/Users", 'externalId eq "1"'),
        ("/Users", 'displayName eq "Ada"'),
        ("/Users", "title pr"),
        ("/Users", 'groups eq "{group}"'),
        ("/Users", 'groups.display eq "Staff"'),
        ("/Users", 'groups[value eq "{group}"]'),
        ("/Users", f'{MANAGER} eq "{{user}}"'),
        ("/Groups", 'id eq "{group}"'),
        ("/Groups", 'displayName eq "Staff"'),
        ("/Groups", 'members eq "{user}"'),
        ("/Groups", 'members.display eq "Ada"'),
        ("/Groups", 'members[value eq "{user}" and type eq "User"]'),
    ],
)
def test_filter_finds_nothing_of_another_organization(
    scim, scim_of_globex, ada, staff, theirs, path, text
):
    scim.new_user("bo", **{ENTERPRISE: {"manager": ada["id"]}})
    query = quote(text.format(user=ada["id"], group=staff["id"]))
    assert load(scim_of_globex.get(f"{path}?filter={query}"))["totalResults"] == 0
    assert load(scim.get(f"{path}?filter={query}"))["totalResults"] >= 1


def test_total_of_a_filtered_page_is_of_one_organization(scim, scim_of_globex):
    people = [scim.new_user(name) for name in ("ada", "bo", "cy")]
    others = [scim_of_globex.new_user(name) for name in ("gus", "hal")]
    page = load(scim_of_globex.get("/Users?filter=active eq true&count=1"))
    assert page["totalResults"] == len(others) == len(people) - 1


def test_names_are_unique_within_an_organization_only(scim, scim_of_globex):
    for_acme = scim.new_user("ada"), scim.new_group("Staff")
    for_globex = scim_of_globex.new_user("ada"), scim_of_globex.new_group("Staff")
    assert scim.post("/Users", {"userName": "ADA"}).status_code == 409
    assert scim_of_globex.post("/Groups", {"displayName": "s"}).status_code == 201
    assert {one["id"] for one in for_acme}.isdisjoint(one["id"] for one in for_globex)


def add_members(*ids):
    return {"op": "add", "path": "members", "value": [{"value": one} for one in ids]}


def test_user_of_another_organization_is_an_unknown_member(
    scim, scim_of_globex, ada, staff, theirs
):
    user, group = theirs
    path = f"/Groups/{group['id']}"
    alone = scim_of_globex.patch(path, add_members(ada["id"], staff["id"]))
    assert "None of the members named is known" in detail_of(alone, 400, "invalidValue")
    mixed = scim_of_globex.put(
        path,
        {
            "displayName": "Globex staff",
            "members": [{"value": user["id"]}, {"value": ada["id"]}],
        },
    )
    assert load(mixed) == group
    assert load(scim.get(f"/Users/{ada['id']}"))["groups"][0]["value"] == staff["id"]


def test_group_is_not_made_of_foreign_members(scim_of_globex, ada):
    body = {"displayName": "New", "members": [{"value": ada["id"]}]}
    detail_of(scim_of_globex.post("/Groups", body), 400, "invalidValue")
    assert load(scim_of_globex.get("/Groups"))["totalResults"] == 0


@pytest.mark.parametrize(
    "path", ['members[value eq "{user}"]', 'members[display eq "Ada"]', "members"]
)
def test_removing_members_reaches_no_other_organization(
    scim, scim_of_globex, ada, staff, theirs, path
):
    operation = {"op": "remove", "path": path.format(user=ada["id"])}
    answer = scim_of_globex.patch(f"/Groups/{theirs[1]['id']}", operation)
    assert answer.status_code == 200
    assert load(scim.get(f"/Groups/{staff['id']}")) == staff


def test_manager_of_another_organization_is_not_named(scim_of_globex, ada):
    user = scim_of_globex.new_user("gus", **{ENTERPRISE: {"manager": ada["id"]}})
    assert user[ENTERPRISE]["manager"] == {"value": ada["id"]}
    listed = load(scim_of_globex.get("/Users"))["Resources"][0]
    assert listed[ENTERPRISE]["manager"] == {"value": ada["id"]}


def test_counters_are_of_one_organization(
    app, acme, globex, scim_of_globex, staff, theirs
):
    assert totals(app, acme.seq) == (1, 1, 1)
    scim_of_globex.delete(f"/Users/{theirs[0]['id']}")
    scim_of_globex.delete(f"/Groups/{theirs[1]['id']}")
    assert totals(app, globex.seq) == (0, 0, 0)
    assert totals(app, acme.seq) == (1, 1, 1)


def test_walk_of_one_organization_is_unknown_to_another(scim, scim_of_globex):
    ids = [scim.new_user(f"a{n}")["id"] for n in range(6)]
    others = [scim_of_globex.new_user(f"g{n}")["id"] for n in range(6)]
    scim.get("/Users?count=3")
    scim.delete(f"/Users/{ids[0]}")
    page = load(scim_of_globex.get("/Users?count=3&startIndex=4"))
    assert [one["id"] for one in page["Resources"]] == others[3:]
    assert page["totalResults"] == 6


@pytest.mark.parametrize(
    "send",
    [
        lambda client, token: client.get(f"/scim/v2/Users?access_token={token}"),
        lambda client, token: client.get(
            "/scim/v2/Users", headers={"Cookie": f"token={token}; session={token}"}
        ),
        lambda client, token: client.get(
            "/scim/v2/Users", headers={"X-Authorization": f"Bearer {token}"}
        ),
    ],
    ids=["query", "cookie", "header"],
)
def test_token_opens_nothing_but_in_its_header(client, scim, send):
    assert "No credentials were sent" in detail_of(send(client, scim.token), 401)
