"""What all forms share: tidy input, and a refusal on the field it is about."""

from __future__ import annotations

from typing import Any, Final

from flask_wtf import FlaskForm

from scim.errors import ScimError
from services.errors import AlreadyTaken, Invalid

Refusal: Final = (AlreadyTaken, Invalid, ScimError)
"""What a service or SCIM's rules have against a form; caught by the view."""


class Form(FlaskForm):
    """A form of ours. The wall has looked at the CSRF token already."""

    class Meta(FlaskForm.Meta):
        """WTForms' own switches."""

        csrf = False

        def render_field(self, field: Any, render_kw: dict[str, Any]) -> Any:
            """Leave checking to us: browsers stop a form in words of their own.

            `Any` as WTForms has it: fields of every type, attributes of every type.
            """
            wanted = {"required": False, **render_kw}
            return super().render_field(field, wanted)  # type: ignore[no-untyped-call]  # WTForms ships no types

    # Any: what Flask-WTF takes, which ships no types.
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]  # as above

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether every field is as it should be; what is not carries its errors."""
        is_valid = super().validate(extra_validators)  # type: ignore[no-untyped-call]  # as above
        return bool(is_valid)

    def say(self, name: str, sentence: str) -> None:
        """Put a sentence of ours on a field."""
        field: Any = self._fields[name]  # Any: fields of every type
        field.errors = [*field.errors, sentence]

    def show(self, refusal: Exception, **fields: str) -> None:
        """Put a refusal on its field; `fields` maps attributes to fields named else.

        What belongs to no field stands above the form.
        """
        attribute = getattr(refusal, "attribute", "")
        name = fields.get(attribute, attribute)
        detail: str = getattr(refusal, "detail", str(refusal))
        field: Any = self._fields.get(name)  # Any: fields of every type
        if field is None:
            self.form_errors.append(detail)
        else:
            self.say(name, detail)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """`(id of the field, sentence)` for the summary; no id for the whole form."""
        found = [("", sentence) for sentence in self.form_errors]
        for field in self:
            errors = field.errors
            if isinstance(errors, dict):
                continue
            found += [(field.id, one) for one in _sentences(errors)]
        return found


def _sentences(errors: Any) -> list[str]:  # Any: lists, and lists of what parts hold
    sentences: list[str] = []
    for one in errors:
        if isinstance(one, str):
            sentences.append(one)
        elif isinstance(one, dict):
            for part in one.values():
                sentences += _sentences(part)
        else:
            sentences += _sentences(one)
    return sentences


def stripped(text: str | None) -> str | None:
    """A filter for fields: without blanks around it."""
    return text.strip() if text else text
