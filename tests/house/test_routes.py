"""Rules that hold for every address there is, also for those to come."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import create_app
from models.database import Base, db
from scim import names
from services.origin import new_id
from tests.conftest import make_app, make_organization, make_token
from tests.directories import empty_database
from tests.refusals import detail_of
from tests.scim_client import Json, ScimClient

PREFIX = "/scim/v2"
DISCOVERY = ("/ServiceProviderConfig", "/ResourceTypes", "/Schemas")
# Where the next page begins, and the last use of a token, are no part of the directory.
TABLES = {
    table: [one for one in table.columns if not one.name.startswith("last_used_")]
    for table in Base.metadata.sorted_tables
    if table.name != "list_walks"
}

SOME_VALUE = {"name": "User", "urn": names.CORE_USER, "filename": "css/rollcall.css"}


def _rules() -> list[Rule]:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"ROLLCALL_INSTANCE": folder})
        with app.app_context():
            db.engine.dispose()
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


RULES = _rules()
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
        pytest.param(method, rule.rule, sorted(rule.arguments), id=f"{method} {rule}")
        for rule in rules
        for method in sorted(
            set(methods or rule.methods or ()) & (rule.methods or set())
        )
    ]
    return pytest.mark.parametrize(("method", "address", "arguments"), cases)


def filled(address: str, arguments: list[str], resource_id: str) -> str:
    """The address with values in the place of its arguments."""
    values = {name: SOME_VALUE.get(name, resource_id) for name in arguments}
    for name, value in values.items():
        address = address.replace(f"<{name}>", value).replace(f"<path:{name}>", value)
    return address


@pytest.fixture(scope="module")
def directory(
    backend: str, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """One for the whole module, since nothing here may change it."""
    folder = tmp_path_factory.mktemp("routes")
    app = make_app(folder, empty_database(backend, migrated, folder))
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
    directory: Flask, method: str, address: str, arguments: list[str]
) -> None:
    path = filled(address, arguments, new_id())
    answer = directory.test_client().open(path, method=method)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@each(DISCOVERY_RULES, "GET", "HEAD", "OPTIONS")
def test_discovery_is_open(
    directory: Flask, method: str, address: str, arguments: list[str]
) -> None:
    path = filled(address, arguments, "")
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
    """All of an answer, but for the id that was asked for."""
    headers = sorted(answer.headers.to_wsgi_list())
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
    address: str,
    arguments: list[str],
    headers: dict[str, str],
) -> None:
    theirs = {"user_id": user["id"], "group_id": group["id"]}[arguments[0]]
    unknown = new_id()
    asked = [
        of_globex.request(
            method,
            filled(address, arguments, one).removeprefix(PREFIX),
            BODIES.get(method),
            headers,
        )
        for one in (theirs, unknown)
    ]
    kept = of_acme.get(filled(address, arguments, theirs).removeprefix(PREFIX))
    assert asked[0].status_code == 404
    assert bare(asked[0], theirs) == bare(asked[1], unknown)
    assert kept.headers["ETag"] == 'W/"1"'


def contents(app: Flask) -> dict[str, list[str]]:
    """Every row of every table, but for what reading may write."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(*columns))))
            for table, columns in TABLES.items()
        }


@each(RULES, "GET", "HEAD", "OPTIONS")
def test_reading_writes_nothing(
    directory: Flask,
    of_acme: ScimClient,
    user: Json,
    group: Json,
    method: str,
    address: str,
    arguments: list[str],
) -> None:
    known = {"user_id": user["id"], "group_id": group["id"]}
    path = filled(address, arguments, known.get((arguments or [""])[0], ""))
    before = contents(directory)
    with directory.test_client().open(
        path,
        method=method,
        headers={"Authorization": f"Bearer {of_acme.token}"},
        query_string={"count": "1", "name": "x"},
    ) as answer:
        assert answer.status_code in {200, 501}
    assert contents(directory) == before
