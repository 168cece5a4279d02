"""What all doors share: the stylesheet bundle, and the limit on refused credentials."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask
from flask_assets import Bundle, Environment
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

assets: Final = Environment()

# rcssmin, since cssmin takes the blanks out of calc() and so breaks it.
assets.register(
    "stylesheet",
    Bundle(
        "css/rollcall.css", filters="rcssmin", output="build/rollcall.%(version)s.css"
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
    )
    assets.init_app(app)
    app.extensions["refusal_limit"] = RefusalLimit(
        app.config["ROLLCALL_REFUSALS_PER_MINUTE"]
    )
