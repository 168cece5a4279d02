"""The columns of a CSV file of users: what each shows of a user, and how it is set.

An export writes every column; an import sets those that the file has, found by the
headings that spreadsheets and directories use. Of multi-valued attributes a column
holds one value or a short list: a cell that still shows what the user has changes
nothing, so that what a file cannot tell is never lost by loading it again. Pure; no row
is looked up here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from scim import names
from scim.attributes import JSON, Document
from services.errors import Invalid
from services.files.csv_headings import Headings
from services.origin import shorten

Show: TypeAlias = Callable[[Document], str]
Put: TypeAlias = Callable[[Document, str], None]

MANAGER: Final = "manager"
USER_NAME: Final = "userName"
EXTERNAL_ID: Final = "externalId"
EMAIL: Final = "email"

_SEPARATOR: Final = "; "


@dataclass(frozen=True)
class Column:
    """One column. `put` changes the document it is given; an empty text clears."""

    key: str
    label: str
    show: Show
    put: Put
    aliases: tuple[str, ...] = ()


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else ""


def _set(holder: Document, name: str, text: str) -> None:
    if text:
        holder[name] = text
    else:
        holder.pop(name, None)


def _within(document: Document, name: str) -> Document:
    """The object under a name, to be changed; made when there is none."""
    found = document.setdefault(name, {})
    return cast(Document, found)  # complex by the schema: `clean` saw to it


def _plain(key: str, label: str, *aliases: str) -> Column:
    return Column(
        key,
        label,
        lambda document: _text(document.get(key)),
        lambda document, text: _set(document, key, text),
        aliases,
    )


def _part(parent: str, name: str, key: str, label: str, *aliases: str) -> Column:
    def show(document: Document) -> str:
        holder = document.get(parent)
        return _text(holder.get(name)) if isinstance(holder, dict) else ""

    def put(document: Document, text: str) -> None:
        _set(_within(document, parent), name, text)

    return Column(key, label, show, put, aliases)


def _name(name: str, label: str, *aliases: str, key: str | None = None) -> Column:
    return _part("name", name, key or name, label, *aliases)


def _enterprise(name: str, label: str, *aliases: str) -> Column:
    return _part(names.ENTERPRISE_USER, name, name, label, *aliases)


def _entries(document: Document, attribute: str) -> list[Document]:
    found = document.get(attribute)
    values = found if isinstance(found, list) else []
    return [value for value in values if isinstance(value, dict)]


def _is_type(entry: Document, type_: str) -> bool:
    return _text(entry.get("type")).casefold() == type_


def _first_email(document: Document) -> Document | None:
    entries = _entries(document, "emails")
    primary = (entry for entry in entries if entry.get("primary") is True)
    return next(primary, entries[0] if entries else None)


def _typed_phone(type_: str) -> Callable[[Document], Document | None]:
    def find(document: Document) -> Document | None:
        entries = _entries(document, "phoneNumbers")
        return next((entry for entry in entries if _is_type(entry, type_)), None)

    return find


def _first_address(document: Document) -> Document | None:
    entries = _entries(document, "addresses")
    work = (entry for entry in entries if _is_type(entry, "work"))
    primary = (entry for entry in entries if entry.get("primary") is True)
    return next(work, None) or next(primary, entries[0] if entries else None)


@dataclass(frozen=True)
class _Slot:
    """One entry of a multi-valued attribute that a column stands for."""

    attribute: str
    find: Callable[[Document], Document | None]
    new: Document

    def show(self, document: Document, name: str = "value") -> str:
        entry = self.find(document)
        return _text(entry.get(name)) if entry else ""

    def put(self, document: Document, text: str, name: str = "value") -> None:
        entry = self.find(document)
        if entry is None and text:
            entry = dict(self.new)
            entries = cast(list[JSON], document.setdefault(self.attribute, []))
            entries.append(entry)
        if entry is not None:
            _set(entry, name, text)
            if not entry.keys() - {"type", "primary", "display"}:
                self._drop(document, entry)

    def _drop(self, document: Document, gone: Document) -> None:
        document[self.attribute] = [
            entry for entry in _entries(document, self.attribute) if entry is not gone
        ]


_MAIN_EMAIL: Final = _Slot("emails", _first_email, {"type": "work", "primary": True})
_WORK_PHONE: Final = _Slot("phoneNumbers", _typed_phone("work"), {"type": "work"})
_MOBILE: Final = _Slot("phoneNumbers", _typed_phone("mobile"), {"type": "mobile"})
_ADDRESS: Final = _Slot("addresses", _first_address, {"type": "work"})


def _slot(slot: _Slot, key: str, label: str, *aliases: str) -> Column:
    return Column(key, label, slot.show, slot.put, aliases)


def _address(name: str, label: str, *aliases: str) -> Column:
    return Column(
        name,
        label,
        lambda document: _ADDRESS.show(document, name),
        lambda document, text: _ADDRESS.put(document, text, name),
        aliases,
    )


def _others(
    attribute: str, slots: tuple[_Slot, ...], key: str, label: str, *aliases: str
) -> Column:
    """The values that no other column stands for, as a list in one cell."""

    def entries(document: Document) -> list[Document]:
        shown = [slot.find(document) for slot in slots]
        return [
            entry
            for entry in _entries(document, attribute)
            if not any(entry is one for one in shown)
        ]

    def show(document: Document) -> str:
        return _SEPARATOR.join(_text(one.get("value")) for one in entries(document))

    def put(document: Document, text: str) -> None:
        wanted = [part.strip() for part in text.split(";") if part.strip()]
        others = entries(document)
        old = {_text(entry.get("value")): entry for entry in others}
        kept = [
            entry
            for entry in _entries(document, attribute)
            if not any(entry is one for one in others)
        ]
        new = [old.get(value, {"value": value, "type": "other"}) for value in wanted]
        document[attribute] = [*kept, *new]

    return Column(key, label, show, put, aliases)


_TRUE: Final = frozenset({"true", "yes", "y", "1", "active", "enabled"})
_FALSE: Final = frozenset(
    {"false", "no", "n", "0", "inactive", "disabled"}
    | {"deactivated", "suspended", "deprovisioned"}
)


def _show_active(document: Document) -> str:
    return "true" if document.get("active") is True else "false"


def _put_active(document: Document, text: str) -> None:
    word = text.casefold()
    if not word:
        return  # there is no third state to clear it to
    if word not in _TRUE | _FALSE:
        raise Invalid(
            "active",
            f'active is "{shorten(text)}", which is neither yes nor no. '
            "Write true or false.",
        )
    document["active"] = word in _TRUE


def _show_manager(document: Document) -> str:
    """The manager's id, or whatever a client put in its place."""
    enterprise = document.get(names.ENTERPRISE_USER)
    manager = enterprise.get(MANAGER) if isinstance(enterprise, dict) else None
    return _text(manager.get("value")) if isinstance(manager, dict) else ""


def _put_manager(document: Document, text: str) -> None:
    enterprise = _within(document, names.ENTERPRISE_USER)
    if text:
        enterprise[MANAGER] = {"value": text}
    else:
        enterprise.pop(MANAGER, None)


COLUMNS: Final = (
    _plain(
        USER_NAME,
        "User name",
        *("login", "user", "username", "userPrincipalName", "upn", "userLogin"),
    ),
    Column(
        "active",
        "Active",
        _show_active,
        _put_active,
        ("status", "enabled", "accountEnabled", "userStatus"),
    ),
    _plain(
        EXTERNAL_ID, "External ID", "oktaId", "okta user id", "employee external id"
    ),
    _name("givenName", "Given name", "first name", "forename", "vorname", "prénom"),
    _name(
        "familyName",
        "Family name",
        *("last name", "surname", "sn", "nachname", "nom de famille"),
    ),
    _name("middleName", "Middle name", "middle names"),
    _name("honorificPrefix", "Honorific prefix", "prefix", "salutation"),
    _name("honorificSuffix", "Honorific suffix", "suffix"),
    _name("formatted", "Formatted name", "formatted name", key="formattedName"),
    _plain("displayName", "Display name", "name", "full name", "anzeigename"),
    _plain("nickName", "Nickname", "nick", "preferred name"),
    _slot(
        _MAIN_EMAIL,
        EMAIL,
        "Email",
        *("e-mail", "mail", "email address", "primary email", "emails", "work email"),
    ),
    _others(
        "emails",
        (_MAIN_EMAIL,),
        "otherEmails",
        "Other emails",
        *("second email", "secondary email", "other mails", "alternate email address"),
    ),
    _slot(
        _WORK_PHONE,
        "workPhone",
        "Work phone",
        *("phone", "primary phone", "telephone number", "business phones"),
        *("office phone", "telephone", "phone number"),
    ),
    _slot(
        _MOBILE,
        "mobilePhone",
        "Mobile phone",
        *("mobile", "cell", "cell phone", "mobile number"),
    ),
    _others(
        "phoneNumbers",
        (_WORK_PHONE, _MOBILE),
        "otherPhones",
        "Other phones",
        *("home phone", "fax number"),
    ),
    _plain("title", "Title", "job title", "position"),
    _plain("userType", "User type", "employee type"),
    _plain("profileUrl", "Profile URL", "profile link"),
    _plain("preferredLanguage", "Preferred language", "language"),
    _plain("locale", "Locale"),
    _plain("timezone", "Time zone"),
    _address("streetAddress", "Street address", "street", "address"),
    _address("locality", "City", "city", "town"),
    _address("region", "Region", "state", "state or province", "province", "county"),
    _address("postalCode", "Postal code", "zip", "zip code", "postcode"),
    _address("country", "Country", "country code", "country or region"),
    _enterprise("employeeNumber", "Employee number", "employee id", "personnel number"),
    _enterprise("costCenter", "Cost center", "cost centre"),
    _enterprise("organization", "Organization", "company", "company name"),
    _enterprise("division", "Division", "business unit"),
    _enterprise("department", "Department", "dept", "abteilung"),
    Column(
        MANAGER,
        "Manager",
        _show_manager,
        _put_manager,
        ("manager id", "manager user name", "manager email", "manager upn"),
    ),
)
"""In the order of an export. `manager` is shown by user name, which is looked up."""

BY_KEY: Final[Mapping[str, Column]] = {column.key: column for column in COLUMNS}

READ_ONLY: Final = ("id", "groups", "created", "lastModified")
"""What an export adds, and an import never sets."""


HEADINGS: Final = Headings(
    [
        *((one.key, (one.key, one.label, *one.aliases)) for one in COLUMNS),
        # As SCIM names them, and as Okta prefixes them in its reports.
        (EMAIL, ("emails.value",)),
        (MANAGER, ("manager.value",)),
        (USER_NAME, ("user.login",)),
    ],
    {"id", "objectid", "userid", "groups", "created", "problem"},
)


def guess(headings: tuple[str, ...]) -> dict[int, str]:
    """Which column each heading means, by its place.

    None is meant by "Block sign in [accountEnabled]", which negates.
    """
    return HEADINGS.guess(
        "" if "block" in heading.casefold() else heading for heading in headings
    )
