"""Habits of provisioning clients that Rollcall tolerates, one function each.

Whatever is read more kindly than the RFCs ask is read here, and says so in `Notes`,
which end on the request's row in the activity list: no success is silent. What is not
named here is not tolerated; a wrong type is 400 `invalidValue` (`scim/documents.py`).
This module decides nothing about resources: it undoes a spelling, or words a remark.
The RFCs' own freedoms (null means unassigned, names without case) are not habits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from scim import matching, names
from scim.attributes import JSON, Document, ResourceType
from scim.errors import InvalidSyntax, InvalidValue
from scim.filters import And, Comparison, Filter, Not, Or, ValuePath, quoted

Notes: TypeAlias = list[str]
"""Plain sentences that say which leniency was used, or what was left out."""

OperationName: TypeAlias = Literal["add", "remove", "replace"]

MAX_NOTES: Final = 50
"""Notes one request may collect, so that a hostile body cannot fill the log."""

_DOTTED_FILTER: Final = re.compile(r"\]\s*\.\s*[A-Za-z]+\s+[a-z]{2}\b", re.IGNORECASE)
_OPERATION_NAMES: Final[Mapping[str, OperationName]] = {
    "add": "add",
    "remove": "remove",
    "replace": "replace",
}


def note(notes: Notes, sentence: str) -> None:
    """Keep a sentence, once, while there is room."""
    if len(notes) < MAX_NOTES and sentence not in notes:
        notes.append(sentence)


def kind_of(value: JSON) -> str:
    """What a JSON value is, in words: `a list`, `the number 5`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    return "a list" if isinstance(value, list) else "an object"


def plain_name(name: str) -> str:
    """A name without the URN before it, as people read it: `manager.value`."""
    return name.rpartition(":")[2] if name.lower().startswith("urn:") else name


def text_as_boolean(text: str, name: str, notes: Notes) -> bool | None:
    """Read the texts true and false, in any case; None when it is neither.

    Entra without its flag sends `"False"` for `active`, its validator `"True"` for
    `roles[].primary`, keycloak-scim texts throughout (identity-providers.md §1 row 2).
    Okta sends real booleans (okta.md §4.5).
    Recording: tests/journeys/entra/13-disable-user.json.
    """
    truth = {"true": True, "false": False}.get(text.lower())
    if truth is not None:
        word = "true" if truth else "false"
        note(notes, f"Read the text {quoted(text)} as {word} for {plain_name(name)}.")
    return truth


def note_bare_token(notes: Notes) -> None:
    """Remark that a token came without the word Bearer (RFC 6750 §2.1).

    Okta's catalog apps with header authentication send what was pasted (okta.md §2).
    Recording: tests/journeys/okta/03-ways-to-send-a-token.json.
    """
    note(notes, "Read a token that came without the word Bearer.")


def note_slash_at_end(notes: Notes) -> None:
    """Remark that `/Users/` was answered like `/Users`.

    Clients glue addresses together. Recording:
    tests/journeys/okta/80-unknown-addresses.json.
    """
    note(notes, "Read the address as if there were no slash at its end.")


def note_filter(
    asked: Filter, text: str, resource_type: ResourceType, notes: Notes
) -> None:
    """Remark on what a filter says otherwise than RFC 7644 §3.4.2.2 has it.

    Entra compares booleans with texts, and asks for `emails[type eq "work"].value eq`
    (identity-providers.md §1 rows 2 and 9; `scim/matching.py`, `scim/filters.py`).
    Recording: tests/journeys/entra/10-create-user.json.
    """
    for name, value in _texts_in(asked):
        ref = resource_type.find(name)
        if ref is not None and ref.leaf.kind == "boolean":
            text_as_boolean(value, plain_name(name), notes)
    if _DOTTED_FILTER.search(text):
        note(notes, "Read what follows a filter in brackets as a part of the filter.")


def _texts_in(asked: Filter, owner: str = "") -> Iterator[tuple[str, str]]:
    """The comparisons with texts in a filter: attribute and text."""
    match asked:
        case And(terms) | Or(terms):
            for term in terms:
                yield from _texts_in(term, owner)
        case Not(term):
            yield from _texts_in(term, owner)
        case ValuePath(attribute, condition):
            yield from _texts_in(condition, f"{attribute}.")
        case Comparison(attribute, _, str(value)):
            yield owner + attribute, value


def number_as_text(number: int | float, name: str, notes: Notes) -> str:
    """Write a JSON number as text, for a text attribute such as employeeNumber.

    A profile's attribute may be a number, and Okta leaves it to the server to check
    what it sends (okta.md §4.8).
    Recording: tests/journeys/okta/40-enterprise-attributes.json.
    """
    text = json.dumps(number)
    note(notes, f"Read the number {text} as text for {plain_name(name)}.")
    return text


def text_as_object(text: str, name: str, notes: Notes) -> Document:
    """Read bare text as the `value` of manager, of a member or of an entry to remove.

    Entra's validator sends `manager` as an id; Microsoft's collection sends members so
    (identity-providers.md §1 rows 8 and 16). Okta sends objects (okta.md §4.8, §5.2).
    Recordings: tests/journeys/entra/14-manager.json,
    tests/journeys/entra/21-group-members.json.
    """
    note(notes, f"Read bare text as the value of {plain_name(name)}.")
    return {"value": text}


def list_as_object(values: Sequence[JSON], name: str, notes: Notes) -> JSON:
    """Read a list of one as the one: `manager` as `[{"$ref": …, "value": …}]`.

    Documented by Microsoft for Entra (identity-providers.md §1 row 8 and §2.3).
    Text that is empty, `""`, removes the manager; a list of none is refused.
    Recording: tests/journeys/entra/14-manager.json.
    """
    if len(values) != 1:
        raise InvalidValue(
            "wrong_type",
            f"{name} holds one value, but a list of {len(values)} arrived. "
            "Send a single object.",
        )
    note(notes, f"Read a list of one as the value of {plain_name(name)}.")
    return values[0]


def object_as_list(value: Document, name: str, notes: Notes) -> list[JSON]:
    """Read a single object as a list of one, in PATCH.

    An attribute expression of Okta addresses one entry of a list and yields one object
    (okta.md §4.8). Recording: tests/journeys/okta/43-single-object-for-a-list.json.
    """
    note(notes, f"Read a single object as a list of one for {name}.")
    return [value]


def removes_listed_only(value: JSON, name: str, notes: Notes) -> bool:
    """Whether a remove of a list means only what its value lists, not all.

    RFC 7644 §3.5.2.2 knows no value on a remove. Entra without its flag, authentik and
    JumpCloud list there whom to remove (identity-providers.md §1 row 3), and emptying
    the list would be the worst reading. Okta uses a filter instead (okta.md §5.2).
    Recording: tests/journeys/entra/21-group-members.json.
    """
    if value is None:
        return False
    note(notes, f"Removed only the {name} listed in the value of the remove.")
    return True


def operation_name(text: str, notes: Notes) -> OperationName | None:
    """The operation meant by `op`, in any letter case; None when there is none such.

    Entra sends `Add`, `Replace`, `Remove` (identity-providers.md §1 row 1); Okta lower
    case (okta.md §5.2). Recording: tests/journeys/entra/11-update-user.json.
    """
    name = _OPERATION_NAMES.get(text.lower())
    if name is not None and name != text:
        note(notes, f"Read the operation {quoted(text)} as {name}.")
    return name


def note_key_as_path(key: str, notes: Notes) -> None:
    """Remark that a key of a value without path was taken as a path of its own.

    Entra with its flag sends `name.givenName` and `urn:…:User:employeeNumber` as keys
    (identity-providers.md §1 row 5). Okta's pathless replace has plain keys (okta.md
    §0 point 1). Recording: tests/journeys/entra/12-update-user-with-flag.json.
    """
    if set(key) & set(".:["):
        plain = plain_name(key)
        shown = plain if plain == key else f"…:{key.split(':')[-2]}:{plain}"
        note(notes, f"Read the key {quoted(shown)} as a path.")


def unwrap_core(
    document: Document, resource_type: ResourceType, notes: Notes
) -> Document:
    """Lift the attributes out of an object named by the core schema's URN.

    Okta's Profile Editor sets the core URN as external namespace, and an article of
    theirs prints the attribute inside such an object (okta.md §4.8). Raises
    InvalidSyntax when an attribute stands both inside and outside.
    Recording: tests/journeys/okta/41-core-urn-as-object.json.
    """
    urn = resource_type.core.id
    while isinstance(inner := find_key(document, urn), dict):
        outer = {
            key: part for key, part in document.items() if key.lower() != urn.lower()
        }
        taken = {key.lower() for key in outer}
        repeated = [key for key in inner if key.lower() in taken]
        if repeated:
            raise InvalidSyntax(
                "repeated",
                f"{quoted(repeated[0])} stands both inside and outside the object "
                f"{urn}. Send it once.",
            )
        note(notes, f"Read the attributes inside {urn} as those of the resource.")
        document = outer | inner
    return document


def value_of_condition(condition: Filter, name: str, notes: Notes) -> Document | None:
    """The value an add to `name[condition]` makes when no value meets the condition.

    Entra sends the first work e-mail so (identity-providers.md §1 row 7). None when the
    condition does not spell out a value. Okta sends whole lists (okta.md §4.2).
    Recording: tests/journeys/entra/11-update-user.json.
    """
    value = matching.conditions_as_value(condition)
    if value is not None:
        note(notes, f"No value of {name} met the filter, so a new one was made of it.")
    return value


def is_password(key: str, resource_type: ResourceType) -> bool:
    """Whether a key or path means the password of a user."""
    plain = key.lower().removeprefix(f"{names.CORE_USER.lower()}:")
    return resource_type.core.id == names.CORE_USER and plain == "password"


def forget_password(value: JSON, notes: Notes) -> None:
    """Check that a password is text, and forget it.

    Okta sends one with every create, wanted or not, and when passwords are synchronized
    (okta.md §0 point 13, §4.2 and §4.6). Rollcall has no passwords of users.
    Raises InvalidValue for another type.
    Recording: tests/journeys/okta/25-password-sync.json.
    """
    if value is None:
        return
    if not isinstance(value, str):
        raise InvalidValue(
            "password",
            "password must be text. Rollcall keeps no passwords, so it is best left "
            "out of the attribute mapping.",
        )
    note(notes, "The password was ignored: Rollcall keeps no passwords.")


def find_key(document: Document, name: str) -> JSON:
    """The value under a key in any letter case, None when it is absent.

    Microsoft's collection writes member names in odd case (identity-providers.md §1
    row 14); Okta keeps to the RFC's spelling (okta.md §5.2). Raises InvalidSyntax when
    the name stands there twice. Recording: tests/journeys/entra/15-odd-case.json.
    """
    found = [key for key in document if key.lower() == name.lower()]
    if len(found) > 1:
        raise InvalidSyntax(
            "repeated",
            f"{name} stands there twice, in different letter case. Send it once.",
        )
    return document[found[0]] if found else None


def note_unknown_schemas(
    urns: Sequence[str], resource_type: ResourceType, notes: Notes
) -> None:
    """Remark on the schema URNs beside the right one that are not known here.

    Entra's groups name a Microsoft URN, Google an old draft's (identity-providers.md §1
    row 10); Okta sends vendors' URNs (okta.md §4.8).
    Recordings: tests/journeys/entra/20-create-group.json,
    tests/journeys/okta/42-custom-and-multi-valued.json.
    """
    for urn in urns:
        if resource_type.find_schema(urn) is None:
            note(notes, f"The schema {quoted(urn)} is not known here and was ignored.")
