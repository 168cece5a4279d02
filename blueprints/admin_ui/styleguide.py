"""The style guide: every macro in all its states, on one page, while developing.

A blueprint of its own that only a debugging application knows. It shows made-up values,
asks nobody who they are, and changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Blueprint, current_app, render_template
from wtforms import (
    BooleanField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)

from blueprints.admin_ui.forms import Form

bp: Final = Blueprint("styleguide", __name__)

_ICON: Final = re.compile(r'<symbol id="i-([\w-]+)"')


@dataclass(frozen=True)
class SampleJob:
    """How far a job is."""

    n_done: int
    n_total: int

    @property
    def is_going(self) -> bool:
        """Whether there is more to do."""
        return self.n_done < self.n_total


class SampleForm(Form):
    """One field of each kind."""

    name = StringField("Name", default="Okta production")
    password = PasswordField("Password")
    scope = SelectField(
        "May do",
        choices=[SelectChoice("full", "Read and change"), SelectChoice("read", "Read")],
    )
    note = TextAreaField("Note", default="Two lines\nof text.")
    is_active = BooleanField("Active", default=True)
    expires = RadioField(
        "Expires",
        choices=[SelectChoice("year", "In a year"), SelectChoice("never", "Never")],
        default="year",
    )


@bp.get("/styleguide")
def show_styleguide() -> str:
    """The page; each part of it is a file of macros."""
    return render_template(
        "styleguide/show.html",
        icons=_icons(),
        form=SampleForm(formdata=None, prefix="good-"),
        bad_form=_bad_form(),
        times=_times(datetime.now(UTC)),
        jobs=[SampleJob(0, 4_322), SampleJob(1_200, 4_322), SampleJob(7, 7)],
        hiding="Ada\u202eecilA and Zoe\u200bHidden",
        address=lambda order: f"/styleguide?sort={order}",
    )


def _icons() -> list[str]:
    environment = current_app.jinja_env
    assert environment.loader is not None  # noqa: S101 - Flask always sets one
    source, *_ = environment.loader.get_source(environment, "layouts/_icons.html")
    return _ICON.findall(source)


def _bad_form() -> SampleForm:
    form = SampleForm(formdata=None, prefix="bad-", name="", note="")
    form.validate()
    form.say("name", "Enter a name for the token")
    form.say("password", "Give a password of 15 to 128 characters.")
    form.say("scope", "Choose what the token may do")
    form.say("expires", "Choose when the token ends")
    form.form_errors.append("Nothing was saved.")
    return form


def _times(now: datetime) -> list[datetime]:
    spans = (12, 240, 20_000, 3 * 86_400, 500 * 86_400)
    return [now - timedelta(seconds=seconds) for seconds in spans]
