"""What the tests of the SCIM door share."""

from __future__ import annotations

from tests.directories import emptied_scim, shared_app, shared_scim

__all__ = ["emptied_scim", "shared_app", "shared_scim"]
