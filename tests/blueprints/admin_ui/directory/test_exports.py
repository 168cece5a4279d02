"""Exports: counted first, then streamed, to whoever may read."""

from __future__ import annotations

import csv
import io
import re

import orjson
import pytest

from services.directory import users
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
    assert "1 group with 3 members" in page


def test_the_page_keeps_the_filter_of_the_list(viewer, ten):
    page = viewer.get("users/export", status="deactivated", q="user0").text
    assert "Export 2 users as CSV" in page
    assert "deactivated users who match “user0”" in page
    assert re.search(
        r'href="[^"]*/users/export/csv\?q=user0&amp;status=deactivated"', page
    )


def test_a_filter_that_nobody_meets_offers_everybody(viewer, ten):
    page = viewer.get("users/export", q="zz").text
    assert "0 users" in page
    assert "as CSV</a>" not in page.split("groups-title")[0]
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


def test_groups_come_with_their_members(viewer, ten):
    found = lines(viewer.get("groups/export/csv"))
    assert [line["group"] for line in found] == ["Group 0001"] * 3
    assert {line["memberId"] for line in found} <= set(ten)


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
    ],
)
def test_odd_addresses_are_no_faults(viewer, ten, address, query, status):
    assert viewer.get(address, **query).status_code == status


@pytest.mark.parametrize(
    "address",
    ["users/export", "users/export/csv", "users/export/json", "groups/export/csv"],
)
def test_others_get_nothing(anonymous, stranger, ten, address):
    assert anonymous.get(address).status_code == 303
    assert stranger.get(address).status_code == 404


def test_ids_of_another_organization_export_nobody(stranger, ten):
    answer = stranger.get("/o/globex/users/export/csv", ids=ten)
    assert (answer.status_code, lines(answer)) == (200, [])
