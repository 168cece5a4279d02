"""Errors as people see them: in the frame they were in, and always with a way out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from blueprints import error_pages
from models.database import Busy, db
from services.access.sign_in import TooManyFailures
from services.errors import AlreadyTaken, Invalid, NotFound, VersionMismatch
from tests.admin_client import HTMX, AdminClient
from tests.listening import listening

INCIDENT = re.compile(r"incident id ([0-9a-f-]{36})\.")
FRAME = 'class="sidebar"'
POLLS = {**HTMX, "X-Polled": "1"}


def failing(error: BaseException | int) -> Any:  # Any: a view that answers nothing
    def fail() -> None:
        if isinstance(error, int):
            abort(error)
        raise error

    return fail


ERRORS: dict[str, tuple[BaseException | int, int, str]] = {
    "bad": (400, 400, "Bad request"),
    "invalid": (Invalid("name", "Give a name."), 400, "Bad request"),
    "forbidden": (403, 403, "You may not do that"),
    "missing": (NotFound("There is no such user."), 404, "Not found"),
    "taken": (AlreadyTaken("name", "Bo is taken."), 409, "Taken already"),
    "stale": (VersionMismatch("Somebody was quicker."), 412, "Changed meanwhile"),
    "large": (413, 413, "That is too large"),
    "tries": (TooManyFailures(90), 429, "Too many tries"),
    "busy": (Busy(), 503, "Rollcall is busy"),
    "teapot": (418, 418, "I&#39;m a teapot"),
    "fault": (RuntimeError("hunter2"), 500, "Something went wrong"),
}
each_error = pytest.mark.parametrize("name", ERRORS)


@pytest.fixture
def faulty(app: Flask) -> Flask:
    """With addresses that fail, each in its way, beside those of the admin UI."""
    app.testing = False  # else Flask hands exceptions on
    for name, (error, _, _) in ERRORS.items():
        app.add_url_rule(f"/o/acme/fails/{name}", f"fails_{name}", failing(error))
        app.add_url_rule(f"/fails/{name}", f"fails_out_{name}", failing(error))
    return app


@pytest.fixture
def away(app: Flask, owner: AdminClient) -> Iterator[None]:
    """The database stays away, once somebody has signed in."""

    def refuse(*_: object) -> None:
        raise Busy

    with app.app_context():
        db.engine.dispose()
        with listening("do_connect", refuse):
            yield


@each_error
@pytest.mark.usefixtures("faulty")
def test_signed_in_an_error_keeps_the_frame(owner: AdminClient, name: str) -> None:
    _, status, title = ERRORS[name]
    page = owner.get(f"fails/{name}")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert f"<h1>{title}</h1>" in page.text
    assert FRAME in page.text
    assert 'href="/o/acme/"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert f"Status {status} · request {page.headers['X-Request-Id']}<" in page.text


@each_error
@pytest.mark.usefixtures("faulty")
def test_signed_out_an_error_is_a_plain_page(client: FlaskClient, name: str) -> None:
    _, status, title = ERRORS[name]
    page = client.get(f"/fails/{name}")
    assert page.status_code == status
    assert f"<h1>{title}</h1>" in page.text
    assert FRAME not in page.text
    assert 'href="/login"' in page.text
    assert f"Status {status} · request {page.headers['X-Request-Id']}<" in page.text
    assert "Service status</a>" in page.text


@each_error
@pytest.mark.parametrize("headers", [HTMX, POLLS])
@pytest.mark.usefixtures("faulty")
def test_htmx_gets_the_sentence_alone(
    owner: AdminClient, name: str, headers: dict[str, str]
) -> None:
    answer = owner.browser.get(f"/o/acme/fails/{name}", headers=headers)
    assert (answer.status_code, answer.mimetype) == (ERRORS[name][1], "text/plain")
    assert "<" not in answer.text
    assert answer.text.endswith(".")
    assert answer.headers["Vary"].count("HX-Request") == 1


@pytest.mark.parametrize("more", ["HX-Boosted", "HX-History-Restore-Request"])
@pytest.mark.usefixtures("faulty")
def test_htmx_that_navigates_gets_the_page(owner: AdminClient, more: str) -> None:
    headers = {**HTMX, more: "true"}
    answer = owner.browser.get("/o/acme/fails/missing", headers=headers)
    assert answer.mimetype == "text/html"
    assert FRAME in answer.text


@pytest.mark.parametrize("where", ["/o/acme/fails/fault", "/fails/fault"])
@pytest.mark.usefixtures("faulty")
def test_a_fault_shows_its_incident_and_nothing_else(
    owner: AdminClient, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    page = owner.get(where)
    found = INCIDENT.search(page.text)
    logged = json.loads(capsys.readouterr().err.splitlines()[0])
    assert found
    assert logged["incident"] == found[1]
    assert page.text.count(found[1]) >= 2
    assert "hunter2" not in page.text


@pytest.mark.parametrize(
    ("name", "is_offered"), [("fault", True), ("busy", True), ("missing", False)]
)
@pytest.mark.usefixtures("faulty")
def test_what_may_pass_can_be_tried_again(
    owner: AdminClient, name: str, is_offered: bool
) -> None:
    page = owner.get(f"fails/{name}", q="a&b")
    again = f'href="/o/acme/fails/{name}?q=a%26b"'
    assert (again in page.text) is is_offered


@pytest.mark.parametrize(
    "path", ["/nowhere", "/o/acme/nowhere", "/o/nowhere/x", "/o/globex/", "/o/", "/o"]
)
def test_an_unknown_address_keeps_the_frame(owner: AdminClient, path: str) -> None:
    page = owner.get(path)
    assert page.status_code == 404
    assert FRAME in page.text
    assert ("Go to the overview" in page.text) is path.startswith("/o/acme/")
    assert page.headers["Cache-Control"] == "no-store"


def test_an_owner_of_the_installation_may_mistype_too(
    instance_owner: AdminClient,
) -> None:
    page = instance_owner.get("/o/nowhere/x")
    assert page.status_code == 404
    assert "Choose an organization" in page.text


def test_another_organization_shows_in_no_frame(stranger: AdminClient) -> None:
    for path in ("/o/acme/nowhere", "/o/acme/"):
        page = stranger.get(path)
        assert page.status_code == 404
        assert "Acme" not in page.text


def test_a_wrong_method_is_said_in_the_frame(owner: AdminClient) -> None:
    page = owner.browser.delete("/o/acme/tokens")
    assert page.status_code == 405
    assert "<h1>Not possible here</h1>" in page.text
    assert "DELETE is not possible here." in page.text
    assert FRAME in page.text


def test_a_form_that_is_too_large_is_said_in_the_frame(owner: AdminClient) -> None:
    token = owner._ask_for_token()
    owner.app.config["MAX_CONTENT_LENGTH"] = 1_000
    page = owner.browser.post(
        "/o/acme/settings/name",
        data={"name": "x" * 5_000},
        headers={"X-CSRFToken": token},
    )
    assert page.status_code == 413
    assert "<h1>That is too large</h1>" in page.text


def test_a_role_that_is_missing_is_named(viewer: AdminClient) -> None:
    page = viewer.get("settings")
    assert page.status_code == 403
    assert "You need the role of an admin in this organization" in page.text
    assert "Go to the overview" in page.text


@pytest.mark.usefixtures("away")
def test_with_the_database_away_there_still_is_a_page(owner: AdminClient) -> None:
    for path in ("/o/acme/", "/account", "/nowhere", "/login"):
        page = owner.get(path)
        assert page.status_code in (404, 503)
        assert "<h1>" in page.text
        assert 'href="/' in page.text
    quick = owner.get("", htmx=True)
    assert (quick.status_code, quick.mimetype) == (503, "text/plain")


@pytest.mark.usefixtures("away")
def test_with_the_database_away_nobody_is_told_that_they_are_signed_out(
    owner: AdminClient,
) -> None:
    page = owner.get("")
    assert page.status_code == 503
    assert "Rollcall is busy or its database is away." in page.text
    assert page.headers["Retry-After"] == "2"
    assert 'href="/o/acme/"' in page.text


def test_a_frame_that_fails_gives_way_to_a_plain_page(
    owner: AdminClient, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr(error_pages, "_find_place", fail)
    page = owner.get("/o/acme/nowhere")
    assert page.status_code == 404
    assert "<h1>Not found</h1>" in page.text
    assert FRAME not in page.text
    assert "error page without frame" in capsys.readouterr().err


def test_when_no_template_works_there_are_a_few_lines(
    owner: AdminClient, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr(error_pages, "render_template", fail)
    page = owner.get("/o/acme/nowhere/<b>")
    assert page.status_code == 404
    assert "<h1>Not found</h1>" in page.text
    assert "/o/acme/nowhere/&lt;b&gt; is not an address here." in page.text
    assert "hunter2" not in page.text
    assert "error page without template" in capsys.readouterr().err
