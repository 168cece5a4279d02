"""Rules that hold for every address there is, also for those to come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from models.database import db
from scim import names
from services import organizations
from services.access import invitations, token_lists
from services.activity import history
from services.background import bulk_actions
from services.origin import Origin, new_id
from tests.admin_client import AdminClient
from tests.conftest import make_admin, make_app, make_organization, make_token
from tests.databases import EmptyDatabase, EmptyFile
from tests.house.addresses import RULES, UI_RULES, contents, filled
from tests.refusals import detail_of
from tests.scim_client import Json, ScimClient

PREFIX = "/scim/v2"
DISCOVERY = ("/ServiceProviderConfig", "/ResourceTypes", "/Schemas")
SCIM_RULES = [rule for rule in RULES if rule.rule.startswith(f"{PREFIX}/")]
DISCOVERY_RULES = [
    rule
    for rule in SCIM_RULES
    if rule.rule.startswith(tuple(PREFIX + d for d in DISCOVERY))
]
RESOURCE_RULES = [rule for rule in SCIM_RULES if rule not in DISCOVERY_RULES]


def each(rules: list[Rule], *methods: str) -> pytest.MarkDecorator:
    """One test for each rule and each of its methods, or of those named."""
    cases = [
        pytest.param(method, rule, id=f"{method} {rule}")
        for rule in rules
        for method in sorted(
            set(methods or rule.methods or ()) & (rule.methods or set())
        )
    ]
    return pytest.mark.parametrize(("method", "rule"), cases)


@pytest.fixture(scope="module")
def directory(
    migrated: EmptyFile | EmptyDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """One for the whole module, since nothing here may change it."""
    app = make_app(tmp_path_factory.mktemp("routes"), migrated.emptied())
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def of_acme(directory: Flask) -> ScimClient:
    organization = make_organization(directory, "Acme")
    return ScimClient(directory.test_client(), make_token(directory, organization))


@pytest.fixture(scope="module")
def of_globex(directory: Flask) -> ScimClient:
    organization = make_organization(directory, "Globex")
    return ScimClient(directory.test_client(), make_token(directory, organization))


@pytest.fixture(scope="module")
def user(of_acme: ScimClient) -> Json:
    return of_acme.new_user("bo", title="Dr")


@pytest.fixture(scope="module")
def group(of_acme: ScimClient, user: Json) -> Json:
    return of_acme.new_group("Staff", user["id"])


def test_there_are_rules_of_both_kinds() -> None:
    addresses = {rule.rule.removeprefix(PREFIX) for rule in RESOURCE_RULES}
    assert {"/Users", "/Users/<user_id>", "/Groups", "/Groups/<group_id>"} <= addresses
    assert len(DISCOVERY_RULES) == 5


@each(RESOURCE_RULES)
def test_every_scim_address_refuses_a_missing_token(
    directory: Flask, method: str, rule: Rule
) -> None:
    path = filled(rule)
    answer = directory.test_client().open(path, method=method)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@each(DISCOVERY_RULES, "GET", "HEAD", "OPTIONS")
def test_discovery_is_open(directory: Flask, method: str, rule: Rule) -> None:
    path = filled(rule)
    assert directory.test_client().open(path, method=method).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["", "/", "/People", "/Users/1/2", "/users", "//Users"]
)
def test_addresses_that_do_not_exist_refuse_a_missing_token_too(
    directory: Flask, method: str, path: str
) -> None:
    answer = directory.test_client().open(PREFIX + path, method=method)
    assert "No credentials were sent" in detail_of(answer, 401)


BODY = {
    "userName": "intruder",
    "displayName": "Intruder",
    "schemas": [names.CORE_USER, names.CORE_GROUP],
}
RENAME = {
    "schemas": [names.PATCH_OP],
    "Operations": [{"op": "replace", "path": "displayName", "value": "Intruder"}],
}
BODIES: dict[str, Json] = {"PUT": BODY, "PATCH": RENAME}


def bare(answer: TestResponse, resource_id: str) -> tuple[int, str, list[Any]]:
    """All of an answer, but for the ids: the one asked for, and the request's."""
    told = [one for one in answer.headers.to_wsgi_list() if one[0] != "X-Request-Id"]
    headers = sorted(told)
    return answer.status_code, answer.text.replace(resource_id, "ID"), headers


@pytest.mark.parametrize(
    "headers", [{}, {"If-Match": 'W/"1"'}, {"If-Match": "*"}, {"If-None-Match": "*"}]
)
@each(
    [rule for rule in RESOURCE_RULES if rule.arguments],
    *("GET", "HEAD", "PUT", "PATCH", "DELETE"),
)
def test_another_organizations_resource_is_like_one_that_never_was(
    of_acme: ScimClient,
    of_globex: ScimClient,
    user: Json,
    group: Json,
    method: str,
    rule: Rule,
    headers: dict[str, str],
) -> None:
    known = {"user_id": user["id"], "group_id": group["id"]}
    argument = next(iter(rule.arguments))
    theirs, unknown = known[argument], new_id()
    asked = [
        of_globex.request(
            method,
            filled(rule, {argument: one}).removeprefix(PREFIX),
            BODIES.get(method),
            headers,
        )
        for one in (theirs, unknown)
    ]
    kept = of_acme.get(filled(rule, known).removeprefix(PREFIX))
    assert asked[0].status_code == 404
    assert bare(asked[0], theirs) == bare(asked[1], unknown)
    assert kept.headers["ETag"] == 'W/"1"'


@pytest.fixture(scope="module")
def known(
    directory: Flask, of_acme: ScimClient, user: Json, group: Json
) -> dict[str, str]:
    """One of everything that an address of the pages names."""
    gone = of_acme.new_user("gone")["id"]
    deleting = of_acme.delete(f"/Users/{gone}")
    directory.extensions["request_log"].flush()
    ada = Origin.of_command_line()
    with directory.app_context():
        acme = organizations.get("acme")
        chosen = bulk_actions.picked([user["id"]])
        of_group = history.of_resource(acme, group["id"]).rows
        return {
            "user_id": user["id"],
            "group_id": group["id"],
            "resource_id": gone,
            "public_id": token_lists.list_all(acme, ada.at)[0].public_id,
            "admin_id": make_admin(directory, "viewer", acme),
            "job_id": bulk_actions.start(acme, "deactivate", chosen, origin=ada),
            "request_id": deleting.headers["X-Request-Id"],
            "number": str(of_group[0].number),
            "secret": invitations.invite(
                acme, "cy@acme.example", "viewer", origin=ada
            ).secret,
        }


@pytest.fixture(scope="module")
def owner(directory: Flask, known: dict[str, str]) -> AdminClient:
    return AdminClient(directory, make_admin(directory, "owner"))


NOT_THERE = {
    # Rollcall is set up; and the request and the job that are known are of other kinds.
    "/setup",
    "/activity/<request_id>",
    "/o/<slug>/activity/<request_id>/link",
    "/o/<slug>/jobs/<job_id>/<name>.csv",
    "/o/<slug>/groups/import/<job_id>",
    "/o/<slug>/groups/import/<job_id>/columns",
    "/o/<slug>/users/import/<job_id>",
    "/o/<slug>/users/import/<job_id>/columns",
}
"""Pages that are not found with what `known` names."""


@each(UI_RULES, "GET", "HEAD", "OPTIONS")
def test_looking_at_a_page_changes_nothing(
    directory: Flask,
    owner: AdminClient,
    known: dict[str, str],
    method: str,
    rule: Rule,
) -> None:
    before = contents(directory)
    # A file is read to its end.
    answer = owner.browser.open(filled(rule, known), method=method, buffered=True)
    assert answer.status_code in {200, 302, 303, 404 if rule.rule in NOT_THERE else 200}
    assert contents(directory) == before


@each([rule for rule in RULES if rule not in UI_RULES], "GET", "HEAD", "OPTIONS")
def test_reading_writes_nothing(
    directory: Flask,
    of_acme: ScimClient,
    user: Json,
    group: Json,
    method: str,
    rule: Rule,
) -> None:
    path = filled(rule, {"user_id": user["id"], "group_id": group["id"]})
    before = contents(directory)
    with directory.test_client().open(
        path,
        method=method,
        headers={"Authorization": f"Bearer {of_acme.token}"},
        query_string={"count": "1", "name": "x"},
    ) as answer:
        assert answer.status_code in {200, 501}
    assert contents(directory) == before
