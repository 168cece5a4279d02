"""Groups in the browser: listed, made, renamed, deleted, and the tabs of one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from models import Group
from services.access import tokens
from services.activity import history
from services.directory import groups, users
from services.origin import Actor, Origin, new_id
from tests.directories import rows

ADA = Origin.of_command_line()


@pytest.fixture
def new_group(acme, do):
    def create(name, *members, origin=ADA, external_id=None):
        document = {"displayName": name} | (
            {"externalId": external_id} if external_id else {}
        )
        return do(groups.create, acme, document, members, origin=origin).id

    return create


@pytest.fixture
def staff(new_group):
    return new_group("Staff")


@pytest.fixture
def pushed(acme, do, new_group):
    made = do(tokens.create, acme, "Okta production", origin=ADA)
    origin = Origin(Actor("token", made.public_id, "Okta production"), ADA.at)
    return new_group("Engineering", origin=origin, external_id="00g1")


def names(app):
    return [name for (name,) in rows(app, sa.select(Group.display_name))]


PAGES = ["", "/members", "/details", "/activity", "/scim", "/rename", "/delete"]
NOBODY = "01938000-0000-7000-8000-000000000000"
ACTIONS = ["/rename", "/delete", "/members/add", "/members/remove"]


def test_list_shows_groups_with_their_members_and_source(helpdesk, staff, pushed):
    page = helpdesk.get("groups").text
    assert f'href="/o/acme/groups/{staff}"' in page
    assert page.index("Engineering") < page.index(">Staff<")
    assert "Okta production" in page
    assert "1–2 of 2" in page


def test_search_answers_htmx_with_the_results_and_the_filters(helpdesk, staff, pushed):
    part = helpdesk.get("groups", htmx=True, q="eng", sort="-members").text
    assert part.lstrip().startswith('<section id="results"')
    assert 'id="filters"' in part
    assert 'hx-swap-oob="true"' in part
    assert "Engineering" in part
    assert "Staff" not in part


def test_order_and_filter_are_kept_by_the_search(helpdesk, staff):
    page = helpdesk.get("groups", sort="-members", source="admin").text
    assert 'form="find"' in page
    assert 'value="-members"' in page
    assert 'value="admin"' in page
    assert "No group matches these filters." in page


def test_what_changed_since_a_day_is_found(helpdesk, staff):
    then = helpdesk.get("groups", since="2020-01-31", sort="-changed").text
    never = helpdesk.get("groups", since="9998-12-31").text
    odd = helpdesk.get("groups", since="soon").text
    assert "Changed since: <bdi>31 Jan 2020</bdi>" in then
    assert 'href="/o/acme/groups?sort=-changed"' in then
    assert 'value="2020-01-31"' in then
    assert f"groups/{staff}" in then
    assert "No group matches these filters." in never
    assert f"groups/{staff}" in odd


def test_an_address_says_only_what_differs_from_the_whole_list(helpdesk, staff):
    page = helpdesk.get("groups", sort="odd", q="  ").text
    by_members = helpdesk.get("groups", sort="members", q="staff").text
    assert 'form="find"' not in page
    assert 'href="/o/acme/groups?sort=members"' in page
    assert 'href="/o/acme/groups?q=staff"' in by_members


def test_empty_directory_names_the_next_step(helpdesk, viewer):
    assert "No groups yet" in helpdesk.get("groups").text
    assert "/o/acme/groups/new" in helpdesk.get("groups").text
    assert "/o/acme/groups/new" not in viewer.get("groups").text
    assert (
        'href="/o/acme/connect"' in viewer.get("groups").text.split('id="results"')[1]
    )


def test_nothing_found_offers_to_clear_the_search(helpdesk, staff):
    page = helpdesk.get("groups", q="nobody <b>").text
    assert "No group matches “nobody &lt;b&gt;”." in page
    assert "Clear search" in page


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "x"},
        {"cursor": "\x00"},
        {"q": "\x00"},
        {"source": "token:\x00"},
        {"sort": "odd"},
        {"since": "9999-12-31"},
        {"since": "0001-01-01"},
        {"q": "x" * 5_000},
    ],
)
def test_bad_input_is_no_fault_of_ours(helpdesk, staff, query):
    assert helpdesk.get("groups", **query).status_code in (200, 400)
    assert helpdesk.get(f"groups/{staff}", **query).status_code in (200, 400)
    assert helpdesk.get(f"groups/{staff}/activity", **query).status_code in (200, 400)


def test_second_page_is_reached_by_its_cursor(helpdesk, new_group):
    for number in range(51):
        new_group(f"Team {number:02}")
    first = helpdesk.get("groups").text
    assert "1–50 of 51" in first
    address = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = helpdesk.browser.get(address.replace("&amp;", "&"))
    assert "51–51 of 51" in second.text
    assert "Team 50" in second.text


def test_group_is_made_and_opened(app, helpdesk):
    answer = helpdesk.post("groups/new", {"name": "  Sales "})
    assert answer.status_code == 303
    page = helpdesk.get(answer.location).text
    assert "<bdi>Sales</bdi></h1>" in page
    assert "Sales was created." in page
    assert names(app) == ["Sales"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Enter a name for the group."),
        ("   ", "Enter a name for the group."),
        ("sTAFF", "A group named sTAFF exists already. Choose another name."),
        ("x" * 600, "600 characters"),
        ("nul\0", "cannot be stored"),
    ],
)
def test_invalid_name_comes_back_with_what_to_mend(app, helpdesk, staff, name, said):
    made = helpdesk.post("groups/new", {"name": name})
    other = helpdesk.post("groups/new", {"name": name}, htmx=True)
    assert (made.status_code, other.status_code) == (422, 422)
    assert said in made.text
    assert 'id="name-error"' in made.text
    assert other.text.lstrip().startswith('<form id="form"')
    assert names(app) == ["Staff"]


def test_group_is_renamed(app, helpdesk, staff):
    form = helpdesk.get(f"groups/{staff}/rename", htmx=True).text
    assert '<input type="hidden" name="seen" value="Staff">' in form
    fields = {"name": "People", "seen": "Staff"}
    answer = helpdesk.post(f"groups/{staff}/rename", fields)
    assert (answer.status_code, answer.location) == (303, f"/o/acme/groups/{staff}")
    assert "Staff is now People." in helpdesk.get(answer.location).text
    assert names(app) == ["People"]


def test_rename_from_a_list_leads_back_to_it(helpdesk, staff):
    here = "/o/acme/groups?q=sta&sort=-members"
    listed = helpdesk.get("groups", q="sta", sort="-members").text
    form = helpdesk.get(f"groups/{staff}/rename", htmx=True, next=here).text
    fields = {"name": "People", "seen": "Staff", "next": here}
    answer = helpdesk.post(f"groups/{staff}/rename", fields)
    assert "rename?next=/o/acme/groups?q%3Dsta%26sort%3D-members" in listed
    assert 'name="next" value="/o/acme/groups?q=sta&amp;sort=-members"' in form
    assert answer.location == here


def test_rename_after_another_rename_is_asked_again(app, helpdesk, staff):
    helpdesk.post(f"groups/{staff}/rename", {"name": "People", "seen": "Staff"})
    fields = {"name": "Folk", "seen": "Staff"}
    conflict = helpdesk.post(f"groups/{staff}/rename", fields, htmx=True)
    assert conflict.status_code == 409
    assert "renamed meanwhile" in conflict.text
    assert 'name="seen" value="People"' in conflict.text
    assert names(app) == ["People"]


@pytest.mark.parametrize("name", ["", "other", "nul\0"])
def test_invalid_rename_is_refused(app, helpdesk, staff, new_group, name):
    new_group("Other")
    fields = {"name": name, "seen": "Staff"}
    assert helpdesk.post(f"groups/{staff}/rename", fields).status_code == 422
    assert helpdesk.post(f"groups/{staff}/rename", fields, htmx=True).status_code == 422
    assert sorted(names(app)) == ["Other", "Staff"]


def test_details_say_whose_the_group_is(helpdesk, pushed):
    page = helpdesk.get(f"groups/{pushed}/details").text
    assert "Pushed from Okta production" in page
    assert "00g1" in page
    assert "Last push" in page
    assert "No other group has this group as a member." in page


def test_details_name_the_groups_that_it_is_in(helpdesk, staff, new_group):
    for number in range(51):
        new_group(f"Team {number:02}", staff)
    page = helpdesk.get(f"groups/{staff}/details").text
    cursor = page.split('rel="next"')[0].rsplit("cursor=", 1)[1].split('"')[0]
    part = helpdesk.get(f"groups/{staff}/details", htmx=True, cursor=cursor).text
    assert "Team 49" in page
    assert "Team 50" not in page
    assert part.lstrip().startswith('<div id="parents"')
    assert "Team 50" in part


def test_activity_is_the_timeline_of_the_group(acme, do, helpdesk, staff):
    page = helpdesk.get(f"groups/{staff}/activity").text
    assert "was created" in page
    assert (
        helpdesk.get(f"groups/{staff}/activity", htmx=True)
        .text.lstrip()
        .startswith('<section class="card card-flush"')
    )
    assert len(do(history.of_resource, acme, staff).rows) == 1


def test_raw_scim_is_what_the_api_answers(scim, acme, do, helpdesk, new_group):
    bo = do(users.create, acme, {"userName": "bo"}, origin=ADA).id
    group = new_group("Small", bo)
    page = helpdesk.get(f"groups/{group}/scim").text
    answer = scim.get(f"/Groups/{group}").get_json()
    assert f"GET {answer['meta']['location']}" in page
    assert bo in page
    assert answer["meta"]["version"].replace('"', "\\&#34;") in page


def test_raw_scim_of_a_large_group_is_without_members(
    acme, do, helpdesk, new_group, monkeypatch
):
    monkeypatch.setattr(groups, "FEW_MEMBERS", 0)
    bo = do(users.create, acme, {"userName": "bo"}, origin=ADA).id
    group = new_group("Large", bo)
    page = helpdesk.get(f"groups/{group}/scim").text
    assert "?excludedAttributes=members" in page
    assert "The 1 members are left out here" in page
    assert bo not in page


def test_names_are_shown_as_text(helpdesk, new_group):
    group = new_group("<script>x</script>\u202egnp")
    page = helpdesk.get(f"groups/{group}").text
    assert "<script>x" not in page
    assert "&lt;script&gt;x&lt;/script&gt;⟦U+202E⟧gnp" in page
    assert "⟦U+202E⟧" in helpdesk.get("groups").text


def test_viewer_sees_no_control_and_is_refused(app, viewer, staff, pushed):
    pages = [viewer.get("groups"), *(viewer.get(f"groups/{staff}{p}") for p in PAGES)]
    done = [viewer.post(f"groups/{staff}{one}") for one in ACTIONS]
    assert {page.status_code for page in pages[:-2]} == {200}
    shown = " ".join(page.text for page in pages[:-2])
    assert f"groups/{staff}/rename" not in shown
    assert f"groups/{staff}/delete" not in shown
    assert "/members/" not in shown
    assert {answer.status_code for answer in (*pages[-2:], *done)} == {403}
    assert viewer.get(f"groups/{staff}/members/search").status_code == 403
    assert viewer.post("groups/new", {"name": "X"}).status_code == 403
    assert sorted(names(app)) == ["Engineering", "Staff"]


def test_another_organization_knows_nothing_of_it(app, stranger, staff):
    theirs = [stranger.get(f"groups/{staff}{one}") for one in PAGES]
    done = [stranger.post(f"groups/{staff}{one}") for one in ACTIONS]
    forged = [stranger.get(f"/o/globex/groups/{staff}{one}") for one in PAGES]
    fields = {"name": "X", "seen": "Staff"}
    forged += [stranger.post(f"/o/globex/groups/{staff}{a}", fields) for a in ACTIONS]
    statuses = {answer.status_code for answer in (*theirs, *done, *forged)}
    assert statuses == {404}
    assert names(app) == ["Staff"]


def test_nobody_is_asked_to_sign_in(app, anonymous, staff):
    page = anonymous.get(f"groups/{staff}")
    assert page.status_code == 303
    assert page.location.startswith("/login?next=")
    done = anonymous.post(f"groups/{staff}/delete", with_token=False)
    assert done.status_code == 401
    assert names(app) == ["Staff"]


@pytest.mark.parametrize("action", ACTIONS)
def test_form_of_another_page_does_nothing(app, helpdesk, staff, action):
    fields = {"name": "X", "seen": "Staff", "member_id": new_id()}
    answer = helpdesk.post(f"groups/{staff}{action}", fields, with_token=False)
    assert answer.status_code == 422
    assert names(app) == ["Staff"]


@pytest.mark.parametrize("one", [*PAGES, "/members/search"])
@pytest.mark.parametrize("group_id", ["x", NOBODY, "%00"])
def test_unknown_group_is_not_found(helpdesk, one, group_id):
    assert helpdesk.get(f"groups/{group_id}{one}").status_code == 404
