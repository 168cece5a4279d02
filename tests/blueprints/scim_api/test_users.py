"""Users created, read, replaced and deleted over HTTP."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from models import Admin, ChangeEvent, User
from scim import names
from tests.directories import last_notes, rows
from tests.refusals import detail_of
from tests.scim_client import load

BO = {
    "schemas": [names.CORE_USER, names.ENTERPRISE_USER],
    "userName": "Bo.Ek@Example.com",
    "name": {"givenName": "Bo", "familyName": "Ek"},
    "emails": [{"value": "bo@example.com", "type": "work", "primary": True}],
    "phoneNumbers": [{"value": "+46 (0)8-123 45 67", "type": "work"}],
    "active": True,
    "externalId": "00u1",
    names.ENTERPRISE_USER: {"department": "Øl & Vin"},
}


@pytest.fixture
def app(shared_app):
    return shared_app


@pytest.fixture
def scim(emptied_scim):
    return emptied_scim


def test_created_user_is_answered_whole_with_its_address(scim):
    answer = scim.post("/Users", BO)
    user = load(answer)
    assert answer.status_code == 201
    assert BO.items() <= user.items()
    assert answer.headers["Location"] == user["meta"]["location"]
    assert user["meta"]["location"] == (
        f"https://rollcall.example/scim/v2/Users/{user['id']}"
    )


def test_user_reads_back_as_it_was_created(scim):
    made = scim.post("/Users", BO)
    read = scim.get(f"/Users/{load(made)['id']}")
    assert read.status_code == 200
    assert load(read) == load(made)
    assert read.headers["ETag"] == load(read)["meta"]["version"] == 'W/"1"'


def test_times_are_utc_with_digits_below_the_second(scim):
    meta = scim.new_user("bo")["meta"]
    age = datetime.now(UTC) - datetime.fromisoformat(meta["created"])
    assert re.fullmatch(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{6}Z", meta["created"])
    assert meta["created"] == meta["lastModified"]
    assert 0 <= age.total_seconds() < 60


def test_enterprise_schema_is_named_only_when_it_has_attributes(scim):
    plain = scim.new_user("bo")
    filled = scim.new_user("cy", **{names.ENTERPRISE_USER: {"division": "x"}})
    assert plain["schemas"] == [names.CORE_USER]
    assert filled["schemas"] == [names.CORE_USER, names.ENTERPRISE_USER]


def test_user_is_active_unless_it_says_not(scim):
    assert scim.new_user("bo")["active"] is True
    assert scim.new_user("cy", active=None)["active"] is True
    assert scim.new_user("di", active=False)["active"] is False


def test_manager_who_is_a_user_here_is_shown_by_name(scim):
    boss = scim.new_user("ada", displayName="Ada")
    user = scim.new_user("bo", **{names.ENTERPRISE_USER: {"manager": boss["id"]}})
    assert user[names.ENTERPRISE_USER]["manager"] == {
        "value": boss["id"],
        "$ref": boss["meta"]["location"],
        "displayName": "Ada",
    }


def test_manager_who_is_not_here_keeps_the_id_alone(scim):
    boss = scim.new_user("ada")
    user = scim.new_user(
        "bo", **{names.ENTERPRISE_USER: {"manager": {"value": boss["id"]}}}
    )
    scim.delete(f"/Users/{boss['id']}")
    read = load(scim.get(f"/Users/{user['id']}"))
    assert read[names.ENTERPRISE_USER]["manager"] == {"value": boss["id"]}


def test_password_is_accepted_and_kept_nowhere(scim, app):
    user = scim.new_user("bo", password="Tr0ub4dor")
    stored = rows(app, sa.select(User.document))
    stored += rows(app, sa.select(ChangeEvent.changes))
    assert "password" not in user
    assert "Tr0ub4dor" not in scim.get(f"/Users/{user['id']}").text
    assert "Tr0ub4dor" not in str(stored)
    assert "The password was ignored: Rollcall keeps no passwords." in last_notes(app)


@pytest.mark.parametrize("name", ["bo@example.com", "BO@EXAMPLE.COM", "Bo@Example.com"])
def test_second_user_of_a_name_in_any_case_is_refused(scim, name):
    scim.new_user("bo@example.com", displayName="Bo Ek")
    detail = detail_of(scim.post("/Users", {"userName": name}), 409, "uniqueness")
    assert f'userName "{name}" is used by Bo Ek.' in detail
    assert load(scim.get("/Users"))["totalResults"] == 1


def test_name_of_a_deactivated_user_is_refused_with_the_day(scim):
    scim.new_user("bo", active=False)
    detail = detail_of(scim.post("/Users", {"userName": "bo"}), 409, "uniqueness")
    today = datetime.now(UTC)
    assert f"is used by bo (deactivated {today:%-d %b %Y})" in detail


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_deactivated_user_is_found_by_name_and_reactivated(scim, method):
    user = scim.new_user("Bo", active=False)
    found = load(scim.get('/Users?filter=userName eq "bo"'))["Resources"][0]
    operations = [{"op": "replace", "value": {"active": True}}]
    body = {"userName": "Bo", "active": True, "Operations": operations}
    changed = load(scim.request(method, f"/Users/{found['id']}", body))
    assert (changed["id"], changed["active"]) == (user["id"], True)
    assert changed["meta"]["created"] == user["meta"]["created"]


def test_name_of_a_deleted_user_is_free(scim):
    first = scim.new_user("bo")
    scim.delete(f"/Users/{first['id']}")
    second = scim.new_user("bo")
    assert second["id"] != first["id"]
    assert scim.get(f"/Users/{first['id']}").status_code == 404


def test_email_and_external_id_may_be_shared(scim):
    shared = {"emails": [{"value": "team@example.com"}], "externalId": "1"}
    scim.new_user("bo", **shared)
    scim.new_user("cy", **shared)
    assert load(scim.get('/Users?filter=externalId eq "1"'))["totalResults"] == 2


def test_case_of_the_user_name_is_kept_and_not_compared(scim):
    scim.new_user("Bo.Ek@Example.com")
    found = load(scim.get('/Users?filter=userName eq "BO.EK@EXAMPLE.COM"'))
    assert [user["userName"] for user in found["Resources"]] == ["Bo.Ek@Example.com"]


@pytest.mark.parametrize(
    ("sent", "kept", "note"),
    [
        ({"active": "False"}, {"active": False}, 'Read the text "False" as false'),
        (
            {"emails": [{"value": "a@b", "primary": "True"}]},
            {"emails": [{"value": "a@b", "primary": True}]},
            'Read the text "True" as true for emails.primary.',
        ),
        ({"title": 7}, {"title": "7"}, "Read the number 7 as text for title."),
        (
            {names.ENTERPRISE_USER: {"employeeNumber": 42}},
            {names.ENTERPRISE_USER: {"employeeNumber": "42"}},
            "Read the number 42 as text",
        ),
        (
            {names.ENTERPRISE_USER: {"manager": "boss"}},
            {names.ENTERPRISE_USER: {"manager": {"value": "boss"}}},
            "Read bare text as the value",
        ),
    ],
)
def test_named_habits_are_understood_and_noted(scim, app, sent, kept, note):
    user = scim.new_user("bo", **sent)
    assert kept.items() <= user.items()
    assert any(note in one for one in last_notes(app))


def test_longest_texts_are_kept(scim):
    longest = {"title": "é" * 512, "profileUrl": "x" * 65_536}
    user = scim.new_user("a" * 512, **longest)
    assert longest.items() <= user.items()
    assert user["userName"] == "a" * 512


def test_null_and_empty_values_are_absent_and_never_answered(scim):
    user = scim.new_user(
        "bo", title=None, name={"givenName": ""}, emails=[], nickName="", roles=None
    )
    assert user.keys() == {"schemas", "id", "userName", "active", "meta"}


@pytest.mark.parametrize(
    ("schemas", "status"),
    [
        ([names.CORE_USER], 201),
        ([names.CORE_USER.upper(), "urn:vendor:custom"], 201),
        (None, 201),
        ([], 400),
        ([names.CORE_GROUP], 400),
        ([names.ENTERPRISE_USER], 400),
        ("text", 400),
        ([1], 400),
    ],
)
def test_schemas_may_be_absent_but_not_without_the_user_schema(scim, schemas, status):
    answer = scim.post("/Users", {"userName": "bo", "schemas": schemas})
    assert answer.status_code == status
    assert status == 201 or "schemas" in detail_of(answer, 400, "invalidValue")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_unknown_attributes_and_schemas_are_ignored_and_noted(scim, app, method):
    path = "/Users" if method == "POST" else f"/Users/{scim.new_user('cy')['id']}"
    unknown = {"urn:vendor:x": {"a": 1}, names.ENTERPRISE_USER: {"b": 2}}
    body = {"schemas": [names.CORE_USER], "userName": "bo", "shoeSize": 44, **unknown}
    assert scim.request(method, path, body).status_code in (200, 201)
    assert last_notes(app) == [
        '"shoeSize" is not an attribute of User and was ignored.',
        '"urn:vendor:x" is not an attribute of User and was ignored.',
        f'"b" is not an attribute of {names.ENTERPRISE_USER} and was ignored.',
    ]


def test_deleted_user_is_gone_for_every_verb(scim):
    user = scim.new_user("bo")
    path = f"/Users/{user['id']}"
    done = scim.delete(path)
    assert (done.status_code, done.data) == (204, b"")
    assert load(scim.get("/Users"))["totalResults"] == 0
    assert scim.put(path, {"userName": "bo"}).status_code == 404
    assert scim.patch(path, {"op": "add", "value": {}}).status_code == 404
    assert "was deleted" in detail_of(scim.delete(path), 404)


def test_no_user_is_an_admin_of_rollcall(scim, app):
    roles = [{"value": "owner", "primary": True}]
    emails = [{"value": "ada@example.com"}]
    user = scim.new_user("ada@example.com", roles=roles, emails=emails, password="x")
    scim.patch(f"/Users/{user['id']}", {"op": "add", "path": "password", "value": "y"})
    assert rows(app, sa.select(Admin.id)) == []
    assert scim.get("/Admins").status_code == 404
