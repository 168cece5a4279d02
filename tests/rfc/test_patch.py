"""The examples of RFC 7644 §3.5.2, one file each, named by their section."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from scim import members, messages, patch
from scim.quirks import Notes
from scim.schemas import USER_TYPE

EXAMPLES = Path(__file__).parent
USERS = sorted(EXAMPLES.glob("user-3.5.2.*.json"))
GROUPS = sorted(EXAMPLES.glob("group-3.5.2.*.json"))


def load(path):
    example = json.loads(path.read_text("utf-8"))
    return example, messages.read_patch(json.dumps(example["request"]).encode(), [])


@pytest.mark.parametrize("path", USERS, ids=lambda path: path.stem)
def test_user_example_ends_as_the_rfc_says(path):
    example, operations = load(path)
    notes: Notes = []

    after = patch.apply(example["before"], operations, USER_TYPE, notes)

    assert after == example["after"]
    assert notes == []


@pytest.mark.parametrize("path", GROUPS, ids=lambda path: path.stem)
def test_group_example_becomes_the_member_changes_it_describes(path):
    example, operations = load(path)
    notes: Notes = []

    rest, changes = members.split(operations, notes)

    as_json = json.loads(json.dumps([dataclasses.asdict(each) for each in changes]))
    assert as_json == example["changes"]
    assert rest == []
    assert notes == []


def test_every_example_is_played():
    assert len(USERS) + len(GROUPS) == len(list(EXAMPLES.glob("*-3.5.2.*.json")))
    assert (len(USERS), len(GROUPS)) == (5, 6)
