"""Every kind of error, through both doors: SCIM under `/scim/v2`, a page elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import Counter, ProvisioningToken
from models.database import db
from scim import names
from services.errors import Invalid
from tests.listening import impatience
from tests.refusals import detail_of
from tests.scim_client import ScimClient

INCIDENT = re.compile(r"incident id ([0-9a-f-]{36})\.")
INNARDS = ("Traceback", "ZeroDivisionError", "hunter2", ".py", "sqlalchemy")


class Fault(Exception):
    """Something that nobody thought of."""


@pytest.fixture
def faulty(app: Flask) -> Flask:
    """With addresses that fail, behind both doors."""

    def fail() -> str:
        raise Fault("hunter2")

    def refuse() -> str:
        abort(400, "library text")

    def demand() -> str:
        raise Invalid("name", "Give a name of 1 to 100 characters.")

    for door in ("/scim/v2", ""):
        app.add_url_rule(f"{door}/invalid", f"invalid{len(door)}", demand)
        app.add_url_rule(f"{door}/fault", f"fault{len(door)}", fail)
        app.add_url_rule(f"{door}/refused", f"refused{len(door)}", refuse)
    return app


@pytest.fixture
def impatient(app: Flask) -> Iterator[Session]:
    """Somebody else holds the write lock, and nobody waits long for it."""
    with app.app_context(), impatience():
        engine = db.engine.execution_options(begin="BEGIN IMMEDIATE")
        with Session(engine) as session:
            session.scalars(select(Counter).with_for_update()).all()
            session.scalars(select(ProvisioningToken).with_for_update()).all()
            yield session


def test_an_unknown_address_is_said_as_it_came(scim: ScimClient) -> None:
    detail = detail_of(scim.get("/scim/v2/Users"), 404)
    assert detail.startswith("/scim/v2/scim/v2/Users is not an address here.")
    assert "/scim/v2, which was given twice" in detail
    other = detail_of(scim.get("/People"), 404)
    assert "The base URL ends in /scim/v2, with nothing after it." in other


def test_a_long_and_hostile_address_is_cut(scim: ScimClient) -> None:
    detail = detail_of(scim.get("/" + "x" * 5_000), 404)
    assert len(detail) < 200
    assert "\\u001b" in detail_of(scim.get("/%1b%5b31m"), 404)


@pytest.mark.parametrize("rest", ["", "/"])
def test_the_prefix_itself_is_said_to_be_the_base_url(
    scim: ScimClient, rest: str
) -> None:
    assert detail_of(scim.get(rest), 404) == (
        "This is the base URL. A resource follows it, such as /Users or /Groups."
    )


@pytest.mark.parametrize("path", ["/scim", "/scim/v2x", "/scim/v1/Users", "/Users"])
def test_addresses_beside_the_prefix_are_not_scims(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert f"{path} is not an address here." in answer.text


def test_a_wrong_method_is_told_the_right_ones(scim: ScimClient) -> None:
    answer = scim.patch("/Users")
    assert detail_of(answer, 405) == (
        "PATCH is not possible here. This address knows GET, HEAD, POST."
    )
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_options_is_a_method_that_is_not_known(scim: ScimClient) -> None:
    answer = scim.request("OPTIONS", "/Users")
    assert "OPTIONS is not possible here." in detail_of(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_a_method_made_up_by_the_client_is_cut(scim: ScimClient) -> None:
    assert len(detail_of(scim.request("X" * 900, "/Users"), 405)) < 200


def test_a_body_over_the_limit_is_told_the_limit(app: Flask, scim: ScimClient) -> None:
    app.config["MAX_CONTENT_LENGTH"] = app.config["ROLLCALL_BODY_LIMIT_BYTES"] = 2_000
    detail = detail_of(scim.post("/Users", {"userName": "x" * 2_000}), 413)
    assert "The request is larger than 2,000 bytes" in detail
    assert "raise the limit" in detail


def test_each_refusal_has_its_status_and_type(scim: ScimClient) -> None:
    bo = scim.new_user("bo")
    at = f"/Users/{bo['id']}"
    detail_of(scim.request("POST", "/Users", b"{"), 400, "invalidSyntax")
    detail_of(scim.post("/Users", {"userName": " "}), 400, "invalidValue")
    detail_of(scim.get("/Users?filter=shoe%20pr"), 400, "invalidFilter")
    detail_of(scim.post("/Users", {"userName": "BO"}), 409, "uniqueness")
    detail_of(scim.put(at, {"userName": "bo"}, If_Match='W/"9"'), 412)
    detail_of(scim.get("/Users/" + bo["id"][:-1]), 404)
    detail_of(scim.get("/Schemas?filter=id%20pr"), 403)


def test_a_busy_database_is_said_with_when_to_try_again(
    scim: ScimClient, impatient: Session
) -> None:
    answer = scim.post("/Users", {"userName": "bo"})
    assert "Try again in 2 seconds" in detail_of(answer, 503)
    assert answer.headers["Retry-After"] == "2"
    impatient.rollback()
    assert scim.post("/Users", {"userName": "bo"}).status_code == 201


def test_a_busy_database_is_logged_with_its_cause(
    scim: ScimClient, impatient: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    scim.post("/Users", {"userName": "bo"})
    line = capsys.readouterr().err.splitlines()[0]
    logged = json.loads(line)
    assert (logged["event"], logged["cause"]) == ("busy", "OperationalError")
    assert logged["path"] == "/scim/v2/Users"


def test_a_read_does_not_wait_for_writes(
    scim: ScimClient, impatient: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    with scim.get("/Users") as answer:
        assert answer.status_code == 200
    logged = json.loads(capsys.readouterr().err)
    assert logged["event"] == "last use not kept"
    assert logged["token"] == scim.token.split("_")[1]


@pytest.mark.usefixtures("faulty")
def test_a_fault_is_told_by_its_incident_id_alone(
    scim: ScimClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = scim.get("/fault")
    incident = INCIDENT.search(detail_of(answer, 500))
    logged = json.loads(capsys.readouterr().err.splitlines()[0])
    assert incident
    assert logged["incident"] == incident[1]
    assert "Fault: hunter2" in logged["exception"]
    assert [word for word in INNARDS if word in answer.text] == []


def test_two_faults_have_two_incidents(faulty: Flask, scim: ScimClient) -> None:
    incidents = [INCIDENT.search(scim.get("/fault").text) for _ in range(2)]
    assert incidents[0][1] != incidents[1][1]


def make_finishing_fail(app: Flask) -> None:
    @app.after_request
    def fail(response: TestResponse) -> TestResponse:
        raise Fault("hunter2")

    app.testing = False  # else Flask hands the exception on


def test_a_fault_while_an_answer_is_finished_has_an_incident_too(
    app: Flask, scim: ScimClient, capsys: pytest.CaptureFixture[str]
) -> None:
    make_finishing_fail(app)
    answer = scim.get("/Users")
    incident = INCIDENT.search(detail_of(answer, 500))
    assert incident
    assert incident[1] in capsys.readouterr().err
    assert [word for word in INNARDS if word in answer.text] == []


def test_an_http_error_is_never_in_the_librarys_words(
    faulty: Flask, scim: ScimClient, client: FlaskClient
) -> None:
    assert detail_of(scim.get("/refused"), 400).startswith("This request cannot be")
    page = client.get("/refused")
    assert page.status_code == 400
    assert "library text" not in page.text


@pytest.mark.usefixtures("faulty")
def test_a_value_that_a_service_refuses_is_invalid(
    scim: ScimClient, client: FlaskClient
) -> None:
    said = "Give a name of 1 to 100 characters."
    assert detail_of(scim.get("/invalid"), 400, "invalidValue") == said
    page = client.get("/invalid")
    assert (page.status_code, page.mimetype) == (400, "text/html")
    assert said in page.text


@pytest.mark.parametrize("door", ["/scim/v2/", "/"])
def test_a_token_in_an_address_is_neither_logged_nor_repeated(
    client: FlaskClient,
    scim: ScimClient,
    door: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    secret = scim.token.split("_")[2]
    given = {"Authorization": f"Bearer {scim.token}"}
    answers = [
        client.get(f"{door}{scim.token}", headers=headers) for headers in (given, {})
    ]
    assert [answer.text for answer in answers if secret[:12] in answer.text] == []
    assert secret[:12] not in capsys.readouterr().err


def test_elsewhere_an_error_is_a_page(client: FlaskClient) -> None:
    page = client.get("/nowhere/<script>")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "<h1>Not found</h1>" in page.text
    assert "/nowhere/&lt;script&gt; is not an address here." in page.text
    assert "The base URL" not in page.text


def test_elsewhere_a_wrong_method_is_a_page(client: FlaskClient) -> None:
    page = client.post("/healthz")
    assert (page.status_code, page.mimetype) == (405, "text/html")
    assert page.headers["Allow"] == "GET, HEAD"
    assert "POST is not possible here." in page.text


@pytest.mark.usefixtures("faulty")
def test_elsewhere_a_fault_is_a_page_with_its_incident_id(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    page = client.get("/fault")
    incident = INCIDENT.search(page.text)
    assert (page.status_code, page.mimetype) == (500, "text/html")
    assert incident
    assert incident[1] in capsys.readouterr().err
    assert [word for word in INNARDS if word in page.text] == []


def test_an_error_is_scims_own_media_type_whatever_is_accepted(
    scim: ScimClient,
) -> None:
    answer = scim.get("/People", Accept="text/html")
    assert detail_of(answer, 404)
    assert answer.content_type == names.MEDIA_TYPE
