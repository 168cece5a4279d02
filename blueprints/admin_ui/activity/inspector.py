"""One request of the activity, opened: what happened, what to do, what it changed.

The list beside it is not known here; the page that shows both includes
`templates/activity/_inspector.html`, whose one variable is `inspected`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import g, url_for

from blueprints import addresses
from blueprints.admin_ui import access, fragments, shell
from blueprints.admin_ui.activity import exchange_view, fix_buttons
from blueprints.admin_ui.activity.exchange_view import BodyView
from blueprints.admin_ui.activity.fix_buttons import FixButton
from services.activity import actors, fixes, log_retention, told
from services.activity.request_log import LoggedExchange, LoggedRequest
from services.activity.told import ToldRequest
from services.organizations import OrganizationRef

BODIES: Final = "admin"
"""The least role that reads what was sent and answered."""

MOST_EARLIER: Final = 5
"""Earlier tries that are named; of more it is told that there are."""

_PROBLEMS: Final = frozenset({"refused", "failed"})


@dataclass(frozen=True)
class Who:
    """Who sent it: a name, and where it leads."""

    name: str
    address: str = ""


@dataclass(frozen=True)
class Exchange:
    """What only some may read: both bodies, and the command that sends it again.

    `missing` is what the command lacks besides the token, in a sentence; often nothing.
    """

    bodies: tuple[BodyView, ...]
    curl: str
    missing: str


@dataclass(frozen=True)
class EarlierTry:
    """The same request, refused in the same way before."""

    at: datetime
    address: str


@dataclass(frozen=True)
class Inspected:
    """What the inspector shows of a request.

    `title` is for the page, as plain text. `address` is the link to share; `is_part`:
    it alone is asked for, and takes the focus. `undo` and `support` are empty where
    there is nothing of the kind. `exchange` is None for those who may not read bodies,
    and for what came by no request of SCIM.
    """

    told: ToldRequest
    slug: str
    title: str
    status: str
    is_problem: bool
    who: Who | None
    address: str
    is_part: bool
    buttons: tuple[FixButton, ...] = ()
    undo: str = ""
    support: str = ""
    exchange: Exchange | None = None
    earlier: tuple[EarlierTry, ...] = ()
    has_more_earlier: bool = False

    @property
    def request(self) -> LoggedRequest:
        """The row of the log."""
        return self.told.request

    @property
    def is_scim(self) -> bool:
        """Whether it came by SCIM, with bodies that somebody may read."""
        return self.request.kind == "scim"


def context(
    organization: OrganizationRef | None, request_id: str
) -> dict[str, Any]:  # Any: what the template declares
    """`{"inspected": Inspected}`; raises `NotFound`, also for another organization's.

    Without an organization: a request that belongs to none, for owners of the
    instance. `Inspected.title` is a plain text for the title of the page. The template
    has one root, `<article id="inspector">`, and begins with an `<h2>`; the page has
    the `<h1>`, and a `<div id="inspector"></div>` while nothing is open.
    """
    if organization is None:
        return {"inspected": _of_instance(request_id)}
    found = told.get(organization, request_id)
    one = found.told.request
    exchange = LoggedExchange(one, found.request_body, found.response_body)
    slug = organization.slug
    earlier = told.earlier_tries(organization, one, most=MOST_EARLIER + 1)
    return {
        "inspected": Inspected(
            **_common(found.told, slug),
            who=_who(organization, one),
            address=addresses.own(_address(slug, one)),
            buttons=fix_buttons.of(
                fixes.fixes_of(organization, exchange), slug, one.id
            ),
            undo=_undo(found.told, slug),
            exchange=_exchange(organization, exchange),
            earlier=tuple(
                EarlierTry(before.at, _address(slug, before))
                for before in earlier[:MOST_EARLIER]
            ),
            has_more_earlier=len(earlier) > MOST_EARLIER,
        )
    }


def _common(row: ToldRequest, slug: str) -> dict[str, Any]:
    # Any: values of the fields
    one = row.request
    is_problem = one.outcome in _PROBLEMS
    return {
        "told": row,
        "slug": slug,
        "title": "".join(part.text for part in row.full),
        "status": exchange_view.status_words(one.status) or row.outcome,
        "is_problem": is_problem,
        "is_part": fragments.wants_fragment(),
        "support": (
            exchange_view.support_text(one) if is_problem and _is_unknown(row) else ""
        ),
    }


def _is_unknown(row: ToldRequest) -> bool:
    """Whether nobody who reads the explanation could mend it."""
    why = row.explanation
    return row.request.outcome == "failed" or why is None or why.key == "unknown"


def _of_instance(request_id: str) -> Inspected:
    found = told.get_for_instance(request_id)
    one = found.told.request
    exchange = LoggedExchange(one, found.request_body, found.response_body)
    view = "admin_ui.show_instance_activity"
    return Inspected(
        **_common(found.told, ""),
        who=None,
        address=addresses.own(url_for(view, request_id=one.id)),
        exchange=_exchange(None, exchange),
    )


def _address(slug: str, one: LoggedRequest) -> str:
    return url_for("admin_ui.show_activity", slug=slug, request_id=one.id)


def _who(organization: OrganizationRef, one: LoggedRequest) -> Who | None:
    """Today's name of the token, or the name of that day for all others."""
    public_id = one.token_public_id
    if not public_id:
        return Who(one.actor_name) if one.actor_name else None
    key = f"token:{public_id}"
    name = actors.names(organization, [key])[key]
    view = "admin_ui.show_token"
    return Who(name, url_for(view, slug=organization.slug, public_id=public_id))


def _undo(row: ToldRequest, slug: str) -> str:
    """Where a change is taken back, for those who may."""
    if not row.n_events or not shell.may("preview_undo"):
        return ""
    return url_for("admin_ui.preview_undo", slug=slug, request=row.request.id)


def may_read_bodies() -> bool:
    """Whether who is signed in sees what was sent and answered, or finds by it."""
    return access.is_allowed(g.signed_in, g.get("role"), BODIES)


def _exchange(
    organization: OrganizationRef | None, found: LoggedExchange
) -> Exchange | None:
    if found.request.kind != "scim" or not may_read_bodies():
        return None
    keeps = organization is None or log_retention.get_rules(organization).keeps_bodies
    return Exchange(
        exchange_view.bodies(found, keeps_bodies=keeps),
        exchange_view.curl(found),
        exchange_view.missing(found),
    )
