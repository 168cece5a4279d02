"""What pages say of a token: its state in words, and what an address is worth."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from blueprints.admin_ui.formats import ago, zone
from services.access import token_lists
from services.access.token_lists import StoredToken

IN_USE: Final = timedelta(hours=24)
"""A token used within that time is asked about twice before it ends."""

_SOON: Final = timedelta(days=max(token_lists.WARNED_BEFORE))
_LOCAL: Final = ("localhost", ".local", ".internal", ".localdomain", ".lan")


@dataclass(frozen=True)
class TokenRow:
    """A token with its state in words; `kind` is that of the dot before them."""

    token: StoredToken
    kind: Literal["ok", "warn", "off"]
    label: str


@dataclass(frozen=True)
class Rotation:
    """Both halves of a rotation that is going on."""

    old: StoredToken
    new: StoredToken
    ends_in: timedelta

    @property
    def is_new_used(self) -> bool:
        """Whether the new secret has arrived where the old one was."""
        return self.new.last_used_at is not None


def row_of(token: StoredToken, now: datetime) -> TokenRow:
    """The token with its state."""
    if not token.is_live:
        return TokenRow(token, "off", _ending(token))
    if token.is_old_half and token.expires_at is not None:
        return TokenRow(token, "warn", f"Old, ends in {ago(token.expires_at - now)}")
    if token.expires_at is not None and token.expires_at - now <= _SOON:
        return TokenRow(token, "warn", f"Ends in {ago(token.expires_at - now)}")
    if token.last_used_at is None:
        return TokenRow(token, "off", "New, not used yet")
    return TokenRow(token, "ok", "Active")


def _ending(token: StoredToken) -> str:
    ended = token.revoked_at or token.expires_at
    state = token.state.capitalize()
    return f"{state} {ended.astimezone(zone()):%-d %b %Y}" if ended else state


def is_in_use(token: StoredToken, now: datetime) -> bool:
    """Whether somebody would notice at once that it ends."""
    last = token.last_used_at
    return token.is_live and last is not None and now - last < IN_USE


def doubt_about(base_url: str) -> str:
    """Why a provider on the internet may not reach that address; nothing: it may."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if host.endswith(_LOCAL) or _is_private(host):
        return (
            "Okta and Entra cannot reach this address: it means something on your own "
            "network alone. Set ROLLCALL_PUBLIC_URL to the one they can reach."
        )
    if parts.scheme != "https":
        return (
            "Okta and Entra take https addresses only. Put a proxy with a certificate "
            "in front of Rollcall, and set ROLLCALL_PUBLIC_URL."
        )
    return ""


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host
