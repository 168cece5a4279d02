"""Change events in words: one sentence for each, values before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scim.attributes import JSON
from services.activity.change_words import (
    Difference,
    HistoryEvent,
    Known,
    Part,
    clause,
    differences,
    label_of,
    sentence,
)
from services.directory.mapping import Reference

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
BO = Reference("User", "bo", "Bo Ek")
CY = Reference("User", "cy", "Cy Dahl")
CREW = Reference("Group", "crew", "Crew")
KNOWN = {one.id: Known(one) for one in (BO, CY, CREW)}
STAFF = HistoryEvent(
    *(1, NOW, "token:7Qm2", "Okta", "updated", "Group", "staff", "Staff", {}),
    known=KNOWN | {"staff": Known(Reference("Group", "staff", "Staff"))},
)
USER = replace(STAFF, resource_type="User", resource_id="bo", resource_name="Bo Ek")
TOKEN = replace(STAFF, resource_type="Token", resource_id="7Qm2", resource_name="Okta")


def said(event: HistoryEvent) -> str:
    return "".join(part.text for part in sentence(event))


def links(event: HistoryEvent) -> list[str]:
    return [part.resource.id for part in sentence(event) if part.resource]


@pytest.mark.parametrize(
    "action",
    ["created", "deactivated", "reactivated", "deleted", "restored", "purged", "moved"],
)
def test_a_sentence_says_what_was_done(action: str) -> None:
    event = replace(USER, action=action, changes={"active": [True, False]})
    assert said(event) == f"Bo Ek was {action}"
    assert links(event) == ["bo"]


def test_a_change_names_the_attributes_in_words() -> None:
    changes: dict[str, list[JSON]] = {
        "title": [None, "Dr"],
        "urn:x:User:department": ["A", "B"],
    }
    assert said(replace(USER, changes=changes)) == "Bo Ek changed: title, department"
    assert said(replace(USER, changes={"name.givenName": ["B", "Bo"]})) == (
        "Bo Ek changed: given name"
    )


def test_a_change_of_many_attributes_names_four() -> None:
    changes: dict[str, list[JSON]] = {
        name: [None, "x"] for name in ("title", "locale", "nickName", "a", "b")
    }
    event = replace(USER, changes=changes | {"c": [None, 1]})
    assert said(event) == "Bo Ek changed: title, locale, nickname, a and 2 more"


def test_a_renamed_group_tells_its_former_name() -> None:
    event = replace(STAFF, changes={"displayName": ["People", "Staff"]})
    assert said(event) == "“People” was renamed to Staff"
    assert links(event) == ["staff"]
    event = replace(event, changes=event.changes | {"externalId": [None, "1"]})
    assert said(event) == "Staff changed: display name, external ID"


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        (["bo"], "Bo Ek was added to Staff"),
        (["bo", "cy"], "Bo Ek and Cy Dahl were added to Staff"),
        (["bo", "cy", "crew"], "Bo Ek, Cy Dahl and Crew were added to Staff"),
        (["bo", "cy", "di", "ed"], "4 people were added to Staff"),
        (["crew", "cy", "di", "ed"], "4 members were added to Staff"),
        (["gone"], "1 person was added to Staff"),
    ],
)
def test_few_new_members_are_named_and_many_counted(
    added: list[str], expected: str
) -> None:
    event = replace(STAFF, n_added=len(added), added=tuple(added))
    assert said(event) == expected
    assert links(event)[-1] == "staff"


def test_members_who_left_are_told_alike() -> None:
    event = replace(STAFF, n_removed=1, removed=("bo",))
    assert said(event) == "Bo Ek was removed from Staff"
    assert links(event) == ["bo", "staff"]
    many = replace(STAFF, n_removed=1_200, removed=("bo", "cy"))
    assert said(many) == "1,200 people were removed from Staff"


def test_what_is_gone_has_a_name_and_no_link() -> None:
    known = {"bo": Known(BO, is_here=False)}
    event = replace(STAFF, n_added=1, added=("bo",), known=known)
    assert sentence(event) == (Part("Bo Ek was added to Staff"),)
    assert links(event) == []


def test_a_change_of_name_and_members_is_one_sentence() -> None:
    event = replace(
        *(STAFF,),
        changes={"displayName": ["People", "Staff"]},
        n_added=2,
        added=("bo", "cy"),
        n_removed=1,
        removed=("crew",),
    )
    expected = "Staff changed: display name, 2 people added, 1 member removed"
    assert said(event) == expected


@pytest.mark.parametrize(
    ("action", "n_added", "n_removed", "expected"),
    [
        ("created", 1, 0, "Staff was created with Bo Ek"),
        ("deleted", 0, 1, "Staff was deleted, with 1 person in it"),
        ("restored", 1, 0, "Staff was restored"),
    ],
)
def test_a_group_comes_and_goes_with_its_members(
    action: str, n_added: int, n_removed: int, expected: str
) -> None:
    event = replace(STAFF, action=action, n_added=n_added, n_removed=n_removed)
    event = replace(event, added=("bo",) * n_added, removed=("bo",) * n_removed)
    assert said(event) == expected


@pytest.mark.parametrize(
    ("action", "changes", "expected"),
    [
        ("created", {}, "Token Okta was created"),
        ("replaced", {}, "Token Okta was rotated"),
        ("revoked", {}, "Token Okta was revoked"),
        ("ended", {}, "Token Okta was ended: its overlap was cut short"),
        ("updated", {"name": ["O", "Okta"]}, "Token “O” was renamed to Okta"),
        ("updated", {"allowed_addresses": [[], ["x"]]}, "allowed addresses"),
    ],
)
def test_a_token_is_called_one(
    action: str, changes: dict[str, list[object]], expected: str
) -> None:
    assert expected in said(replace(TOKEN, action=action, changes=changes))  # type: ignore[arg-type]  # JSON


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("created", "The organization was created"),
        ("suspended", "Provisioning was paused"),
        ("resumed", "Provisioning was resumed"),
    ],
)
def test_the_organization_is_spoken_of_without_its_name(
    action: str, expected: str
) -> None:
    event = replace(STAFF, resource_type="Organization", action=action)
    assert said(event) == expected


@pytest.mark.parametrize(
    ("key", "before", "after", "expected"),
    [
        ("title", None, "Dr", Difference("title", (), ("Dr",))),
        ("active", True, False, Difference("status", ("active",), ("deactivated",))),
        ("x", True, 2, Difference("x", ("yes",), ("2",))),
        (
            "urn:x:2.0:User:manager.value",
            *("bo", "zed"),
            Difference("manager", ("Bo Ek",), ("zed",)),
        ),
        (
            "emails",
            [{"value": "b@x", "type": "work", "primary": True}, {"value": "c@x"}],
            *([], Difference("emails", ("work: b@x (primary)", "c@x"), ())),
        ),
        (
            "addresses",
            [{"locality": "Oslo", "country": "NO", "type": "home"}],
            *(None, Difference("addresses", ("home: Oslo, NO",), ())),
        ),
        (
            "photos",
            *([], [{"value": "data:,x"}], Difference("photos", (), ("hidden",))),
        ),
        (
            "expires_at",
            *(None, NOW.isoformat(), Difference("expires", (), (NOW,))),
        ),
    ],
)
def test_values_are_told_before_and_after(
    key: str, before: object, after: object, expected: Difference
) -> None:
    event = replace(USER, changes={key: [before, after]})  # type: ignore[list-item]  # JSON
    assert differences(event) == (expected,) == event.differences


def test_long_values_and_long_lists_are_cut() -> None:
    event = replace(USER, changes={"x": [["a"] * 12, "é" * 400]})
    (found,) = differences(event)
    assert found.before == (*["a"] * 10, "and 2 more")
    assert found.after == ("é" * 299 + "…",)


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("urn:ietf:params:scim:x:2.0:User:costCenter", "cost center"),
        ("urn:ietf:params:scim:x:2.0:User:employeeNumber", "employee number"),
        ("name.familyName", "family name"),
        ("userName", "user name"),
        ("allowed_addresses", "allowed addresses"),
    ],
)
def test_attributes_have_names_for_people(key: str, label: str) -> None:
    assert label_of(key) == label


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (replace(USER, action="deactivated"), "Ada deactivated Bo Ek"),
        (
            replace(USER, changes={"title": [None, "Dr"]}),
            "Ada changed Bo Ek: title",
        ),
        (
            replace(STAFF, n_added=2, added=("bo", "cy")),
            "Ada added Bo Ek and Cy Dahl to Staff",
        ),
        (
            replace(STAFF, changes={"displayName": ["People", "Staff"]}),
            "Ada renamed “People” to Staff",
        ),
        (replace(TOKEN, action="replaced"), "Ada rotated token Okta"),
        (
            replace(STAFF, resource_type="Organization", action="suspended"),
            "Ada paused provisioning",
        ),
        (
            replace(
                *(STAFF,),
                resource_type="Invitation",
                resource_name="Invitation of bo@x.example",
                action="withdrawn",
            ),
            "Ada withdrew the invitation of bo@x.example",
        ),
    ],
)
def test_a_sentence_says_who_did_it(event: HistoryEvent, expected: str) -> None:
    assert "".join(part.text for part in clause(event).active("Ada")) == expected
