"""Which Chromium is driven."""

from __future__ import annotations

import shutil


def find() -> str | None:
    """The one that never has a window, which takes half the time, or the whole one."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")
