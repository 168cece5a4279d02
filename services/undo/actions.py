"""What undo does to one resource, or to the members of one group: data, and in JSON.

An action says what it expects to find; who carries it out looks again, so that a plan
may be older than what it meets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from scim.attributes import JSON
from services.directory.mapping import Reference

Kind = Literal["restore", "change", "delete"]


@dataclass(frozen=True)
class Action:
    """Something to be done to a resource.

    `values` maps an attribute's key to the value it must have now and the one it gets.
    A resource that is deleted again gets its values before, and one that is restored
    after.
    """

    kind: Kind
    type: str
    id: str
    name: str
    values: Mapping[str, Sequence[JSON]] = field(default_factory=dict)

    @property
    def reference(self) -> Reference:
        """The resource."""
        return Reference(self.type, self.id, self.name)

    @property
    def wanted(self) -> dict[str, JSON]:
        """The values it gets."""
        return {key: after for key, (_, after) in self.values.items()}


@dataclass(frozen=True)
class MemberMoves:
    """Members that come back to a group, and others that leave it; by id.

    `groups` are those who come back and are groups themselves.
    """

    group_id: str
    group_name: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def reference(self) -> Reference:
        """The group."""
        return Reference("Group", self.group_id, self.group_name)

    @property
    def n_members(self) -> int:
        """How many come or go."""
        return len(self.add) + len(self.remove) + len(self.groups)


@dataclass(frozen=True)
class Skipped:
    """What stays as it is, and why; `at` is when that came about, if it is known.

    `is_late` is what no plan could foresee: somebody came in between.
    """

    resource: Reference
    reason: str
    at: datetime | None = None
    is_late: bool = False


@dataclass(frozen=True)
class Part:
    """A piece of an undo that is one step of a job: the actions, then the moves.

    `seen` is the number of the newest event that the plan knew of.
    """

    actions: tuple[Action, ...] = ()
    moves: tuple[MemberMoves, ...] = ()
    seen: int | None = None

    @property
    def size(self) -> int:
        """Resources, and members who come or go."""
        return len(self.actions) + sum(one.n_members for one in self.moves)

    def as_dict(self) -> dict[str, Any]:  # Any: JSON
        """For keeping it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Part:  # Any: JSON
        """What was kept."""
        return cls(
            tuple(Action(**one) for one in kept["actions"]),
            tuple(
                MemberMoves(
                    one["group_id"],
                    one["group_name"],
                    tuple(one["add"]),
                    tuple(one["remove"]),
                    tuple(one["groups"]),
                )
                for one in kept["moves"]
            ),
            kept.get("seen"),
        )
