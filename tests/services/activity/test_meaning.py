"""Requests in words: who did what to whom, or could not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.activity import meaning
from services.activity.change_words import HistoryEvent, Known
from services.activity.meaning import OUTCOMES, Made, Tally
from services.activity.request_log import LoggedRequest
from services.activity.sentences import Part, Sentences
from services.directory.mapping import Reference

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
ANA = Reference("User", "ana", "Ana Silva")
CREW = Reference("Group", "crew", "Crew")
KNOWN = {
    "ana": Known(ANA),
    "crew": Known(CREW),
    "gone": Known(Reference("User", "gone", "Bo Ek"), is_here=False),
}
EVENT = HistoryEvent(
    *(1, NOW, "token:7Qm2", "Okta", "created", "User", "ana", "Ana Silva", {}),
    known=KNOWN,
)
IN_CREW = replace(
    *(EVENT,),
    action="updated",
    resource_type="Group",
    resource_id="crew",
    resource_name="Crew",
    n_added=1,
    added=("ana",),
)


def request(method: str = "POST", **columns: Any) -> LoggedRequest:
    values: dict[str, Any] = dict.fromkeys(LoggedRequest.__annotations__)
    values |= {"kind": "scim", "provider": "Okta", "actor_name": "Okta production"}
    values |= {"at": NOW, "facts": {}, "notes": [], "path": "/scim/v2/Users"}
    values |= {"resource_type": "User", "method": method}
    return LoggedRequest(**(values | columns))


def made(event: HistoryEvent, *tallies: Tally) -> Made:
    return Made((event,), tallies, sum(one.n_changes for one in tallies))


def tally(action: str, resource_type: str, n: int, **more: Any) -> Tally:
    return Tally(action, resource_type, n, **{"n_resources": n} | more)


def told(one: LoggedRequest, changes: Made = meaning.NOTHING) -> Sentences:
    return meaning.tell(one, KNOWN, changes)


def said(parts: Sequence[Part]) -> str:
    return "".join(part.text for part in parts)


@pytest.mark.parametrize(
    ("columns", "who"),
    [
        ({}, "Okta"),
        ({"provider": ""}, "Okta production"),
        ({"provider": "", "actor_name": ""}, "Somebody"),
        ({"kind": "admin", "actor_name": "Ada", "provider": ""}, "Ada"),
        ({"kind": "command", "actor_name": "the command line"}, "The command line"),
        ({"kind": "system", "actor_name": "Rollcall"}, "Rollcall"),
    ],
)
def test_who_did_it_has_a_name(columns: dict[str, str], who: str) -> None:
    assert meaning.who(request(**columns)) == who


def test_a_change_is_told_with_and_without_who_did_it() -> None:
    changed = request(outcome="changed", resource_id="ana")
    found = told(changed, made(EVENT, tally("created", "User", 1)))
    assert found.short == (Part("Ana Silva", ANA), Part(" was created"))
    assert found.full == (Part("Okta created "), Part("Ana Silva", ANA))


def test_a_change_whose_answer_failed_is_told_so() -> None:
    failed = request(outcome="failed", status=500)
    found = told(failed, made(EVENT, tally("created", "User", 1)))
    assert said(found.full) == "Okta created Ana Silva, but the answer failed"


MEMBERS_LOST = tally("updated", "Group", 3, n_removed=3)
MANY = [
    (
        replace(EVENT, action="deactivated"),
        [tally("deactivated", "User", 500)],
        "500 users were deactivated",
        "Ada deactivated 500 users",
    ),
    (
        EVENT,
        [tally("created", "User", 412), tally("updated", "User", 31)],
        "412 users were created and 31 users changed",
        "Ada created 412 users and changed 31 users",
    ),
    (
        EVENT,
        [
            tally(action, "User", n)
            for n, action in enumerate(["created", "updated", "deleted", "purged"], 1)
        ],
        "4 users were purged, 3 users were deleted, 2 users changed and 1 more change",
        "Ada purged 4 users, deleted 3 users, changed 2 users and 1 more change",
    ),
    (
        EVENT,
        [
            tally("updated", "Group", 97, n_resources=5, n_removed=97),
            tally("updated", "User", 90, n_resources=60),
        ],
        "97 memberships in 5 groups were removed and 60 users changed",
        "Ada removed 97 memberships in 5 groups and changed 60 users",
    ),
    (
        EVENT,
        [
            tally("updated", "Group", 2, n_resources=1, n_added=2, n_removed=1),
            tally("updated", "User", 9, n_resources=4),
        ],
        "4 users changed and 3 memberships in 1 group changed",
        "Ada changed 4 users and changed 3 memberships in 1 group",
    ),
    (
        replace(EVENT, action="deleted"),
        [tally("deleted", "User", 1), MEMBERS_LOST],
        "Ana Silva was deleted, with 3 memberships",
        "Ada deleted Ana Silva, with 3 memberships",
    ),
    (
        replace(IN_CREW, action="deleted", n_added=0, n_removed=12, removed=("ana",)),
        [tally("deleted", "Group", 1), tally("updated", "Group", 1, n_removed=1)],
        "Crew was deleted, with 12 people in it",
        "Ada deleted Crew, with 12 people in it",
    ),
    (
        IN_CREW,
        [tally("updated", "Group", 5, n_added=500, resource_id="crew")],
        "500 people were added to Crew",
        "Ada added 500 people to Crew",
    ),
    (
        replace(EVENT, action="updated", changes={"title": [None, "x"]}),
        [tally("updated", "User", 2, resource_id="ana")],
        "Ana Silva changed: title, in 2 steps",
        "Ada changed Ana Silva: title, in 2 steps",
    ),
]


@pytest.mark.parametrize(("event", "tallies", "short", "full"), MANY)
def test_many_changes_of_one_request_are_one_sentence(
    event: HistoryEvent, tallies: list[Tally], short: str, full: str
) -> None:
    by_ada = request(kind="admin", actor_name="Ada", outcome="changed")
    found = told(by_ada, made(event, *tallies))
    assert said(found.short) == short
    assert said(found.full) == full


def test_a_rotated_token_is_one_change_to_people() -> None:
    new = replace(EVENT, resource_type="Token", resource_name="Okta")
    both = Made(
        (new, replace(new, action="replaced")),
        (tally("created", "Token", 1), tally("replaced", "Token", 1)),
        2,
    )
    by_ada = request(kind="admin", actor_name="Ada", outcome="changed")
    assert said(told(by_ada, both).full) == "Ada rotated token Okta"


def test_of_many_that_nobody_told_apart_the_number_is_said() -> None:
    by_ada = request(kind="admin", actor_name="Ada", outcome="changed")
    found = told(by_ada, Made((EVENT,), (), 4_300))
    assert said(found.short) == "4,300 changes were made"
    assert said(found.full) == "Ada made 4,300 changes"


def test_what_changed_nothing_says_so() -> None:
    found = told(request("PUT", outcome="already", resource_id="ana"))
    assert said(found.short) == "Ana Silva was sent again: nothing changed"
    assert said(found.full) == "Okta sent Ana Silva again: nothing changed"
    assert found.short[0] == Part("Ana Silva", ANA)


@pytest.mark.parametrize(
    ("method", "columns", "short", "full"),
    [
        (
            "POST",
            {"status": 409, "facts": {"name": "Maria Santos"}},
            "Maria Santos could not be created",
            "Okta could not create Maria Santos: the user name is taken",
        ),
        (
            "POST",
            {"status": 409, "resource_type": "Group", "facts": {"name": "Crew"}},
            "Crew could not be created",
            "Okta could not create Crew: the name is taken",
        ),
        (
            "POST",
            {"status": 400, "scim_type": "invalidSyntax"},
            "A user could not be created",
            "Okta could not create a user: the body is not understood",
        ),
        (
            "PATCH",
            {"status": 400, "scim_type": "invalidPath", "resource_id": "ana"},
            "Ana Silva could not be changed",
            "Okta could not change Ana Silva: a path is not understood",
        ),
        (
            "PUT",
            {"status": 412, "resource_id": "ana"},
            "Ana Silva could not be changed",
            "Okta could not change Ana Silva: it was changed meanwhile",
        ),
        (
            "DELETE",
            {"status": 404, "resource_id": "gone"},
            "Bo Ek could not be deleted: deleted already",
            "Okta could not delete Bo Ek: deleted already",
        ),
        (
            "PUT",
            {"status": 404, "resource_id": "x", "facts": {"name": "Cy Dahl"}},
            "Cy Dahl could not be changed",
            "Okta could not change Cy Dahl: not here",
        ),
        (
            "PATCH",
            {"status": 404, "resource_id": "x", "resource_type": "Group"},
            "A group that is not here could not be changed",
            "Okta could not change a group that is not here",
        ),
        (
            "GET",
            {"status": 404, "resource_id": "x", "path": "/scim/v2/Users/x"},
            "Asked for a user who is not here",
            "Okta asked for a user who is not here",
        ),
        (
            "GET",
            {"status": 404, "resource_id": "gone", "path": "/scim/v2/Users/gone"},
            "Bo Ek could not be read: deleted",
            "Okta could not read Bo Ek: deleted",
        ),
        (
            "GET",
            {"status": 404, "path": "/scim/v2/Schemas/urn:x:Car", "facts": {}},
            "The schema Car could not be read",
            "Okta could not read the schema Car",
        ),
        (
            "GET",
            {"status": 400, "path": "/scim/v2/Users?filter=x", "scim_type": "tooMany"},
            "Users could not be searched: it asks for too much",
            "Okta could not search users: it asks for too much",
        ),
    ],
)
def test_what_could_not_be_done_names_whom_it_was_about(
    method: str, columns: dict[str, Any], short: str, full: str
) -> None:
    found = told(request(method, outcome="refused", **columns))
    assert said(found.short) == short
    assert said(found.full) == full


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("busy", "Ana Silva could not be changed: Rollcall was busy"),
        (None, "Ana Silva could not be changed: an error in Rollcall"),
    ],
)
def test_a_failure_is_owned(cause: str | None, expected: str) -> None:
    failed = request("PUT", outcome="failed", status=500, resource_id="ana")
    assert said(told(replace(failed, cause=cause)).short) == expected


def test_a_change_of_which_no_event_is_left_is_told_by_its_request() -> None:
    by_okta = told(request("PATCH", outcome="changed", resource_id="crew"))
    assert said(by_okta.short) == "Crew changed"
    by_ada = request(kind="admin", actor_name="Ada", outcome="changed", path="/o/acme")
    assert said(told(by_ada).full) == "Ada: POST /o/acme"
    by_nobody = request("", kind="system", actor_name="", outcome="changed", path="")
    assert said(told(by_nobody).full) == "Rollcall: a change"


def test_every_outcome_has_a_word() -> None:
    assert set(OUTCOMES) == {"already", "changed", "failed", "read", "refused"}
    assert OUTCOMES["already"] == "Already so"
