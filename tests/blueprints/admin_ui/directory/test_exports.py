"""Exports: counted first, then streamed, to whoever may read."""

from __future__ import annotations

import csv
import io
import re

import orjson
import pytest

from services.directory import groups, users
from services.origin import Origin
from tests.served import fill

ORIGIN = Origin.of_command_line()


@pytest.fixture
def ten(acme, do):
    """Ten users, two of them deactivated, and a group of three."""
    return do(fill, acme, users=10, groups=1, members_per_group=3)


def lines(answer):
    text = answer.data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_page_says_how_many_it_would_be(viewer, ten):
    page = viewer.get("users/export").text
    assert "Export 10 users as CSV" in page
    assert "Everybody in the directory." in page


def test_the_page_keeps_the_filter_of_the_list(viewer, ten):
    page = viewer.get("users/export", status="deactivated", q="user0").text
    assert "Export 2 users as CSV" in page
    assert "deactivated users who match “user0”" in page
    assert re.search(
        r'href="[^"]*/users/export/csv\?q=user0&amp;status=deactivated"', page
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("admin", "everybody made by hand"),
        ("command:line", "everybody from the command line"),
        ("token:AAAAAAAAAA", "everybody from token rcl_AAAAAAAAAA…"),
    ],
)
def test_the_page_says_which_source_is_meant(viewer, acme, source, said):
    assert said in viewer.get("users/export", source=source).text


def test_a_filter_that_nobody_meets_offers_everybody(viewer, ten):
    page = viewer.get("users/export", q="zz").text
    assert "0 users" in page
    assert "as CSV</a>" not in page
    assert "Export everybody" in page


def test_users_come_as_csv(viewer, ten):
    answer = viewer.get("users/export/csv", status="active")
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="acme-users-\d{4}-\d\d-\d\d\.csv"',
        answer.headers["Content-Disposition"],
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(lines(answer)) == 8


def test_users_come_as_scim(viewer, ten):
    answer = viewer.get("users/export/json")
    document = orjson.loads(answer.data)
    assert answer.mimetype == "application/json"
    assert '.json"' in answer.headers["Content-Disposition"]
    assert document["totalResults"] == len(document["Resources"]) == 10
    first = document["Resources"][0]
    assert first["meta"]["location"] == (
        f"https://rollcall.example/scim/v2/Users/{first['id']}"
    )


def test_those_picked_are_exported_alone(viewer, ten):
    answer = viewer.get("users/export/csv", ids=ten[2:4])
    assert [line["id"] for line in lines(answer)] == ten[2:4]


@pytest.fixture
def kitchen(acme, ten, do):
    document = {"displayName": "Kitchen"}
    return do(groups.create, acme, document, ten[:1], origin=ORIGIN).id


def test_the_page_of_groups_says_how_many_it_would_be(viewer, kitchen):
    page = viewer.get("groups/export").text
    assert "2 groups with 4 members" in page
    assert "Export 2 groups as CSV" in page
    assert "All groups of the directory." in page


def test_the_page_of_groups_keeps_the_filter_of_the_list(viewer, kitchen):
    listed = viewer.get("groups", q="kit", source="admin").text
    page = viewer.get("groups/export", q="kit", sort="-members").text
    assert 'href="/o/acme/groups/export?q=kit"' in viewer.get("groups", q="kit").text
    assert "Export 1 group as CSV" in page
    assert "all groups that match “kit”" in page
    assert 'href="/o/acme/groups/export/json?q=kit&amp;sort=-members"' in page
    page = viewer.get("groups/export", q="kit", since="2020-01-31").text
    assert "all groups that match “kit”, changed since 31 Jan 2020" in page
    assert "groups/export" not in listed


def test_a_filter_that_no_group_meets_offers_all(viewer, kitchen):
    page = viewer.get("groups/export", q="zz", source="admin").text
    assert "all groups that match “zz”, made by hand" in page
    assert "as CSV</a>" not in page
    assert "Export all groups" in page


def test_groups_come_as_csv_with_their_members(viewer, ten, kitchen):
    answer = viewer.get("groups/export/csv", q="group")
    found = lines(answer)
    assert [line["group"] for line in found] == ["Group 0001"] * 3
    assert {line["memberId"] for line in found} <= set(ten)
    assert 'filename="acme-groups-' in answer.headers["Content-Disposition"]


def test_groups_come_as_scim_with_their_members(viewer, ten, kitchen):
    document = viewer.get("groups/export/json", q="kitchen").get_json()
    [group] = document["Resources"]
    assert document["totalResults"] == 1
    assert [one["value"] for one in group["members"]] == ten[:1]
    assert group["meta"]["location"] == (
        f"https://rollcall.example/scim/v2/Groups/{kitchen}"
    )


def test_groups_that_were_picked_are_exported_alone(viewer, kitchen):
    found = lines(viewer.get("groups/export/csv", ids=[kitchen]))
    assert [line["group"] for line in found] == ["Kitchen"]


def test_an_export_leaves_a_line_in_the_log(admin, ten, capsys):
    admin.get("users/export/csv")
    logged = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
    [line] = [one for one in logged if one.get("event") == "exported"]
    assert (line["what"], line["kind"], line["organization"]) == (
        "users",
        "csv",
        "acme",
    )
    assert line["actor"].startswith("admin:")


def test_formulas_of_a_provider_stay_text(viewer, acme, do):
    do(users.create, acme, {"userName": '=cmd|"/c calc"!A1'}, origin=ORIGIN)
    [line] = lines(viewer.get("users/export/csv"))
    assert line["userName"] == '\'=cmd|"/c calc"!A1'


@pytest.mark.parametrize(
    ("address", "query", "status"),
    [
        ("users/export/exe", {}, 404),
        ("users/export/csv", {"ids": "x"}, 400),
        ("users/export/csv", {"status": "sing", "since": "2026-99-99"}, 200),
        ("users/export/csv", {"group": "x", "sort": "y", "source": "z"}, 200),
        ("users/export", {"q": "\x00", "since": "9999-12-31"}, 200),
        ("groups/export/exe", {}, 404),
        ("groups/export/csv", {"ids": "x"}, 400),
        ("groups/export/json", {"q": "\x00", "source": "\x00", "sort": "y"}, 200),
        ("groups/export", {"q": "\x00", "source": "z"}, 200),
    ],
)
def test_odd_addresses_are_no_faults(viewer, ten, address, query, status):
    assert viewer.get(address, **query).status_code == status


@pytest.mark.parametrize(
    "address",
    ["users/export", "users/export/csv", "groups/export", "groups/export/json"],
)
def test_others_get_nothing(anonymous, stranger, ten, address):
    assert anonymous.get(address).status_code == 303
    assert stranger.get(address).status_code == 404


def test_ids_of_another_organization_export_nobody(stranger, ten, kitchen):
    answer = stranger.get("/o/globex/users/export/csv", ids=ten)
    assert (answer.status_code, lines(answer)) == (200, [])
    answer = stranger.get("/o/globex/groups/export/csv", ids=[kitchen])
    assert (answer.status_code, lines(answer)) == (200, [])
