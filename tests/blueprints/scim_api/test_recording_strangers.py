"""Requests whose credentials do not hold: told to whom their token names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from models import ProvisioningToken
from models.database import db
from services import organizations
from services.access import tokens
from services.activity.request_buffer import OF_ONE_PER_MINUTE
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.conftest import make_token
from tests.directories import logged
from tests.scim_client import ScimClient, load

BY_HAND = Origin.of_command_line()
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def requests_of(app: Flask) -> list[Any]:
    """The rows of what came by SCIM."""
    return [row for row in logged(app) if row.kind == "scim"]


def last(app: Flask) -> Any:
    return requests_of(app)[-1]


def public_id(token: str) -> str:
    return token.split("_")[1]


def ask(app: Flask, header: str | None) -> Any:
    """The row of a request with that `Authorization`."""
    headers = {} if header is None else {"Authorization": header}
    answer = app.test_client().get("/scim/v2/Users", headers=headers)
    row = last(app)
    assert row.id == answer.headers["X-Request-Id"]
    assert (row.detail, row.response_body) == (load(answer)["detail"], answer.text)
    return row


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (lambda token: f"Bearer {token[:-4]}", "cut"),
        (lambda token: f"Bearer {token[:15]}", "cut"),
        (lambda token: f"Bearer {token[:-1]}!", "altered"),
        (lambda token: f'Bearer "{token}"', "quoted"),
        (lambda token: f"Bearer Bearer {token}", "bearer_twice"),
        (lambda token: f"Bearer {token} {token}", "two_tokens"),
        (lambda token: f"Bearer {token[4:]}", "unprefixed"),
        (lambda token: f"Basic {token}", "scheme"),
    ],
)
def test_a_spoilt_token_is_told_to_its_organization(
    app: Flask, acme: OrganizationRef, spoil: Callable[[str], str], cause: str
) -> None:
    token = make_token(app, acme)
    row = ask(app, spoil(token))
    assert (row.organization_seq, row.cause) == (acme.seq, cause)
    assert (row.token_public_id, row.actor_name) == (public_id(token), "Okta full")
    assert (row.outcome, row.status) == ("refused", 401)


@pytest.mark.parametrize("state", ["revoked", "expired", "suspended", "read_only"])
def test_a_token_that_holds_no_more_is_told_to_its_organization(
    app: Flask, acme: OrganizationRef, state: str
) -> None:
    end = {"revoked": revoke, "expired": expire, "suspended": suspend}.get(state)
    token = make_token(app, acme, "read" if state == "read_only" else "full")
    if end:
        end(app, acme, public_id(token))
    headers = {"Authorization": f"Bearer {token}"}
    app.test_client().post("/scim/v2/Users", json={"userName": "bo"}, headers=headers)
    row = last(app)
    assert (row.organization_seq, row.cause) == (acme.seq, state)
    assert row.token_public_id == public_id(token)
    assert row.request_body == '{"userName": "bo"}'


def revoke(app: Flask, acme: OrganizationRef, token: str) -> None:
    with app.app_context():
        tokens.revoke(acme, token, origin=BY_HAND)


def expire(app: Flask, acme: OrganizationRef, token: str) -> None:
    with app.app_context(), Session(db.engine) as session:
        session.execute(
            update(ProvisioningToken)
            .where(ProvisioningToken.public_id == token)
            .values(expires_at=YESTERDAY)
        )
        session.commit()


def suspend(app: Flask, acme: OrganizationRef, _token: str) -> None:
    with app.app_context():
        organizations.suspend(acme.slug, origin=BY_HAND)


@pytest.mark.parametrize("header", [None, "Bearer x", "Bearer abcdefghij_" + "k" * 40])
def test_what_nobody_can_be_named_for_belongs_to_no_organization(
    app: Flask, acme: OrganizationRef, header: str | None
) -> None:
    row = ask(app, header)
    assert (row.organization_seq, row.token_public_id) == (None, None)
    assert (row.actor, row.outcome) == ("", "refused")
    assert "kkkk" not in repr(row)


def test_an_unknown_token_of_ours_is_named(app: Flask, acme: OrganizationRef) -> None:
    row = ask(app, "Bearer rcl_abcdefghij_" + "k" * 49)
    assert (row.organization_seq, row.token_public_id) == (None, "abcdefghij")


def test_open_discovery_is_told_too(app: Flask, acme: OrganizationRef) -> None:
    app.test_client().get("/scim/v2/Schemas")
    row = last(app)
    assert (row.organization_seq, row.outcome) == (None, "read")


def test_a_flood_of_strangers_is_counted_and_not_kept(
    app: Flask, scim: ScimClient
) -> None:
    client = app.test_client()
    [client.get("/scim/v2/Users") for _ in range(OF_ONE_PER_MINUTE + 9)]
    scim.get("/Users")
    rows = requests_of(app)
    strangers = [row for row in rows if row.organization_seq is None]
    assert OF_ONE_PER_MINUTE <= len(strangers) <= 2 * OF_ONE_PER_MINUTE
    assert rows[-1].status == 200
