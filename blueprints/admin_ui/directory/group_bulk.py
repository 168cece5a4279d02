"""Many groups deleted: those that were picked in the list, or all that match.

A question with its numbers first (`confirm_…`), which a GET asks and changes nothing;
then the act, at once or as a job. As `bulk` for users.
"""

from __future__ import annotations

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints.admin_ui import bp, fragments, lists
from blueprints.admin_ui.directory import group_queries, group_words, query_words
from blueprints.admin_ui.directory.group_queries import Asked
from blueprints.admin_ui.directory.groups import SECTION
from blueprints.admin_ui.forms import Refusal
from services.background import bulk_groups
from services.background.bulk_groups import ChosenGroups
from services.errors import Invalid


@bp.get("/o/<slug>/groups/bulk")
def confirm_bulk_groups(slug: str) -> AnyResponse:
    """Ask before those that were picked are deleted."""
    action = request.args.get("action", "")
    if request.args.get("all_matching"):
        return fragments.go(_address("confirm_bulk_all_groups", action=action))
    if action == "export":
        ids = request.args.getlist("ids")
        address = url_for("admin_ui.download_groups", slug=slug, kind="csv", ids=ids)
        return fragments.go(address)
    return _ask(is_all=False)


@bp.get("/o/<slug>/groups/bulk/all")
def confirm_bulk_all_groups(slug: str) -> AnyResponse:
    """Ask before all that match are deleted."""
    if request.args.get("action") == "export":
        return fragments.go(_address("export_groups"))
    return _ask(is_all=True)


@bp.post("/o/<slug>/groups/bulk")
def bulk_delete_groups(slug: str) -> AnyResponse:
    """Delete those that were picked."""
    return _act(is_all=False)


@bp.post("/o/<slug>/groups/bulk/all")
def bulk_delete_all_groups(slug: str) -> AnyResponse:
    """Delete all that match now."""
    return _act(is_all=True)


def _asked() -> Asked:
    """The filter of the list, in the address or in the form that was posted."""
    return group_queries.read(request.values)


def _chosen(is_all: bool) -> ChosenGroups:
    if request.values.get("action") != "delete":
        raise Invalid("action", "Choose what is to be done with these groups.")
    if is_all:
        return ChosenGroups(query=_asked().query)
    return bulk_groups.picked(request.values.getlist("ids"))


def _address(view: str, **more: str) -> str:
    """An address with the filter of the list in it."""
    return lists.address(view, _asked().arguments | more)


def _refused(sentence: str) -> AnyResponse:
    fragments.notify(sentence, kind="problem")
    return fragments.go(_address("list_groups"))


def _ask(*, is_all: bool) -> AnyResponse:
    try:
        chosen = _chosen(is_all)
    except Refusal as refusal:
        return _refused(refusal.detail)
    return _question(chosen)


def _question(chosen: ChosenGroups) -> Response:
    g.section = SECTION
    is_all = chosen.query is not None
    found = bulk_groups.preview(g.organization, chosen)
    meant = query_words.groups_meant_by(_asked()) if is_all else ""
    view = "bulk_delete_all_groups" if is_all else "bulk_delete_groups"
    return fragments.show(
        "groups/delete.html",
        "groups/_delete.html",
        title="Delete groups",
        question=group_words.bulk_question(found, meant),
        action=lists.address(view, {}),
        fields=_fields(chosen),
        back=_address("list_groups"),
    )


def _fields(chosen: ChosenGroups) -> list[tuple[str, str]]:
    """What the question hands on to the act."""
    ids = (("ids", one) for one in chosen.ids)
    return [("action", "delete"), *_asked().arguments.items(), *ids]


def _act(*, is_all: bool) -> AnyResponse:
    try:
        return _delete(_chosen(is_all))
    except Refusal as refusal:
        return _refused(refusal.detail)


def _delete(chosen: ChosenGroups) -> AnyResponse:
    if chosen.query is not None or len(chosen.ids) > bulk_groups.AT_ONCE:
        job_id = bulk_groups.start(g.organization, chosen, origin=g.origin)
        return fragments.go(lists.address("show_job", {"job_id": job_id}))
    outcome = bulk_groups.run(g.organization, chosen.ids, origin=g.origin)
    counts = {"n_changed": outcome.n_changed, "n_gone": outcome.n_gone}
    fragments.notify(" ".join(group_words.result(counts)))
    return fragments.go(_address("list_groups"))
