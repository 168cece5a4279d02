"""Who is let in under `/scim/v2`, and what those who are not are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models import Request
from models.database import db
from services import organizations
from services.access import credentials, token_lists, tokens
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.conftest import make_app, make_organization, make_token
from tests.directories import rows
from tests.refusals import detail_of
from tests.scim_client import ScimClient, load

DISCOVERY = [
    "/ServiceProviderConfig",
    "/ResourceTypes",
    "/ResourceTypes/User",
    "/Schemas",
    "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
]
ORIGIN = Origin.of_command_line()
LONG_AGO = Origin(
    Actor("command", "line", "the command line"), datetime.now(UTC) - timedelta(days=9)
)


def ask(
    client: FlaskClient, header: str | None, path: str = "/Users", method: str = "GET"
) -> TestResponse:
    """A request with exactly that Authorization header, in UTF-8 as clients send it."""
    written = {} if header is None else {"Authorization": _as_wsgi(header)}
    return client.open(f"/scim/v2{path}", method=method, headers=written)


def _as_wsgi(header: str) -> str:
    return header.encode().decode("latin-1")


def refused(answer: TestResponse) -> str:
    """The words of a 401, after it was found to be one."""
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Rollcall"'
    return detail_of(answer, 401)


@pytest.fixture
def token(app: Flask, acme: OrganizationRef) -> str:
    return make_token(app, acme)


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER {}", "{}"])
def test_a_good_token_opens_its_organization(
    client: FlaskClient, token: str, form: str
) -> None:
    answer = ask(client, form.format(token))
    assert answer.status_code == 200
    assert load(answer)["totalResults"] == 0


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (None, "No credentials were sent"),
        ("", "The Authorization header came empty"),
        ("Bearer", "The word Bearer came without a token"),
        ("Basic {}", "The credentials are of the kind Basic"),
        ("Bearer 00aOtherProductsToken", "not a provisioning token of Rollcall"),
        ("Bearer {:.40}", "is cut off: 40 characters came, 64 are needed"),
        ("Bearer {}x", "is too long: 65 characters came, 64 are needed"),
        ("Bearer {:.63}!", "is altered: its checksum is wrong"),
        ("Bearer Bearer {}", "The word Bearer was sent twice"),
        ('Bearer "{}"', "quotation marks around it"),
        ("Bearer “{}”", "quotation marks around it"),
        ("Bearer  {}", "blanks before or inside it"),
        ("Bearer {0} {0}", "Two tokens were sent in one header"),
    ],
)
def test_each_way_to_send_a_token_wrongly_has_its_own_words(
    client: FlaskClient, token: str, form: str | None, said: str
) -> None:
    detail = refused(ask(client, form and form.format(token)))
    assert said in detail
    assert token.split("_")[2][:12] not in detail


def test_a_token_that_was_never_made_is_unknown(client: FlaskClient) -> None:
    made = credentials.make()
    detail = refused(ask(client, f"Bearer {made.text}"))
    assert f"Token rcl_{made.public_id}… is not known here" in detail


def test_an_expired_token_is_told_its_name_and_day(
    app: Flask, client: FlaskClient, acme: OrganizationRef
) -> None:
    ended = LONG_AGO.at + timedelta(days=1)
    with app.app_context():
        new = tokens.create(acme, "Okta live", expires_at=ended, origin=LONG_AGO)
    detail = refused(ask(client, f"Bearer {new.text}"))
    assert f'Token "Okta live" (rcl_{new.public_id}…) expired on {ended:%-d}' in detail


def test_a_revoked_token_is_refused_on_the_very_next_request(
    app: Flask, client: FlaskClient, acme: OrganizationRef, token: str
) -> None:
    before = ask(client, f"Bearer {token}")
    with app.app_context():
        tokens.revoke(acme, token.split("_")[1], origin=ORIGIN)
    detail = refused(ask(client, f"Bearer {token}"))
    assert before.status_code == 200
    assert f"(rcl_{token.split('_')[1]}…) was revoked on" in detail


def test_a_suspended_organization_is_paused_until_it_is_resumed(
    app: Flask, scim: ScimClient, scim_of_globex: ScimClient
) -> None:
    with app.app_context():
        organizations.suspend("acme", origin=ORIGIN)
    answer = scim.get("/Users")
    others = scim_of_globex.get("/Users")
    with app.app_context():
        organizations.resume("acme", origin=ORIGIN)
    assert "Provisioning for this organization is paused" in detail_of(answer, 403)
    assert others.status_code == 200
    assert scim.get("/Users").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/Users"),
        ("PUT", "/Users/1"),
        ("PATCH", "/Users/1"),
        ("DELETE", "/Users/1"),
        ("POST", "/Groups"),
        ("PUT", "/Groups/1"),
        ("PATCH", "/Groups/1"),
        ("DELETE", "/Groups/1"),
        ("POST", "/Bulk"),
    ],
)
def test_a_read_only_token_may_not_write(
    app: Flask, client: FlaskClient, acme: OrganizationRef, method: str, path: str
) -> None:
    token = make_token(app, acme, "read")
    answer = ask(client, f"Bearer {token}", path, method)
    detail = detail_of(answer, 403)
    assert f"Token rcl_{token.split('_')[1]}… may only read" in detail


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_read_only_token_may_read(
    app: Flask, client: FlaskClient, acme: OrganizationRef, method: str
) -> None:
    token = make_token(app, acme, "read")
    assert ask(client, f"Bearer {token}", method=method).status_code == 200


@pytest.mark.parametrize("path", DISCOVERY)
def test_discovery_is_open_to_those_who_send_nothing(
    client: FlaskClient, path: str
) -> None:
    assert ask(client, None, path).status_code == 200


@pytest.mark.parametrize("path", DISCOVERY)
def test_discovery_tells_a_good_token_from_a_wrong_one(
    client: FlaskClient, token: str, path: str
) -> None:
    assert ask(client, f"Bearer {token}", path).status_code == 200
    assert "is cut off" in refused(ask(client, f"Bearer {token[:-1]}", path))
    assert "header came empty" in refused(ask(client, "", path))


@pytest.mark.parametrize("path", ["/Schemasx", "/schemas", "//Schemas", "/Me", ""])
def test_nothing_beside_discovery_is_open(client: FlaskClient, path: str) -> None:
    assert "No credentials were sent" in refused(ask(client, None, path))


def test_a_token_in_a_query_or_a_cookie_opens_nothing(
    client: FlaskClient, token: str
) -> None:
    client.set_cookie("token", token)
    answer = ask(client, None, f"/Users?access_token={token}&token={token}")
    assert "No credentials were sent" in refused(answer)


def test_a_token_in_a_query_is_not_kept_with_the_request(
    app: Flask, scim: ScimClient
) -> None:
    scim.post(f"/Users?token={scim.token}", {"userName": "bo"})
    ((path,),) = rows(app, sa.select(Request.path).where(Request.kind == "scim"))
    assert path.startswith("/scim/v2/Users?token=rcl_")
    assert scim.token.split("_")[2][:12] not in path


@pytest.fixture
def strict(database_url: str, app: Flask) -> Iterator[FlaskClient]:
    """Rollcall that puts up with two refusals a minute."""
    limited = make_app(
        Path(app.instance_path), database_url, ROLLCALL_REFUSALS_PER_MINUTE="2"
    )
    yield limited.test_client()
    with limited.app_context():
        db.engine.dispose()


def test_too_many_refusals_are_slowed_down(strict: FlaskClient) -> None:
    first, second, third = (ask(strict, "Bearer x") for _ in range(3))
    assert refused(first) == refused(second)
    seconds = third.headers["Retry-After"]
    detail = detail_of(third, 429)
    assert seconds.isdecimal()
    assert 1 <= int(seconds) <= 60
    assert f"try again in {seconds} seconds" in detail


def test_refusals_do_not_touch_good_tokens(
    app: Flask, strict: FlaskClient, token: str
) -> None:
    for_nobody = [ask(strict, "Bearer x").status_code for _ in range(4)]
    assert for_nobody == [401, 401, 429, 429]
    assert ask(strict, f"Bearer {token}").status_code == 200
    assert ask(strict, None, "/Schemas").status_code == 200


def test_refusals_are_counted_by_address(strict: FlaskClient) -> None:
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    here = [ask(strict, None).status_code for _ in range(3)]
    there = strict.get("/scim/v2/Users", environ_overrides=elsewhere)
    assert here == [401, 401, 429]
    assert there.status_code == 401


def used(app: Flask, acme: OrganizationRef) -> token_lists.StoredToken:
    with app.app_context():
        (stored,) = token_lists.list_all(acme, datetime.now(UTC))
    return stored


def use(client: FlaskClient, token: str, address: str, agent: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "User-Agent": agent}
    client.get(
        "/scim/v2/Users", headers=headers, environ_overrides={"REMOTE_ADDR": address}
    ).close()


def test_a_token_remembers_when_where_and_by_whom_it_was_used(
    app: Flask, client: FlaskClient, acme: OrganizationRef, token: str
) -> None:
    before = datetime.now(UTC)
    assert used(app, acme).last_used_at is None
    use(client, token, "192.0.2.1", "Okta SCIM Client 1.0.0")
    stored = used(app, acme)
    assert before <= (stored.last_used_at or before) <= datetime.now(UTC)
    assert stored.last_used_address == "192.0.2.1"
    assert stored.last_used_agent == "Okta SCIM Client 1.0.0"


def test_a_second_use_within_the_minute_is_not_written(
    app: Flask, client: FlaskClient, acme: OrganizationRef, token: str
) -> None:
    use(client, token, "192.0.2.1", "first")
    first = used(app, acme)
    use(client, token, "192.0.2.2", "second")
    assert used(app, acme) == first


def test_a_refused_use_is_no_use(
    app: Flask, client: FlaskClient, acme: OrganizationRef, token: str
) -> None:
    use(client, f"{token[:-1]}!", "192.0.2.1", "Okta")
    use(client, "", "192.0.2.1", "Okta")
    assert used(app, acme).last_used_at is None


def test_each_organization_is_let_into_its_own_alone(
    app: Flask, scim: ScimClient, scim_of_globex: ScimClient
) -> None:
    scim.new_user("bo")
    third = ScimClient(
        app.test_client(), make_token(app, make_organization(app, "Initech"))
    )
    totals = [load(one.get("/Users"))["totalResults"] for one in (scim, third)]
    assert totals == [1, 0]
    assert load(scim_of_globex.get("/Users"))["totalResults"] == 0
