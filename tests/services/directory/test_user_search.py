"""What a search finds, who comes first, and that changes are found at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.database import read_connection
from scim.attributes import Document
from services.background import bulk_loading
from services.deletion import deleted
from services.directory import user_lists, user_search, users
from services.directory.user_lists import UserQuery
from services.directory.user_search import Search
from services.organizations import OrganizationRef
from services.origin import Actor, Origin

ADA = Origin(Actor("admin", "ada", "Ada"), datetime(2026, 11, 3, 12, tzinfo=UTC))
MARIA: Document = {
    "userName": "msantos@acme.example",
    "externalId": "00uMS77",
    "displayName": "Maria dos Santos",
    "name": {"givenName": "María", "familyName": "Santos Silva"},
    "emails": [
        {"value": "Maria.Work@acme.example", "type": "other"},
        {"value": "mimi@home.example", "type": "home"},
    ],
}


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def maria(acme):
    return users.create(acme, MARIA, origin=ADA).id


@pytest.fixture
def found(acme):
    def user_names(q, **query):
        listed = user_lists.read(acme, UserQuery(q, **query)).window.rows
        with read_connection() as connection:
            matching = user_lists.matching_ids(connection, acme, UserQuery(q, **query))
        assert {row.id for row in listed} == {id_ for _, id_ in matching}
        return [row.user_name for row in listed]

    return user_names


@pytest.mark.usefixtures("maria")
@pytest.mark.parametrize(
    "q",
    [
        "",
        "   ",
        "maria",
        "MARIA",
        "mari\u0301a",
        "dos san",
        "antos",
        "santos maria",
        "silva",
        "msan",
        "acme.example",
        "maria.work@",
        "MIMI@home",
        "00uMS77",
        "00ums",
        "ms77",
        "home.example",
        "maria msantos 00u mimi",
        "maria\0dos",
        "ma\udcffria",
    ],
)
def test_search_finds(found, q):
    assert found(q) == ["msantos@acme.example"]


@pytest.mark.usefixtures("maria")
@pytest.mark.parametrize(
    "q",
    [
        "mariana",
        "maria bo",
        "%",
        "_",
        "other",
        "'",
        "\ufffd",
    ],
)
def test_search_does_not_find(found, q):
    assert found(q) == []


@pytest.mark.parametrize(
    ("q", "best"),
    [
        ("ann", "Ann Zorn"),
        ("zorn", "Ann Zorn"),
        ("anna.z", "anna.z@acme.example"),
        ("ann zo", "Ann Zorn"),
    ],
)
def test_who_begins_with_it_comes_before_who_contains_it(acme, found, q, best):
    for name in ("Aloann Azorn", "Mannanna.zo"):
        users.create(acme, {"userName": name}, origin=ADA)
    users.create(acme, {"userName": best}, origin=ADA)
    assert found(q)[0] == best
    assert found(q, sort="-name")[0] == best


@pytest.mark.parametrize(
    "change",
    [
        {"userName": "renamed"},
        {"displayName": "Renamed"},
        {"externalId": "Renamed"},
        {"emails": [{"value": "renamed@acme.example"}]},
        {"name": {"familyName": "Renamed"}},
    ],
)
def test_change_is_found_at_once(acme, maria, found, change):
    assert found("renamed") == []
    users.replace(acme, maria, MARIA | change, origin=ADA)
    assert found("renamed") == [change.get("userName", MARIA["userName"])]


def test_deactivated_user_is_counted_as_such(acme, maria):
    users.set_active(acme, maria, False, origin=ADA)
    counts = user_lists.read(acme, UserQuery("maria")).counts
    assert (counts.active, counts.deactivated) == (0, 1)


def test_deleted_user_is_found_no_more_until_restored(acme, maria, found):
    users.delete(acme, maria, origin=ADA)
    assert found("maria") == []
    deleted.restore(acme, maria, origin=ADA)
    assert found("maria") == ["msantos@acme.example"]


def test_loaded_users_are_found(acme, found):
    bulk_loading.load_users(acme, [MARIA, {"userName": "bo"}], origin=ADA)
    assert found("mimi") == ["msantos@acme.example"]
    assert found("bo") == ["bo"]


@given(text=st.text(st.characters(codec=None), max_size=400))
def test_any_text_can_be_searched_for(text):
    words = Search(OrganizationRef(1, "acme", "Acme"), text).words
    assert len(words) <= user_search.MAX_WORDS
    assert "\0" not in "".join(words)
    assert "".join(words).encode()[:0] == b""
