"""The fixes of a refusal as buttons: words, addresses, and who may press them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import url_for

from blueprints.admin_ui import shell
from services.activity.fixes import Fix, Kind
from services.origin import shorten

_BUTTONS: Final[dict[Kind, tuple[str, str]]] = {
    "link_user": ("Link existing user…", "link_user"),
    "open_user": ("Open existing user", "show_user"),
    "restore_user": ("Restore", "restore_deleted"),
    "open_group": ("Open existing group", "show_group"),
    "restore_group": ("Restore", "restore_deleted"),
    "open_token": ("Open token", "show_token"),
    "rotate_token": ("Rotate token…", "confirm_rotate_token"),
    "connect": ("Open the guide", "show_connect"),
}
"""Label and view of each kind."""

_LONGEST_NAME: Final = 40
_POSTED: Final = frozenset({"restore_user", "restore_group"})


@dataclass(frozen=True)
class FixButton:
    """A button; `name` says in full what it is about, `is_posted` that it acts."""

    label: str
    name: str
    address: str
    is_posted: bool = False


def of(fixes: Sequence[Fix], slug: str, request_id: str) -> tuple[FixButton, ...]:
    """Those that the role of who is signed in may press, in their order."""
    return tuple(
        _button(fix, slug, request_id)
        for fix in fixes
        if shell.may(_BUTTONS[fix.kind][1])
    )


def _button(fix: Fix, slug: str, request_id: str) -> FixButton:
    label, view = _BUTTONS[fix.kind]
    values = {"slug": slug} | _values(fix, request_id)
    name = f"{label.removesuffix('…')}: {fix.resource.name}" if fix.resource else ""
    if fix.kind in _POSTED and fix.resource:
        # Several of them may stand side by side.
        label, name = f"{label} {shorten(fix.resource.name, _LONGEST_NAME)}", ""
    address = url_for(f"admin_ui.{view}", **values)  # type: ignore[arg-type]  # url_for types its own options alone
    return FixButton(label, name, address, fix.kind in _POSTED)


def _values(fix: Fix, request_id: str) -> dict[str, str]:
    """What the address names."""
    about = fix.resource.id if fix.resource else ""
    return {
        "link_user": {"request_id": request_id},
        "open_user": {"user_id": about},
        "restore_user": {"resource_id": about},
        "open_group": {"group_id": about},
        "restore_group": {"resource_id": about},
        "open_token": {"public_id": fix.token_public_id or ""},
        "rotate_token": {"public_id": fix.token_public_id or ""},
        "connect": {},
    }[fix.kind]
