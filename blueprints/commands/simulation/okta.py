"""Okta's requests: their headers, addresses and bodies, as they were seen.

Each shape stands in a recording under `tests/journeys/okta/`. Pure functions; nothing
is sent from here, and what Okta never sends has no place here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any, Final, Literal
from urllib.parse import quote

from blueprints.commands.simulation.people import COMPANY, Person, Profile
from scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER, PATCH_OP

App = Literal["own", "catalog"]
"""An app of the admin's own writes by PUT; one of the catalog by PATCH."""

Document = dict[str, Any]  # Any: JSON, as others read and write it

HEADERS: Final = {
    "Accept": "application/scim+json",
    "Accept-Charset": "utf-8",
    "User-Agent": "Okta SCIM Client 1.0.0",
    "Connection": "Keep-Alive",
    "Accept-Encoding": "gzip,deflate",
}
CONTENT_TYPE: Final = "application/scim+json; charset=utf-8"
METHODS_WITH_CONTENT_TYPE: Final = ("POST", "PUT", "PATCH", "DELETE")
TIMEOUT_SECONDS: Final = 60

PAGE: Final = 100
"""Resources asked for at a time."""
CHANGES_IN_A_PATCH: Final = 100
"""Membership changes in one PATCH, unless Okta was told otherwise for an app."""

CREDENTIAL_TESTS: Final = (
    "/Users?startIndex=1&count=2",
    f"/Groups?startIndex=1&count={PAGE}",
)
"""What the button Test API Credentials asks for."""


def user_lookup(user_name: str) -> str:
    """The address of the match before create."""
    return _lookup("Users", "userName", user_name)


def group_lookup(name: str) -> str:
    """The address of the match before a push."""
    return _lookup("Groups", "displayName", name)


def _lookup(resources: str, attribute: str, value: str) -> str:
    text = f"{attribute} eq {json.dumps(value, ensure_ascii=False)}"
    return f"/{resources}?filter={quote(text, safe='')}&startIndex=1&count={PAGE}"


def address(resources: str, resource_id: str) -> str:
    """The address of one user or group, whatever a server makes ids of."""
    return f"/{resources}/{quote(resource_id, safe='')}"


def page(resources: str, start_index: int) -> str:
    """The address of one page of an import; `resources` is Users or Groups."""
    return f"/{resources}?startIndex={start_index}&count={PAGE}"


def new_user(person: Person, profile: Profile, manager: Document | None) -> Document:
    """The body of a create: the profile, and a password, wanted or not."""
    return {
        "schemas": [CORE_USER, ENTERPRISE_USER],
        **profile_values(person, profile, manager),
        "groups": [],
        "password": person.password,
        "active": True,
    }


def profile_values(
    person: Person, profile: Profile, manager: Document | None
) -> Document:
    """The attributes that Okta's mapping fills. `manager`: value and displayName."""
    town, country = profile.office
    work = {
        "employeeNumber": person.employee_number,
        "organization": COMPANY,
        "department": profile.department,
        "costCenter": f"CC-{profile.department.upper()}",
    }
    return {
        "userName": person.user_name,
        "name": {"givenName": profile.given_name, "familyName": profile.family_name},
        "emails": [{"primary": True, "value": person.user_name, "type": "work"}],
        "displayName": profile.display_name,
        "locale": person.locale,
        "externalId": person.external_id,
        "title": profile.title,
        "phoneNumbers": [{"value": person.phone, "type": "work"}],
        "addresses": [{"type": "work", "locality": town, "country": country}],
        ENTERPRISE_USER: work | ({"manager": manager} if manager else {}),
    }


def shows(document: Document, profile: Profile) -> bool:
    """Whether a user that was read has what the profiles of one person differ in."""
    name, work = document.get("name"), document.get(ENTERPRISE_USER)
    family = name.get("familyName") if isinstance(name, dict) else None
    department = work.get("department") if isinstance(work, dict) else None
    wanted = (profile.family_name, profile.title, profile.department)
    return (family, document.get("title"), department) == wanted


def echo(document: Document, changes: Document) -> Document:
    """The body of a PUT: what was read, read-only parts included, and the changes."""
    body = deepcopy(document)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(body.get(key), dict)
        body[key] = body[key] | value if both else value
    if ENTERPRISE_USER in changes:
        known = body.get("schemas") or [CORE_USER]
        body["schemas"] = list(dict.fromkeys([*known, ENTERPRISE_USER]))
    return body


def differing(before: Document, after: Document) -> Document:
    """Of the values `after` those that were others before, as a PATCH names them."""
    changes: Document = {}
    for key, value in after.items():
        held = before.get(key)
        if isinstance(value, dict) and isinstance(held, dict):
            parts = differing(held, value)
            changes |= {key: parts} if parts else {}
        elif held != value:
            changes[key] = value
    return changes


def patch(*operations: Document) -> Document:
    """The body of a PATCH."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def replace(values: Document) -> Document:
    """An operation without a path, Okta's habit."""
    return {"op": "replace", "value": values}


def active(is_active: bool, *, with_path: bool) -> Document:
    """The operation that activates or deactivates, in either of its spellings."""
    if with_path:
        return {"op": "replace", "path": "active", "value": is_active}
    return replace({"active": is_active})


def new_group(name: str) -> Document:
    """The body that creates a group; the members come afterwards."""
    return {"schemas": [CORE_GROUP], "displayName": name, "members": []}


def whole_group(group_id: str, name: str, members: Iterable[Document]) -> Document:
    """The body of a PUT: an app of one's own sends the whole group each time."""
    return {
        "schemas": [CORE_GROUP],
        "id": group_id,
        "displayName": name,
        "members": list(members),
    }


def member(user_id: str, display: str | None) -> Document:
    """A member as a group names it: without a type."""
    return {"value": user_id, "display": display}


def renamed(group_id: str, name: str) -> Document:
    """The operation that renames a group, with the read-only id in the value."""
    return replace({"id": group_id, "displayName": name})


def whole_membership(members: Sequence[Document]) -> Document:
    """The operation of Push Now: these members and no others."""
    return {"op": "replace", "path": "members", "value": list(members)}


def membership_patches(
    removed: Sequence[str], added: Sequence[Document]
) -> list[Document]:
    """The bodies that change members: removes first, one each, then one add.

    `removed` are ids. As many changes go into one PATCH as Okta puts there.
    """
    changes: list[str | Document] = [*removed, *added]
    return [
        _membership_patch(changes[start : start + CHANGES_IN_A_PATCH])
        for start in range(0, len(changes), CHANGES_IN_A_PATCH)
    ]


def _membership_patch(changes: Sequence[str | Document]) -> Document:
    operations: list[Document] = [
        {"op": "remove", "path": f'members[value eq "{one}"]'}
        for one in changes
        if isinstance(one, str)
    ]
    added = [one for one in changes if not isinstance(one, str)]
    if added:
        operations.append({"op": "add", "path": "members", "value": added})
    return patch(*operations)
