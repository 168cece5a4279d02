"""What needs attention, in words: a title that leads to the mending, and a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import g, url_for

from blueprints.admin_ui.directory import jobs
from blueprints.admin_ui.formats import ago, plural, zone
from blueprints.admin_ui.shell import may
from services.activity import told
from services.activity.told import ToldRequest
from services.connection.attention import Attention, Kind
from services.errors import NotFound


@dataclass(frozen=True)
class Item:
    """A line of "Needs attention". Without an address it is for somebody else to mend.

    `at` is told at the right, unless the fact has no instant.
    """

    icon: str
    is_bad: bool
    title: str
    sentence: str
    address: str
    at: datetime | None


def item_of(fact: Attention) -> Item:
    """The line for a fact."""
    return _WORDS[fact.kind](fact)


def _suspended(fact: Attention) -> Item:
    address = _address("list_organizations") if g.signed_in.is_instance_owner else ""
    return Item(
        "pause",
        fact.is_bad,
        "Provisioning is paused",
        "The organization is suspended, and its tokens are refused. An owner of this "
        "installation can resume it.",
        address,
        None,
    )


def _no_token(fact: Attention) -> Item:
    return Item(
        "key",
        fact.is_bad,
        "No token works any more",
        f"“{fact.name}” was the last one. Nothing arrives until a new one is pasted.",
        _address("new_token", slug=g.organization.slug) if may("new_token") else "",
        fact.at,
    )


def _expired(fact: Attention) -> Item:
    return Item(
        "bad",
        fact.is_bad,
        f"Token “{fact.name}” expired on {_day(fact.at)}",
        "What used it cannot sign in. Make a new token, and paste it there.",
        _token(fact),
        fact.at,
    )


def _expiring(fact: Attention) -> Item:
    return Item(
        "clock",
        fact.is_bad,
        f"Token “{fact.name}” expires in {ago(fact.at - g.now)}",
        "Rotate it now: the old one keeps working until you finish.",
        _token(fact),
        fact.at,
    )


def _failing(fact: Attention) -> Item:
    newest = _newest(fact)
    explained = newest.explanation if newest else None
    cause = explained.title if explained else "A request failed"
    what = explained.meaning.replace("**", "") if explained else ""
    if newest is not None and not what:
        what = newest.request.detail or ""
    title = _title(fact, newest) or cause
    if title != cause:
        what = f"{cause}. {what}"
    who = newest.request.provider if newest else ""
    times = f"{who or 'The client'} tried {_times(fact.count)}"
    if fact.name:
        times += f" with the token “{fact.name}”"
    return Item(
        "bad",
        fact.is_bad,
        title,
        f"{what} {times}.".strip(),
        _tries(fact, newest),
        fact.at,
    )


def _title(fact: Attention, newest: ToldRequest | None) -> str:
    """Whom it is about, and what could not be done; nothing when nobody is known."""
    if newest is None or not fact.people:
        return ""
    if fact.n_people == 1:
        return "".join(part.text for part in newest.sentence)
    noun = "group" if newest.request.resource_type == "Group" else "user"
    done = _DONE.get(newest.request.method, "changed")
    more = fact.n_people - len(fact.people)
    names = [*fact.people, f"{more:,} more"] if more > 0 else [*fact.people]
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{plural(fact.n_people, noun)} could not be {done}: {listed}"


def _tries(fact: Attention, newest: ToldRequest | None) -> str:
    """The request; of several people the list that has all of theirs."""
    slug = g.organization.slug
    if newest is None or fact.n_people == 1:
        return _address("show_activity", slug=slug, request_id=fact.resource_id)
    method, token = newest.request.method, newest.request.token_public_id
    return _address(
        "list_activity", slug=slug, outcome="failed", method=method, token=token
    )


def _newest(fact: Attention) -> ToldRequest | None:
    """The request as it is told; None when the log has just forgotten it."""
    try:
        return told.get(g.organization, fact.resource_id).told
    except NotFound:
        return None


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _many_ended(fact: Attention) -> Item:
    address = url_for(
        "admin_ui.list_users",
        slug=g.organization.slug,
        status="deactivated",
        sort="-changed",
    )
    people = plural(fact.count, "user")
    return Item(
        "off",
        fact.is_bad,
        f"{people} were deactivated or deleted on {_day(fact.at)}",
        f"By {fact.name}, on one day. See whether that was meant.",
        address,
        fact.at,
    )


def _failed_job(fact: Attention) -> Item:
    words = fact.name.replace("_", " ")
    address = _address("show_job", slug=g.organization.slug, job_id=fact.resource_id)
    may_open = jobs.may_open(fact.name)
    where = "Its page says" if may_open else "An admin can open its page, which says"
    return Item(
        "bad",
        fact.is_bad,
        f"A job failed: {words}",
        f"What it did until then is kept. {where} why it stopped.",
        address if may_open else "",
        fact.at,
    )


def _day(at: datetime) -> str:
    return f"{at.astimezone(zone()):%-d %b}"


def _token(fact: Attention) -> str:
    return _address("show_token", slug=g.organization.slug, public_id=fact.resource_id)


def _address(endpoint: str, **values: Any) -> str:  # Any: arguments of the address
    return url_for(f"admin_ui.{endpoint}", **values)


_DONE: Final = {"DELETE": "deleted", "GET": "read", "POST": "created"}
_WORDS: Final[dict[Kind, Callable[[Attention], Item]]] = {
    "suspended": _suspended,
    "no_token": _no_token,
    "token_expired": _expired,
    "requests_failing": _failing,
    "token_expiring": _expiring,
    "many_ended": _many_ended,
    "job_failed": _failed_job,
}
