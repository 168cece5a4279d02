"""The members of a group: paged, found, added one after the other, removed with undo.

The state of the list (what is looked for, which page) goes through every action in its
address, so that one stays where one was, with script and without.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints.admin_ui import bp, fragments, shell
from blueprints.admin_ui.directory.deleted import or_deleted
from blueprints.admin_ui.directory.groups import SECTION
from blueprints.admin_ui.forms import Refusal
from services.directory import (
    group_actions,
    group_details,
    member_candidates,
    member_lists,
)
from services.directory.member_lists import MemberRow

_MOST_JUST_ADDED: Final = 8
"""Members added in a row who are kept on top of the list."""


@bp.get("/o/<slug>/groups/<group_id>/members")
@bp.get("/o/<slug>/groups/<group_id>")
@or_deleted("Group")
def show_group(slug: str, group_id: str) -> Response:
    """A group, and a page of its members; of a deleted one, where it comes back."""
    return _show(group_id)


@bp.get("/o/<slug>/groups/<group_id>/members/search")
@or_deleted("Group")
def find_candidates(slug: str, group_id: str) -> Response:
    """Who could be added: below the field, or as a page with a button each."""
    g.section = SECTION
    q = request.args.get("q", "")
    return fragments.show(
        "members/search.html",
        "members/_hits.html",
        group=group_details.get(g.organization, group_id),
        found=member_candidates.find(g.organization, group_id, q),
        q=q,
        marked=lambda text: marked(text, q),
    )


@bp.post("/o/<slug>/groups/<group_id>/members/add")
def add_member(slug: str, group_id: str) -> AnyResponse:
    """Add one; who is a member already stays so."""
    member_id = request.values.get("member_id", "")
    try:
        added = group_actions.add_member(
            g.organization, group_id, member_id, origin=g.origin
        )
    except Refusal as refusal:
        fragments.notify(refusal.detail, kind="problem")
        return _again(slug, group_id, 422)
    fragments.notify(f"{added.name} was added.")
    just_added = [member_id, *request.form.getlist("added")]
    if not fragments.wants_fragment() and request.values.get("searched"):
        # Without script: back to the search, where the next one is added.
        return fragments.go(
            url_for(
                "admin_ui.find_candidates",
                slug=slug,
                group_id=group_id,
                q=request.values["searched"],
            )
        )
    return _again(slug, group_id, added=just_added)


@bp.post("/o/<slug>/groups/<group_id>/members/remove")
def remove_member(slug: str, group_id: str) -> AnyResponse:
    """Remove one, at once; the notice takes it back.

    After the id there may be that of the row to which the focus goes.
    """
    member_id, _, following = request.form.get("member_id", "").partition(" ")
    removed = group_actions.remove_member(
        g.organization, group_id, member_id, origin=g.origin
    )
    undo = url_for(
        "admin_ui.add_member",
        slug=slug,
        group_id=group_id,
        member_id=member_id,
        **_place(),
    )
    fragments.notify(f"{removed.name} was removed.", undo=undo)
    return _again(slug, group_id, following=following)


def _again(
    slug: str,
    group_id: str,
    status: int = 200,
    *,
    added: Sequence[str] = (),
    following: str = "",
) -> AnyResponse:
    """The list after a change: as a part, or by going there."""
    if fragments.wants_fragment():
        return _show(group_id, status, added=added, following=following)
    return fragments.go(
        url_for(
            "admin_ui.show_group",
            slug=slug,
            group_id=group_id,
            added=list(added),
            **_place(),
        )
    )


def _place() -> dict[str, Any]:  # Any: url_for types its options, not the values
    """Where in the list somebody is, as far as the address or a form tells."""
    values = {name: request.values.get(name, "") for name in ("q", "cursor")}
    return {name: value for name, value in values.items() if value}


def _show(
    group_id: str,
    status: int = 200,
    *,
    added: Sequence[str] = (),
    following: str = "",
) -> Response:
    g.section = SECTION
    place = _place()
    listed = member_lists.page(
        g.organization, group_id, place.get("q", ""), cursor=place.get("cursor")
    )
    just_added = _just_added(group_id, added or request.args.getlist("added"))
    ids = {row.id for row in just_added}
    return fragments.show(
        "members/index.html",
        "members/_members.html",
        "groups/_head.html",
        "groups/_facts.html",
        status=status,
        group=group_details.get(g.organization, group_id),
        tab="members",
        listed=listed,
        rows=[row for row in listed.window.rows if row.id not in ids],
        just_added=just_added,
        q=place.get("q", ""),
        place=place,
        following=following,
        can_change=shell.may("rename_group"),
        can_add=shell.may("add_member"),
    )


def _just_added(group_id: str, ids: Sequence[str]) -> list[MemberRow]:
    distinct = list(dict.fromkeys(ids))[:_MOST_JUST_ADDED]
    rows = [member_lists.get(g.organization, group_id, id_) for id_ in distinct]
    return [row for row in rows if row is not None]


def marked(text: str, q: str) -> list[tuple[str, bool]]:
    """The text in pieces, and which of them are what was looked for."""
    words = [re.escape(word) for word in q.split()[:_MOST_JUST_ADDED]]
    if not words:
        return [(text, False)]
    pieces = re.split(f"({'|'.join(words)})", text, flags=re.IGNORECASE)
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]
