"""The form of a user, and the way between its fields and a SCIM document.

What the form does not show (photos, certificates, roles …) stays as it is. Every value
is checked by SCIM's own rules, attribute by attribute, so that what is wrong is said at
its field.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any, Final

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import (
    Form as PlainForm,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from blueprints.admin_ui.directory.user_facts import find
from blueprints.admin_ui.forms import Form, stripped
from scim import documents, names
from scim.attributes import JSON, AttributeRef, Document
from scim.errors import ScimError
from scim.schemas import USER_TYPE

ENTERPRISE: Final = names.ENTERPRISE_USER

TEXTS: Final = {
    "user_name": "userName",
    "given_name": "name.givenName",
    "family_name": "name.familyName",
    "display_name": "displayName",
    "title": "title",
    "middle_name": "name.middleName",
    "honorific_prefix": "name.honorificPrefix",
    "honorific_suffix": "name.honorificSuffix",
    "formatted_name": "name.formatted",
    "nick_name": "nickName",
    "user_type": "userType",
    "profile_url": "profileUrl",
    "preferred_language": "preferredLanguage",
    "locale": "locale",
    "timezone": "timezone",
    "employee_number": f"{ENTERPRISE}:employeeNumber",
    "department": f"{ENTERPRISE}:department",
    "division": f"{ENTERPRISE}:division",
    "organization": f"{ENTERPRISE}:organization",
    "cost_center": f"{ENTERPRISE}:costCenter",
    "manager": f"{ENTERPRISE}:manager.value",
}
"""Fields of one text, and the attribute each holds."""

LISTS: Final = {
    "emails": "emails",
    "phones": "phoneNumbers",
    "addresses": "addresses",
}
"""Fields of several values, and the attribute each holds."""

MOST_ROWS: Final = 50
"""Values of a list that a form shows; a longer list is left to SCIM."""

_PARTS: Final = {
    "value": "value",
    "street_address": "streetAddress",
    "locality": "locality",
    "region": "region",
    "postal_code": "postalCode",
    "country": "country",
    "formatted": "formatted",
    "type": "type",
    "display": "display",
}


def _text(label: str, *validators: Any, most: int = names.MAX_TEXT_LENGTH) -> Any:
    # Any: WTForms' fields are not what their names say until a form is made.
    too_long = Length(max=most, message=f"Enter at most {most:,} characters.")
    return StringField(label, [*validators, too_long], filters=[stripped])


def _lines(text: str | None) -> str | None:
    """A filter for fields of several lines: browsers end each with a return too."""
    return text.replace("\r\n", "\n").strip() if text else text


def _area(label: str) -> Any:  # Any: as in _text
    most = names.MAX_TEXT_LENGTH
    too_long = Length(max=most, message=f"Enter at most {most:,} characters.")
    return TextAreaField(label, [too_long], filters=[_lines])


def _kinds(attribute: str) -> Any:  # Any: as in _text
    ref = USER_TYPE.find(f"{attribute}.type")
    known = ref.leaf.canonical_values if ref else ()
    choices = [SelectChoice(kind, kind.capitalize()) for kind in known]
    choices.insert(0, SelectChoice("", "Not said"))
    return SelectField("Type", choices=choices, validate_choice=False)


class _Row(PlainForm):
    """One value of a list; `display` is carried along unseen."""

    primary = BooleanField("Primary")
    display = HiddenField()

    def as_value(self) -> Document:
        """What stands in the document; nothing but marks when the row is empty."""
        value: Document = {
            name: self[field].data
            for field, name in _PARTS.items()
            if field in self and self[field].data
        }
        if self["primary"].data:
            value["primary"] = True
        return value

    @property
    def first_id(self) -> str:
        """The id of the first field that is typed into."""
        first = self["value"] if "value" in self else self["street_address"]
        return str(first.id)

    def keep_type(self) -> None:
        """Offer the type that the row has, if it is none of the usual ones."""
        field: Any = self["type"]  # Any: as in _text
        field.data = field.data or ""
        if field.data not in {choice.value for choice in field.choices}:
            field.choices = [*field.choices, SelectChoice(field.data)]


class EmailRow(_Row):
    """An e-mail address."""

    value = _text("Email")
    type = _kinds("emails")


class PhoneRow(_Row):
    """A telephone number."""

    value = _text("Phone number")
    type = _kinds("phoneNumbers")


class AddressRow(_Row):
    """A postal address."""

    street_address = _area("Street")
    postal_code = _text("Postal code")
    locality = _text("City")
    region = _text("Region")
    country = _text("Country")
    formatted = _area("Full address")
    type = _kinds("addresses")


class UserForm(Form):
    """Everything of a user that an admin may write."""

    user_name = _text("User name", DataRequired("Enter a user name."))
    given_name = _text("Given name")
    family_name = _text("Family name")
    active = BooleanField("Active", default=True)
    display_name = _text("Display name")
    title = _text("Title")
    middle_name = _text("Middle name")
    honorific_prefix = _text("Prefix")
    honorific_suffix = _text("Suffix")
    formatted_name = _text("Full name")
    nick_name = _text("Nickname")
    user_type = _text("User type")
    profile_url = _text("Profile URL", most=names.MAX_LONG_TEXT_LENGTH)
    preferred_language = _text("Preferred language")
    locale = _text("Locale")
    timezone = _text("Time zone")
    employee_number = _text("Employee number")
    department = _text("Department")
    division = _text("Division")
    organization = _text("Organization")
    cost_center = _text("Cost center")
    manager = _text("Manager")
    manager_q = StringField("Find a manager", filters=[stripped])
    emails = FieldList(FormField(EmailRow))
    phones = FieldList(FormField(PhoneRow))
    addresses = FieldList(FormField(AddressRow))
    version = HiddenField()

    @classmethod
    def of(cls, document: Document, version: int) -> UserForm:
        """The form filled with what a document holds."""
        texts = {field: find(document, path) for field, path in TEXTS.items()}
        lists = {field: _rows(document, name) for field, name in LISTS.items()}
        active = document.get("active", True)
        form = cls(None, data={**texts, **lists, "active": active, "version": version})
        form.tidy()
        return form

    @property
    def problems(self) -> list[tuple[str, str]]:
        """As of every form, with those of the rows at the fields of the rows."""
        fields: list[Any] = [  # Any: fields of every type
            *(self._fields[name] for name in TEXTS),
            *(field for name in LISTS for row in self.rows(name) for field in row),
        ]
        found = [(one.id, sentence) for one in fields for sentence in one.errors]
        return [*(("", sentence) for sentence in self.form_errors), *found]

    def tidy(self) -> None:
        """Make every type a row has one of those that it offers."""
        for name in LISTS:
            for row in self.rows(name):
                row.keep_type()

    def rows(self, name: str) -> list[_Row]:
        """The rows of a list."""
        field: Any = self._fields[name]  # Any: fields of every type
        return [entry.form for entry in field.entries]

    def add_row(self, name: str) -> None:
        """One more empty row."""
        field: Any = self._fields[name]  # Any: as above
        field.append_entry()

    def remove_row(self, entry_name: str) -> None:
        """The list without the row of that name, such as `emails-1`."""
        field: Any = self._fields.get(entry_name.rpartition("-")[0])  # Any: as above
        if isinstance(field, FieldList):
            field.entries = [one for one in field.entries if one.name != entry_name]

    def document(self, before: Document) -> Document:
        """What `before` becomes by what is in the form; checks nothing."""
        after = copy.deepcopy(before)
        for field, path in TEXTS.items():
            data = self._fields[field].data or ""
            if data != as_typed(find(before, path)):
                _put(after, path, data or None)
        for field, name in LISTS.items():
            if is_editable(before, name):
                values: list[JSON] = [row.as_value() for row in self.rows(field)]
                _put(after, name, values)
        after["active"] = bool(self.active.data)
        return after

    def check(self, document: Document) -> bool:
        """Hold every attribute of the form against SCIM's rules; say what is wrong."""
        found = [*self._wrong_texts(document), *self._wrong_rows()]
        for field, sentence in found:
            field.errors = [*field.errors, sentence]
        return not found

    def _wrong_texts(self, document: Document) -> Iterator[tuple[Any, str]]:
        for field, path in TEXTS.items():
            sentence = _wrong(find(document, path), path)
            if sentence:
                yield self._fields[field], sentence

    def _wrong_rows(self) -> Iterator[tuple[Any, str]]:  # Any: fields of every type
        for field, attribute in LISTS.items():
            rows = self.rows(field)
            for row in rows:
                yield from _wrong_parts(row, attribute)
            primaries = [row for row in rows if row["primary"].data]
            if len(primaries) > 1:
                yield primaries[1]["primary"], "Mark at most one of them as primary."


def as_typed(value: JSON) -> str:
    """What a field of one line sends back when nobody touched it."""
    return "".join(str(value or "").splitlines()).strip()


def is_editable(document: Document, name: str) -> bool:
    """Whether a list is short enough for a form."""
    values = document.get(name)
    return not isinstance(values, list) or len(values) <= MOST_ROWS


def _rows(document: Document, name: str) -> Sequence[Document]:
    values = document.get(name)
    if not isinstance(values, list) or not is_editable(document, name):
        return []
    return [
        {field: one.get(part) for field, part in _PARTS.items()}
        | {"primary": one.get("primary") is True}
        for one in values
        if isinstance(one, dict)
    ]


def _wrong_parts(row: _Row, attribute: str) -> Iterator[tuple[Any, str]]:
    # Any: fields of every type
    for field, part in _PARTS.items():
        if field in row:
            sentence = _wrong(row[field].data or None, f"{attribute}.{part}")
            if sentence:
                yield row[field], sentence


def _wrong(value: JSON, path: str) -> str:
    """What is wrong with a value, in a sentence; nothing when it is fine."""
    ref = USER_TYPE.find(path)
    if ref is None or value is None:
        return ""
    try:
        documents.clean_value(value, ref.leaf, [], _name(ref))
    except ScimError as error:
        return error.detail
    return ""


def _name(ref: AttributeRef) -> str:
    return ref.key.rpartition(":")[2]


def _put(document: Document, path: str, value: JSON) -> None:
    """Set what stands under a canonical key; no value takes it away."""
    urn, _, dotted = path.rpartition(":")
    *parents, last = [*([urn] if urn else []), *dotted.split(".")]
    place = document
    for parent in parents:
        inner = place.setdefault(parent, {})
        if not isinstance(inner, dict):
            return
        place = inner
    if value in (None, []):
        place.pop(last, None)
    else:
        place[last] = value
