"""Actions on many users: on those who were picked in the list, or on all that match.

A question with its numbers first (`confirm_…`), which a GET asks and changes nothing;
then the act, at once or as a job.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField

from blueprints.admin_ui import bp, fragments
from blueprints.admin_ui.directory import bulk_words, query_words, user_queries
from blueprints.admin_ui.directory.user_queries import Asked
from blueprints.admin_ui.forms import Form, Refusal
from services.background import bulk_actions
from services.background.bulk_actions import Chosen
from services.background.bulk_changes import ACTIONS, Action
from services.directory import group_lists
from services.directory.group_lists import GroupQuery
from services.errors import Invalid

GROUPS_SHOWN: Final = 12


class BulkForm(Form):
    """The one thing that is left to choose: a group to add people to."""

    group_id = HiddenField()


@bp.get("/o/<slug>/users/bulk")
def confirm_bulk_users(slug: str) -> AnyResponse:
    """Ask before something is done to those who were picked."""
    if request.args.get("all_matching"):
        action = request.args.get("action", "")
        return fragments.go(_address("confirm_bulk_all_users", slug, action=action))
    if request.args.get("action") == "export":
        ids = request.args.getlist("ids")
        address = url_for("admin_ui.download_users", slug=slug, kind="csv", ids=ids)
        return fragments.go(address)
    return _ask(slug, is_all=False)


@bp.get("/o/<slug>/users/bulk/all")
def confirm_bulk_all_users(slug: str) -> AnyResponse:
    """Ask before something is done to everybody who matches."""
    if request.args.get("action") == "export":
        return fragments.go(_address("export_users", slug))
    return _ask(slug, is_all=True)


@bp.post("/o/<slug>/users/bulk")
def bulk_users(slug: str) -> AnyResponse:
    """Do it to those who were picked."""
    return _act(slug, is_all=False)


@bp.post("/o/<slug>/users/bulk/all")
def bulk_all_users(slug: str) -> AnyResponse:
    """Do it to everybody who matches now."""
    return _act(slug, is_all=True)


@bp.get("/o/<slug>/users/bulk/groups")
def find_bulk_groups(slug: str) -> Response:
    """Groups to add people to, found by name."""
    return fragments.show(
        "bulk/groups.html",
        "bulk/_groups.html",
        groups=_groups(),
        group_id="",
        q=request.args.get("group_q", ""),
        slug=slug,
    )


def _asked() -> Asked:
    """The filter of the list, in the address or in the form that was posted."""
    return user_queries.read(request.values)


def _chosen(is_all: bool) -> Chosen:
    if is_all:
        return Chosen(query=_asked().query)
    return bulk_actions.picked(request.values.getlist("ids"))


def _action() -> Action:
    action = request.values.get("action", "")
    if action not in ACTIONS:
        raise Invalid("action", "Choose what is to be done with these people.")
    return action


def _groups() -> list[tuple[str, str, int]]:
    query = GroupQuery(q=request.values.get("group_q", ""))
    window = group_lists.page(g.organization, query, count=GROUPS_SHOWN)
    return [(row.id, row.name, row.n_members) for row in window.rows]


def _ask(slug: str, *, is_all: bool) -> AnyResponse:
    try:
        return _question(slug, _action(), _chosen(is_all), BulkForm(formdata=None))
    except Refusal as refusal:
        fragments.notify(refusal.detail, kind="problem")
        return fragments.go(_address("list_users", slug))


def _address(endpoint: str, slug: str, **more: str) -> str:
    """An address with the filter of the list in it."""
    values: dict[str, Any] = _asked().arguments | more  # Any: as url_for wants them
    return url_for(f"admin_ui.{endpoint}", slug=slug, **values)


def _question(
    slug: str, action: Action, chosen: Chosen, form: BulkForm, status: int = 200
) -> Response:
    g.section = "list_users"
    found = bulk_actions.preview(g.organization, action, chosen)
    is_all = chosen.query is not None
    endpoint = "admin_ui.bulk_all_users" if is_all else "admin_ui.bulk_users"
    return fragments.show(
        "bulk/confirm.html",
        "bulk/_confirm.html",
        status=status,
        form=form,
        heading=bulk_words.HEADINGS[action],
        words=bulk_words.question(action, found),
        button=bulk_words.button(action, found.n_changing),
        kind="danger" if action in ("deactivate", "delete") else "primary",
        fields=_fields(action, chosen),
        address=url_for(endpoint, slug=slug),
        back=_address("list_users", slug),
        meant=query_words.meant_by(_asked()) if is_all else "",
        found=found,
        needs_group=action == "add_to_group",
        groups=_groups() if action == "add_to_group" else [],
        group_id=request.values.get("group_id", ""),
        q=request.values.get("group_q", ""),
        slug=slug,
    )


def _fields(action: Action, chosen: Chosen) -> list[tuple[str, str]]:
    """What the question hands on to the act."""
    ids = (("ids", one) for one in chosen.ids)
    return [("action", action), *_asked().arguments.items(), *ids]


def _act(slug: str, *, is_all: bool) -> AnyResponse:
    form = BulkForm()
    try:
        action, chosen = _action(), _chosen(is_all)
    except Refusal as refusal:
        fragments.notify(refusal.detail, kind="problem")
        return fragments.go(_address("list_users", slug))
    try:
        return _do(slug, action, chosen, form.group_id.data or "")
    except Refusal as refusal:
        form.show(refusal)
        return _question(slug, action, chosen, form, 422)


def _do(slug: str, action: Action, chosen: Chosen, group_id: str) -> AnyResponse:
    if chosen.query is not None or len(chosen.ids) > bulk_actions.AT_ONCE:
        job_id = bulk_actions.start(
            g.organization, action, chosen, group_id=group_id, origin=g.origin
        )
        return fragments.go(url_for("admin_ui.show_job", slug=slug, job_id=job_id))
    outcome = bulk_actions.run(
        g.organization, action, chosen.ids, group_id=group_id, origin=g.origin
    )
    name = bulk_actions.find_group_name(g.organization, group_id) or ""
    result = {
        "n_changed": outcome.n_changed,
        "n_unchanged": outcome.n_unchanged,
        "n_gone": outcome.n_gone,
    }
    fragments.notify(" ".join(bulk_words.result(action, result, name)))
    return fragments.go(_address("list_users", slug))
