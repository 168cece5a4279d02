"""Connect: the guide that watches the first request arrive, refused ones included.

A token is made in the guide itself; the answer to that is the only one that shows it.
What is watched for, and the checklist after it, live in `connect_live.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from blueprints import addresses
from blueprints.admin_ui import bp, fragments, once
from blueprints.admin_ui.accounts import confirming
from blueprints.admin_ui.forms import Refusal
from blueprints.admin_ui.provisioning import (
    connect_live,
    guides,
    health_words,
    token_words,
)
from blueprints.admin_ui.provisioning.guides import Guide
from blueprints.admin_ui.provisioning.token_forms import EXPIRY_HINTS, GuideTokenForm
from blueprints.admin_ui.shell import may
from services.access import token_lists, tokens
from services.access.token_lists import StoredToken
from services.access.tokens import NewToken
from services.connection import health

SECTION: Final = "show_connect"


@bp.get("/o/<slug>/connect")
def show_connect(slug: str) -> Response:
    """Which provider to connect, and how far those are that were."""
    g.section = SECTION
    found = health.list_all(g.organization, g.now)
    return fragments.show(
        "connect/index.html",
        guides=list(guides.GUIDES.values()),
        rows=[
            (health_words.row_of(one), guides.of(one), checklist)
            for one, checklist in connect_live.checklists_of(found)
        ],
        doubt=token_words.doubt_about(addresses.scim()),
        step_words=guides.STEP_WORDS,
        slug=slug,
    )


@bp.get("/o/<slug>/connect/okta")
def connect_okta(slug: str) -> Response:
    """The guide to Okta, for the kind of app that `?app=` names."""
    return _show(guides.OKTA)


@bp.post("/o/<slug>/connect/okta")
def create_okta_token(slug: str) -> AnyResponse:
    """Make the token; this answer is the only one that shows it."""
    return _create(guides.OKTA)


@bp.get("/o/<slug>/connect/entra")
def connect_entra(slug: str) -> Response:
    """The guide to Microsoft Entra ID."""
    return _show(guides.ENTRA)


@bp.post("/o/<slug>/connect/entra")
def create_entra_token(slug: str) -> AnyResponse:
    """Make the token; this answer is the only one that shows it."""
    return _create(guides.ENTRA)


@bp.get("/o/<slug>/connect/other")
def connect_other(slug: str) -> Response:
    """The guide for any other client."""
    return _show(guides.OTHER)


@bp.post("/o/<slug>/connect/other")
def create_other_token(slug: str) -> AnyResponse:
    """Make the token; this answer is the only one that shows it."""
    return _create(guides.OTHER)


def _show(guide: Guide) -> Response:
    found = token_lists.list_all(g.organization, g.now)
    wanted = request.args.get("token", "")
    token = _chosen(guide, wanted, found)
    return _page(guide, token, _new_form(guide, found), found)


def _chosen(guide: Guide, wanted: str, found: list[StoredToken]) -> StoredToken | None:
    """The token of the address; `new` asks for the form of another one."""
    if wanted == "new":
        return None
    if wanted:
        return token_lists.get(g.organization, wanted, g.now)
    return _newest_of(guide) or _newest_unused(found)


def _newest_of(guide: Guide) -> StoredToken | None:
    """The token that this provider works with; other clients have one each."""
    if guide is guides.OTHER:
        return None
    own = (
        one.token
        for one in health.list_all(g.organization, g.now)
        if one.token.is_live and one.token.scope == "full" and guides.of(one) is guide
    )
    return max(own, key=lambda token: token.created_at, default=None)


def _newest_unused(found: list[StoredToken]) -> StoredToken | None:
    """The token that somebody is about to paste, most likely."""
    return next(
        (
            one
            for one in found
            if one.can_rotate and one.scope == "full" and one.last_used_at is None
        ),
        None,
    )


def _new_form(guide: Guide, found: list[StoredToken]) -> GuideTokenForm:
    is_taken = any(one.is_live and one.name == guide.token_name for one in found)
    name = "" if is_taken else guide.token_name
    return GuideTokenForm(
        formdata=None, name=name, expires="365", form_key=once.new_key()
    )


def _create(guide: Guide) -> AnyResponse:
    form = GuideTokenForm()
    made = once.find(form.form_key.data)
    if made is not None:
        return fragments.go(_address(guide, made))
    if not form.validate():
        return _again(guide, form)
    question = confirming.ask_unless_recent()
    if question is not None:
        return question
    new = _make(form)
    if new is None:
        return _again(guide, form)
    once.remember(form.form_key.data, new.public_id)
    found = token_lists.list_all(g.organization, g.now)
    token = token_lists.get(g.organization, new.public_id, g.now)
    return _page(guide, token, form, found, text=new.text)


def _make(form: GuideTokenForm) -> NewToken | None:
    days = form.chosen_days
    try:
        return tokens.create(
            g.organization,
            form.name.data or "",
            scope="full",
            expires_at=g.now + timedelta(days=days) if days else None,
            origin=g.origin,
        )
    except Refusal as refusal:
        form.show(refusal)
    return None


def _again(guide: Guide, form: GuideTokenForm) -> Response:
    found = token_lists.list_all(g.organization, g.now)
    return _page(guide, None, form, found, status=422)


def _page(
    guide: Guide,
    token: StoredToken | None,
    form: GuideTokenForm,
    found: list[StoredToken],
    *,
    text: str = "",
    status: int = 200,
) -> Response:
    """The guide; `text` is that of a token which was made just now, shown this once."""
    g.section = SECTION
    app = guide.app(request.args.get("app", ""))
    base_url = addresses.scim()
    live = connect_live.Live.begin(guide, token, app.key)
    return fragments.show(
        "connect/guide.html",
        # What makes the token is answered with all of the page, the secret included.
        *(["connect/_fields.html"] if request.method == "GET" else []),
        status=status,
        guides=list(guides.GUIDES.values()),
        app=app,
        form=form,
        text=text,
        others=[one for one in found if one.is_live and one != token],
        expiry_hints=EXPIRY_HINTS,
        base_url=base_url,
        doubt=token_words.doubt_about(base_url),
        can_create=may("create_token"),
        app_address=_app_address(guide, token),
        **connect_live.context(live),
    )


def _app_address(guide: Guide, token: StoredToken | None) -> Callable[[str], str]:
    def address(app: str) -> str:
        return _address(guide, token.public_id if token else None, app)

    return address


def _address(guide: Guide, token: str | None, app: str | None = None) -> str:
    return url_for(
        f"admin_ui.{guide.endpoint}", slug=g.organization.slug, app=app, token=token
    )
