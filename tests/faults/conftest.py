"""What the tests of faults share."""

from __future__ import annotations

from tests.directories import shared_app, shared_scim

__all__ = ["shared_app", "shared_scim"]
