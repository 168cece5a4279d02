"""The admin UI: pages for people, made quick by htmx, whole without it.

The wall (`wall.py`) stands before every address of this blueprint, so that no view can
forget it: who is signed in, what their role may do (`access.py`), and the CSRF token.
"""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("admin_ui", __name__)

from blueprints.admin_ui import (  # noqa: E402, F401 - routes
    formats,
    help,
    shell,
    wall,
)
from blueprints.admin_ui.accounts import (  # noqa: E402, F401 - routes
    account,
    invitations,
    setup,
    sign_in,
)
from blueprints.admin_ui.activity import (  # noqa: E402, F401 - routes
    change_pages,
    instance_activity,
    linking,
    log,
    undo,
)
from blueprints.admin_ui.directory import (  # noqa: E402, F401 - routes
    bulk,
    deleted,
    exports,
    group_actions,
    group_bulk,
    group_editing,
    group_pages,
    groups,
    imports,
    jobs,
    members,
    user_actions,
    user_editing,
    user_pages,
    users,
)
from blueprints.admin_ui.installation import (  # noqa: E402, F401 - routes
    admins,
    instance,
    organizations,
    settings,
)
from blueprints.admin_ui.provisioning import (  # noqa: E402, F401 - routes
    connect,
    overview,
    token_actions,
    tokens,
)

formats.register(bp)
shell.register(bp)
wall.register(bp)
