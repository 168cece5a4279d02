"""A plan cut into the steps of a job."""

from __future__ import annotations

import orjson

from services.undo import parts
from services.undo.actions import Action, MemberMoves, Part
from services.undo.planning import Plan


def plan(actions=(), ties=(), leaving=(), returning=()):
    return Plan(1, tuple(leaving), tuple(actions), tuple(returning), (), {}, ties)


def change(number):
    return Action("change", "User", f"u{number}", "Name", {"title": ("A", "B")})


def sizes(found):
    return [one.size for one in found]


def test_a_step_has_a_hundred_resources():
    assert sizes(parts.split(plan(map(change, range(250))))) == [100, 100, 50]


def test_who_passes_a_name_on_stays_together():
    ties = (("u0", "u150"), ("u150", "u240"))
    first, *_ = parts.split(plan(map(change, range(250)), ties))
    ids = [one.id for one in first.actions]
    assert ids[:4] == ["u0", "u150", "u240", "u1"]
    assert len(ids) == parts.RESOURCES


def test_members_leave_first_and_come_back_last():
    gone = MemberMoves("g", "G", remove=("a",))
    back = MemberMoves("g", "G", add=("b",))
    found = parts.split(plan([change(1)], leaving=[gone], returning=[back]))
    assert [bool(one.actions) for one in found] == [False, True, False]
    assert (found[0].moves, found[2].moves) == ((gone,), (back,))


def test_a_large_group_takes_several_steps():
    ids = tuple(f"m{number}" for number in range(12_000))
    found = parts.split(plan(returning=[MemberMoves("g", "G", ids, groups=("h",))]))
    assert sizes(found) == [5_000, 5_000, 2_001]
    assert found[2].moves[1].groups == ("h",)


def test_small_groups_share_a_step():
    moves = [MemberMoves(f"g{number}", "G", ("a",)) for number in range(50)]
    assert sizes(parts.split(plan(returning=moves))) == [50]


def test_a_part_is_kept_as_json_and_read_again():
    part = Part((change(1),), (MemberMoves("g", "G", ("a",), ("b",), ("c",)),))
    read = Part.from_dict(orjson.loads(orjson.dumps(part.as_dict())))
    assert read.moves == part.moves
    assert read.actions[0].wanted == {"title": "B"}
