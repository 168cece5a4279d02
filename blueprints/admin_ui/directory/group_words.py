"""The words of deleting groups: the question, its button, what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from blueprints.admin_ui.formats import plural
from services.directory.group_details import GroupDetails


@dataclass(frozen=True)
class Question:
    """What is asked before groups are deleted; without a button there are none."""

    heading: str
    sentences: tuple[str, ...]
    button: str


def question(group: GroupDetails) -> Question:
    """Of one group."""
    sentences = [
        f"It loses {_members(group.n_members)}, who stay in the directory. Until it is "
        "purged it can be restored, with the same id and members."
    ]
    if group.is_pushed:
        sentences.append(f"{group.source_name} {_ERROR}")
    return Question(f"Delete {group.name}?", tuple(sentences), "Delete group")


def deleted(group: GroupDetails) -> str:
    """What came of it."""
    sentence = f"{group.name} was deleted."
    return f"{sentence} {group.source_name} {_ERROR}" if group.is_pushed else sentence


_ERROR = (
    "gets an error at its next push, unless the group is restored here or unlinked "
    "there."
)


def _members(count: int) -> str:
    return f"its {plural(count, 'member')}" if count else "no members"
