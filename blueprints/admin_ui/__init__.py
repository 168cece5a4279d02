"""The admin UI: pages for people, made quick by htmx, whole without it.

The wall (`wall.py`) stands before every address of this blueprint, so that no view can
forget it: who is signed in, what their role may do (`access.py`), and the CSRF token.
"""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("admin_ui", __name__)

from blueprints.admin_ui import (  # noqa: E402, F401 - routes
    account,
    activity,
    admins,
    bulk,
    change_pages,
    connect,
    deleted,
    exports,
    formats,
    groups,
    help,
    imports,
    installation,
    instance_activity,
    invitations,
    jobs,
    linking,
    members,
    organizations,
    overview,
    settings,
    setup,
    shell,
    sign_in,
    token_actions,
    tokens,
    undo,
    user_actions,
    user_editing,
    user_pages,
    users,
    wall,
)

formats.register(bp)
shell.register(bp)
wall.register(bp)
