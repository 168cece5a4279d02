"""What has come of a connection that is being made: nothing, a refusal, or a request.

A request that names another token of the organization counts when it was refused: that
is what a wrong paste looks like. One that names no token at all belongs to no
organization, and only owners of the installation are told of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.activity import catalogue, told
from services.activity.log_queries import PROBLEM, LogQuery
from services.activity.told import ToldRequest
from services.organizations import OrganizationRef

State = Literal["waiting", "refused", "received"]


@dataclass(frozen=True)
class Watched:
    """How far it is; `newest` is the request that says so.

    `is_unnamed`: it belongs to no organization, so no page of one shows it.
    """

    state: State
    newest: ToldRequest | None = None
    is_unnamed: bool = False


@dataclass(frozen=True)
class Watch:
    """What is looked for: requests with a token from then on; "" is any token.

    Refusals that do not name it count from `others_since`. `provider` is whose words
    explain a refusal when nobody is recognised by it.
    """

    token: str
    since: datetime
    others_since: datetime
    sees_unnamed: bool = False
    provider: str = ""


def look(organization: OrganizationRef, watch: Watch) -> Watched:
    """What has come. A request that went well says so until the token's next one."""
    # What names a token came by SCIM, and its index needs not be told so.
    kind = "" if watch.token else "scim"
    query = LogQuery(kind=kind, token=watch.token, since=watch.since)
    own = next(iter(told.page(organization, query, count=1).rows), None)
    if own is not None and not _is_problem(own):
        return Watched("received", own)
    others = LogQuery(kind="scim", outcome=PROBLEM, since=watch.others_since)
    refused = [*told.page(organization, others, count=1).rows, *([own] if own else [])]
    unnamed = _unnamed(watch) if watch.sees_unnamed else []
    newest = _newest([*refused, *unnamed])
    if newest is None:
        return Watched("waiting")
    told_to = _explained(newest, watch.provider)
    return Watched("refused", told_to, is_unnamed=newest in unnamed)


def _explained(one: ToldRequest, provider: str) -> ToldRequest:
    """In the words of the provider, unless the request came from another one."""
    if one.request.provider:
        return one
    meant = replace(one.request, provider=provider)
    return replace(one, explanation=catalogue.explain(meant))


def _unnamed(watch: Watch) -> list[ToldRequest]:
    rows = told.for_instance(count=1).rows
    return [one for one in rows if one.request.at >= watch.others_since]


def _is_problem(one: ToldRequest) -> bool:
    return one.request.outcome in ("refused", "failed")


def _newest(found: Iterable[ToldRequest]) -> ToldRequest | None:
    return max(found, key=lambda one: (one.request.at, one.request.seq), default=None)
