"""What is done to a provisioning token: rotated, revoked, its old half ended."""

from __future__ import annotations

from flask import Response, g, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints.admin_ui import bp, fragments, once
from blueprints.admin_ui.accounts import confirming
from blueprints.admin_ui.forms import Form, Refusal
from blueprints.admin_ui.provisioning import token_words
from blueprints.admin_ui.provisioning.token_forms import RevokeForm, RotateForm
from blueprints.admin_ui.provisioning.tokens import SECTION, show_secret
from services.access import token_lists, tokens
from services.access.token_lists import StoredToken
from services.access.tokens import NewToken
from services.errors import Invalid


@bp.get("/o/<slug>/tokens/<public_id>/rotate")
def confirm_rotate_token(slug: str, public_id: str) -> Response:
    """How long the old secret is to keep working."""
    form = RotateForm(overlap="24", form_key=once.new_key())
    return _rotate(form, _token(public_id))


@bp.post("/o/<slug>/tokens/<public_id>/rotate")
def rotate_token(slug: str, public_id: str) -> AnyResponse:
    """Make the successor; this answer is the only one that shows its secret."""
    token = _token(public_id)
    form = RotateForm()
    made = once.find(form.form_key.data)
    if made is not None:
        return _go_to(made)
    if not form.validate():
        return _rotate(form, token, 422)
    question = confirming.ask_unless_recent()
    if question is not None:
        return question
    new = _successor(form, token)
    if new is None:
        return _rotate(form, token, 422)
    once.remember(form.form_key.data, new.public_id)
    return show_secret(new)


def _successor(form: RotateForm, token: StoredToken) -> NewToken | None:
    """The successor, or None with the reason in the form."""
    try:
        return tokens.rotate(
            g.organization,
            token.public_id,
            overlap=form.chosen_overlap,
            origin=g.origin,
        )
    except Refusal as refusal:
        form.show(refusal)
    return None


def _rotate(form: RotateForm, token: StoredToken, status: int = 200) -> Response:
    return _ask("rotate", form, token, status)


@bp.get("/o/<slug>/tokens/<public_id>/revoke")
def confirm_revoke_token(slug: str, public_id: str) -> Response:
    """Who used the token last, and would stop."""
    return _revoke(RevokeForm(), _token(public_id))


@bp.post("/o/<slug>/tokens/<public_id>/revoke")
def revoke_token(slug: str, public_id: str) -> AnyResponse:
    """End it at once; its name has to be typed while it is in use."""
    token = _token(public_id)
    form = RevokeForm()
    is_asked = token_words.is_in_use(token, g.now)
    if is_asked and form.typed_name.data != token.name:
        form.validate()
        form.say("typed_name", f"Type {token.name} to revoke it.")
        return _revoke(form, token, 422)
    tokens.revoke(g.organization, public_id, origin=g.origin)
    fragments.notify(f"Token {token.name} was revoked.")
    return _go_to_list()


def _revoke(form: RevokeForm, token: StoredToken, status: int = 200) -> Response:
    return _ask("revoke", form, token, status)


@bp.post("/o/<slug>/tokens/<public_id>/end")
def end_token(slug: str, public_id: str) -> AnyResponse:
    """End the old half of a rotation, now that the new one is in use."""
    token = _token(public_id)
    try:
        tokens.end_now(g.organization, public_id, origin=g.origin)
    except Invalid as refusal:
        fragments.notify(refusal.detail, kind="problem")
        return _go_to(public_id)
    fragments.notify(f"The old secret of {token.name} has ended.")
    return _go_to(token.replaced_by or public_id)


def _ask(what: str, form: Form, token: StoredToken, status: int) -> Response:
    """The question before an action, in the dialog or as a page."""
    g.section = SECTION
    return fragments.show(
        f"tokens/{what}.html",
        f"tokens/_{what}.html",
        status=status,
        form=form,
        token=token,
        is_in_use=token_words.is_in_use(token, g.now),
        slug=g.organization.slug,
    )


def _token(public_id: str) -> StoredToken:
    return token_lists.get(g.organization, public_id, g.now)


def _go_to(public_id: str) -> AnyResponse:
    slug = g.organization.slug
    return fragments.go(url_for("admin_ui.show_token", slug=slug, public_id=public_id))


def _go_to_list() -> AnyResponse:
    return fragments.go(url_for("admin_ui.list_tokens", slug=g.organization.slug))
