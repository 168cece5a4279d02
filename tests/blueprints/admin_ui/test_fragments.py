"""Pages or parts of them; and where one may be led."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask, render_template, request

from app import create_app
from blueprints.admin_ui import fragments

HTMX = {"HX-Request": "true"}
HOSTILE = [
    "",
    "users",
    "https://evil.example",
    "HTTPS://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "/\\/evil.example",
    "\\\\evil.example",
    "/o\\..\\..\\evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\n/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/o/acme\r\n\r\n<script>",
    "/\x00/evil.example",
    "/\x0b/evil.example",
    "/\x7f/evil.example",
    "/\u2028/evil.example",
    "/\u200b/evil.example",
    "/\u202e/evil.example",
    "\u200b//evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "mailto:a@evil.example",
    "http:evil.example",
    "http:/evil.example",
    "https:///evil.example",
    "evil.example",
    "@evil.example",
    "?next=//evil.example",
    "#//evil.example",
    ".evil.example",
    "../evil.example",
    "／／evil.example",
    "/" + "a" * 2_000,
    "/o/acme/\ud800",
]
LOCAL = [
    "/",
    "/o/acme/",
    "/o/acme/users?q=a&status=active",
    "/o/acme/users?next=https://evil.example",
    "/@evil.example",
    "/o/acme/users#top",
    "/%09/evil.example",
    "/%2f/evil.example",
    "/%5cevil.example",
    "/o/名/",
    "/．／evil.example",
    "/o/..//evil.example",
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("fragments")
    return create_app({"ROLLCALL_INSTANCE": str(folder)})


@pytest.mark.parametrize("text", HOSTILE)
def test_what_leads_elsewhere_is_not_followed(text: str) -> None:
    assert fragments.local_path(text, "/start") == "/start"


@pytest.mark.parametrize("text", LOCAL)
def test_a_page_of_ours_is_followed(text: str) -> None:
    assert fragments.local_path(text, "/start") == text
    led_to = urlsplit(urljoin("https://rollcall.example/login", text))
    assert led_to.netloc == "rollcall.example"


def test_no_address_leads_to_the_start() -> None:
    assert fragments.local_path(None, "/start") == "/start"
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, False),
        (HTMX, True),
        ({**HTMX, "HX-Boosted": "true"}, False),
        ({**HTMX, "HX-History-Restore-Request": "true"}, False),
        ({"HX-Boosted": "true"}, False),
    ],
)
def test_a_part_is_for_htmx_that_puts_it_in_place(
    app: Flask, headers: dict[str, str], wanted: bool
) -> None:
    with app.test_request_context(headers=headers):
        assert fragments.wants_fragment() is wanted


def test_going_on_is_303_and_for_htmx_a_header(app: Flask) -> None:
    with app.test_request_context():
        plain = fragments.go("/o/acme/")
    with app.test_request_context(headers=HTMX):
        quick = fragments.go("/o/acme/")
    assert (plain.status_code, plain.location) == (303, "/o/acme/")
    assert (quick.status_code, quick.headers["HX-Redirect"]) == (200, "/o/acme/")
    assert quick.get_data() == b""


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_address_of_any_script_fits_into_a_header(
    app: Flask, headers: dict[str, str]
) -> None:
    with app.test_request_context(headers=headers):
        answer = fragments.go("/o/acme/Łódź?q=名")
        sent = str(answer.get_wsgi_headers(request.environ))
    assert "/o/acme/%C5%81%C3%B3d%C5%BA?q=%E5%90%8D" in sent
    assert sent.isascii()


def test_a_notice_waits_for_the_next_page(app: Flask) -> None:
    with app.test_request_context():
        fragments.notify("Bo was deactivated.", undo="/o/acme/users/1/reactivate")
        page = render_template("layouts/_toasts.html", is_oob=False)
    assert 'data-toast="done"' in page
    assert "<p>Bo was deactivated.</p>" in page
    assert 'action="/o/acme/users/1/reactivate"' in page
    assert 'name="csrf_token" value="' in page


def test_a_notice_is_text(app: Flask) -> None:
    with app.test_request_context():
        fragments.notify("<script>\u202e was removed.", kind="problem")
        page = render_template("layouts/_toasts.html", is_oob=False)
    assert "&lt;script&gt;⟦U+202E⟧ was removed." in page
    assert 'data-toast="problem"' in page
    assert "Undo" not in page


def test_parts_come_with_the_notices(app: Flask) -> None:
    values: dict[str, Any] = {"title": "Not found", "detail": "No.", "incident": ""}
    with app.test_request_context(headers=HTMX):
        fragments.notify("Done.")
        answer = fragments.show("errors/show.html", "errors/_sentence.html", **values)
    parts = answer.get_data(as_text=True)
    assert "<html" not in parts
    assert "<h1>Not found</h1>" in parts
    assert 'hx-swap-oob="beforeend"' in parts
    assert "<p>Done.</p>" in parts
