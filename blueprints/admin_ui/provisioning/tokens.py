"""Provisioning tokens: listed, looked at, made and shown once, edited."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints import addresses
from blueprints.admin_ui import bp, fragments, once
from blueprints.admin_ui.accounts import confirming
from blueprints.admin_ui.forms import Refusal
from blueprints.admin_ui.provisioning import connect_live, health_words, token_words
from blueprints.admin_ui.provisioning.token_forms import (
    EXPIRY_HINTS,
    SCOPE_HINTS,
    EditForm,
    TokenForm,
)
from blueprints.admin_ui.provisioning.token_words import Rotation
from blueprints.admin_ui.shell import may
from services.access import token_lists, tokens
from services.access.token_lists import StoredToken
from services.access.tokens import NewToken
from services.activity import history
from services.connection import health

SECTION: Final = "list_tokens"


@bp.get("/o/<slug>/tokens")
def list_tokens(slug: str) -> Response:
    """The organization's tokens, the newest first; those that ended apart."""
    g.section = SECTION
    found = token_lists.list_all(g.organization, g.now)
    rows = [token_words.row_of(one, g.now) for one in found]
    return fragments.show(
        "tokens/index.html",
        live=[row for row in rows if row.token.is_live],
        ended=[row for row in rows if not row.token.is_live],
        can_create=may("create_token"),
        slug=slug,
    )


@bp.get("/o/<slug>/tokens/new")
def new_token(slug: str) -> Response:
    """The form of a new token."""
    key = once.new_key()
    return _form(TokenForm(scope="full", expires="365", form_key=key))


@bp.post("/o/<slug>/tokens/new")
def create_token(slug: str) -> AnyResponse:
    """Make it; this answer is the only one that shows the secret."""
    form = TokenForm()
    made = once.find(form.form_key.data)
    if made is not None:
        return fragments.go(_address_of(made))
    if not form.validate():
        return _form(form, 422)
    question = confirming.ask_unless_recent()
    if question is not None:
        return question
    new = _create(form)
    if new is None:
        return _form(form, 422)
    once.remember(form.form_key.data, new.public_id)
    return show_secret(new)


def _create(form: TokenForm) -> NewToken | None:
    """The new token, or None with the reason in the form."""
    try:
        return tokens.create(
            g.organization,
            form.name.data or "",
            scope=form.chosen_scope,
            expires_at=form.read_expiry(g.now),
            allowed_addresses=form.networks,
            origin=g.origin,
        )
    except Refusal as refusal:
        form.show(refusal, expires_at="expires_on")
    except ValueError:
        form.say("expires_on", "Choose a date, such as 2027-03-31.")
    return None


def _form(form: TokenForm, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "tokens/new.html",
        status=status,
        form=form,
        expiry_hints=EXPIRY_HINTS,
        scope_hints=SCOPE_HINTS,
        slug=g.organization.slug,
    )


def show_secret(new: NewToken) -> Response:
    """The page with the text of a token that was just made, shown this once.

    It is written into this answer and nowhere else: no address, cookie or notice has
    it, and the wall keeps the page out of every cache.
    """
    g.section = SECTION
    token = token_lists.get(g.organization, new.public_id, g.now)
    base_url = addresses.scim()
    return fragments.show(
        "tokens/created.html",
        token=token,
        text=new.text,
        base_url=base_url,
        doubt=token_words.doubt_about(base_url),
        rotation=find_rotation(token),
        can_edit=True,
        slug=g.organization.slug,
    )


@bp.get("/o/<slug>/tokens/<public_id>")
def show_token(slug: str, public_id: str) -> Response:
    """What is known of a token, and what happened to it; its rotation for htmx."""
    g.section = SECTION
    token = token_lists.get(g.organization, public_id, g.now)
    return fragments.show(
        "tokens/show.html",
        "tokens/_rotation.html",
        row=token_words.row_of(token, g.now),
        token=token,
        rotation=find_rotation(token),
        is_just_made=_is_just_made(token),
        **_connection_of(token),
        window=_history_of(token),
        address_of=_page_address,
        can_edit=may("update_token"),
        can_undo=may("preview_undo") and token.scope == "full",
    )


def _connection_of(token: StoredToken) -> dict[str, Any]:  # Any: for the templates
    found = health.get(g.organization, token, g.now)
    return {
        "connection": health_words.row_of(found),
        "quiet_note": health_words.quiet_note(found),
        **connect_live.checklist_context(found),
    }


def _history_of(token: StoredToken) -> history.Window[history.HistoryEvent]:
    cursor = request.args.get("cursor")
    return history.of_resource(g.organization, token.public_id, cursor=cursor)


def _page_address(cursor: str) -> str:
    return url_for(
        "admin_ui.show_token", **(request.view_args or {}), cursor=cursor or None
    )


def find_rotation(token: StoredToken) -> Rotation | None:
    """The rotation that a token is a half of, while the old half lives."""
    old, new = token, token
    if token.replaced_by is not None:
        new = token_lists.get(g.organization, token.replaced_by, g.now)
    elif token.replaces is not None:
        old = token_lists.get(g.organization, token.replaces, g.now)
    if not old.is_old_half or old.expires_at is None:
        return None
    return Rotation(old, new, old.expires_at - g.now)


def _is_just_made(token: StoredToken) -> bool:
    """Whether somebody may still look for the secret on this page."""
    return token.is_live and token.last_used_at is None


@bp.get("/o/<slug>/tokens/<public_id>/edit")
def edit_token(slug: str, public_id: str) -> Response:
    """The form with what may change."""
    token = token_lists.get(g.organization, public_id, g.now)
    allowed = "\n".join(token.allowed_addresses)
    return _edit(EditForm(name=token.name, allowed_addresses=allowed), token)


@bp.post("/o/<slug>/tokens/<public_id>/edit")
def update_token(slug: str, public_id: str) -> AnyResponse:
    """Change the name and the allowed addresses; they count from the next request."""
    token = token_lists.get(g.organization, public_id, g.now)
    form = EditForm()
    if form.validate():
        try:
            tokens.edit(
                g.organization,
                public_id,
                name=form.name.data or "",
                allowed_addresses=form.networks,
                origin=g.origin,
            )
        except Refusal as refusal:
            form.show(refusal)
        else:
            fragments.notify(f"Token {form.name.data} was changed.")
            return fragments.go(_address_of(public_id))
    return _edit(form, token, 422)


def _edit(form: EditForm, token: StoredToken, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "tokens/edit.html",
        "tokens/_edit.html",
        status=status,
        form=form,
        token=token,
        slug=g.organization.slug,
    )


def _address_of(public_id: str) -> str:
    return url_for("admin_ui.show_token", slug=g.organization.slug, public_id=public_id)
