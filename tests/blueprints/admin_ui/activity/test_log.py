"""The activity: what is listed, found, folded, opened, and for whom."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from blueprints.admin_ui.activity import log_view
from services.activity import request_writing
from services.directory import users
from services.organizations import OrganizationRef
from services.origin import Origin, new_id
from tests.admin_client import UNKNOWN_ID, AdminClient
from tests.scim_client import ScimClient
from tests.services.activity.test_request_buffer import entry

REFUSED: dict[str, Any] = {"outcome": "refused", "status": 409, "method": "POST"}
Write = Callable[..., list[str]]


@pytest.fixture
def write(app: Flask, acme: OrganizationRef) -> Write:
    """Rows of Acme a minute apart, the last of them a minute old; their ids."""

    def call(
        *rows: dict[str, Any], organization: OrganizationRef | None = acme
    ) -> list[str]:
        now = datetime.now(UTC)
        ids = [new_id() for _ in rows]
        with app.app_context():
            request_writing.write(
                [
                    entry(
                        organization,
                        **{
                            "id": id_,
                            "at": now - timedelta(minutes=len(rows) - place),
                            "path": f"/scim/v2/Users/{place}",
                            **row,
                        },
                    )
                    for place, (id_, row) in enumerate(zip(ids, rows, strict=True))
                ]
            )
        return ids

    return call


def opened(page: str) -> list[str]:
    """The ids of the rows, in their order."""
    return re.findall(r'id="open-([0-9a-f-]{36})"', page)


def test_the_newest_is_first_with_its_path_and_time_it_took(
    viewer: AdminClient, write: Write
) -> None:
    ids = write({}, REFUSED | {"duration_us": 14_000})
    page = viewer.get("activity", kind="scim").text
    assert opened(page)[:2] == ids[::-1]
    assert "<bdi>POST /Users/1</bdi>" in page
    assert "14 ms" in page


def test_only_what_went_wrong_is_loud(viewer: AdminClient, write: Write) -> None:
    write({"status": 200}, REFUSED)
    page = viewer.get("activity").text
    assert page.count("dot-bad") == 1
    assert re.search(r'code-bad"><span class="dot dot-bad"></span>\s*409', page)


def test_what_an_admin_did_has_a_mark_of_who_and_no_code(
    admin: AdminClient, viewer: AdminClient
) -> None:
    admin.post("groups/new", {"name": "Crew"})
    page = viewer.get("activity", kind="admin").text
    assert 'title="Ada Admin"' in page
    assert "code-ok" not in page


def test_leniencies_are_marked_on_their_row(viewer: AdminClient, write: Write) -> None:
    write({"notes": ["Read the text <False> as false."]})
    page = viewer.get("activity").text
    assert "with 1 note: Read the text &lt;False&gt; as false." in page


def test_who_sent_it_is_the_token_and_the_provider_that_it_does_not_name(
    viewer: AdminClient, write: Write
) -> None:
    write({"actor_name": "Okta <1>", "provider": "Okta"})
    write({"actor_name": "Okta <2>", "provider": "Entra ID"})
    page = viewer.get("activity", kind="scim").text
    assert '<td class="soft small w-token"><bdi>Okta &lt;1&gt;</bdi></td>' in page
    beside = '<small class="muted"><bdi>Entra ID</bdi></small>'
    assert f"<bdi>Okta &lt;2&gt;</bdi>{beside}</td>" in page


def test_lookups_in_a_row_are_folded_and_each_can_be_opened(
    viewer: AdminClient, write: Write
) -> None:
    ids = write(*[{"token_public_id": "a", "path": "/scim/v2/Users"}] * 4, REFUSED)
    page = viewer.get("activity", kind="scim").text
    assert page.count("(4 requests)") == 1
    assert re.search(r'<details class="fold"\s*>', page)
    assert opened(page)[:5] == ids[::-1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [1, 0]),
        ({"outcome": "failed"}, [1]),
        ({"outcome": "problem"}, [1]),
        ({"outcome": "read"}, [0]),
        ({"outcome": "error"}, []),
        ({"method": "post"}, [1]),
        ({"token": "7Qm2"}, [0]),
        ({"provider": "Okta"}, [0]),
        ({"kind": "scim"}, [1, 0]),
        ({"q": "needle"}, [1]),
        ({"since": "1h"}, [1, 0]),
        ({"since": "2020-01-01T00:00", "until": "2020-01-02T00:00"}, []),
    ],
)
def test_rows_are_found_by(
    viewer: AdminClient, write: Write, query: dict[str, Any], expected: list[int]
) -> None:
    ids = write(
        {"token_public_id": "7Qm2", "provider": "Okta"}, REFUSED | {"detail": "needle"}
    )
    found = [one for one in opened(viewer.get("activity", **query).text) if one in ids]
    assert found == [ids[place] for place in expected]


def test_a_day_is_looked_at_unless_something_is_followed(
    viewer: AdminClient, write: Write
) -> None:
    old = datetime.now(UTC) - timedelta(days=3)
    (id_,) = write({"at": old, "resource_id": UNKNOWN_ID})
    assert id_ not in opened(viewer.get("activity").text)
    assert id_ in opened(viewer.get("activity", since="7d").text)
    assert id_ in opened(viewer.get("activity", resource=UNKNOWN_ID).text)
    assert id_ in opened(viewer.get("activity", request=id_).text)


@pytest.mark.parametrize(
    "query",
    [
        {
            "outcome": "x",
            "method": "’",
            "kind": "\x00",
            "resource": "1",
            "token": "\x00",
        },
        {"since": "tomorrow", "until": "0001-01-01T00:00"},
        {"since": "0001-01-01", "until": "9999-12-31T23:59"},
        {"q": "\x00", "provider": "\u202e"},
        {"request": "\x00" * 300},
        {"who": "\x00%_"},
        {"live": "1", "until": "2020-01-01"},
    ],
)
@pytest.mark.parametrize("path", ["activity", "activity/export"])
def test_an_address_that_means_nothing_still_leads_to_a_list(
    viewer: AdminClient, path: str, query: dict[str, Any]
) -> None:
    assert viewer.get(path, **query).status_code == 200


def test_what_an_address_says_in_vain_is_said(viewer: AdminClient) -> None:
    vain: dict[str, Any] = {
        "since": "2024-13-45",
        "outcome": "<b>",
        "kind": "scim",
        "method": "get",
    }
    page = viewer.get("activity", **vain).text
    assert "<code>outcome=&lt;b&gt;</code>" in page
    assert "<code>since=2024-13-45</code>" in page
    assert page.count("not understood") == 1
    assert "<code>kind" not in page
    plain: dict[str, Any] = {
        "since": "all",
        "outcome": "problem",
        "until": "2026-12-01T04:00",
    }
    assert "not understood" not in viewer.get("activity", **plain).text


def test_the_lists_of_outcomes_count_the_problems(
    viewer: AdminClient, write: Write
) -> None:
    write({}, REFUSED, REFUSED)
    page = viewer.get("activity").text
    assert re.search(r'Failed\s*<span class="num">2</span>', page)
    assert "in 24 hours" in page


def test_filters_are_chips_that_can_be_taken_away(
    viewer: AdminClient, write: Write
) -> None:
    write({"provider": "Okta"})
    page = viewer.get("activity", provider="Okta", method="GET").text
    assert re.search(r'href="/o/acme/activity\?method=GET"[^>]*>\s*<span', page)
    assert "<bdi>Okta</bdi>" in page


def test_a_person_is_found_by_name_and_followed(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    with app.app_context():
        made = users.create(
            acme, {"userName": "bo.lind"}, origin=Origin.of_command_line()
        )
    answer = viewer.get("activity", who="bo.lind")
    assert answer.status_code == 303
    assert answer.location == f"/o/acme/activity?resource={made.id}"
    assert "<bdi>bo.lind</bdi>" in viewer.get("activity", resource=made.id).text


def test_several_who_fit_are_offered(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    with app.app_context():
        for name in ("bo.lind", "bo.sato"):
            users.create(acme, {"userName": name}, origin=Origin.of_command_line())
    page = viewer.get("activity", who="bo").text
    assert "Who is meant?" in page
    assert page.count("/o/acme/activity?resource=") == 2


def test_nobody_who_fits_is_said(viewer: AdminClient) -> None:
    assert "fits “<i>x”" not in viewer.get("activity", who="<i>x").text
    assert "fits “&lt;i&gt;x”" in viewer.get("activity", who="<i>x").text


def test_for_nobody_nothing_is_listed(viewer: AdminClient, write: Write) -> None:
    (id_,) = write({})
    page = viewer.get("activity", who="nobodyxx", live="1", cursor="bm8").text
    assert opened(page) == []
    assert page.count("Nobody and no group fits “nobodyxx”.") == 2
    assert 'hx-trigger="every' not in page
    assert opened(viewer.get("activity", kind="scim").text) == [id_]


@pytest.mark.parametrize("until", ["2026-12-01T04:00", "2026-12-01T05:00"])
def test_a_time_that_ends_before_it_begins_is_said_to(
    viewer: AdminClient, write: Write, until: str
) -> None:
    write({})
    page = viewer.get("activity", since="2026-12-01T05:00", until=until).text
    assert "The chosen time ends before it begins." in page
    later = viewer.get("activity", since="2026-12-01T05:00", until="2026-12-01T05:01")
    assert "No entries at that time." in later.text


def test_fields_that_are_left_empty_stay_out_of_the_address(
    viewer: AdminClient,
) -> None:
    answer = viewer.get("activity", who="", outcome="", method="GET", q="a&b")
    assert answer.status_code == 303
    assert answer.location == "/o/acme/activity?q=a%26b&method=GET"
    answer = viewer.get("activity", who="nobodyxx", _scheme="x", token="")
    assert answer.location == "/o/acme/activity?who=nobodyxx"
    assert viewer.get("activity", htmx=True, q="").status_code == 200


def test_older_rows_follow_by_link_and_by_htmx(
    viewer: AdminClient, write: Write
) -> None:
    ids = write(*[REFUSED] * 60)
    first = viewer.get("activity", kind="scim").text
    address = re.search(r'href="([^"]+)"\s+rel="next"', first)
    assert address
    path = address[1].replace("&amp;", "&")
    plain = viewer.browser.get(path).text
    part = viewer.browser.get(
        path, headers={"HX-Request": "true", "HX-Target": "log"}
    ).text
    assert opened(first) == ids[::-1][:50]
    assert opened(plain)[:10] == opened(part)[:10] == ids[::-1][50:]
    assert "Newest" in plain
    assert part.lstrip().startswith("<tbody")
    assert 'id="foot"' in part


def test_a_search_that_is_not_at_its_end_says_how_far_it_looked(
    viewer: AdminClient, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.activity.request_log.SEARCHED_AT_ONCE", 2)
    write({}, {}, {}, {})
    page = viewer.get("activity", q="nowhere").text
    assert "Nothing found so far" in page
    assert "Searched back to" in page
    assert "Search further" in page


def test_dropped_rows_are_told(
    app: Flask, acme: OrganizationRef, viewer: AdminClient
) -> None:
    at = datetime.now(UTC) - timedelta(minutes=5)
    gap = request_writing.Gap(acme.seq, "", at, at + timedelta(minutes=1), 42)
    with app.app_context():
        request_writing.write_gaps([gap])
    assert "42 requests left no row" in viewer.get("activity").text


def test_without_any_request_the_next_step_is_to_connect(viewer: AdminClient) -> None:
    page = viewer.get("activity").text
    assert "No provider has sent a request yet" in page
    assert 'href="/o/acme/connect"' in page


def test_no_failure_is_good_news_without_a_button(
    viewer: AdminClient, write: Write
) -> None:
    write({})
    page = viewer.get("activity", outcome="failed").text
    assert "No failed requests in the last 24 hours." in page
    assert "Look at everything kept" not in page


def test_an_empty_search_leads_on(viewer: AdminClient, write: Write) -> None:
    write({})
    page = viewer.get("activity", q="<zzz>").text
    assert "Nothing matches “&lt;zzz&gt;” in the last 24 hours." in page
    assert "since=all" in page
    assert "Clear the filters" in page


def test_a_request_of_a_provider_is_listed(
    app: Flask, viewer: AdminClient, scim: ScimClient
) -> None:
    scim.post("/Users", {"userName": "ana"})
    app.extensions["request_log"].flush()
    page = viewer.get("activity", kind="scim").text
    assert "ana" in page
    assert "201" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": "scim"}, "1 request in the last 24 hours"),
        ({"provider": "Okta", "since": "1h"}, "1 request in the last hour"),
        ({"kind": "admin"}, "1 entry in the last 24 hours"),
        ({"method": "GET", "since": "1h"}, "2 entries in the last hour"),
        ({"method": "GET", "since": "all"}, "2 entries"),
    ],
)
def test_rows_are_counted_by_a_word_that_is_true_of_all(
    owner: AdminClient, write: Write, query: dict[str, Any], expected: str
) -> None:
    write({"provider": "Okta"}, {"kind": "admin"})
    page = owner.get("activity", **query).text
    assert re.search(rf'<span class="num">\s*{expected}\s*</span>', page)


def test_counts_stop_and_say_so(
    viewer: AdminClient, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_view, "MOST_COUNTED", 2)
    monkeypatch.setattr(log_view, "MOST_PROBLEMS", 1)
    write(REFUSED, REFUSED, {})
    page = viewer.get("activity", kind="scim").text
    assert "2+ requests in the last 24 hours" in page
    assert '<span class="num">1+</span>' in page


@pytest.mark.parametrize(("who", "n_found"), [("admin", 1), ("viewer", 0)])
def test_only_who_may_read_bodies_finds_by_them(
    request: pytest.FixtureRequest, write: Write, who: str, n_found: int
) -> None:
    write({"request_body": '{"title": "Harpist"}'})
    client: AdminClient = request.getfixturevalue(who)
    page = client.get("activity", q="harpist").text
    assert len(opened(page)) == n_found
    assert ("1 found, bodies included" in page) is bool(n_found)
    assert ("ID or body…" in page) is bool(n_found)
    assert len(opened(client.get("activity", q="/Users/0").text)) == 1


def test_what_a_token_did_in_a_chosen_time_is_one_press_from_its_undo(
    helpdesk: AdminClient, viewer: AdminClient
) -> None:
    since, until = "2026-11-24T14:02", "2026-11-24T14:09"
    asked = helpdesk.get("activity", token="7Qm2", since=since, until=until)
    page = html.unescape(asked.text)
    assert "/undo?token=7Qm2&since=2026-11-24T14:02:00%2B00:00&until=" in page
    page = html.unescape(helpdesk.get("activity", token="7Qm2").text)
    assert "/undo?token=7Qm2&next=/o/acme/activity?token%3D7Qm2" in page
    assert "/undo?" not in viewer.get("activity", token="7Qm2").text
