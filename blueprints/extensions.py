"""What doors share: assets, sign-in, CSRF tokens, request log, limit on refusals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from flask import Flask
from flask_assets import Bundle, Environment
from flask_compress import Compress
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from blueprints.cookies import BrowserSessions
from services.activity.request_buffer import Buffer

HTMX: Final = Path(
    sys.prefix, "assets", "django_htmx", "static", "django_htmx", "htmx-2.min.js"
)
"""From a wheel of which nothing else is used; `requirements/assets.txt` pins it."""

assets: Final = Environment()
login: Final = LoginManager()
csrf: Final = CSRFProtect()
compress: Final = Compress()

# rcssmin, since cssmin takes the blanks out of calc() and so breaks it.
assets.register(
    "stylesheet",
    Bundle(
        "css/rollcall.css", filters="rcssmin", output="build/rollcall.%(version)s.css"
    ),
)
assets.register(
    "script",
    Bundle(
        str(HTMX),
        Bundle("js/rollcall.js", "js/combobox.js", filters="rjsmin"),
        output="build/rollcall.%(version)s.js",
    ),
)


class RefusalLimit:
    """Counts refused credentials by address, in this process."""

    def __init__(self, per_minute: int) -> None:
        self._limit = RateLimitItemPerMinute(per_minute)
        self._windows = FixedWindowRateLimiter(MemoryStorage())

    def allows(self, address: str) -> bool:
        """Count one refusal; False once the address has had too many this minute."""
        return self._windows.hit(self._limit, address)

    def reset_at(self, address: str) -> float:
        """When the address may try again, in seconds since the epoch."""
        return self._windows.get_window_stats(self._limit, address).reset_time


def init_app(app: Flask) -> None:
    """Bind the extensions to an application."""
    build = Path(app.static_folder or "static") / "build"
    build.mkdir(exist_ok=True)
    app.config.from_mapping(
        ASSETS_CACHE=False,
        ASSETS_MANIFEST=f"json:{build / 'manifest.json'}",
        ASSETS_URL_EXPIRE=False,
        # Pages and what they are made of; SCIM's answers and files go as they are.
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/javascript",
            "image/svg+xml",
        ],
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_STREAMS=True,  # static files are streams
        # A page may be open all day; the session it belongs to ends before.
        WTF_CSRF_TIME_LIMIT=None,
        # Asked for by the wall of the admin UI, once it knows who is there.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=False,
    )
    assets.init_app(app)
    csrf.init_app(app)
    compress.init_app(app)
    # Not `init_app`, which looks into the session after every request, SCIM's too; of
    # what it does, only the reminder of who was signed in once would need that.
    app.login_manager = login  # type: ignore[attr-defined]  # where Flask-Login looks
    app.session_interface = BrowserSessions()
    if app.config["ROLLCALL_REQUEST_LOG"]:
        app.extensions["request_log"] = Buffer(app.app_context)
    app.extensions["refusal_limit"] = RefusalLimit(
        app.config["ROLLCALL_REFUSALS_PER_MINUTE"]
    )
