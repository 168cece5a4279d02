"""Every leniency, and what a client sends that needs it: the table of `test_notes.py`.

A line names the function of `scim/quirks.py` or `scim/remarks.py` that speaks, if it is
one of theirs; `{bo}` and `{crew}` stand for the ids of a user and of a group.
"""

from __future__ import annotations

from typing import Any

from scim.names import CORE_USER, ENTERPRISE_USER
from scim.schemas import GROUP_TYPE

USER = {"schemas": [CORE_USER, ENTERPRISE_USER], "userName": "cy"}
GROUP = {"schemas": [GROUP_TYPE.core.id], "displayName": "Crew"}
STRANGER = "01900000-0000-7000-8000-000000000000"
MANAGER = f"{ENTERPRISE_USER}:manager"

Sent = tuple[str, str, Any]  # Any: a body, or the operations of a PATCH


def post(**attributes: Any) -> Sent:
    return "POST", "/Users", USER | attributes


def put(**attributes: Any) -> Sent:
    return "PUT", "/Users/{bo}", USER | {"userName": "bo"} | attributes


def patch(op: str = "replace", path: str | None = None, value: Any = None) -> Sent:
    return "PATCH", "/Users/{bo}", [{"op": op, "path": path, "value": value}]


def push(op: str, path: str, value: Any) -> Sent:
    return "PATCH", "/Groups/{crew}", [{"op": op, "path": path, "value": value}]


def get(path: str) -> Sent:
    return "GET", path, None


RULES: list[tuple[str, Sent, str]] = [
    (
        "text_as_boolean",
        post(active="False"),
        'Read the text "False" as false for active.',
    ),
    (
        "number_as_text",
        patch(path=f"{ENTERPRISE_USER}:employeeNumber", value=4712),
        "Read the number 4712 as text for employeeNumber.",
    ),
    (
        "text_as_object",
        patch(path=MANAGER, value="{bo}"),
        "Read bare text as the value of manager.",
    ),
    (
        "text_as_object",
        push("add", "members", ["{bo}"]),
        "Read bare text as the value of members.",
    ),
    (
        "list_as_object",
        patch(path=MANAGER, value=[{"value": "{bo}"}]),
        "Read a list of one as the value of manager.",
    ),
    (
        "object_as_list",
        patch(path="roles", value={"value": "x"}),
        "Read a single object as a list of one for roles.",
    ),
    (
        "removes_listed_only",
        push("remove", "members", [{"value": "{bo}"}]),
        "Removed only the members listed in the value of the remove.",
    ),
    (
        "operation_name",
        patch("Replace", "title", "x"),
        'Read the operation "Replace" as',
    ),
    (
        "note_key_as_path",
        patch(value={"name.givenName": "Bo"}),
        'Read the key "name.givenName" as a path.',
    ),
    (
        "note_key_as_path",
        patch(value={f"{ENTERPRISE_USER}:department": "x"}),
        'Read the key "…:User:department" as a path.',
    ),
    (
        "unwrap_core",
        patch(value={CORE_USER: {"title": "x"}}),
        f"Read the attributes inside {CORE_USER} as those of the resource.",
    ),
    (
        "value_of_condition",
        patch("add", 'emails[type eq "work"].value', "bo@x.example"),
        "No value of emails met the filter, so a new one was made of it.",
    ),
    (
        "forget_password",
        post(password="Tr0ub4dor"),
        "The password was ignored: Rollcall keeps no passwords.",
    ),
    (
        "note_unknown_schemas",
        post(schemas=[CORE_USER, "urn:vendor:x"]),
        'The schema "urn:vendor:x" is not known here and was ignored.',
    ),
    (
        "note_missing_schemas",
        ("POST", "/Users", {"userName": "cy"}),
        "schemas was missing: the body was read as that of a User.",
    ),
    ("note_slash_at_end", get("/Users/"), "no slash at its end"),
    (
        "note_filter",
        get('/Users?filter=active eq "True"'),
        'Read the text "True" as true for active.',
    ),
    (
        "note_filter",
        get('/Users?filter=roles[value eq "x" and primary eq "false"]'),
        'Read the text "false" as false for roles.primary.',
    ),
    (
        "note_filter",
        get('/Users?filter=not (emails[type eq "work"].value eq "x")'),
        "Read what follows a filter in brackets as a part of the filter.",
    ),
    ("note_sorting", get("/Users?sortBy=userName"), "sortBy was ignored: lists are in"),
    (
        "note_count",
        get("/Users?count=5000"),
        "A page holds at most 1,000 resources; 5,000 were wanted.",
    ),
    (
        "note_unselectable",
        get("/Users/{bo}?attributes=userName,nickNam"),
        '"nickNam" is not an attribute here, and selects nothing.',
    ),
    (
        "note_unknown_manager",
        patch(path=MANAGER, value={"value": "boss"}),
        'The manager "boss" is not known here, and was kept.',
    ),
    ("", post(nickNam="Bo"), '"nickNam" is not an attribute of User and was ignored.'),
    (
        "",
        put(groups=[{"value": STRANGER}]),
        "groups is read-only: another value for it was ignored.",
    ),
    (
        "",
        patch(value={"groups": [{"value": STRANGER}]}),
        "groups is read-only: another value for it was ignored.",
    ),
    (
        "",
        put(meta={"resourceType": "Group"}),
        "meta.resourceType is read-only: another value for it was ignored.",
    ),
    ("", put(id="x"), "id is read-only: another value for it was ignored."),
    ("", post(id="x"), "id is read-only: another value for it was ignored."),
    (
        "",
        put(**{ENTERPRISE_USER: {"manager": {"value": "{bo}", "displayName": "Cy"}}}),
        "manager.displayName is read-only: another value for it was ignored.",
    ),
    (
        "",
        ("PUT", "/Groups/{crew}", GROUP | {"id": "x"}),
        "id is read-only: another value for it was ignored.",
    ),
    (
        "",
        push("add", "members", [{"value": "{bo}"}, {"value": STRANGER}]),
        f"1 of 2 members is not known here: {STRANGER}.",
    ),
    (
        "",
        push("remove", f'members[value eq "{STRANGER}"]', None),
        f"Members to be removed are not known here: {STRANGER}.",
    ),
    ("", patch("remove", "active"), "Left active as it was: only true or false"),
    (
        "",
        patch("add", "emails", []),
        "Nothing was added to emails: the value is empty.",
    ),
    (
        "",
        patch("remove", 'emails[type eq "home"]'),
        "The path selects no value of emails, so nothing changed.",
    ),
    (
        "",
        post(emails=[{"type": "work"}]),
        "Left out a value of emails that holds nothing but its type.",
    ),
    (
        "",
        post(roles=[{"value": "x"}, {"value": "x"}]),
        "Kept once what stands twice in roles.",
    ),
]
