"""The words of undo: the question, its numbers and its button, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from blueprints.admin_ui.formats import plural
from services.undo.previewing import Counted, Preview
from services.undo.undoing import Undone

_BECOMES: Final[Mapping[str, tuple[str, str]]] = {
    "reactivate": ("becomes active again", "become active again"),
    "deactivate": ("becomes deactivated again", "become deactivated again"),
    "change": ("gets earlier values back", "get earlier values back"),
}
_OTHERS: Final[Mapping[str, str]] = {
    "Token": "change of a provisioning token",
    "Admin": "change of an admin",
    "Invitation": "change of an invitation",
    "Organization": "change of the organization’s settings",
    "Job": "change of a job",
}
_OTHERS_MANY: Final[Mapping[str, str]] = {
    "Token": "changes of provisioning tokens",
    "Admin": "changes of admins",
    "Invitation": "changes of invitations",
    "Organization": "changes of the organization’s settings",
    "Job": "changes of jobs",
}


def heading(found: Preview) -> str:
    """The question, as a heading."""
    if found.n_resources:
        return f"{button(found)}?"
    return "Nothing to undo"


def all_of(found: Preview) -> dict[str, str]:
    """What the question says, besides the numbers of each kind."""
    return {
        "heading": heading(found),
        "button": button(found),
        "nothing": "" if found.n_resources else nothing(found),
        "skipped": skipped(found) if found.n_skipped else "",
        "others": others(found),
    }


def button(found: Preview) -> str:
    """`Undo 500 changes`: each user and group counts once."""
    return f"Undo {plural(found.n_resources, 'change')}"


def nothing(found: Preview) -> str:
    """Why there is nothing to undo."""
    if found.n_skipped:
        return "Nothing of it can be changed back now. Why stands below."
    if found.n_events and not found.others:
        return "All of it is as it was before these changes already."
    if found.n_events:
        return "No user and no group was changed."
    return (
        "No change was made then." if found.selection.since else "It changed nothing."
    )


def counted(one: Counted, found: Preview) -> str:
    """What happens to all of a kind, in one sentence."""
    noun = plural(one.n, one.type.lower())
    is_one = one.n == 1
    if one.kind in _BECOMES:
        return f"{noun} {_BECOMES[one.kind][0 if is_one else 1]}"
    if one.kind == "restore":
        comes = "comes back" if is_one else "come back"
        what = "groups" if one.type == "User" else "members"
        whose = "its" if is_one and one.type == "Group" else "their"
        return f"{noun} {comes}, with the same id and {whose} {what}"
    if one.kind == "delete":
        return (
            f"{noun} {'is' if is_one else 'are'} deleted, and kept under Deleted for a "
            "while"
        )
    return f"Members of {noun}: {_moves(found)}"


def _moves(found: Preview) -> str:
    back, leaving = found.n_members_back, found.n_members_leaving
    parts = [f"{back:,} {'comes' if back == 1 else 'come'} back"] if back else []
    if leaving:
        parts.append(f"{leaving:,} {'leaves' if leaving == 1 else 'leave'}")
    return ", ".join(parts)


def skipped(found: Preview) -> str:
    """How much stays; the reasons stand below it."""
    stays = "stays as it is" if found.n_skipped == 1 else "stay as they are"
    return f"{found.n_skipped:,} {stays}"


def others(found: Preview) -> str:
    """What else the selection holds, which undo leaves alone."""
    if not found.others:
        return ""
    parts = [
        f"{n:,} {(_OTHERS if n == 1 else _OTHERS_MANY).get(type_, 'other changes')}"
        for type_, n in sorted(found.others.items())
    ]
    stays = "is" if sum(found.others.values()) == 1 else "are"
    return f"{', '.join(parts)} {stays} not undone: only users and groups are."


def done(undone: Undone) -> str:
    """The notice after it."""
    were = "was" if undone.n_resources == 1 else "were"
    sentence = "Nothing was undone."
    if undone.n_resources:
        sentence = f"{plural(undone.n_resources, 'change')} {were} undone."
    return sentence + _left(len(undone.skipped))


def _left(n_skipped: int) -> str:
    if not n_skipped:
        return ""
    stayed = "stayed as it is" if n_skipped == 1 else "stayed as they are"
    return f" {n_skipped:,} {stayed}."


def job_title(given: Mapping[str, Any]) -> str:  # Any: the input of a job
    """The heading of a job."""
    return f"Undo {plural(int(given.get('n_resources', 0)), 'change')}"


def job_result(
    result: Mapping[str, Any],  # Any: JSON, by the kind of job
) -> list[str]:
    """What came of a job so far."""
    n_resources, n_members = (int(result.get(f"n_{of}", 0)) for of in _COUNTED)
    sentences = []
    if n_resources:
        who = plural(n_resources, "user or group", "users and groups")
        sentences.append(f"{who} got back what stood before.")
    if n_members:
        came = "member came back or left" if n_members == 1 else "members came or left"
        sentences.append(f"{n_members:,} {came}.")
    if result.get("n_skipped"):
        sentences.append(_left(int(result["n_skipped"])).strip())
    return sentences


_COUNTED: Final = ("resources", "members")
