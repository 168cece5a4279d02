"""The words of deleting groups: the question, its button, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blueprints.admin_ui.formats import plural
from services.background import bulk_groups
from services.background.bulk_groups import Preview
from services.directory.group_details import GroupDetails


@dataclass(frozen=True)
class Question:
    """What is asked before groups are deleted; without a button there are none.

    `names` are a few of them, and `n_more` how many others there are.
    """

    heading: str
    sentences: tuple[str, ...] = ()
    button: str = ""
    names: tuple[str, ...] = ()
    n_more: int = 0


def question(group: GroupDetails) -> Question:
    """Of one group."""
    sentences = [
        f"{_members(group.n_members)} Until it is purged it can be restored, with the "
        "same id and members."
    ]
    if group.is_pushed:
        sentences.append(f"{group.source_name} {_ERROR}")
    return Question(f"Delete {group.name}?", tuple(sentences), "Delete group")


def bulk_question(found: Preview, meant: str) -> Question:
    """Of many, which `meant` says if they are all that match."""
    count = plural(found.n_groups, "group")
    if not found.n_groups:
        return Question("There is no group to delete")
    sentences = [
        f"They lose {plural(found.n_members, 'membership')}; members stay in the "
        "directory. Until they are purged they can be restored, with the same ids and "
        "members.",
        *(_pushed(label, n) for label, n in found.sources),
    ]
    if meant:
        which = f"All that match now: {meant}. Groups that come later are left alone."
        sentences.insert(0, which)
    if meant or found.n_groups > bulk_groups.AT_ONCE:
        sentences.append("It runs as a job that you can watch, leave and cancel.")
    heading, names = f"Delete {count}", () if meant else found.names
    n_more = found.n_groups - len(found.names)
    return Question(f"{heading}?", tuple(sentences), heading, names, n_more)


def _pushed(label: str, count: int) -> str:
    if count == 1:
        return f"1 is pushed by {label}, which {_ERROR}"
    return (
        f"{count:,} are pushed by {label}, which gets errors at its next push, unless "
        "they are restored here or unlinked there."
    )


def title(count: int) -> str:
    """The heading of a job."""
    return f"Delete {plural(count, 'group')}"


def result(counts: Mapping[str, int]) -> list[str]:
    """What came of many, sentence by sentence."""
    n_changed, n_gone = counts.get("n_changed", 0), counts.get("n_gone", 0)
    were = "was" if n_changed == 1 else "were"
    sentences = [f"{plural(n_changed, 'group')} {were} deleted."]
    if n_gone:
        were = "was" if n_gone == 1 else "were"
        sentences.append(f"{n_gone:,} {were} deleted meanwhile.")
    return sentences


def deleted(group: GroupDetails) -> str:
    """What came of it."""
    sentence = f"{group.name} was deleted."
    return f"{sentence} {group.source_name} {_ERROR}" if group.is_pushed else sentence


_ERROR = (
    "gets an error at its next push, unless the group is restored here or unlinked "
    "there."
)


def _members(count: int) -> str:
    if not count:
        return "It has no members."
    stay = "stays" if count == 1 else "stay"
    return f"Its {plural(count, 'member')} {stay} in the directory."
