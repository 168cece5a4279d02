"""What was sent and answered, as it is shown: laid out, cut, missing, hostile."""

from __future__ import annotations

import html
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from flask import Flask

from blueprints.admin_ui import formats
from blueprints.admin_ui.activity import exchange_view
from services import organizations
from services.activity import log_retention, request_log, request_writing
from services.activity.log_retention import LogRules
from services.activity.redacted_bodies import KEPT_BYTES
from services.activity.request_log import LoggedExchange, LoggedRequest
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.admin_client import AdminClient
from tests.directories import logged
from tests.scim_client import ScimClient
from tests.services.activity.test_request_buffer import entry

BIDI = "\u202e"
ESCAPE = "\x1b[201~"


def page_of(app: Flask, client: AdminClient) -> str:
    """The inspector of the newest request that came by SCIM."""
    logged(app)
    with app.app_context():
        rows = request_log.page(organizations.get("acme")).rows
    newest = next(row for row in rows if row.kind == "scim")
    answer = client.get(f"activity/{newest.id}", htmx=True)
    assert answer.status_code == 200
    return answer.text


def text_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def block(page: str, label: str) -> str:
    """The text of a `<pre>`, as it would be copied."""
    found = re.search(rf'aria-label="{label}">(.*?)</pre>', page, re.DOTALL)
    assert found, label
    return text_of(found[1])


def written(acme: OrganizationRef, **columns: object) -> None:
    request_writing.write([entry(acme, at=datetime.now(UTC), **columns)])


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b'{"a": "</pre><script>alert(1)</script>"}', "</pre><script>"),
        (b'{"a": "<img src=x onerror=alert(1)>"}', "<img src=x"),
        (f'{{"a": "{BIDI}"}}', "\\u202e"),
        (b'{"a": "\\u202e"}', "\\u202e"),
        (b'{"\\"><b>": 1', '\\"><b>'),
        (b"[" * 16_000, "[" * 100),
        (b"{not json at all</pre>", "{"),
        (b'{"a": ' + b"9" * 9_000 + b"}", "9" * 9_000),
        ('{"a": "\U000e0041"}', "\\udb40\\udc41"),
    ],
    ids=["end", "tag", "bidi", "escaped", "name", "deep", "none", "huge", "unseen"],
)
def test_a_hostile_body_is_text(
    app: Flask, scim: ScimClient, admin: AdminClient, sent: bytes | str, said: str
) -> None:
    data = sent if isinstance(sent, bytes) else sent.encode()
    scim.request("POST", "/Users", data)
    page = page_of(app, admin)
    assert said in block(page, "Request body")
    assert "<script" not in page
    assert "<img" not in page
    assert BIDI not in page


@pytest.mark.parametrize("sent", [b'{"a": "\xff\xfe"}', b"\x80", b"plain text"])
def test_a_body_that_is_no_json_is_not_kept_and_said_so(
    app: Flask, scim: ScimClient, admin: AdminClient, sent: bytes
) -> None:
    scim.request("POST", "/Users", sent)
    page = page_of(app, admin)
    assert f"This body of {formats.file_size(len(sent))} was not kept" in page
    assert "@body.json" in page


def test_a_cut_body_is_laid_out_and_tells_its_size(
    app: Flask, scim: ScimClient, admin: AdminClient
) -> None:
    sent = {"userName": "bo", "title": "x" * 40, "nickName": "é" * 20_000}
    scim.request("POST", "/Users", sent)
    page = page_of(app, admin)
    shown = block(page, "Request body")
    n_bytes = len(orjson.dumps(sent))
    assert f"The first 16 KB of {n_bytes / 1024:.1f} KB are kept." in page
    assert shown.startswith('{\n  "userName": "bo",\n')
    assert shown.endswith("é")
    assert "@body.json" in page
    assert "put one into the file body.json." in page


def test_nothing_sent_is_said(app: Flask, scim: ScimClient, admin: AdminClient) -> None:
    user = scim.new_user("bo")
    scim.delete(f"/Users/{user['id']}")
    page = page_of(app, admin)
    assert "Nothing was sent with this request." in page
    assert "The reply has no body." in page
    assert 'class="mark"' not in page


def test_meaning_only_says_that_bodies_are_not_kept(
    app: Flask, scim: ScimClient, admin: AdminClient, acme: OrganizationRef
) -> None:
    scim.new_user("bo")
    logged(app)
    with app.app_context():
        origin = Origin.of_command_line()
        log_retention.set_rules(acme, LogRules(30, keeps_bodies=False), origin=origin)
    scim.new_user("bea")
    page = page_of(app, admin)
    assert page.count("No bodies are kept in this organization.") == 2
    assert "This one had 18 bytes." in page
    assert 'aria-label="Request body"' not in page


def test_the_raw_body_is_what_came(
    app: Flask, scim: ScimClient, admin: AdminClient
) -> None:
    sent = b'{ "userName" :\n\t"bo", "userName": "bea",  "x": 1.10 }'
    scim.request("POST", "/Users", sent)
    page = page_of(app, admin)
    assert block(page, "Raw request") == sent.decode()
    assert '"userName": "bo", "userName": "bea", "x": 1.10' in block(
        page, "Request body"
    )


def made(
    request_body: str | None = None, **columns: Any
) -> LoggedExchange:  # Any: values of columns
    row: dict[str, Any] = dict.fromkeys(LoggedRequest.__annotations__)  # Any: as above
    row |= {
        "id": "0190f2d4-1c6e-7a3b-8f5d-2b9c4e6a7d10",
        "kind": "scim",
        "at": datetime(2026, 11, 3, 12, tzinfo=UTC),
        "method": "POST",
        "path": "/scim/v2/Users",
        "user_agent": "Okta",
        "request_bytes": len(request_body or ""),
    }
    return LoggedExchange(LoggedRequest(**(row | columns)), request_body, None)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ('{"userName":"bo"}', ""),
        (
            '{"userName":"bo","password":"hidden"}',
            "Replace what is hidden in its body.",
        ),
        (None, "Its body is not kept whole: put one into the file body.json."),
    ],
)
def test_what_a_command_lacks_is_said(sent: str | None, sentence: str) -> None:
    exchange = made(request_body=sent)
    request = replace(exchange.request, request_bytes=60)
    assert exchange_view.missing(replace(exchange, request=request)) == sentence


def test_a_command_without_a_body_lacks_nothing() -> None:
    assert exchange_view.missing(made(request_body=None)) == ""


def sent_by(app: Flask, exchange: LoggedExchange) -> list[str]:
    """The arguments that a shell would hand to `curl`."""
    with app.test_request_context():
        command = exchange_view.curl(exchange)
    script = command.replace("curl ", "printf '%s\\0' ", 1)
    ran = subprocess.run(
        ["/bin/sh", "-c", script],
        env={"ROLLCALL_TOKEN": "rcl_mine"},
        capture_output=True,
        check=True,
    )
    return ran.stdout.decode().split("\0")[:-1]


def test_a_command_sends_the_same_with_the_readers_token(app: Flask) -> None:
    words = sent_by(app, made(request_body='{"userName": "o\'neil"}'))
    assert words[:3] == ["--globoff", "--request", "POST"]
    assert "Authorization: Bearer rcl_mine" in words
    assert words[words.index("--data-raw") + 1] == '{"userName": "o\'neil"}'
    assert words[-1] == "https://rollcall.example/scim/v2/Users"


@pytest.mark.parametrize(
    "hostile",
    ["'; touch /tmp/x; '", "$(touch /tmp/x)", "`id`", "@/etc/passwd", "\\", "!!", '"'],
)
def test_nothing_in_a_command_acts(app: Flask, hostile: str) -> None:
    exchange = made(request_body=hostile, path=f"/scim/v2/{hostile}", method=hostile)
    words = sent_by(app, exchange)
    assert words[words.index("--data-raw") + 1] == hostile
    assert words[words.index("--request") + 1] == hostile
    assert len(words) == 10
    assert words[-1].startswith("https://rollcall.example/scim/v2/")


def test_a_terminal_reads_no_controls_from_a_command(app: Flask) -> None:
    exchange = made(
        request_body=f'{{"a": "{ESCAPE}{BIDI}"}}',
        path=f"/scim/v2/Users?x={ESCAPE}\nid",
        method=f"PUT{ESCAPE}",
    )
    with app.test_request_context():
        command = exchange_view.curl(exchange)
    assert "\x1b" not in command
    assert BIDI not in command
    assert '{"a": "\\u001b[201~\\u202e"}' in command
    assert all(line.endswith(" \\") for line in command.splitlines()[:-1])


def test_brackets_and_letters_of_an_address_are_kept(app: Flask) -> None:
    path = '/scim/v2/Users/ü ?filter=emails[type%20eq%20"work"]&count=1'
    words = sent_by(app, made(method="GET", path=path))
    assert "--globoff" in words
    assert words[-1] == (
        "https://rollcall.example/scim/v2/Users/%C3%BC%20"
        '?filter=emails[type%20eq%20"work"]&count=1'
    )


def test_support_gets_what_is_needed_and_no_body(app: Flask) -> None:
    exchange = made(
        status=500,
        path="/scim/v2/Users?filter=userName",
        detail=f"Something failed.{BIDI}",
        request_body='{"password": "hidden"}',
    )
    text = exchange_view.support_text(exchange.request)
    assert text.splitlines() == [
        "Request ID: 0190f2d4-1c6e-7a3b-8f5d-2b9c4e6a7d10",
        "Time: 2026-11-03T12:00:00.000+00:00",
        "Request: POST /scim/v2/Users",
        "Status: 500 Internal Server Error",
        "Detail: Something failed.⟦U+202E⟧",
        "Sent by: Okta",
    ]


def test_a_failure_can_be_copied_for_support(
    app: Flask, admin: AdminClient, viewer: AdminClient, acme: OrganizationRef
) -> None:
    with app.app_context():
        written(acme, status=500, outcome="failed", detail="Incident 7", cause=None)
    assert "Status: 500 Internal Server Error" in block(
        page_of(app, admin), "Text for support"
    )
    assert "Copy this for support" in page_of(app, viewer)


@pytest.mark.parametrize(
    ("length", "n_bytes", "is_cut"),
    [
        (10, 4_000, False),
        (KEPT_BYTES, KEPT_BYTES, False),
        (KEPT_BYTES, KEPT_BYTES + 1, True),
        (KEPT_BYTES - 2, KEPT_BYTES + 9, True),
    ],
)
def test_a_head_is_told_from_a_body_that_shrank(
    length: int, n_bytes: int, *, is_cut: bool
) -> None:
    assert exchange_view.is_cut("x" * length, n_bytes) is is_cut


@pytest.mark.parametrize(
    ("status", "words"), [(409, "409 Conflict"), (299, "299"), (None, "")]
)
def test_a_status_is_named(status: int | None, words: str) -> None:
    assert exchange_view.status_words(status) == words
