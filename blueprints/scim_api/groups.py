"""`/Groups` (RFC 7644 §3)."""

from __future__ import annotations

from flask import Response, g, request

from blueprints import addresses
from blueprints.scim_api import answers, arguments, bp, recording
from scim import messages, read_only
from scim.attributes import Document
from scim.schemas import GROUP_TYPE
from services.directory import groups, mapping
from services.directory.mapping import StoredGroup
from services.queries.listing import Walker


@bp.get("/Groups")
def list_groups() -> Response:
    """List with members, filtered and paged (RFC 7644 §3.4.2)."""
    selection = arguments.selection(GROUP_TYPE)
    query = arguments.query()
    page = groups.page(
        g.credentials.organization,
        query,
        walker=Walker(g.credentials.token_seq, g.origin.at),
    )
    recording.note_list(query, page, GROUP_TYPE)
    return answers.group_list(page, addresses.scim(), selection)


@bp.post("/Groups")
def create_group() -> Response:
    """Create (RFC 7644 §3.3)."""
    claimed: Document = {}
    document, member_ids = messages.read_group(
        arguments.body(), g.origin.notes, claimed=claimed
    )
    group = groups.create(
        g.credentials.organization, document, member_ids, origin=g.origin
    )
    _note_ignored(claimed, group)
    return _answer(group, 201)


@bp.get("/Groups/<group_id>")
def get_group(group_id: str) -> Response:
    """Read (RFC 7644 §3.4.1)."""
    precondition = arguments.precondition()
    wants_members = arguments.selection(GROUP_TYPE).wants("members")
    group = groups.get(g.credentials.organization, group_id, with_members=wants_members)
    precondition.check(group.version)
    if precondition.is_current(group.version):
        return answers.not_modified(group.version)
    return _answer(group)


@bp.put("/Groups/<group_id>")
def replace_group(group_id: str) -> Response:
    """Replace, members included (RFC 7644 §3.5.1)."""
    claimed: Document = {}
    document, member_ids = messages.read_group(
        arguments.body(), g.origin.notes, claimed=claimed
    )
    group = groups.replace(
        g.credentials.organization,
        group_id,
        document,
        member_ids,
        precondition=arguments.precondition(),
        origin=g.origin,
    )
    _note_ignored(claimed, group)
    return _answer(group)


@bp.patch("/Groups/<group_id>")
def patch_group(group_id: str) -> Response:
    """Apply a PatchOp (RFC 7644 §3.5.2).

    Answered with the group up to a hundred members, with 204 above: a large group would
    be sent back whole for each change. Who asks for attributes gets them.
    """
    operations = messages.read_patch(arguments.body(), g.origin.notes)
    group = groups.patch(
        g.credentials.organization,
        group_id,
        operations,
        precondition=arguments.precondition(),
        origin=g.origin,
    )
    _note_ignored(read_only.claims_of_patch(operations, GROUP_TYPE), group)
    if group.n_members > groups.FEW_MEMBERS and not _selects():
        return answers.no_content(group.version)
    return _answer(group)


@bp.delete("/Groups/<group_id>")
def delete_group(group_id: str) -> Response:
    """Delete (RFC 7644 §3.6); the members stay."""
    groups.delete(
        g.credentials.organization,
        group_id,
        precondition=arguments.precondition(),
        origin=g.origin,
    )
    return answers.no_content()


def _selects() -> bool:
    return "attributes" in request.args or "excludedAttributes" in request.args


def _note_ignored(claimed: Document, group: StoredGroup) -> None:
    if claimed:
        shown = mapping.group_document(group, addresses.scim())
        read_only.note_ignored(claimed, shown, g.origin.notes)


def _answer(group: StoredGroup, status: int = 200) -> Response:
    selection = arguments.selection(GROUP_TYPE)
    return answers.group(group, addresses.scim(), selection, status)
