"""The doors: HTTP and the command line in, answers out.

No business of the directory.
"""

from __future__ import annotations

from flask import Flask

from blueprints import admin_ui, commands, errors, headers, health, scim_api
from blueprints.admin_ui import styleguide


def register(app: Flask) -> None:
    """Hang every door into the application."""
    # `/Users/` is answered like `/Users`, and `//` is a wrong address: never redirects,
    # which provisioning clients do not follow with a body.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.register_blueprint(health.bp)
    app.register_blueprint(scim_api.bp)
    app.register_blueprint(admin_ui.bp)
    if app.debug:
        app.register_blueprint(styleguide.bp)
    headers.register(app)
    errors.register(app)
    commands.register(app)
