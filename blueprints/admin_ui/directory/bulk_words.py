"""The words of actions on many users: the question, its button, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from blueprints.admin_ui.formats import plural
from services.background.bulk_actions import Preview
from services.background.bulk_changes import Action

_VERBS: Final[Mapping[Action, str]] = {
    "deactivate": "Deactivate",
    "reactivate": "Reactivate",
    "delete": "Delete",
    "add_to_group": "Add",
}
HEADINGS: Final[Mapping[Action, str]] = {
    "deactivate": "Deactivate users",
    "reactivate": "Reactivate users",
    "delete": "Delete users",
    "add_to_group": "Add users to a group",
}
"""Of the page that asks, when it is no dialog."""

_CONSEQUENCES: Final[Mapping[Action, str]] = {
    "deactivate": "They keep their groups and history.",
    "reactivate": "They come back with their groups.",
    "delete": "They leave their groups. Until they are purged they can be restored, "
    "with the same id and memberships.",
    "add_to_group": "",
}
_PUSHES: Final[Mapping[Action, str]] = {
    "deactivate": "which may reactivate {them}",
    "reactivate": "which may deactivate {them} again",
    "delete": "which may create {them} as new",
    "add_to_group": "",
}
_DONE: Final[Mapping[Action, str]] = {
    "deactivate": "deactivated",
    "reactivate": "reactivated",
    "delete": "deleted",
    "add_to_group": "added to {group}",
}
_SO_ALREADY: Final[Mapping[Action, tuple[str, str]]] = {
    "deactivate": ("is deactivated already", "are deactivated already"),
    "reactivate": ("is active already", "are active already"),
    "delete": ("", ""),
    "add_to_group": ("was a member already", "were members already"),
}


def button(action: Action, count: int) -> str:
    """`Deactivate 3 users`."""
    tail = " to the group" if action == "add_to_group" else ""
    return f"{_VERBS[action]} {plural(count, 'user')}{tail}"


def title(action: Action, count: int, group: str) -> str:
    """The heading of a job."""
    tail = f" to {group}" if action == "add_to_group" else ""
    return f"{_VERBS[action]} {plural(count, 'user')}{tail}"


def question(action: Action, found: Preview) -> list[str]:
    """The question as a heading, then what there is to know before saying yes."""
    if not found.n_changing:
        return ["There is nobody to change", *_unchanged(action, found)]
    tail = " to a group" if action == "add_to_group" else ""
    sentences = [f"{_VERBS[action]} {plural(found.n_changing, 'user')}{tail}?"]
    if _CONSEQUENCES[action]:
        sentences.append(_CONSEQUENCES[action])
    return [*sentences, *_managed(action, found), *_unchanged(action, found)]


def _unchanged(action: Action, found: Preview) -> list[str]:
    count = found.n_unchanged
    one, many = _SO_ALREADY[action]
    more = " more" if found.n_changing else ""
    return [f"{count:,}{more} {one if count == 1 else many}."] if count else []


def _managed(action: Action, found: Preview) -> list[str]:
    if not _PUSHES[action]:
        return []
    return [_push(action, label, count) for label, count in found.sources]


def _push(action: Action, label: str, count: int) -> str:
    is_one = count == 1
    push = _PUSHES[action].format(them="that person" if is_one else "them")
    return f"{count:,} {'is' if is_one else 'are'} managed by {label}, {push}."


def result(action: Action, counts: Mapping[str, int], group: str) -> list[str]:
    """What came of it, sentence by sentence."""
    n_changed, n_unchanged = counts.get("n_changed", 0), counts.get("n_unchanged", 0)
    n_gone = counts.get("n_gone", 0)
    were = "was" if n_changed == 1 else "were"
    done = _DONE[action].format(group=group or "the group")
    sentences = [f"{plural(n_changed, 'user')} {were} {done}."]
    if n_unchanged:
        one, many = _SO_ALREADY[action]
        words = one if n_unchanged == 1 else many
        sentences.append(f"{n_unchanged:,} {_past(words)}.")
    if n_gone:
        were = "was" if n_gone == 1 else "were"
        sentences.append(f"{n_gone:,} {were} deleted meanwhile.")
    return sentences


def _past(words: str) -> str:
    return words.replace("is ", "was ", 1).replace("are ", "were ", 1)
