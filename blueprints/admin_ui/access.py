"""Who may do what: the least role for every address of the admin UI.

One table, so that a security reviewer reads one file. A view that is missing here
cannot be reached by anybody; a test walks the URL map and says so.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from services.access import roles
from services.access.roles import Role
from services.access.sessions import SignedIn

Least: TypeAlias = Role | Literal["nobody", "anybody", "instance owner"]
"""`nobody`: without signing in. `anybody`: signed in, whatever the role.

A role is that in the organization which the address names.
"""

LEAST: Final[dict[str, Least]] = {
    # setting up, signing in and out
    "show_setup": "nobody",
    "set_up": "nobody",
    "show_sign_in": "nobody",
    "sign_in_post": "nobody",
    "sign_out": "nobody",
    "extend_session": "anybody",
    "show_invitation": "nobody",
    "accept_invitation": "nobody",
    # the account of whoever is signed in
    "show_account": "anybody",
    "update_account": "anybody",
    "show_security": "anybody",
    "show_password": "anybody",
    "change_password": "anybody",
    "list_sessions": "anybody",
    "end_session": "anybody",
    "end_other_sessions": "anybody",
    "help": "anybody",
    # the installation
    "list_organizations": "anybody",
    "new_organization": "instance owner",
    "create_organization": "instance owner",
    "confirm_rename_organization": "instance owner",
    "rename_organization": "instance owner",
    "confirm_suspend_organization": "instance owner",
    "suspend_organization": "instance owner",
    "resume_organization": "instance owner",
    "list_all_admins": "instance owner",
    "invite_instance_owner": "instance owner",
    "create_instance_invitation": "instance owner",
    "withdraw_instance_invitation": "instance owner",
    "confirm_disable_admin": "instance owner",
    "disable_admin": "instance owner",
    "enable_admin": "instance owner",
    "confirm_instance_owner": "instance owner",
    "set_instance_owner": "instance owner",
    # an organization: overview, settings, admins
    "show_settings": "admin",
    "update_name": "owner",
    "update_retention": "admin",
    "update_log_rules": "admin",
    "list_admins": "owner",
    "invite_admin": "owner",
    "create_invitation": "owner",
    "withdraw_invitation": "owner",
    "edit_role": "owner",
    "change_role": "owner",
    "confirm_remove_admin": "owner",
    "remove_admin": "owner",
    "overview": "viewer",
    "show_health": "viewer",
    "show_steps": "viewer",
    # activity
    "list_activity": "viewer",
    "show_activity": "viewer",
    "count_new_activity": "viewer",
    "export_activity": "viewer",
    "show_activity_changes": "viewer",
    "confirm_link_user": "helpdesk",
    "link_user": "helpdesk",
    "list_change_members": "viewer",
    "list_instance_activity": "instance owner",
    "show_instance_activity": "instance owner",
    # undo; a large one, or of more than users and groups, takes an admin
    "preview_undo": "helpdesk",
    "undo": "helpdesk",
    # connecting a provider
    "show_connect": "viewer",
    "connect_okta": "viewer",
    "connect_entra": "viewer",
    "connect_other": "viewer",
    "connect_status": "viewer",
    "connect_checklist": "viewer",
    "create_okta_token": "admin",
    "create_entra_token": "admin",
    "create_other_token": "admin",
    # provisioning tokens
    "list_tokens": "viewer",
    "show_token": "viewer",
    "new_token": "admin",
    "create_token": "admin",
    "edit_token": "admin",
    "update_token": "admin",
    "confirm_rotate_token": "admin",
    "rotate_token": "admin",
    "confirm_revoke_token": "admin",
    "revoke_token": "admin",
    "end_token": "admin",
    # users
    "list_users": "viewer",
    "show_user": "viewer",
    "show_user_groups": "viewer",
    "show_user_activity": "viewer",
    "show_user_scim": "viewer",
    "new_user": "helpdesk",
    "create_user": "helpdesk",
    "edit_user": "helpdesk",
    "update_user": "helpdesk",
    "validate_user_name": "helpdesk",
    "find_managers": "helpdesk",
    "confirm_deactivate_user": "helpdesk",
    "deactivate_user": "helpdesk",
    "confirm_reactivate_user": "helpdesk",
    "reactivate_user": "helpdesk",
    "confirm_delete_user": "helpdesk",
    "delete_user": "helpdesk",
    # groups and members
    "list_groups": "viewer",
    "show_group": "viewer",
    "show_group_details": "viewer",
    "show_group_activity": "viewer",
    "show_group_scim": "viewer",
    "new_group": "helpdesk",
    "create_group": "helpdesk",
    "ask_group_name": "helpdesk",
    "rename_group": "helpdesk",
    "confirm_delete_group": "helpdesk",
    "delete_group": "helpdesk",
    "find_candidates": "helpdesk",
    "add_member": "helpdesk",
    "remove_member": "helpdesk",
    # what was deleted
    "list_deleted": "viewer",
    "show_deleted": "viewer",
    "restore_deleted": "helpdesk",
    "confirm_purge_deleted": "admin",
    "purge_deleted": "admin",
    # jobs, bulk actions, import, export
    "list_jobs": "viewer",
    "show_job": "viewer",
    "download_job_file": "helpdesk",
    "cancel_job": "admin",
    "confirm_bulk_users": "helpdesk",
    "bulk_users": "helpdesk",
    "find_bulk_groups": "helpdesk",
    "confirm_bulk_all_users": "admin",
    "bulk_all_users": "admin",
    "confirm_bulk_groups": "helpdesk",
    "bulk_delete_groups": "helpdesk",
    "confirm_bulk_all_groups": "admin",
    "bulk_delete_all_groups": "admin",
    "new_import": "admin",
    "upload_import": "admin",
    "show_import": "admin",
    "edit_import_columns": "admin",
    "check_import": "admin",
    "load_import": "admin",
    "export_users": "viewer",
    "download_users": "viewer",
    "export_groups": "viewer",
    "download_groups": "viewer",
}


def least_for(endpoint: str) -> Least | None:
    """The least role for a view, by its endpoint (`admin_ui.list_users`)."""
    return LEAST.get(endpoint.removeprefix("admin_ui."))


def is_allowed(signed_in: SignedIn, role: Role | None, least: Least) -> bool:
    """Whether somebody signed in, with that role where they are, may do it."""
    if least in ("nobody", "anybody") or signed_in.is_instance_owner:
        return True
    return roles.is_role(least) and roles.allows(role, least)


def sentence(least: Least) -> str:
    """Why somebody is not let in, and who could let them."""
    if least == "instance owner":
        return "Only owners of this Rollcall installation may do that."
    article = "an" if least[0] in "aeiou" else "a"
    return (
        f"You need the role of {article} {least} in this organization to do that. Ask "
        "one of its owners."
    )
