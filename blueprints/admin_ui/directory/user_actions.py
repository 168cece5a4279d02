"""What is done to a user at once, and can be undone: deactivate, reactivate, delete.

A button acts immediately and the notice carries the way back. The address of a button,
opened in the browser, asks first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Response, g, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints.admin_ui import bp, fragments, lists
from blueprints.admin_ui.directory.deleted import or_deleted
from blueprints.admin_ui.directory.users import SECTION, page_of
from services.directory import user_details, users
from services.directory.user_details import UserDetails


@dataclass(frozen=True)
class Question:
    """What a page asks before it acts; `pushed` is said of whom a token manages."""

    title: str
    text: str
    pushed: str
    label: str
    kind: str = "primary"


_QUESTIONS: Final = {
    "deactivate": Question(
        "Deactivate",
        "may no longer use the application, and keeps the groups and the history.",
        "manages this user, and may reactivate the user with its next push.",
        "Deactivate user",
        "danger",
    ),
    "reactivate": Question(
        "Reactivate",
        "may use the application again.",
        "manages this user, and may deactivate the user with its next push.",
        "Reactivate user",
    ),
    "delete": Question(
        "Delete",
        "leaves all groups and can be restored until purged.",
        "manages this user, and may make a new user of the person with its next push.",
        "Delete user",
        "danger",
    ),
}


@bp.get("/o/<slug>/users/<user_id>/deactivate")
@or_deleted("User")
def confirm_deactivate_user(slug: str, user_id: str) -> Response:
    """Ask first."""
    return _ask("deactivate", user_id)


@bp.post("/o/<slug>/users/<user_id>/deactivate")
def deactivate_user(slug: str, user_id: str) -> AnyResponse:
    """Deactivate; the notice takes it back."""
    return _set_active(user_id, False)


@bp.get("/o/<slug>/users/<user_id>/reactivate")
@or_deleted("User")
def confirm_reactivate_user(slug: str, user_id: str) -> Response:
    """Ask first."""
    return _ask("reactivate", user_id)


@bp.post("/o/<slug>/users/<user_id>/reactivate")
def reactivate_user(slug: str, user_id: str) -> AnyResponse:
    """Reactivate; the notice takes it back."""
    return _set_active(user_id, True)


@bp.get("/o/<slug>/users/<user_id>/delete")
@or_deleted("User")
def confirm_delete_user(slug: str, user_id: str) -> Response:
    """Ask first."""
    return _ask("delete", user_id)


@bp.post("/o/<slug>/users/<user_id>/delete")
def delete_user(slug: str, user_id: str) -> AnyResponse:
    """Delete; the notice restores."""
    details = user_details.get(g.organization, user_id)
    users.delete(g.organization, user_id, origin=g.origin)
    undo = url_for("admin_ui.restore_deleted", slug=slug, resource_id=user_id)
    fragments.notify(_sentence(details, "deleted"), undo=undo)
    otherwise = url_for("admin_ui.list_users", slug=slug)
    return fragments.go(lists.back(otherwise, not_of=user_id))


def _set_active(user_id: str, is_active: bool) -> AnyResponse:
    details = user_details.get(g.organization, user_id)
    action, opposite = "reactivated", "deactivate_user"
    if not is_active:
        action, opposite = "deactivated", "reactivate_user"
    if details.is_active == is_active:
        fragments.notify(f"{details.name} is {action} already.")
    else:
        users.set_active(g.organization, user_id, is_active, origin=g.origin)
        slug = g.organization.slug
        undo = url_for(f"admin_ui.{opposite}", slug=slug, user_id=user_id)
        fragments.notify(_sentence(details, action), undo=undo)
    return fragments.go(lists.back(page_of(user_id)))


def _sentence(details: UserDetails, action: str) -> str:
    return f"{details.name} was {action}."


def _ask(action: str, user_id: str) -> Response:
    g.section = SECTION
    return fragments.show(
        "users/confirm.html",
        "users/_confirm.html",
        details=user_details.get(g.organization, user_id),
        question=_QUESTIONS[action],
        action=url_for(
            f"admin_ui.{action}_user", slug=g.organization.slug, user_id=user_id
        ),
        slug=g.organization.slug,
    )
