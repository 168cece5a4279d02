"""Events folded into what stood before: threads, and what only tells a consequence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scim.attributes import Document
from services.undo import leaves
from services.undo.folding import SelectedEvent, find_caused, fold

BO, STAFF = "bo", "staff"


def event(number, action="updated", changes=None, **more):
    given = {"request_id": "r", "resource_type": "User", "resource_id": BO, **more}
    return SelectedEvent(
        number=number,
        action=action,
        resource_name="Name",
        changes=changes or {},
        **given,
    )


def of_group(number, action="updated", **more):
    return event(number, action, resource_type="Group", resource_id=STAFF, **more)


def title(number, before, after):
    return event(number, changes={"title": [before, after]})


def test_the_value_before_the_first_event_is_wanted():
    wish = fold([title(1, "A", "B"), title(2, "B", "C")])[BO]
    thread = wish.attributes["title"]
    assert (thread.wanted, thread.left) == ("A", "C")


def test_what_somebody_else_set_in_between_ends_the_thread():
    thread = fold([title(1, "A", "B"), title(3, "X", "C")])[BO].attributes["title"]
    assert (thread.wanted, thread.left) == ("X", "C")
    older = fold([title(0, "X", "A"), title(1, "A", "B"), title(3, "X", "C")])[BO]
    assert older.attributes["title"].wanted == "X"


@pytest.mark.parametrize(
    ("actions", "wanted", "left"),
    [
        (["created"], "none", "live"),
        (["deleted"], "live", "deleted"),
        (["restored"], "deleted", "live"),
        (["created", "deleted"], "none", "deleted"),
        (["deleted", "restored"], "live", "live"),
        (["deleted", "purged"], "live", "gone"),
        (["deleted", "deleted"], "live", "deleted"),
    ],
)
def test_being_there_is_a_thread_too(actions, wanted, left):
    events = [event(number, action) for number, action in enumerate(actions)]
    existence = fold(events)[BO].existence
    assert (existence.wanted, existence.left) == (wanted, left)


def test_members_come_and_go_by_threads():
    events = [
        of_group(1, added=["a", "b"]),
        of_group(2, removed=["b"]),
        of_group(3, removed=["c"]),
    ]
    members = fold(events)[STAFF].members
    assert {one: thread.wanted for one, thread in members.items()} == {
        "a": False,
        "b": False,
        "c": True,
    }


def test_what_follows_from_a_deletion_is_no_wish_of_its_own():
    events = [
        event(1, "deleted"),
        of_group(2, removed=[BO]),
        of_group(3, removed=["a"]),
    ]
    assert find_caused(events) == {2}
    assert list(fold(events)[STAFF].members) == ["a"]


@pytest.mark.parametrize(
    "second",
    [
        of_group(3, removed=[BO]),
        of_group(2, removed=["a"]),
        of_group(2, removed=[BO, "a"]),
        of_group(2, removed=[BO], changes={"displayName": ["A", "B"]}),
        of_group(2, removed=[BO], request_id="another"),
    ],
)
def test_only_what_is_told_right_after_follows(second):
    assert find_caused([event(1, "deleted"), second]) == set()


def test_a_return_brings_memberships_with_it():
    assert find_caused([event(1, "restored"), of_group(2, added=[BO])]) == {2}


def test_tokens_have_no_wishes():
    assert fold([event(1, "created", resource_type="Token")]) == {}


URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
DOCUMENT: Document = {
    "userName": "bo",
    "name": {"familyName": "Li", "givenName": "Bo"},
    "emails": [{"value": "bo@x", "type": "work"}],
    "active": True,
    URN: {"department": "Sales", "manager": {"value": "ada"}},
}


def test_every_value_can_be_put_back_by_its_key():
    keys = leaves.read(DOCUMENT)
    assert leaves.write({}, keys) == DOCUMENT
    assert f"{URN}:manager.value" in keys


def test_what_is_taken_out_leaves_nothing_empty():
    without = leaves.write(DOCUMENT, dict.fromkeys(leaves.read(DOCUMENT)))
    assert without == {}
    assert DOCUMENT["name"] == {"familyName": "Li", "givenName": "Bo"}


def test_what_others_did_in_between_ends_a_thread_whatever_came_of_it():
    others = [replace(title(2, "B", "X"), is_meant=False)]
    others.append(replace(title(3, "X", "B"), is_meant=False))
    wish = fold([title(1, "A", "B"), *others, title(4, "B", "C")])[BO]
    assert wish.attributes["title"].wanted == "B"
    assert wish.attributes["title"].later is None


def test_the_newest_of_what_others_did_is_known():
    others = [replace(title(2, "B", "X"), is_meant=False)]
    others.append(replace(title(3, "X", "B"), is_meant=False))
    wish = fold([title(1, "A", "B"), *others])[BO]
    assert wish.attributes["title"].later == others[1]
    assert wish.other == others[1]
