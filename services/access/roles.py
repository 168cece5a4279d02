"""Roles: what an admin may do in an organization, from reading to everything.

Each role may do what the ones before it may. What a page or an action asks for at least
is said by its door; nothing here knows pages.
"""

from __future__ import annotations

from typing import Final, Literal, TypeGuard, get_args

Role = Literal["viewer", "helpdesk", "admin", "owner"]

ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""From the least to the most."""


def allows(role: Role | None, least: Role) -> bool:
    """Whether a role is at least that one; nobody without a role may do anything."""
    return role is not None and ROLES.index(role) >= ROLES.index(least)


def is_role(text: str) -> TypeGuard[Role]:
    """Whether the text names a role."""
    return text in ROLES
