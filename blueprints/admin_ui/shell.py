"""The frame around every page: who is signed in, where they are, where they may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Blueprint, g, url_for

from blueprints.admin_ui import access
from services.access.sessions import SignedIn
from services.activity import request_log
from services.activity.log_queries import PROBLEM, LogQuery
from services.errors import Busy
from services.organizations import OrganizationRef


@dataclass(frozen=True)
class Entry:
    """A line of the navigation."""

    label: str
    address: str
    icon: str
    key: str
    is_current: bool
    has_pip: bool = False


@dataclass(frozen=True)
class Section:
    """Lines of the navigation under a title, or under none."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Shell:
    """What the layouts show around a page; `organization` is None outside of one."""

    signed_in: SignedIn | None
    organization: OrganizationRef | None
    is_suspended: bool
    role_label: str
    theme: str
    section: str
    seconds_left: int
    is_session_final: bool
    home: str
    navigation: tuple[Section, ...]

    @property
    def help(self) -> str:
        """The address of the help, which keeps the organization's navigation."""
        slug = self.organization.slug if self.organization else None
        return url_for("admin_ui.help", organization=slug)

    @property
    def pip(self) -> str:
        """How many requests went wrong in 24 hours, for the layout; nothing for none.

        Counted when it is shown: parts of pages have no navigation.
        """
        if self.organization is None:
            return ""
        query = LogQuery(outcome=PROBLEM, since=g.now - _PIP_SPAN)
        try:
            n_problems = request_log.count_up_to(self.organization, query, _MOST + 1)
        except Busy:
            return ""
        return f"{_MOST}+" if n_problems > _MOST else str(n_problems or "")


_PIP_SPAN: Final = timedelta(hours=24)
_MOST: Final = 99

# Title of the section, then label, icon, endpoint, and the key that follows `g`.
_NAVIGATION: Final = (
    (
        "",
        (
            ("Overview", "home", "overview", "o"),
            ("Activity", "pulse", "list_activity", "a"),
        ),
    ),
    (
        "Directory",
        (
            ("Users", "users", "list_users", "u"),
            ("Groups", "group", "list_groups", "r"),
            ("Deleted", "bin", "list_deleted", ""),
        ),
    ),
    (
        "Provisioning",
        (
            ("Connect", "plug", "show_connect", "c"),
            ("Tokens", "key", "list_tokens", "t"),
        ),
    ),
    (
        "Service",
        (
            ("Settings", "gear", "show_settings", ""),
            ("Admins", "shield", "list_admins", ""),
        ),
    ),
)
_INSTANCE: Final = (
    ("Organizations", "org", "list_organizations", ""),
    ("All admins", "shield", "list_all_admins", ""),
)


def register(bp: Blueprint) -> None:
    """Give `ui` to every template, error pages included."""
    bp.app_context_processor(lambda: {"ui": shell()})


def may(endpoint: str) -> bool:
    """Whether the role of who is signed in allows a view of this blueprint."""
    least = access.least_for(endpoint)
    signed_in: SignedIn | None = g.get("signed_in")
    if least is None or signed_in is None:
        return False
    return access.is_allowed(signed_in, g.get("role"), least)


def shell() -> Shell:
    """The frame of the page that is being answered."""
    signed_in: SignedIn | None = g.get("signed_in")
    organization: OrganizationRef | None = g.get("organization")
    # As it is once this request is noted, which a page load cannot read in its headers.
    session = signed_in.used(g.now) if signed_in else None
    return Shell(
        signed_in,
        organization,
        organization is not None and organization.is_suspended,
        _role_label(signed_in),
        signed_in.theme if signed_in else "system",
        g.get("section", ""),
        session.seconds_left(g.now) if session else 0,
        session.is_final if session else False,
        _address("overview", organization) if organization else "/",
        _navigation(organization) if signed_in else (),
    )


def _role_label(signed_in: SignedIn | None) -> str:
    if signed_in is None:
        return ""
    if signed_in.is_instance_owner:
        return "Instance owner"
    role: str = g.get("role") or ""
    return role.capitalize()


def _navigation(organization: OrganizationRef | None) -> tuple[Section, ...]:
    sections = []
    if organization is not None:
        sections = [
            Section(title, _entries(entries, organization))
            for title, entries in _NAVIGATION
        ]
    sections.append(Section("Installation", _entries(_INSTANCE, None)))
    return tuple(section for section in sections if section.entries)


def _entries(
    entries: tuple[tuple[str, str, str, str], ...],
    organization: OrganizationRef | None,
) -> tuple[Entry, ...]:
    section = g.get("section", "")
    return tuple(
        Entry(
            *(label, _address(endpoint, organization), icon, key),
            is_current=endpoint == section,
            has_pip=endpoint == "list_activity",
        )
        for label, icon, endpoint, key in entries
        if may(endpoint)
    )


def _address(endpoint: str, organization: OrganizationRef | None) -> str:
    if organization is None:
        return url_for(f"admin_ui.{endpoint}")
    return url_for(f"admin_ui.{endpoint}", slug=organization.slug)
