"""Every page there is, by who looks at it: the checks of all pages walk this list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from werkzeug.routing import Rule

from tests.browser import acts
from tests.browser.acts import Act
from tests.browser.sample import Sample
from tests.house.addresses import UI_RULES

OTHER: Final = "northwind-clinics"
"""Where something may be made: nothing else is looked at there."""

LATE: Final = timedelta(minutes=20)

Values = Mapping[str, str]


@dataclass(frozen=True)
class Shown:
    """A page: its name, who asks for it, by which view or address, with which values.

    `is_main` pages are pictured in the width of a phone too. `act` is done on the page
    before it is looked at, and answered with `then`; `ago` is for how long whoever asks
    is signed in.
    """

    name: str
    who: str | None
    endpoint: str = ""
    values: Values = field(default_factory=dict)
    query: str = ""
    address: str = ""
    status: int = 200
    is_main: bool = False
    act: Act | None = None
    then: int = 200
    ago: timedelta = timedelta()

    def path(self, sample: Sample) -> str:
        """Where it is in the sample's installation."""
        if not self.endpoint:
            return self.address.replace("ORG", sample.at)
        endpoint = f"admin_ui.{self.endpoint}"
        rule = next(
            rule
            for rule in UI_RULES
            if rule.endpoint == endpoint
            and "GET" in (rule.methods or ())
            and self._is_meant(rule)
        )
        built = rule.build({name: self._value(name, sample) for name in rule.arguments})
        assert built is not None
        query = self.query.replace("AIKO", sample.arguments["user_id"])
        query = query.replace("ENGINEERING", sample.arguments["group_id"])
        return built[1] + query.replace("TOKEN", sample.token_ids["Okta production"])

    def _is_meant(self, rule: Rule) -> bool:
        """Whether the rule stands for the same values as the page."""
        defaults = rule.defaults or {}
        return all(self.values.get(name, own) == own for name, own in defaults.items())

    def _value(self, name: str, sample: Sample) -> str:
        """What stands for an argument: an example by its name, or what is given."""
        wanted = self.values.get(name, name)
        return sample.arguments.get(f"{wanted} {name}") or sample.arguments.get(
            wanted, wanted
        )


def _page(
    name: str,
    endpoint: str,
    who: str | None = "owner",
    *,
    query: str = "",
    **values: str,
) -> Shown:
    return Shown(name, who, endpoint, values, query)


def _done(
    name: str,
    endpoint: str,
    act: Act,
    then: int = 200,
    *,
    ago: timedelta = timedelta(),
    **values: str,
) -> Shown:
    return Shown(name, "owner", endpoint, values, act=act, then=then, ago=ago)


def _main(name: str, endpoint: str, *, query: str = "", **values: str) -> Shown:
    return Shown(name, "owner", endpoint, values, query, is_main=True)


PAGES: Final = [
    Shown("status", None, address="/"),
    _page("sign-in", "show_sign_in", None),
    _page("invitation", "show_invitation", None),
    Shown("not-found-signed-out", None, address="/nowhere", status=404),
    Shown("not-found", "owner", address="ORG/nowhere", status=404),
    Shown("forbidden", "viewer", "show_settings", status=403),
    Shown(
        *("fault", "owner", "show_import"),
        {"slug": OTHER, "noun": "users", "job_id": "broken"},
        status=500,
    ),
    _done(
        *("too-large", "new_import", acts.upload_too_much, 413),
        slug=OTHER,
        noun="users",
    ),
    Shown("sign-in-slowed", None, "show_sign_in", act=acts.sign_in_too_often, then=429),
    # an organization
    _main("overview", "overview"),
    _page("overview-empty", "overview", slug="quay-logistics", who="instance owner"),
    _page("connect", "show_connect"),
    _page("connect-empty", "show_connect", "instance owner", slug="quay-logistics"),
    _main("connect-okta", "connect_okta", query="?token=new"),
    _page("connect-okta-done", "connect_okta", query="?app=header&token=TOKEN"),
    _page("connect-entra", "connect_entra"),
    _page("connect-other", "connect_other"),
    _main("tokens", "list_tokens"),
    _page("token", "show_token"),
    _page("token-new", "new_token"),
    _page("token-edit", "edit_token"),
    _page("token-rotate", "confirm_rotate_token"),
    _page("token-revoke", "confirm_revoke_token"),
    _main("undo", "preview_undo", query="?token=TOKEN&since=2026-01-01"),
    _page("undo-new", "preview_undo", query="?token=TOKEN"),
    # users
    _main("users", "list_users"),
    _page("users-filtered", "list_users", query="?status=deactivated&sort=-changed"),
    _page("users-nobody", "list_users", query="?q=sanx"),
    _page("users-empty", "list_users", "instance owner", slug="quay-logistics"),
    _page("users-viewer", "list_users", "viewer"),
    _main("user", "show_user"),
    _page("user-hostile", "show_user", user_id="hostile"),
    _page("user-deactivated", "show_user", user_id="deactivated"),
    _page("user-groups", "show_user_groups"),
    _page("user-activity", "show_user_activity"),
    _page("user-scim", "show_user_scim"),
    _page("user-new", "new_user"),
    _page("user-edit", "edit_user"),
    _page("user-deactivate", "confirm_deactivate_user"),
    _page("user-reactivate", "confirm_reactivate_user", user_id="deactivated"),
    _page("user-delete", "confirm_delete_user"),
    # groups and members
    _main("groups", "list_groups"),
    _page(
        "groups-filtered", "list_groups", query="?q=e&since=2026-01-31&sort=-members"
    ),
    _page("groups-empty", "list_groups", "instance owner", slug="quay-logistics"),
    _main("group", "show_group"),
    _page("group-hostile", "show_group", group_id="hostile"),
    _page("group-viewer", "show_group", "viewer"),
    _page("group-details", "show_group_details"),
    _page("group-activity", "show_group_activity"),
    _page("group-scim", "show_group_scim"),
    _page("group-new", "new_group"),
    _page("group-rename", "ask_group_name"),
    _page("group-delete", "confirm_delete_group"),
    _page("group-candidates", "find_candidates", query="?q=san"),
    # what was deleted
    _page("deleted", "list_deleted"),
    _page("deleted-groups", "list_deleted", query="?type=group"),
    _page("deleted-user", "show_deleted"),
    _page("deleted-purge", "confirm_purge_deleted"),
    # jobs, bulk actions, import, export
    _page("bulk", "confirm_bulk_users", query="?action=deactivate&ids=AIKO"),
    _page("bulk-all", "confirm_bulk_all_users", query="?action=deactivate&q=san"),
    _page("bulk-groups", "find_bulk_groups", query="?ids=AIKO"),
    _page(
        *("groups-bulk", "confirm_bulk_groups"), query="?action=delete&ids=ENGINEERING"
    ),
    _page("groups-bulk-all", "confirm_bulk_all_groups", query="?action=delete"),
    _page("import", "new_import", noun="users"),
    _page("import-columns", "show_import", noun="users", job_id="mapped"),
    _page("import-columns-again", "edit_import_columns", noun="users", job_id="tried"),
    _page("import-tried", "show_import", noun="users", job_id="tried"),
    _page("import-groups", "new_import", noun="groups"),
    _page(
        *("import-groups-columns", "show_import"),
        noun="groups",
        job_id="mapped groups",
    ),
    _page(
        *("import-groups-tried", "show_import"), noun="groups", job_id="tried groups"
    ),
    _page("export", "export_users"),
    _page("export-groups", "export_groups", query="?q=e"),
    _page("jobs", "list_jobs"),
    _page("job", "show_job"),
    _main("activity", "list_activity"),
    _page("activity-live", "list_activity", query="?live=1&provider=Okta&since=7d"),
    _page("activity-nothing", "list_activity", query="?q=sanx&method=PATCH"),
    _page("activity-empty", "list_activity", "instance owner", slug="quay-logistics"),
    _page("activity-who", "list_activity", query="?who=an"),
    _main("activity-open", "show_activity"),
    _page("activity-open-change", "show_activity", request_id="changing"),
    _page("activity-open-viewer", "show_activity", "viewer"),
    _page("activity-link", "confirm_link_user"),
    _page("activity-changes", "show_activity_changes", request_id="changing"),
    _page("activity-members", "list_change_members"),
    _page("settings", "show_settings"),
    _page("admins", "list_admins"),
    _page("admins-invite", "invite_admin"),
    _page("admins-role", "edit_role"),
    _page("admins-remove", "confirm_remove_admin"),
    # the account
    _page("account", "show_account"),
    _page("account-password", "show_password"),
    _page("account-security", "show_security"),
    _page("account-sessions", "list_sessions"),
    _page("help", "help"),
    # what a form that was sent answers, and dialogs
    Shown("not-possible", "owner", address="/logout", status=405),
    _done("token-created", "new_token", acts.show_token, slug=OTHER),
    _done("password-asked", "new_token", acts.create_token, slug=OTHER, ago=LATE),
    _done("admins-invited", "invite_admin", acts.invite, slug=OTHER),
    _done("user-new-refused", "new_user", acts.send, 422),
    _done("user-edit-meanwhile", "edit_user", acts.meet_a_change, 409),
    _done(
        *("deleted-name-taken", "show_deleted", acts.restore, 422),
        slug=OTHER,
        resource_id="clashing",
    ),
    _done("token-revoke-dialog", "show_token", acts.ask_to_revoke),
    _done("bulk-dialog", "list_users", acts.ask_to_deactivate),
    # the installation
    _page("organizations", "list_organizations", "instance owner"),
    _page("organizations-mine", "list_organizations"),
    _page("activity-of-nobody", "list_instance_activity", "instance owner"),
    _page(
        *("activity-of-nobody-open", "show_instance_activity", "instance owner"),
        request_id="nobodys",
    ),
    _page("organization-new", "new_organization", "instance owner"),
    _page("organization-rename", "confirm_rename_organization", "instance owner"),
    _page("organization-suspend", "confirm_suspend_organization", "instance owner"),
    _page("all-admins", "list_all_admins", "instance owner"),
    _page("all-admins-invite", "invite_instance_owner", "instance owner"),
    _page("admin-disable", "confirm_disable_admin", "instance owner"),
    _page("admin-owner", "confirm_instance_owner", "instance owner"),
]

NOT_PAGES: Final = {
    # Parts that pages ask for.
    "show_health",
    "connect_checklist",
    "connect_status",
    "count_new_activity",
    "show_steps",
    "find_managers",
    # Files.
    "download_groups",
    "export_activity",
    "download_users",
    "download_job_file",
    # There only until Rollcall is set up: `test_first_minutes.py` looks at it.
    "show_setup",
}
"""Views that answer a GET with something else than a page of their own."""


def views_without_picture() -> set[str]:
    """Views that answer a GET and stand in neither list."""
    views = {
        rule.endpoint.removeprefix("admin_ui.")
        for rule in UI_RULES
        if "GET" in (rule.methods or ())
    }
    return views - {shown.endpoint for shown in PAGES} - NOT_PAGES
