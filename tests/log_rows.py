"""Rows of the request log, written past every service: what came when, and failed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from models import Request
from models.database import Base, db
from services.organizations import OrganizationRef
from services.origin import new_id

_TABLE = Base.metadata.tables[Request.__tablename__]


def add_requests(
    organization: OrganizationRef,
    token: str,
    times: Iterable[datetime],
    **columns: Any,
) -> list[str]:
    """One row for each instant, an answered look-up unless told otherwise; the ids."""
    rows = [
        {
            "id": new_id(),
            "organization_seq": organization.seq,
            "kind": "scim",
            "token_public_id": token,
            "actor": f"token:{token}",
            "actor_name": "Okta production",
            "at": at,
            "method": "GET",
            "path": "/scim/v2/Users?startIndex=1&count=2",
            "status": 200,
            "duration_us": 2_000,
            "address": "192.0.2.1",
            "user_agent": "Okta SCIM Client 1.0.0",
            "provider": "Okta",
            "outcome": "read",
            "resource_type": "User",
            "facts": {},
            "notes": [],
        }
        | columns
        for at in times
    ]
    if rows:
        with db.engine.begin() as connection:
            connection.execute(sa.insert(_TABLE), rows)
    return [str(row["id"]) for row in rows]


def refused(status: int = 409, **columns: Any) -> dict[str, Any]:
    """The columns of a create that was refused."""
    return {
        "method": "POST",
        "path": "/scim/v2/Users",
        "status": status,
        "outcome": "refused",
        "scim_type": "uniqueness" if status == 409 else None,
    } | columns
