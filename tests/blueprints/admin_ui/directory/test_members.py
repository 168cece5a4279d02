"""The members of a group in the browser: found, added in a row, removed with undo."""

from __future__ import annotations

import re

import pytest

from services.directory import group_actions, groups, member_lists, users
from services.origin import Origin

ADA = Origin.of_command_line()
NOBODY = "01938000-0000-7000-8000-000000000000"


@pytest.fixture
def new_user(acme, do):
    def create(name, organization=acme):
        key = f"{name.replace(' ', '.').lower()}@x.test"
        document = {"userName": key, "displayName": name}
        return do(users.create, organization, document, origin=ADA).id

    return create


@pytest.fixture
def new_group(acme, do):
    def create(name, *members):
        document = {"displayName": name}
        return do(groups.create, acme, document, members, origin=ADA).id

    return create


@pytest.fixture
def maria(new_user):
    return new_user("Maria Santos")


@pytest.fixture
def sander(new_user):
    return new_user("Sander Vos")


@pytest.fixture
def staff(new_group, sander):
    """A group with one member."""
    return new_group("Staff", sander)


@pytest.fixture
def members(acme, do, staff):
    def listed():
        return [row.name for row in do(member_lists.page, acme, staff).window.rows]

    return listed


def rows_in(part):
    return re.findall(r'<tr id="member-([0-9a-f-]+)"', part)


def test_page_lists_groups_first_then_people(helpdesk, new_group, maria, sander):
    inner = new_group("Zeta")
    group = new_group("Staff", sander, maria, inner)
    page = helpdesk.get(f"groups/{group}").text
    assert rows_in(page) == [inner, maria, sander]
    assert "Group, 0 members" in page
    assert "sander.vos@x.test" in page
    assert "Members 1–3 of 3" in page
    assert helpdesk.get(f"groups/{group}/members").text.count("<tr id=") == 3


def test_member_is_found_on_the_server(helpdesk, staff, sander):
    found = helpdesk.get(f"groups/{staff}", htmx=True, q="vos").text
    nobody = helpdesk.get(f"groups/{staff}", htmx=True, q="<i>").text
    assert found.lstrip().startswith('<div id="members"')
    assert rows_in(found) == [sander]
    assert "Found 1–1 of 1" in found
    assert "No member matches “&lt;i&gt;”." in nobody


def test_candidates_are_marked_and_members_not_selectable(helpdesk, staff, maria):
    part = helpdesk.get(f"groups/{staff}/members/search", htmx=True, q="san").text
    options = part.split('role="option"')[1:]
    assert part.lstrip().startswith('<div id="combo-hits"')
    assert "<mark>San</mark>tos" in options[0]
    assert f'data-value="{maria}"' in options[0]
    assert "aria-disabled" not in options[0]
    assert 'aria-disabled="true"' in options[1]
    assert "Already a member" in options[1]


def test_search_without_a_word_shows_no_list(helpdesk, staff):
    part = helpdesk.get(f"groups/{staff}/members/search", htmx=True, q=" ").text
    assert "hidden" in part.split(">")[0]
    assert 'role="option"' not in part


def test_list_of_candidates_says_how_many_match(helpdesk, staff, new_user):
    for number in range(9):
        new_user(f"Crewman {number}")
    part = helpdesk.get(f"groups/{staff}/members/search", htmx=True, q="crew").text
    nobody = helpdesk.get(f"groups/{staff}/members/search", htmx=True, q="zz").text
    assert "8 of 9 matches. Keep typing to narrow." in part
    assert "Nobody matches." in nobody


def test_added_come_on_top_one_after_the_other(
    helpdesk, staff, maria, sander, new_user, members
):
    bo = new_user("Bo")
    address = f"groups/{staff}/members/add"
    first = helpdesk.post(address, {"member_id": maria}, htmx=True).text
    again = {"member_id": bo, "added": [maria]}
    second = helpdesk.post(address, again, htmx=True).text
    assert rows_in(first) == [maria, sander]
    assert rows_in(second) == [bo, maria, sander]
    assert second.count("Just added") == 4  # wide and narrow
    assert "Bo was added." in second
    assert '<span class="num">3</span>' in second
    assert members() == ["Bo", "Maria Santos", "Sander Vos"]


def test_several_are_added_without_script(helpdesk, staff, maria, members):
    page = helpdesk.get(f"groups/{staff}/members/search", q="maria").text
    fields = {"member_id": maria, "searched": "maria"}
    answer = helpdesk.post(f"groups/{staff}/members/add", fields)
    after = helpdesk.get(f"groups/{staff}/members/search", q="maria").text
    assert 'aria-label="Add Maria Santos"' in page
    assert answer.status_code == 303
    assert answer.location == f"/o/acme/groups/{staff}/members/search?q=maria"
    assert "Maria Santos was added." in after
    assert "Already a member" in after
    assert members() == ["Maria Santos", "Sander Vos"]


def test_group_inside_itself_is_told_and_not_made(helpdesk, new_group, staff, members):
    outer = new_group("Outer", staff)
    answer = helpdesk.post(
        f"groups/{staff}/members/add", {"member_id": outer}, htmx=True
    )
    assert answer.status_code == 422
    assert "would come to be a member of itself" in answer.text
    assert 'data-toast="problem"' in answer.text
    assert members() == ["Sander Vos"]


def test_removed_is_gone_at_once_and_undone(helpdesk, staff, sander, members):
    address = f"groups/{staff}/members/remove"
    part = helpdesk.post(address, {"member_id": sander}, htmx=True).text
    undo = re.search(r'action="(/o/acme/groups/[^"]*/add[^"]*)"', part)[1]
    assert rows_in(part) == []
    assert "Sander Vos was removed." in part
    assert members() == []
    answer = helpdesk.post(undo.replace("&amp;", "&"))
    assert answer.status_code == 303
    assert "Just added" in helpdesk.browser.get(answer.location).text
    assert members() == ["Sander Vos"]


def test_focus_goes_to_the_row_after_the_removed(
    helpdesk, new_group, maria, sander, new_user
):
    group = new_group("Crew", maria, sander, new_user("Zoe"))
    fields = {"member_id": f"{maria} {sander}"}
    part = helpdesk.post(f"groups/{group}/members/remove", fields, htmx=True).text
    focused = part.split("data-focus")[0].rsplit("<tr id=", 1)[1]
    assert part.count("data-focus") == 1
    assert focused.startswith(f'"member-{sander}"')


def test_after_the_last_row_the_focus_goes_to_the_one_before(
    helpdesk, new_group, maria, sander, new_user
):
    zoe = new_user("Zoe")
    group = new_group("Crew", maria, sander, zoe)
    part = helpdesk.get(f"groups/{group}").text
    assert f'value="{zoe} {sander}"' in part
    part = helpdesk.get(f"groups/{group}", added=zoe).text
    assert f'value="{zoe} {maria}"' in part
    assert f'value="{sander} {maria}"' in part


def test_who_is_alone_leaves_nobody_to_go_to(helpdesk, new_group, maria):
    group = new_group("Crew", maria)
    assert f'value="{maria} "' in helpdesk.get(f"groups/{group}").text


def test_one_stays_on_the_page_of_the_list(helpdesk, new_group, new_user):
    ids = [new_user(f"Person {number:02}") for number in range(52)]
    group = new_group("Large", *ids)
    first = helpdesk.get(f"groups/{group}").text
    cursor = re.search(r"cursor=([\w-]+)", first)[1]
    second = helpdesk.get(f"groups/{group}", cursor=cursor).text
    place = re.search(r'form="removing"\s+name="cursor"\s+value="([^"]+)"', second)[1]
    fields = {"member_id": ids[51], "cursor": place}
    answer = helpdesk.post(f"groups/{group}/members/remove", fields)
    assert "Members 51–52 of 52" in second
    assert answer.location.endswith(f"groups/{group}?cursor={cursor}")
    assert "Members 51–51 of 51" in helpdesk.browser.get(answer.location).text


@pytest.mark.parametrize("action", ["add", "remove"])
@pytest.mark.parametrize("member_id", ["", "x", "\0", NOBODY])
def test_who_is_not_here_is_not_found(helpdesk, staff, action, member_id, members):
    address = f"groups/{staff}/members/{action}"
    answer = helpdesk.post(address, {"member_id": member_id})
    assert answer.status_code == 404
    assert members() == ["Sander Vos"]


def test_members_of_other_organizations_cannot_be_added(
    globex, helpdesk, staff, new_user, members
):
    alien = new_user("Alien", globex)
    answer = helpdesk.post(f"groups/{staff}/members/add", {"member_id": alien})
    listed = helpdesk.get(f"groups/{staff}/members/search", q="alien").text
    assert answer.status_code == 404
    assert "Nobody matches" in listed
    assert members() == ["Sander Vos"]


def test_viewer_reads_and_finds_but_changes_nothing(viewer, staff, sander, members):
    page = viewer.get(f"groups/{staff}", q="vos").text
    done = viewer.post(f"groups/{staff}/members/remove", {"member_id": sander})
    assert rows_in(page) == [sander]
    assert "Remove" not in page
    assert 'role="combobox"' not in page
    assert done.status_code == 403
    assert "You need the role of a helpdesk" in done.text
    assert members() == ["Sander Vos"]


def test_pushed_group_says_that_a_change_may_be_undone(acme, do, helpdesk, scim):
    pushed = scim.new_group("Engineering")["id"]
    page = helpdesk.get(f"groups/{pushed}").text
    made = do(group_actions.create, acme, "By hand", origin=ADA).id
    assert "Okta full owns this group" in page
    assert "may undo it at its next push" in page
    assert "owns this group" not in helpdesk.get(f"groups/{made}").text
