"""The list of users in the browser: found, filtered, paged, and each empty state."""

from __future__ import annotations

import re

import pytest

from services.access import tokens
from services.directory import groups, users
from services.origin import Actor, Origin, new_id

ADA = Origin.of_command_line()


@pytest.fixture
def new_user(acme, do):
    def create(user_name, name=None, *, origin=ADA, organization=acme, **more):
        document = {"userName": user_name, **more}
        if name is not None:
            document["displayName"] = name
        return do(users.create, organization, document, origin=origin).id

    return create


@pytest.fixture
def okta(acme, do):
    made = do(tokens.create, acme, "Okta production", origin=ADA)
    return Origin(Actor("token", made.public_id, "Okta production"), ADA.at)


def test_list_shows_users_with_status_and_counts(helpdesk, new_user):
    bo = new_user("bo@acme.example", "Bo Ek")
    new_user("cy@acme.example", "Cy Ax", active=False)
    page = helpdesk.get("users").text
    assert f'href="/o/acme/users/{bo}"' in page
    assert page.index("Bo Ek") < page.index("Cy Ax")
    assert "1–2 of 2" in page
    assert 'Deactivated <span class="num">1</span>' in page


def test_search_answers_htmx_with_the_results_and_the_filters(helpdesk, new_user):
    new_user("bo@acme.example", "Bo Ek")
    new_user("cy@acme.example")
    part = helpdesk.get("users", htmx=True, q="ek", sort="-changed").text
    assert part.lstrip().startswith('<section id="results"')
    assert "<html" not in part
    assert '<div id="filters" class="toolbar" hx-swap-oob="true">' in " ".join(
        part.split()
    )
    assert ("Bo Ek" in part, "cy@acme" in part) == (True, False)


def test_search_keeps_the_other_filters(helpdesk, new_user):
    new_user("bo")
    page = " ".join(
        helpdesk.get("users", status="active", sort="-changed").text.split()
    )
    assert '<input type="hidden" name="status" form="find" value="active">' in page
    assert '<input type="hidden" name="sort" form="find" value="-changed">' in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "deactivated"}, ["cy"]),
        ({"source": "command:line"}, ["bo", "cy"]),
        ({"sort": "-user_name"}, ["okta.di", "cy", "bo"]),
        ({"since": "2000-01-01"}, ["bo", "cy", "okta.di"]),
        ({"since": "9999-12-31"}, []),
        ({"since": "garbled", "status": "x", "sort": "x"}, ["bo", "cy", "okta.di"]),
        ({"source": "\0"}, []),
        ({"group": "garbled"}, []),
        ({"q": "\0"}, ["bo", "cy", "okta.di"]),
    ],
)
def test_filters_are_read_from_the_address(viewer, new_user, okta, query, expected):
    new_user("bo")
    new_user("cy", active=False)
    new_user("okta.di", origin=okta)
    page = viewer.get("users", **query)
    assert page.status_code == 200
    found = [name for name in ("bo", "cy", "okta.di") if f"<bdi>{name}<" in page.text]
    assert found == sorted(expected)


def test_filter_that_is_on_can_be_taken_off(viewer, acme, do, new_user):
    bo = new_user("bo")
    made = do(groups.create, acme, {"displayName": "Staff"}, [bo], origin=ADA)
    page = viewer.get("users", group=made.id, status="active").text
    assert "Group: <bdi>Staff</bdi>" in page
    assert 'href="/o/acme/users?status=active"' in page


def test_group_is_filtered_by_name(viewer, acme, do, new_user):
    made = do(groups.create, acme, {"displayName": "Staff"}, [], origin=ADA)
    answer = viewer.get("users", in_group="sta", q="bo")
    assert answer.status_code == 303
    assert answer.location == f"/o/acme/users?q=bo&group={made.id}"
    unknown = viewer.get("users", in_group="<b>")
    assert "No group’s name begins with “&lt;b&gt;”." in unknown.text


def test_pages_follow_each_other(viewer, new_user):
    for number in range(51):
        new_user(f"user{number:02}")
    first = viewer.get("users").text
    assert "1–50 of 51" in first
    [cursor] = re.findall(r'cursor=(\w+)"\s+rel="next"', first)
    second = viewer.get("users", cursor=cursor).text
    assert "51–51 of 51" in second
    assert "user50" in second


def test_garbled_cursor_is_a_bad_request(viewer):
    answer = viewer.get("users", cursor="garbled")
    assert answer.status_code == 400
    assert "Begin at the first page" in answer.text


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ({}, "No users yet"),
        ({"q": "sanx"}, "Nobody matches “sanx”."),
        ({"q": "<i>", "status": "active"}, "Nobody active matches “&lt;i&gt;”."),
        ({"source": "admin"}, "Nobody matches these filters."),
    ],
)
def test_empty_list_names_a_next_step(helpdesk, query, title):
    page = helpdesk.get("users", **query).text
    assert title in page
    section = page.partition('<section id="results"')[2]
    assert '<a class="btn' in section


def test_an_empty_directory_leads_to_where_a_client_is_connected(viewer, acme):
    results = viewer.get("users").text.split('id="results"')[1]
    assert 'href="/o/acme/connect"' in results
    assert "Connect a client" in results


def test_status_that_nobody_has_is_said(viewer, new_user):
    new_user("bo")
    page = viewer.get("users", status="deactivated").text
    assert "Nobody is deactivated." in page
    assert "Show all users" in page


def test_names_from_elsewhere_are_shown_as_text(viewer, new_user):
    new_user("<script>", "<img src=x> \u202egpj.exe")
    page = viewer.get("users").text
    assert "&lt;script&gt;" in page
    assert "<img src=x>" not in page
    assert "⟦U+202E⟧gpj.exe" in page


def test_viewer_sees_no_control_that_writes(viewer, new_user):
    new_user("bo")
    page = viewer.get("users").text
    assert page.count('method="post"') == 1  # signing out
    assert "/users/new" not in page
    assert "data-pick" not in page
    assert "Actions for" not in page


def test_helpdesk_acts_from_the_row_and_comes_back(helpdesk, new_user):
    bo = new_user("bo")
    page = helpdesk.get("users", status="active").text
    assert f'action="/o/acme/users/{bo}/deactivate"' in page
    assert 'name="next" value="/o/acme/users?status=active"' in page
    assert f'action="/o/acme/users/{bo}/delete"' in page


def test_selection_hands_on_the_filter(helpdesk, admin, new_user):
    new_user("bo")
    page = helpdesk.get("users", q="bo").text
    bar = page.partition('id="bulk"')[2].partition("</form>")[0]
    assert 'action="/o/acme/users/bulk"' in bar
    assert '<input type="hidden" name="q" value="bo">' in bar
    assert "all_matching" not in bar


def test_selecting_all_that_match_is_offered_past_one_page(admin, helpdesk, new_user):
    for number in range(51):
        new_user(f"user{number:02}")
    assert "Select all 51 that match" in admin.get("users").text
    assert "that match" not in helpdesk.get("users").text


def test_anonymous_is_asked_to_sign_in(anonymous):
    answer = anonymous.get("users")
    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=")


def test_stranger_finds_no_such_page(stranger, new_user):
    bo = new_user("bo")
    assert stranger.get("users").status_code == 404
    assert stranger.get(f"users/{bo}").status_code == 404
    assert stranger.get(f"users/{new_id()}").status_code == 404
