"""Deleted users and groups: listed, looked at, restored, purged.

Restoring acts at once, under another name when its own is taken by now. Purging cannot
be taken back, so the name has to be typed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeAlias

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import StringField
from wtforms.validators import InputRequired

from blueprints.admin_ui import bp, fragments, lists, shell
from blueprints.admin_ui.activity import stories
from blueprints.admin_ui.formats import make_visible
from blueprints.admin_ui.forms import Form, Refusal, stripped
from services import organizations
from services.activity import actors
from services.deletion import deleted, deleted_lists
from services.deletion.deleted_lists import DeletedDetails, DeletedQuery, Kind
from services.deletion.restoring import Restored
from services.errors import AlreadyTaken, NotFound

SECTION: Final = "list_deleted"


View: TypeAlias = Callable[..., AnyResponse]


def or_deleted(kind: Kind) -> Callable[[View], View]:
    """Lead a view of one user or group to where that one comes back, once deleted."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(slug: str, **ids: str) -> AnyResponse:
            try:
                return view(slug, **ids)
            except NotFound as unknown:
                [resource_id] = ids.values()
                if not deleted_lists.is_kept(g.organization, resource_id, kind):
                    raise unknown from None
            return fragments.go(
                url_for("admin_ui.show_deleted", slug=slug, resource_id=resource_id)
            )

        return answer

    return decorate


class RestoreForm(Form):
    """Another name for what comes back."""

    name = StringField("Name", [InputRequired("Enter a name.")], filters=[stripped])


class PurgeForm(Form):
    """The name of what is purged, typed as a confirmation."""

    typed = StringField("Name", filters=[stripped])


@bp.get("/o/<slug>/deleted")
def list_deleted(slug: str) -> Response:
    """What was deleted, users or groups, the newest first."""
    return _list(slug, request.args.get("cursor") or None)


def _query() -> DeletedQuery:
    is_group = request.values.get("type") == "group"
    return DeletedQuery("Group" if is_group else "User", request.values.get("q", ""))


def _list(slug: str, cursor: str | None) -> Response:
    g.section = SECTION
    query = _query()
    window = deleted_lists.page(g.organization, query, cursor=cursor)
    keys = {row.deleted_by for row in window.rows}
    return fragments.show(
        "deleted/index.html",
        "deleted/_results.html",
        "deleted/_filters.html",
        query=query,
        window=window,
        counts=deleted_lists.counts(g.organization, query.q),
        names=actors.names(g.organization, keys),
        address=_address_of(query),
        cursor=cursor or "",
        following=request.form.get("following", ""),
        retention_days=organizations.describe(slug).retention_days,
        can_restore=shell.may("restore_deleted"),
        can_purge=shell.may("purge_deleted"),
        can_set=shell.may("show_settings"),
    )


def _address_of(query: DeletedQuery) -> Callable[..., str]:
    type_ = "group" if query.kind == "Group" else "user"
    return lists.address_of("list_deleted", {"type": type_, "q": query.q})


@bp.get("/o/<slug>/deleted/<resource_id>")
def show_deleted(slug: str, resource_id: str) -> Response:
    """One of them: what a restore would bring back, and what happened to it."""
    g.section = SECTION
    found = deleted_lists.get(g.organization, resource_id)
    keys = {found.row.deleted_by, found.row.source}
    return fragments.show(
        "deleted/show.html",
        stories.PART,
        found=found,
        names=actors.names(g.organization, keys),
        story=stories.read(resource_id, "show_deleted", resource_id=resource_id),
        slug=slug,
        can_restore=shell.may("restore_deleted"),
        can_purge=shell.may("purge_deleted"),
    )


@bp.post("/o/<slug>/deleted/<resource_id>/restore")
def restore_deleted(slug: str, resource_id: str) -> AnyResponse:
    """Bring it back, or ask for another name when somebody else has it by now."""
    form = RestoreForm() if "name" in request.form else None
    if form is not None and not form.validate():
        return _ask_for_name(resource_id, form)
    try:
        restored = _restore(resource_id, form.name.data if form else None)
    except AlreadyTaken:
        # What was typed is refused on its field; its own name is explained above it.
        if form is not None:
            sentence = f"{form.name.data} is taken too. Choose another name."
            form.show(AlreadyTaken("name", sentence))
        return _ask_for_name(resource_id, form)
    except Refusal as refusal:
        form = form or RestoreForm()
        form.show(refusal, userName="name", displayName="name")
        return _ask_for_name(resource_id, form)
    fragments.notify(_told(restored))
    if fragments.wants_fragment() and "following" in request.form:
        return _list(slug, request.form.get("cursor") or None)
    return fragments.go(_page(slug, restored))


def _restore(resource_id: str, name: str | None) -> Restored:
    # The service takes the one that suits what is restored.
    return deleted.restore(
        g.organization, resource_id, user_name=name, display_name=name, origin=g.origin
    )


def _told(restored: Restored) -> str:
    sentence = f"{restored.name} was restored."
    if restored.left_out:
        names = ", ".join(one.name for one in restored.left_out)
        sentence += (
            f" It did not return to {names}, which would then be inside of itself."
        )
    return sentence


def _ask_for_name(resource_id: str, form: RestoreForm | None) -> Response:
    g.section = SECTION
    found = deleted_lists.get(g.organization, resource_id)
    form = form or RestoreForm(formdata=None, name=found.row.unique_name)
    form.name.label.text = "User name" if found.row.type == "User" else "Group name"
    answer = fragments.show(
        "deleted/rename.html",
        "deleted/_rename.html",
        status=422,
        found=found,
        form=form,
    )
    # Asked from a row of the list, whose place the question must not take.
    answer.headers["HX-Retarget"] = "#dialog"
    answer.headers["HX-Reswap"] = "innerHTML"
    return answer


@bp.get("/o/<slug>/deleted/<resource_id>/purge")
def confirm_purge_deleted(slug: str, resource_id: str) -> Response:
    """What purging takes, before it is done."""
    found = deleted_lists.get(g.organization, resource_id)
    return _ask_to_type(found, PurgeForm())


@bp.post("/o/<slug>/deleted/<resource_id>/purge")
def purge_deleted(slug: str, resource_id: str) -> AnyResponse:
    """Purge it, once its name was typed."""
    found = deleted_lists.get(g.organization, resource_id)
    form = PurgeForm()
    wanted = found.row.unique_name.strip()
    # As it is shown, too: nobody can type what is invisible.
    if (form.typed.data or "") not in (wanted, make_visible(wanted)):
        return _ask_to_type(found, form, f"Type {make_visible(wanted)} to purge it.")
    purged = deleted.purge(g.organization, resource_id, origin=g.origin)
    fragments.notify(f"{purged.name} was purged.")
    type_ = "group" if purged.type == "Group" else "user"
    return fragments.go(url_for("admin_ui.list_deleted", slug=slug, type=type_))


def _ask_to_type(found: DeletedDetails, form: PurgeForm, refusal: str = "") -> Response:
    g.section = SECTION
    form.typed.errors = (refusal,) if refusal else ()
    form.typed.label.text = "User name" if found.row.type == "User" else "Group name"
    return fragments.show(
        "deleted/purge.html",
        "deleted/_purge.html",
        status=422 if refusal else 200,
        found=found,
        form=form,
    )


def _page(slug: str, restored: Restored) -> str:
    if restored.type == "Group":
        return url_for("admin_ui.show_group", slug=slug, group_id=restored.id)
    return url_for("admin_ui.show_user", slug=slug, user_id=restored.id)
