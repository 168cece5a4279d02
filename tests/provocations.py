"""A real request for every cause that the error catalogue knows, by its entry's key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import Flask, abort
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import Counter, ProvisioningToken
from models.database import db
from scim import names
from services import organizations
from services.access import credentials, tokens
from services.organizations import OrganizationRef
from services.origin import Origin, new_id
from tests.conftest import make_token
from tests.listening import impatience
from tests.scim_client import Json, ScimClient

OKTA: Final = "Okta SCIM Client 1.0.0"
BY_HAND: Final = Origin.of_command_line()
WORK: Final = 'emails[type eq "work"]'


@dataclass(frozen=True)
class Stage:
    """An organization with a token, and somebody who speaks SCIM with it."""

    app: Flask
    acme: OrganizationRef
    scim: ScimClient

    def send(self, header: str | None, path: str = "/Users") -> TestResponse:
        """A read with that `Authorization`."""
        headers = {"User-Agent": OKTA}
        if header is not None:
            headers["Authorization"] = header
        return self.app.test_client().get(f"/scim/v2{path}", headers=headers)

    def ask(
        self, method: str, path: str, body: Json | bytes | None = None, **headers: str
    ) -> TestResponse:
        """A request of Okta's, with a good token."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.scim.request(method, path, body, {"User-Agent": OKTA, **named})

    def patch_bo(self, *operations: Json) -> TestResponse:
        """A change of a user who is there."""
        bo = self.scim.new_user("bo", title="Boatswain")
        return self.ask("PATCH", f"/Users/{bo['id']}", {"Operations": [*operations]})

    def patch_crew(self, *operations: Json) -> TestResponse:
        """A change of a group that is there, with one member."""
        bo = self.scim.new_user("bo")
        crew = self.scim.new_group("Crew", bo["id"])
        path = f"/Groups/{crew['id']}"
        return self.ask("PATCH", path, {"Operations": [*operations]})


Provocation = Callable[[Stage], TestResponse]


def _header(form: str) -> Provocation:
    return lambda stage: stage.send(form.format(stage.scim.token))


def _cut(stage: Stage) -> TestResponse:
    return stage.send(f"Bearer {stage.scim.token[:-9]}")


def _altered(stage: Stage) -> TestResponse:
    last = "a" if stage.scim.token[-1] != "a" else "b"
    return stage.send(f"Bearer {stage.scim.token[:-1]}{last}")


def _unprefixed(stage: Stage) -> TestResponse:
    return stage.send(f"Bearer {stage.scim.token.removeprefix('rcl_')}")


def _unknown(stage: Stage) -> TestResponse:
    return stage.send(f"Bearer {credentials.make().text}")


def _set_token(stage: Stage, **columns: Any) -> None:  # Any: values of columns
    with stage.app.app_context(), Session(db.engine) as session:
        session.execute(update(ProvisioningToken).values(columns))
        session.commit()


def _expired(stage: Stage) -> TestResponse:
    _set_token(stage, expires_at=datetime.now(UTC) - timedelta(days=1))
    return stage.ask("GET", "/Users")


def _revoked(stage: Stage) -> TestResponse:
    with stage.app.app_context():
        public_id = stage.scim.token.split("_")[1]
        tokens.revoke(stage.acme, public_id, origin=BY_HAND)
    return stage.ask("GET", "/Users")


def _address(stage: Stage) -> TestResponse:
    _set_token(stage, allowed_addresses=["203.0.113.7"])
    return stage.ask("GET", "/Users")


def _read_only(stage: Stage) -> TestResponse:
    token = make_token(stage.app, stage.acme, "read")
    reader = ScimClient(stage.app.test_client(), token)
    return reader.request("POST", "/Users", {"userName": "bo"}, {"User-Agent": OKTA})


def _suspended(stage: Stage) -> TestResponse:
    with stage.app.app_context():
        organizations.suspend(stage.acme.slug, origin=BY_HAND)
    return stage.ask("GET", "/Users")


def _request(
    method: str, path: str, body: Json | bytes | None = None, **headers: str
) -> Provocation:
    return lambda stage: stage.ask(method, path, body, **headers)


def _user(**attributes: Any) -> Provocation:  # Any: whatever JSON holds
    return _request("POST", "/Users", {"userName": "cy", **attributes})


def _filter(text: str) -> Provocation:
    return lambda stage: stage.scim._client.get(
        "/scim/v2/Users",
        query_string={"filter": text},
        headers={"Authorization": f"Bearer {stage.scim.token}", "User-Agent": OKTA},
    )


def _change(**operation: Any) -> Provocation:  # Any: as in _user
    return lambda stage: stage.patch_bo({"op": "replace", **operation})


def _taken(stage: Stage) -> TestResponse:
    stage.scim.new_user("bo")
    return stage.ask("POST", "/Users", {"userName": "BO"})


def _taken_deactivated(stage: Stage) -> TestResponse:
    stage.scim.new_user("bo", active=False)
    return stage.ask("POST", "/Users", {"userName": "bo"})


def _renamed(*, active: bool) -> Provocation:
    def provoke(stage: Stage) -> TestResponse:
        stage.scim.new_user("cy", active=active)
        return stage.patch_bo({"op": "replace", "path": "userName", "value": "cy"})

    return provoke


def _group_taken(stage: Stage) -> TestResponse:
    stage.scim.new_group("Crew")
    return stage.ask("POST", "/Groups", {"displayName": "crew"})


def _version(stage: Stage) -> TestResponse:
    bo = stage.scim.new_user("bo")
    return stage.ask("DELETE", f"/Users/{bo['id']}", If_Match='W/"7"')


def _unknown_members(stage: Stage) -> TestResponse:
    entry = {"op": "add", "path": "members", "value": [{"value": new_id()}]}
    return stage.patch_crew(entry)


def _circle(stage: Stage) -> TestResponse:
    crew = stage.scim.new_group("Crew")
    entry = {"op": "add", "path": "members", "value": [{"value": crew["id"]}]}
    return stage.ask("PATCH", f"/Groups/{crew['id']}", {"Operations": [entry]})


def _many_conditions(stage: Stage) -> TestResponse:
    terms = " or ".join(['value co "@"'] * 150)
    operation = {"op": "replace", "path": f"emails[{terms}].display", "value": "x"}
    emails = [{"value": f"{number}@example.com"} for number in range(1_000)]
    bo = stage.scim.new_user("bo", emails=emails)
    path = f"/Users/{bo['id']}"
    return stage.ask("PATCH", path, {"Operations": [operation] * 100})


def _too_large(stage: Stage) -> TestResponse:
    stage.app.config["MAX_CONTENT_LENGTH"] = 1_000
    return stage.ask("POST", "/Users", b'{"title":"' + b"x" * 2_000)


def _slow_down(stage: Stage) -> TestResponse:
    limit = stage.app.extensions["refusal_limit"]
    while limit.allows("127.0.0.1"):
        pass
    return stage.send("Bearer x")


class Fault(Exception):
    """Something that nobody thought of."""


def _unexpected(stage: Stage) -> TestResponse:
    def fail() -> str:
        raise Fault

    stage.app.add_url_rule("/scim/v2/fault", "fault", fail)
    return stage.ask("GET", "/fault")


def _http(stage: Stage) -> TestResponse:
    stage.app.add_url_rule("/scim/v2/damaged", "damaged", lambda: abort(400))
    return stage.ask("GET", "/damaged")


@contextmanager
def _writing(app: Flask) -> Iterator[None]:
    """Somebody else holds the write lock, and nobody waits long for it."""
    with app.app_context(), impatience():
        engine = db.engine.execution_options(begin="BEGIN IMMEDIATE")
        with Session(engine) as session:
            session.scalars(select(Counter).with_for_update()).all()
            yield


def _busy(stage: Stage) -> TestResponse:
    with _writing(stage.app):
        return stage.ask("POST", "/Users", {"userName": "bo"})


PROVOCATIONS: Final[list[tuple[str, Provocation]]] = [
    ("no-credentials-were-sent", lambda stage: stage.send(None)),
    ("another-kind-of-credentials-was-sent", _header("Basic {}")),
    ("the-token-came-empty-or-with-marks-that-no-header-can-carry", _header(" ")),
    ("the-word-bearer-came-without-a-token", _header("Bearer")),
    ("the-word-bearer-was-sent-twice", _header("Bearer Bearer {}")),
    ("the-token-was-sent-with-quotation-marks", _header('Bearer "{}"')),
    ("two-tokens-were-sent-at-once", _header("Bearer {0} {0}")),
    ("the-token-was-sent-with-blanks-in-it", _header("Bearer  {}")),
    ("the-beginning-of-the-token-is-missing", _unprefixed),
    ("what-was-sent-is-not-a-token-of-rollcall", _header("Bearer 00example")),
    ("the-token-is-cut-off", _cut),
    ("the-token-is-too-long", _header("Bearer {}xy")),
    ("the-token-is-altered", _altered),
    ("the-token-is-not-known-here", _unknown),
    ("the-token-has-expired", _expired),
    ("the-token-was-revoked", _revoked),
    ("the-token-may-not-be-used-from-this-address", _address),
    ("this-token-may-only-read", _read_only),
    ("provisioning-for-this-organization-is-paused", _suspended),
    ("the-user-is-not-here-any-more", _request("GET", f"/Users/{new_id()}")),
    ("the-group-is-not-here-any-more", _request("DELETE", f"/Groups/{new_id()}")),
    ("the-user-name-is-already-taken", _taken),
    ("a-deactivated-user-has-the-user-name", _taken_deactivated),
    ("the-new-user-name-belongs-to-somebody-else", _renamed(active=True)),
    ("the-new-user-name-belongs-to-somebody-else", _renamed(active=False)),
    ("a-group-with-this-name-exists", _group_taken),
    ("it-was-changed-meanwhile", _version),
    ("the-members-of-this-group-are-not-here-yet", _unknown_members),
    (
        "a-member-came-without-an-id",
        _request("POST", "/Groups", {"displayName": "Crew", "members": [{}]}),
    ),
    ("the-group-would-be-inside-itself", _circle),
    (
        "a-membership-cannot-be-changed",
        lambda stage: stage.patch_crew(
            {"op": "replace", "path": "members.display", "value": "Bo"}
        ),
    ),
    ("a-value-is-of-the-wrong-kind", _user(title=["x"])),
    ("a-value-is-of-the-wrong-kind", _user(active="maybe")),
    ("a-required-value-is-missing", _request("POST", "/Users", {"title": "x"})),
    ("a-value-is-too-long", _user(title="x" * 2_000)),
    (
        "two-values-are-marked-as-primary",
        _user(
            emails=[{"value": "a", "primary": True}, {"value": "b", "primary": True}]
        ),
    ),
    ("the-password-is-not-text", _user(password=7)),
    (
        "the-request-does-not-say-that-it-is-a-user-or-a-group",
        _user(schemas=["urn:example:other"]),
    ),
    ("an-operation-has-no-value", _change(path="title")),
    ("a-number-in-the-address-is-none", _request("GET", "/Users?count=many")),
    ("an-attribute-is-not-known-here", _change(path="nickNam", value="x")),
    ("the-path-of-a-change-cannot-be-read", _change(path="emails[", value="x")),
    ("the-path-of-a-change-cannot-be-read", _change(path='name[a eq "b"]', value="x")),
    ("the-path-of-a-change-cannot-be-read", _change(path="x" * 9_000, value="x")),
    ("an-attribute-is-read-only", _change(path="groups", value=[])),
    ("an-attribute-cannot-be-removed", _change(op="remove", path="userName")),
    (
        "an-attribute-cannot-be-removed",
        _change(op="remove", path=names.CORE_USER),
    ),
    ("there-is-nothing-that-this-change-selects", _change(op="remove")),
    (
        "there-is-nothing-that-this-change-selects",
        _change(path="emails[primary eq true].value", value="x"),
    ),
    ("a-look-up-names-an-attribute-that-is-not-known-here", _filter('nickNam eq "x"')),
    ("a-look-up-compares-what-cannot-be-compared", _filter('active gt "x"')),
    ("a-look-up-cannot-be-read", _filter("userName is bo")),
    ("a-look-up-is-too-large", _filter("x" * 9_000)),
    ("the-request-came-empty", _request("POST", "/Users")),
    ("the-request-is-not-json", _request("POST", "/Users", b"{")),
    ("the-request-is-no-json-object", _request("POST", "/Users", b"[]")),
    ("the-same-key-came-twice", _request("POST", "/Users", b'{"a": 1, "a": 2}')),
    (
        "the-request-holds-characters-or-numbers-that-cannot-be-stored",
        _request("POST", "/Users", b'{"title": 99999999999999999999}'),
    ),
    (
        "the-request-holds-characters-or-numbers-that-cannot-be-stored",
        _request("POST", "/Users", b'{"userName": "half \\ud800"}'),
    ),
    (
        "the-change-is-not-a-patch-of-scim",
        lambda stage: stage.patch_bo({"op": "move"}),
    ),
    (
        "the-change-is-not-a-patch-of-scim",
        _request("PATCH", f"/Users/{new_id()}", {"schemas": ["urn:example:other"]}),
    ),
    (
        "too-much-was-asked-for-at-once",
        lambda stage: stage.patch_bo(
            *[{"op": "add", "path": "title", "value": "x"}] * 1_001
        ),
    ),
    ("too-much-was-asked-for-at-once", _many_conditions),
    ("the-base-url-has-scimv2-twice", _request("GET", "/scim/v2/Users")),
    ("the-base-url-itself-was-asked-for", _request("GET", "/")),
    ("the-address-does-not-exist-here", _request("GET", "/Users/Users/1")),
    ("the-schema-or-resource-type-is-not-here", _request("GET", "/Schemas/urn:x")),
    ("discovery-cannot-be-filtered", _request("GET", "/Schemas?filter=id+pr")),
    ("the-address-does-not-know-this-method", _request("DELETE", "/Users")),
    ("the-request-is-too-large", _too_large),
    ("too-many-refused-credentials", _slow_down),
    ("this-part-of-scim-is-not-supported", _request("POST", "/Users/.search", {})),
    ("this-part-of-scim-is-not-supported", _request("POST", "/Bulk", {})),
    ("this-part-of-scim-is-not-supported", _request("GET", "/Me")),
    ("something-went-wrong-inside-rollcall", _unexpected),
    ("rollcall-was-busy", _busy),
    ("the-request-cannot-be-answered", _http),
]
