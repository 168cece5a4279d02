"""Hostile addresses and forms of the pages: shown, refused or not found; never a fault.

What is read as a number, a date, an id or a place in a list, and every name that a view
looks for in an address.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

import blueprints.admin_ui
from services.files import csv_import
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.admin_client import AdminClient
from tests.conftest import make_admin, make_organization, make_token
from tests.house.addresses import UI_RULES, filled
from tests.scim_client import ScimClient

VALUES = [
    "²",
    "9" * 5_000,
    "\0",
    b"\xed\xa0\x80",
    "9999-12-31T23:59:59-23:59",
    "\U0010ffff" * 300,
    "eyJ" + "A" * 5_000,
]
READ = {
    "list_users": "q status source group in_group since sort cursor",
    "export_users": "q since",
    "download_users": "q since ids",
    "confirm_bulk_users": "action ids all_matching since",
    "confirm_bulk_all_users": "action q since",
    "find_bulk_groups": "ids group_q since",
    "list_groups": "q sort show cursor",
    "show_group": "q cursor",
    "show_group_activity": "cursor part",
    "find_candidates": "q added",
    "find_managers": "manager_q",
    "show_user_activity": "cursor part",
    "show_user_groups": "cursor",
    "list_deleted": "type q cursor",
    "list_activity": "q who since until cursor after resource request method token "
    "provider kind outcome live",
    "export_activity": "since until format",
    "list_instance_activity": "cursor since",
    "count_new_activity": "after since until",
    "preview_undo": "request since until token by admin next",
    "connect_okta": "token app",
    "connect_status": "guide token app started shown",
    "connect_checklist": "guide token app started shown",
    "show_token": "cursor",
    "show_sign_in": "next",
    "show_setup": "code",
    "help": "organization",
    "list_jobs": "cursor",
}
"""Views that answer a GET, and the names that they look for in the address."""

TYPED = {
    "create_user": "user_name version manager manager_q do emails-0-value active",
    "update_user": "user_name version manager manager_q do emails-0-primary",
    "validate_user_name": "user_name user_id",
    "deactivate_user": "next",
    "create_token": "name scope expires expires_on allowed_addresses form_key",
    "create_okta_token": "name expires form_key app",
    "update_token": "name allowed_addresses",
    "rotate_token": "overlap form_key",
    "revoke_token": "typed_name",
    "update_name": "name",
    "update_retention": "log_days deleted_days",
    "update_log_rules": "log_reads log_bodies",
    "create_invitation": "email role form_key",
    "change_role": "role",
    "undo": "since until token by request digest",
    "bulk_users": "action ids group_id n_users",
    "bulk_all_users": "action since group_id n_users typed",
    "restore_deleted": "name following cursor",
    "add_member": "member_id added searched",
    "remove_member": "member_id",
    "check_import": "column-0 column-1",
    "update_account": "name email time_zone theme",
    "create_instance_invitation": "email form_key",
    "rename_organization": "name slug",
}
"""Views that are posted to, and fields of their forms."""


def cases(names: dict[str, str]) -> list[tuple[str, str]]:
    return [(view, name) for view, all_ in names.items() for name in all_.split()]


class House:
    """One of each kind, and somebody who may do everything."""

    def __init__(self, app: Flask) -> None:
        acme = make_organization(app, "Acme")
        scim = ScimClient(app.test_client(), make_token(app, acme))
        user = scim.new_user("bo")
        self.known = {
            "user_id": user["id"],
            "group_id": scim.new_group("Staff", user["id"])["id"],
            "admin_id": make_admin(app, "viewer", acme),
            "public_id": scim.token.split("_")[1],
            "job_id": _upload(app, acme),
        }
        self.client = AdminClient(app, make_admin(app, "owner"))

    def path(self, view: str, **values: str) -> str:
        rule = next(one for one in UI_RULES if one.endpoint == f"admin_ui.{view}")
        return filled(rule, self.known, **values)


def _upload(app: Flask, acme: OrganizationRef) -> str:
    """A file whose columns are to be chosen."""
    with app.app_context():
        file = b"group,member\nStaff,bo\n"
        return csv_import.upload(
            "groups", acme, "teams.csv", file, origin=Origin.of_command_line()
        )


@pytest.fixture(scope="module")
def house(shared_app: Flask) -> House:
    return House(shared_app)


@pytest.mark.parametrize(("view", "name"), cases(READ))
def test_hostile_address_never_fails(house: House, view: str, name: str) -> None:
    path = house.path(view)
    answers = [
        # Read to its end, since a file that is left open keeps its connection.
        house.client.browser.get(f"{path}?{name}={quote(value)}", buffered=True)
        for value in VALUES
    ]
    assert {one.status_code for one in answers} <= {200, 302, 303, 400, 404, 422}


@pytest.mark.parametrize(("view", "name"), cases(TYPED))
def test_hostile_field_never_fails(house: House, view: str, name: str) -> None:
    path = house.path(view)
    answers = [house.client.post(path, {name: value}) for value in VALUES]
    assert {one.status_code for one in answers} <= {200, 303, 400, 404, 409, 422}


@pytest.mark.parametrize(
    ("rule", "argument"),
    [
        pytest.param(rule, argument, id=f"{rule} {argument}")
        for rule in UI_RULES
        # What a rule stands for is no part of its address.
        for argument in sorted(rule.arguments - (rule.defaults or {}).keys())
        if "GET" in (rule.methods or ())
    ],
)
def test_hostile_part_of_an_address_is_not_found(
    house: House, rule: Rule, argument: str
) -> None:
    texts = [value for value in VALUES if isinstance(value, str)]
    paths = [filled(rule, house.known, **{argument: text}) for text in texts]
    answers = [house.client.browser.get(path, buffered=True) for path in paths]
    assert {one.status_code for one in answers} <= {303, 400, 404}


def test_every_name_that_a_view_looks_for_is_tried() -> None:
    folder = Path(blueprints.admin_ui.__path__[0])
    source = "".join(path.read_text() for path in folder.rglob("*.py"))
    called = r'(?:args|form|values|arguments)\.get(?:list)?\(\s*"(\w+)"'
    looked_for = set(re.findall(called, source))
    tried = {name for _, name in cases(READ) + cases(TYPED)}
    assert looked_for - tried == set()
