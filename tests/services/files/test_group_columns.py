"""The columns of a file of groups: which headings are known, which mean nothing."""

from __future__ import annotations

import pytest

from services.files import group_exports
from services.files.group_columns import HEADINGS


def guessed(*headings):
    found = HEADINGS.guess(headings)
    return [found.get(place, "") for place in range(len(headings))]


@pytest.mark.parametrize(
    "headings",
    [
        ("Group", "Members"),
        ("displayName", "userName"),
        ("Group name", "User Principal Name"),
        ("team", "LOGIN"),
        ("Display name [displayName] Required", "member"),
    ],
)
def test_headings_that_people_give_are_known(headings):
    assert guessed(*headings) == ["displayName", "member"]


def test_of_an_export_that_is_read_which_an_import_sets():
    found = dict(
        zip(group_exports.HEADINGS, guessed(*group_exports.HEADINGS), strict=True)
    )
    assert {heading: key for heading, key in found.items() if key} == {
        "group": "displayName",
        "externalId": "externalId",
        "memberType": "memberType",
        "member": "member",
    }


def test_what_is_unsure_is_left_out():
    assert guessed("Type", "Object Id", "Description", "problem") == [""] * 4
