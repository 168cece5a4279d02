"""Users made and changed by hand.

A form is sent again and again while somebody adds and removes rows or looks for a
manager; only its own button saves. What is saved was read in one version: when the user
changed meanwhile, the form says who changed what, and asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints.admin_ui import bp, fragments
from blueprints.admin_ui.directory.deleted import or_deleted
from blueprints.admin_ui.directory.user_forms import LISTS, TEXTS, UserForm, is_editable
from blueprints.admin_ui.directory.users import SECTION, page_of
from blueprints.admin_ui.forms import Refusal
from scim import documents
from scim.attributes import Document
from scim.schemas import USER_TYPE
from services.activity import history
from services.activity.history import HistoryEvent
from services.directory import mapping, user_details, user_lists, users
from services.directory.preconditions import Precondition
from services.directory.user_details import Holder, UserDetails
from services.errors import AlreadyTaken, VersionMismatch
from services.queries import numbers

MANAGERS: Final = 8
"""People that a search for a manager offers."""

_MOST_EVENTS: Final = 20


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be chosen as the manager."""

    id: str
    name: str
    note: str


@bp.get("/o/<slug>/users/new")
def new_user(slug: str) -> Response:
    """The form of a new user."""
    form = UserForm(None)
    form.add_row("emails")
    return _form(form)


@bp.post("/o/<slug>/users/new")
def create_user(slug: str) -> AnyResponse:
    """Make the user, and go to the page of the new one."""
    form = UserForm()
    if _is_under_way(form):
        return _form(form)
    document = _document(form, {})
    if document is not None:
        try:
            made = users.create(g.organization, document, origin=g.origin)
        except AlreadyTaken:
            return _taken(form)
        fragments.notify(f"{mapping.display_name(made.document)} was created.")
        return fragments.go(page_of(made.id))
    return _form(form, status=422)


@bp.get("/o/<slug>/users/<user_id>/edit")
@or_deleted("User")
def edit_user(slug: str, user_id: str) -> Response:
    """The form with what the user has."""
    details = user_details.get(g.organization, user_id)
    form = UserForm.of(details.user.document, details.user.version)
    return _form(form, details)


@bp.post("/o/<slug>/users/<user_id>/edit")
def update_user(slug: str, user_id: str) -> AnyResponse:
    """Save what differs, unless the user changed since the form was made."""
    details = user_details.get(g.organization, user_id)
    form = UserForm()
    if _is_under_way(form):
        return _form(form, details)
    document = _document(form, details.user.document)
    if document is None:
        return _form(form, details, status=422)
    seen = Precondition(frozenset({form.version.data or ""}))
    try:
        saved = users.replace(
            g.organization, user_id, document, precondition=seen, origin=g.origin
        )
    except VersionMismatch:
        return _meanwhile(form, user_details.get(g.organization, user_id))
    except AlreadyTaken:
        return _taken(form, details)
    fragments.notify(f"{mapping.display_name(saved.document)} was saved.")
    return fragments.go(page_of(user_id))


@bp.post("/o/<slug>/users/validate")
def validate_user_name(slug: str) -> AnyResponse:
    """Whether a user name is free: the field again, with what is wrong."""
    user_id = request.args.get("user_id", "")
    details = user_details.get(g.organization, user_id) if user_id else None
    if not fragments.wants_fragment():
        view = "admin_ui.edit_user" if details else "admin_ui.new_user"
        return fragments.go(url_for(view, slug=slug, user_id=user_id or None))
    form = UserForm()
    holder = _holder(form.user_name.data or "", user_id)
    if holder is not None:
        form.say("user_name", _is_taken(form, holder))
    return fragments.show(
        "users/_user_name.html",
        status=422 if holder else 200,
        form=form,
        holder=holder,
        set_by=_set_by(details),
        slug=slug,
        **_check_address(user_id),
    )


@bp.get("/o/<slug>/users/managers")
def find_managers(slug: str) -> AnyResponse:
    """People to choose a manager from: a part of the form, which finds them itself."""
    if not fragments.wants_fragment():
        return fragments.go(url_for("admin_ui.new_user", slug=slug))
    q = request.args.get("manager_q", "").strip()
    return fragments.show(
        "users/_managers.html",
        "users/_managers.html",
        candidates=_found(q),
        manager_q=q,
        chosen="",
    )


def _is_under_way(form: UserForm) -> bool:
    """Whether the form was sent to get another row or to find somebody."""
    form.tidy()
    do, _, what = request.form.get("do", "save").partition(" ")
    if do == "add" and what in LISTS:
        form.add_row(what)
    elif do == "remove":
        form.remove_row(what)
    return do in ("add", "remove", "find")


def _document(form: UserForm, before: Document) -> Document | None:
    """What is to be stored; None with the reasons in the form."""
    if not form.validate():
        return None
    after = form.document(before)
    if not form.check(after):
        return None
    try:
        clean = documents.clean(after, USER_TYPE, [])
        documents.check_required(clean, USER_TYPE)
    except Refusal as refusal:
        form.show(refusal)
        return None
    return clean


def _taken(form: UserForm, details: UserDetails | None = None) -> Response:
    user_id = details.user.id if details else ""
    holder = _holder(form.user_name.data or "", user_id)
    if holder is not None:
        form.say("user_name", _is_taken(form, holder))
    else:
        form.say("user_name", "This user name was taken a moment ago. Save again.")
    return _form(form, details, status=422, holder=holder)


def _is_taken(form: UserForm, holder: Holder) -> str:
    state = "" if holder.is_active else " (deactivated)"
    return f"User name {form.user_name.data} is taken by {holder.name}{state}."


def _holder(user_name: str, but: str) -> Holder | None:
    """Who has the user name, if that is somebody else."""
    holder = user_details.holder_of(g.organization, user_name)
    return None if holder is None or holder.id == but else holder


def _meanwhile(form: UserForm, details: UserDetails) -> Response:
    """The form with what changed since it was made; saving it again saves over that."""
    seen = numbers.read(form.version.data or "")
    n_missed = 1 if seen is None else details.user.version - seen
    count = max(1, min(n_missed, _MOST_EVENTS))
    events = history.of_resource(g.organization, details.user.id, count=count).rows
    form.version.data = str(details.user.version)
    return _form(form, details, status=409, meanwhile=events)


def _form(
    form: UserForm,
    details: UserDetails | None = None,
    *,
    status: int = 200,
    holder: Holder | None = None,
    meanwhile: tuple[HistoryEvent, ...] = (),
) -> Response:
    g.section = SECTION
    slug = g.organization.slug
    user_id = details.user.id if details else ""
    endpoint = "admin_ui.update_user" if details else "admin_ui.create_user"
    return fragments.show(
        "users/edit.html" if details else "users/new.html",
        "users/_form.html",
        status=status,
        form=form,
        details=details,
        holder=holder,
        meanwhile=meanwhile,
        action=url_for(endpoint, slug=slug, user_id=user_id or None),
        back=page_of(user_id) if details else url_for("admin_ui.list_users", slug=slug),
        set_by=_set_by(details),
        too_long=_too_long(details.user.document if details else {}),
        added=_added(form),
        manager=_manager(form, details),
        candidates=_found(form.manager_q.data or ""),
        manager_q=form.manager_q.data or "",
        slug=slug,
        **_check_address(user_id),
    )


def _too_long(document: Document) -> list[str]:
    return [field for field, name in LISTS.items() if not is_editable(document, name)]


def _check_address(user_id: str) -> dict[str, str]:
    return {
        "check_action": url_for(
            "admin_ui.validate_user_name",
            slug=g.organization.slug,
            user_id=user_id or None,
        )
    }


def _added(form: UserForm) -> str:
    """The id of the row that was just added, where the focus belongs."""
    do, _, what = request.form.get("do", "").partition(" ")
    rows = form.rows(what) if do == "add" and what in LISTS else []
    return rows[-1].first_id if rows else ""


def _set_by(details: UserDetails | None) -> dict[str, str]:
    """Fields that a token set, with the name of the token."""
    if details is None:
        return {}
    found = {name: details.set_by(path) for name, path in (TEXTS | LISTS).items()}
    found["active"] = details.set_by("active")
    return {name: label for name, label in found.items() if label}


def _manager(form: UserForm, details: UserDetails | None) -> Candidate | None:
    """Whom the form has as the manager now."""
    chosen = form.manager.data
    if not chosen:
        return None
    named = user_details.find_named(g.organization, [chosen]).get(chosen)
    if named is None:
        return Candidate(chosen, chosen, "not a user here")
    return Candidate(named.id, named.name, "")


def _found(q: str) -> list[Candidate]:
    found = user_lists.suggest(g.organization, q, MANAGERS)
    return [Candidate(row.id, row.name, row.user_name) for row in found]
