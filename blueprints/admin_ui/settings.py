"""Settings of an organization: its name, how long deleted things stay, its base URL."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, g, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import IntegerField
from wtforms.validators import StopValidation

from blueprints import addresses
from blueprints.admin_ui import bp, fragments, shell
from blueprints.admin_ui.forms import Form, Refusal
from blueprints.admin_ui.organizations import NameForm
from services import organizations

SECTION: Final = "show_settings"
_LEAST, _MOST = organizations.RETENTION_DAYS
_SAY_DAYS: Final = f"Enter a number of days from {_LEAST} to {_MOST}"


def _in_range(_form: Form, field: Any) -> None:  # Any: WTForms ships no types
    """In our words for what is no number too, and for numbers of any length."""
    if field.data is None or not _LEAST <= field.data <= _MOST:
        field.errors = []
        raise StopValidation(_SAY_DAYS)


class RetentionForm(Form):
    """How long what is deleted can be restored."""

    retention_days = IntegerField(
        "Days before deleted users and groups are purged", [_in_range]
    )


@bp.get("/o/<slug>/settings")
def show_settings(slug: str) -> Response:
    """What can be set, each with a form of its own."""
    return _page()


@bp.post("/o/<slug>/settings/name")
def update_name(slug: str) -> AnyResponse:
    """Rename the organization; its address stays."""
    form = NameForm()
    if form.validate():
        try:
            organizations.rename(slug, form.name.data or "", origin=g.origin)
        except Refusal as refusal:
            form.show(refusal)
        else:
            fragments.notify("The organization was renamed.")
            return _back()
    return _page(422, name_form=form)


@bp.post("/o/<slug>/settings/retention")
def update_retention(slug: str) -> AnyResponse:
    """Keep what is deleted for another time."""
    form = RetentionForm()
    if form.validate():
        days = form.retention_days.data or 0
        organizations.set_retention(slug, days, origin=g.origin)
        fragments.notify(f"Deleted users and groups are kept for {days} days.")
        return _back()
    return _page(422, retention_form=form)


def _page(
    status: int = 200,
    *,
    name_form: NameForm | None = None,
    retention_form: RetentionForm | None = None,
) -> Response:
    g.section = SECTION
    stored = organizations.describe(g.organization.slug)
    return fragments.show(
        "settings/show.html",
        status=status,
        organization=stored,
        name_form=name_form or NameForm(formdata=None, name=stored.name),
        retention_form=retention_form
        or RetentionForm(formdata=None, retention_days=stored.retention_days),
        may_rename=shell.may("update_name"),
        base_url=addresses.own("/scim/v2"),
    )


def _back() -> AnyResponse:
    return fragments.go(url_for("admin_ui.show_settings", slug=g.organization.slug))
