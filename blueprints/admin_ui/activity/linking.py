"""Linking the user who is here to the one that a provider wanted to make.

Asked from a refused request of the activity. The page says who has the name, what will
happen, and why the provider's next try then works; after linking it says what to press
there.
"""

from __future__ import annotations

from typing import Final

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, HiddenField

from blueprints.admin_ui import bp, fragments
from blueprints.admin_ui.forms import Form
from services.activity.catalogue import places
from services.activity.catalogue.places import Place
from services.directory import linking
from services.directory.linking import Link
from services.errors import Invalid

_SECTION: Final = "list_activity"
_MEANWHILE: Final = 409
_WHY: Final = {
    "Okta": "Before Okta creates anybody, it looks for the user name. It finds this "
    "user, takes the user over, and updates the other attributes itself.",
    "Entra ID": "Entra ID looks for a user by its matching attribute. If that is the "
    "external ID, it finds this user from now on; by the user name it does anyway.",
}
"""What makes the next try of a provider work."""

_WHY_ELSEWHERE: Final = (
    "The next try works if {client} looks for the user name or the external ID before "
    "it creates. If it fails the same way again, choose one of the two as the "
    "attribute by which it matches users."
)


class LinkForm(Form):
    """Who was shown, and whether the user is to be reactivated."""

    user_id = HiddenField()
    reactivate = BooleanField("Reactivate the user")


@bp.get("/o/<slug>/activity/<request_id>/link")
def confirm_link_user(slug: str, request_id: str) -> Response:
    """Who has the name, and what linking does; or what is left to do."""
    link = linking.find(g.organization, request_id)
    form = LinkForm(formdata=None)
    form.user_id.data = link.user.id if link.user else ""
    form.reactivate.data = link.sent.is_active is not False
    return _show(link, form)


@bp.post("/o/<slug>/activity/<request_id>/link")
def link_user(slug: str, request_id: str) -> AnyResponse:
    """Link; the page then tells how the provider tries again."""
    form = LinkForm()
    try:
        user = linking.link(
            g.organization,
            request_id,
            user_id=form.user_id.data or "",
            reactivates=bool(form.reactivate.data),
            origin=g.origin,
        )
    except Invalid as refusal:
        link = linking.find(g.organization, request_id)
        form.user_id.data = link.user.id if link.user else ""
        status = _MEANWHILE if refusal.attribute == "user" else 422
        return _show(link, form, refusal.detail, status)
    fragments.notify(f"{user.name} was linked.")
    return fragments.go(_address("link_user", request_id))


def _show(link: Link, form: LinkForm, problem: str = "", status: int = 200) -> Response:
    g.section = _SECTION
    provider = link.request.provider
    client = provider or places.GENERAL
    retry = places.steps_at(Place.RETRY, provider)
    return fragments.show(
        "activity/link.html",
        "activity/_link.html",
        status=status,
        link=link,
        form=form,
        problem=problem,
        client=client,
        who=client[0].upper() + client[1:],
        why=_WHY.get(provider, _WHY_ELSEWHERE.format(client=client)),
        retry=[step.format(client=client) for step in retry],
        action=request.path,
        back=_address("show_activity", link.request.id),
        slug=g.organization.slug,
    )


def _address(endpoint: str, request_id: str) -> str:
    return url_for(
        f"admin_ui.{endpoint}", slug=g.organization.slug, request_id=request_id
    )
