"""`/Users` (RFC 7644 §3)."""

from __future__ import annotations

from flask import Response, g

from blueprints import addresses
from blueprints.scim_api import answers, arguments, bp, recording
from scim import messages, read_only
from scim.attributes import Document
from scim.schemas import USER_TYPE
from services.directory import mapping, users
from services.queries.listing import Walker


@bp.get("/Users")
def list_users() -> Response:
    """List, filtered and paged (RFC 7644 §3.4.2)."""
    selection = arguments.selection(USER_TYPE)
    query = arguments.query()
    page = users.page(
        g.credentials.organization,
        query,
        with_groups=selection.wants("groups"),
        walker=Walker(g.credentials.token_seq, g.origin.at),
    )
    recording.note_list(query, page, USER_TYPE)
    base_url = addresses.scim()
    found = [
        selection.apply(mapping.user_document(user, base_url))
        for user in page.resources
    ]
    return answers.answer(messages.list_response(found, page.total, page.start_index))


@bp.post("/Users")
def create_user() -> Response:
    """Create (RFC 7644 §3.3)."""
    claimed: Document = {}
    document = messages.read_resource(
        arguments.body(), USER_TYPE, g.origin.notes, claimed=claimed
    )
    user = users.create(g.credentials.organization, document, origin=g.origin)
    return _answer(user, 201, claimed)


@bp.get("/Users/<user_id>")
def get_user(user_id: str) -> Response:
    """Read (RFC 7644 §3.4.1)."""
    precondition = arguments.precondition()
    wants_groups = arguments.selection(USER_TYPE).wants("groups")
    user = users.get(g.credentials.organization, user_id, with_groups=wants_groups)
    precondition.check(user.version)
    if precondition.is_current(user.version):
        return answers.not_modified(user.version)
    return _answer(user)


@bp.put("/Users/<user_id>")
def replace_user(user_id: str) -> Response:
    """Replace (RFC 7644 §3.5.1)."""
    claimed: Document = {}
    document = messages.read_resource(
        arguments.body(), USER_TYPE, g.origin.notes, claimed=claimed
    )
    user = users.replace(
        g.credentials.organization,
        user_id,
        document,
        precondition=arguments.precondition(),
        origin=g.origin,
    )
    return _answer(user, claimed=claimed)


@bp.patch("/Users/<user_id>")
def patch_user(user_id: str) -> Response:
    """Apply a PatchOp (RFC 7644 §3.5.2); always answered with the user."""
    operations = messages.read_patch(arguments.body(), g.origin.notes)
    user = users.patch(
        g.credentials.organization,
        user_id,
        operations,
        precondition=arguments.precondition(),
        origin=g.origin,
    )
    return _answer(user, claimed=read_only.claims_of_patch(operations, USER_TYPE))


@bp.delete("/Users/<user_id>")
def delete_user(user_id: str) -> Response:
    """Delete (RFC 7644 §3.6)."""
    users.delete(
        g.credentials.organization,
        user_id,
        precondition=arguments.precondition(),
        origin=g.origin,
    )
    return answers.no_content()


def _answer(
    user: mapping.StoredUser, status: int = 200, claimed: Document | None = None
) -> Response:
    base_url = addresses.scim()
    if claimed:
        shown = mapping.user_document(user, base_url)
        read_only.note_ignored(claimed, shown, g.origin.notes)
    selection = arguments.selection(USER_TYPE)
    return answers.user(user, base_url, selection, status)
