"""Forms about provisioning tokens, and what their fields mean."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from blueprints.admin_ui import formats
from blueprints.admin_ui.forms import Form, stripped
from services.access.token_lists import Scope

EXPIRY_HINTS: Final = {
    "365": "Rollcall reminds you 30, 7 and 1 days before.",
    "never": "Security teams usually ask for a date.",
}
SCOPE_HINTS: Final = {"read": "For reports and checks. Okta needs the other one."}

_SEPARATORS: Final = re.compile(r"[\s,;]+")


class EditForm(Form):
    """What may change of a token."""

    name = StringField(
        "Name", [DataRequired("Enter a name for the token")], filters=[stripped]
    )
    allowed_addresses = TextAreaField("Allowed addresses")

    @property
    def networks(self) -> list[str]:
        """The addresses and networks that were typed, as they were typed."""
        text: str = self.allowed_addresses.data or ""
        return [one for one in _SEPARATORS.split(text) if one]


class TokenForm(EditForm):
    """A token to be made."""

    scope = RadioField(
        "May do",
        choices=[
            SelectChoice("full", "Read and change users and groups"),
            SelectChoice("read", "Read only"),
        ],
        validators=[InputRequired("Choose what the token may do")],
    )
    expires = RadioField(
        "Expires",
        choices=[
            SelectChoice("90", "In 90 days"),
            SelectChoice("365", "In 1 year"),
            SelectChoice("date", "On a date"),
            SelectChoice("never", "Never"),
        ],
        validators=[InputRequired("Choose when the token expires")],
    )
    expires_on = StringField("Last day", filters=[stripped])
    form_key = HiddenField()

    @property
    def chosen_scope(self) -> Scope:
        """What the token may do."""
        return "read" if self.scope.data == "read" else "full"

    def read_expiry(self, now: datetime) -> datetime | None:
        """When the token is to end; None is never. Raises `ValueError` for no date.

        A date means the end of that day, where the admin is.
        """
        if self.expires.data == "never":
            return None
        if self.expires.data != "date":
            return now + timedelta(days=int(self.expires.data))
        try:
            after = date.fromisoformat(self.expires_on.data or "") + timedelta(days=1)
            return datetime.combine(after, time.min, formats.zone())
        except OverflowError as error:
            raise ValueError(self.expires_on.data) from error


class GuideTokenForm(Form):
    """A token that a guide makes: it may read and change, from anywhere."""

    name = StringField(
        "Name", [DataRequired("Enter a name for the token")], filters=[stripped]
    )
    expires = RadioField(
        "Expires",
        choices=[
            SelectChoice("90", "In 90 days"),
            SelectChoice("365", "In 1 year"),
            SelectChoice("never", "Never"),
        ],
        validators=[InputRequired("Choose when the token expires")],
    )
    form_key = HiddenField()

    @property
    def chosen_days(self) -> int | None:
        """For how long it works; None is without an end."""
        return None if self.expires.data == "never" else int(self.expires.data)


class RotateForm(Form):
    """How long the old secret works on."""

    overlap = RadioField(
        "The old secret keeps working for",
        choices=[
            SelectChoice("1", "1 hour"),
            SelectChoice("24", "24 hours"),
            SelectChoice("168", "7 days"),
            SelectChoice("0", "Not at all: it stops at once"),
        ],
        validators=[InputRequired("Choose how long the old secret keeps working")],
    )
    form_key = HiddenField()

    @property
    def chosen_overlap(self) -> timedelta:
        """The length of time."""
        return timedelta(hours=int(self.overlap.data))


class RevokeForm(Form):
    """The name of the token, typed, when it was in use a short while ago."""

    typed_name = StringField("Name of the token", filters=[stripped])
