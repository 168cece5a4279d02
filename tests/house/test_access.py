"""Rules that hold for every address of the admin UI, also for those to come."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from blueprints.admin_ui import access
from models.database import db
from services.access.roles import ROLES, Role
from tests.admin_client import AdminClient
from tests.conftest import make_admin, make_app, make_organization
from tests.databases import EmptyDatabase, EmptyFile
from tests.house.addresses import UI_RULES, contents, filled

OPEN = {
    # Before anybody is known: setting up, signing in and out, an invitation's link.
    "show_setup",
    "set_up",
    "show_sign_in",
    "sign_in_post",
    "sign_out",
    "show_invitation",
    "accept_invitation",
}
"""Endpoints for those who are not signed in. Think twice before adding one."""


def name_of(rule: Rule) -> str:
    return str(rule.endpoint).removeprefix("admin_ui.")


def each(rules: list[Rule]) -> pytest.MarkDecorator:
    """One test for each rule and each of its methods."""
    cases = [
        pytest.param(method, rule, id=f"{method} {rule}")
        for rule in rules
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    return pytest.mark.parametrize(("method", "rule"), cases)


def is_beyond(rule: Rule, role: Role) -> bool:
    """Whether it takes more than that role."""
    least = access.LEAST[name_of(rule)]
    return least == "instance owner" or least in ROLES[ROLES.index(role) + 1 :]


def by_role(*, beyond: bool) -> pytest.MarkDecorator:
    """One test for each role, rule and method: those beyond the role, or the others."""
    cases = [
        pytest.param(role, method, rule, id=f"{role} {method} {rule}")
        for role in ROLES
        for rule in CLOSED
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if is_beyond(rule, role) is beyond
    ]
    return pytest.mark.parametrize(("role", "method", "rule"), cases)


CLOSED = [rule for rule in UI_RULES if name_of(rule) not in OPEN]
OF_ORGANIZATIONS = [rule for rule in CLOSED if "slug" in rule.arguments]
POSTS = [rule for rule in UI_RULES if "POST" in (rule.methods or ())]


@pytest.fixture(scope="module")
def house(
    migrated: EmptyFile | EmptyDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """One for the whole module, since nothing here may change it."""
    app = make_app(tmp_path_factory.mktemp("access"), migrated.emptied())
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def people(house: Flask) -> dict[str, AdminClient]:
    acme, globex = make_organization(house, "Acme"), make_organization(house, "Globex")
    return {
        **{role: AdminClient(house, make_admin(house, role, acme)) for role in ROLES},
        "stranger": AdminClient(house, make_admin(house, "owner", globex)),
        "instance owner": AdminClient(house, make_admin(house, "owner")),
    }


def test_every_view_says_who_may_use_it() -> None:
    views = {name_of(rule) for rule in UI_RULES}
    assert views - set(access.LEAST) == set()
    assert set(access.LEAST) - views == set()


def test_only_few_views_are_open() -> None:
    unguarded = {name for name, least in access.LEAST.items() if least == "nobody"}
    assert unguarded - OPEN == set()


def test_a_role_is_asked_for_exactly_where_an_organization_is() -> None:
    within = {access.LEAST.get(name_of(rule)) for rule in OF_ORGANIZATIONS}
    without = {
        access.LEAST.get(name_of(rule))
        for rule in CLOSED
        if not rule.rule.startswith("/o/<slug>/")
    }
    assert within <= {*ROLES, "instance owner"}
    assert without <= {"anybody", "instance owner"}


@each(CLOSED)
def test_who_is_not_signed_in_is_asked_to(
    house: Flask, method: str, rule: Rule
) -> None:
    answer = AdminClient(house, None).browser.open(filled(rule), method=method)
    asked = answer.location if method == "GET" else answer.text
    assert answer.status_code == (303 if method == "GET" else 401)
    assert asked.startswith("/login?next=%2F") or "<h1>Sign in</h1>" in asked
    assert answer.headers["Cache-Control"] == "no-store"


@each(CLOSED)
def test_htmx_is_asked_too(house: Flask, method: str, rule: Rule) -> None:
    answer = AdminClient(house, None).browser.open(
        filled(rule), method=method, headers={"HX-Request": "true"}
    )
    # In a dialog, so that nothing is lost of what is typed on the page.
    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "#sign-in"
    assert "HX-Redirect" not in answer.headers


@each(OF_ORGANIZATIONS)
def test_another_organizations_page_is_like_one_that_never_was(
    people: dict[str, AdminClient], method: str, rule: Rule
) -> None:
    browser = people["stranger"].browser
    theirs = browser.open(filled(rule), method=method)
    unknown = browser.open(filled(rule, slug="nowhere"), method=method)
    assert theirs.status_code == unknown.status_code == 404
    assert bare(theirs.text, "acme") == bare(unknown.text, "nowhere")


def bare(page: str, slug: str) -> str:
    """A page without what differs each time: tokens, ids, the address asked for."""
    page = re.sub(r'(csrf[_-]token" (content|value)=")[^"]+', r"\1", page)
    page = re.sub(r"(request )[0-9a-f-]{36}<", r"\1<", page)
    return re.sub(r'(session-seconds" content=")\d+', r"\1", page.replace(slug, "SLUG"))


@pytest.mark.parametrize("sent", [{}, {"csrf_token": "made up"}])
@each(POSTS)
def test_a_change_without_a_good_token_changes_nothing(
    house: Flask,
    people: dict[str, AdminClient],
    method: str,
    rule: Rule,
    sent: dict[str, str],
) -> None:
    if method != "POST":
        pytest.skip("reads")
    before = contents(house)
    answer = people["instance owner"].browser.post(filled(rule), data=sent)
    assert answer.status_code == 422
    assert contents(house) == before


def send(who: AdminClient, method: str, rule: Rule) -> TestResponse:
    return who.post(filled(rule)) if method == "POST" else who.get(filled(rule))


@by_role(beyond=True)
def test_whoever_may_not_is_told_which_role_it_takes(
    house: Flask, people: dict[str, AdminClient], role: Role, method: str, rule: Rule
) -> None:
    before = contents(house)
    answer = send(people[role], method, rule)
    assert answer.status_code == 403
    assert access.sentence(access.LEAST[name_of(rule)]) in answer.text
    assert contents(house) == before


@by_role(beyond=False)
def test_whoever_may_is_let_in(
    people: dict[str, AdminClient], role: Role, method: str, rule: Rule
) -> None:
    answer = send(people[role], method, rule)
    told = {access.sentence(least) for least in access.LEAST.values()}
    assert answer.status_code < 500
    assert not (answer.location or "").startswith("/login")
    assert [one for one in told if one in answer.text] == []
