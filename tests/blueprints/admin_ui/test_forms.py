"""What all forms share: refusals on their fields, and the summary above them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FormField, RadioField, StringField
from wtforms.validators import InputRequired

from app import create_app
from blueprints.admin_ui.forms import Form, stripped
from scim.errors import InvalidValue
from services.errors import AlreadyTaken, Invalid, NotFound


class EmailForm(Form):
    """A part of a form, of which there are several."""

    value = StringField("Email", [InputRequired("Enter an email")])


class PersonForm(Form):
    name = StringField("Name", [InputRequired("Enter a name")], filters=[stripped])
    emails = FieldList(FormField(EmailForm))


class KindForm(Form):
    kind = RadioField("Kind", choices=["a", "b"])


CHOICES = '{% from "macros/form.html" import choices %}{{ choices(form.kind) }}'


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("forms")
    return create_app({"ROLLCALL_INSTANCE": str(folder)})


@pytest.fixture
def _posting(app: Flask) -> Iterator[None]:
    with app.test_request_context(method="POST"):
        yield


def form_of(**fields: str) -> PersonForm:
    return PersonForm(formdata=MultiDict(fields))


@pytest.mark.usefixtures("_posting")
def test_a_missing_value_is_named_at_its_field() -> None:
    form = form_of(name="")
    assert not form.validate()
    assert form.problems == [("name", "Enter a name")]


@pytest.mark.usefixtures("_posting")
def test_parts_of_a_form_are_named_too() -> None:
    form = form_of(**{"name": "Bo", "emails-0-value": "", "emails-1-value": "bo@x.y"})
    assert not form.validate()
    assert [sentence for _, sentence in form.problems] == ["Enter an email"]


@pytest.mark.usefixtures("_posting")
def test_a_refusal_stands_at_the_field_it_is_about() -> None:
    form = form_of(name="Bo")
    assert form.validate()
    form.show(AlreadyTaken("displayName", "Bo is taken."), displayName="name")
    form.show(Invalid("name", "Too short."))
    assert form.problems == [("name", "Bo is taken."), ("name", "Too short.")]


@pytest.mark.parametrize(
    "refusal",
    [
        Invalid("shoeSize", "Not for us."),
        InvalidValue("wrong_type", "Not for us."),
        NotFound("Not for us."),
        ValueError("Not for us."),
    ],
)
@pytest.mark.usefixtures("_posting")
def test_what_belongs_to_no_field_stands_above(refusal: Exception) -> None:
    form = form_of(name="Bo")
    assert form.validate()
    form.show(refusal)
    assert form.problems == [("", "Not for us.")]


@pytest.mark.usefixtures("_posting")
def test_a_form_without_problems_has_none() -> None:
    form = form_of(name=" Bo ")
    assert form.validate()
    assert form.problems == []
    assert form.name.data == "Bo"


def test_blanks_around_are_taken_away() -> None:
    assert stripped("  a b ") == "a b"
    assert stripped("") == ""
    assert stripped(None) is None


@pytest.mark.usefixtures("_posting")
def test_the_summary_leads_to_choices_that_were_left_open() -> None:
    form = KindForm(formdata=MultiDict())
    assert not form.validate()
    page = render_template_string(CHOICES, form=form)
    fieldset = re.search(r"<fieldset[^>]*>", page)
    assert fieldset
    assert {f'id="{id_}"' for id_, _ in form.problems} == {'id="kind"'}
    assert set(re.findall(r'([\w-]+="[^"]*")', fieldset[0])) >= {
        'id="kind"',
        'tabindex="-1"',
        'role="radiogroup"',
        'aria-invalid="true"',
        'aria-describedby="kind-error"',
    }
    assert re.search(r'<p class="error"\s+id="kind-error">', page)


@pytest.mark.usefixtures("_posting")
def test_choices_that_are_made_carry_no_error() -> None:
    form = KindForm(formdata=MultiDict({"kind": "b"}))
    assert form.validate()
    page = render_template_string(CHOICES, form=form)
    assert "aria-invalid" not in page
    assert "kind-error" not in page
