"""Settings of an organization: its name, how long things are kept, its base URL."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, g, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import IntegerField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, StopValidation

from blueprints import addresses
from blueprints.admin_ui import bp, formats, fragments, shell
from blueprints.admin_ui.forms import Form, Refusal
from blueprints.admin_ui.installation.organizations import NameForm
from services import organizations
from services.activity import log_retention
from services.activity.log_retention import LogRules

SECTION: Final = "show_settings"
WITH_BODIES: Final = "bodies"
MEANING_ONLY: Final = "meaning"


class InRange:
    """A number of days, in our words for what is no number too, and of any length."""

    def __init__(self, days: tuple[int, int]) -> None:
        self._least, self._most = days

    def __call__(self, _form: Form, field: Any) -> None:  # Any: WTForms ships no types
        """Stop with one sentence, whatever else was said of the field."""
        if field.data is None or not self._least <= field.data <= self._most:
            field.errors = []
            sentence = f"Enter a number of days from {self._least} to {self._most:,}"
            raise StopValidation(sentence)


class RetentionForm(Form):
    """How long what is deleted can be restored."""

    retention_days = IntegerField(
        "Days before deleted users and groups are purged",
        [InRange(organizations.RETENTION_DAYS)],
    )


class LogForm(Form):
    """How long requests are kept, and what of them."""

    log_retention_days = IntegerField(
        "Days before requests are forgotten", [InRange(log_retention.LOG_DAYS)]
    )
    log_keeps_bodies = RadioField(
        "What is kept of a request",
        choices=[
            SelectChoice(WITH_BODIES, "What was sent and answered"),
            SelectChoice(MEANING_ONLY, "Its meaning only"),
        ],
        validate_choice=False,
        validators=[AnyOf((WITH_BODIES, MEANING_ONLY), "Choose what is kept")],
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


@bp.post("/o/<slug>/settings/log")
def update_log_rules(slug: str) -> AnyResponse:
    """Keep requests for another time, with their bodies or without."""
    form = LogForm()
    if not form.validate():
        return _page(422, log_form=form)
    days = form.log_retention_days.data or 0
    keeps_bodies = form.log_keeps_bodies.data == WITH_BODIES
    had_bodies = log_retention.get_rules(g.organization).keeps_bodies
    rules = LogRules(days, keeps_bodies)
    log_retention.set_rules(g.organization, rules, origin=g.origin)
    fragments.notify(f"Requests are kept for {formats.plural(days, 'day')}.")
    if had_bodies and not keeps_bodies:
        fragments.notify("The bodies that were kept are being dropped.")
    return _back()


def _page(
    status: int = 200,
    *,
    name_form: NameForm | None = None,
    retention_form: RetentionForm | None = None,
    log_form: LogForm | None = None,
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
        log_form=log_form or _log_form(),
        may_rename=shell.may("update_name"),
        base_url=addresses.scim(),
    )


def _log_form() -> LogForm:
    rules = log_retention.get_rules(g.organization)
    return LogForm(
        formdata=None,
        log_retention_days=rules.days,
        log_keeps_bodies=WITH_BODIES if rules.keeps_bodies else MEANING_ONLY,
    )


def _back() -> AnyResponse:
    return fragments.go(url_for("admin_ui.show_settings", slug=g.organization.slug))
