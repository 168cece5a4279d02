"""What a page of the activity shows beside its rows: counts, filters, ways on.

Counts stop where they would cost more than they tell; the page says so with a plus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from flask import g, url_for

from blueprints.admin_ui import formats
from blueprints.admin_ui.activity import log_query, people
from blueprints.admin_ui.activity.log_query import OUTCOMES, Asked
from services.access import token_lists
from services.activity import log_gaps, providers, request_log, told
from services.activity.log_gaps import Gap
from services.activity.log_queries import PROBLEM, LogQuery
from services.activity.sentences import Part
from services.activity.told import ToldPage, ToldRequest
from services.directory.mapping import Reference

MOST_COUNTED: Final = 10_000
MOST_PROBLEMS: Final = 1_000
ROWS: Final = 50


@dataclass(frozen=True)
class FilterChip:
    """A filter that is on, and the address of the list without it."""

    label: str
    value: str
    without: str


@dataclass(frozen=True)
class Outcome:
    """One of the three main lists: all, changes, what failed."""

    label: str
    address: str
    is_current: bool
    count: str | None


@dataclass(frozen=True)
class Line:
    """A row, or several look-ups in a row folded into one line."""

    rows: tuple[ToldRequest, ...]
    sentence: tuple[Part, ...]

    @property
    def is_fold(self) -> bool:
        """Whether it stands for several."""
        return len(self.rows) > 1

    @property
    def told(self) -> ToldRequest:
        """The newest row of it."""
        return self.rows[0]

    def holds(self, request_id: str) -> bool:
        """Whether the request is one of its rows."""
        return any(row.request.id == request_id for row in self.rows)


@dataclass(frozen=True)
class LogView:
    """A page of the list. `older` and `newest` are addresses, or nothing.

    `count` says how many there are, `after` is the number of the newest row of the log,
    `cursor` that of this page. `nobody` is a name that nobody has, looked for in vain.
    """

    slug: str
    asked: Asked
    rows: tuple[ToldRequest, ...]
    older: str
    newest: str
    cursor: str
    after: int
    count: str
    outcomes: tuple[Outcome, ...]
    gaps: tuple[Gap, ...]
    searched_back_to: datetime | None
    is_unconnected: bool
    nobody: str = ""

    def address_of(self, request_id: str) -> str:
        """The address of a request beside this page."""
        return self.asked.address_of(self.slug, request_id, self.cursor)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The rows, look-ups that follow each other folded."""
        return lines(self.rows)

    @property
    def here(self) -> str:
        """The address of this page, with nothing open."""
        return self.asked.address(self.slug, cursor=self.cursor)

    @property
    def nothing(self) -> str:
        """What is said in place of rows."""
        asked = self.asked
        what = asked.noun[1]
        if self.nobody:
            return f"Nobody and no group fits “{self.nobody}”."
        if asked.is_backwards:
            return "The chosen time ends before it begins."
        if asked.narrowing == {"outcome"}:
            what = _WHAT[asked.outcome]
        elif asked.narrowing == {"q"}:
            return f"Nothing matches “{asked.query.q}”{asked.range_words}."
        elif asked.narrowing:
            what = f"{what} with these filters"
        return f"No {what}{asked.range_words}."


_WHAT: Final = {
    "changed": "changes",
    "failed": "failed requests",
    "already": "requests that found everything already so",
    "read": "look-ups",
    "refused": "refused requests",
    "error": "requests that failed in Rollcall",
}


@dataclass(frozen=True)
class InstanceLog:
    """A page of the requests of no organization; names as in `LogView`."""

    rows: tuple[ToldRequest, ...]
    older: str
    newest: str
    cursor: str
    gaps: tuple[Gap, ...]
    count: str = "The newest first"
    searched_back_to: datetime | None = None

    def address_of(self, request_id: str) -> str:
        """The address of a request beside this page."""
        return url_for(
            "admin_ui.show_instance_activity",
            request_id=request_id,
            cursor=self.cursor or None,
        )

    @property
    def lines(self) -> tuple[Line, ...]:
        """The rows, look-ups that follow each other folded."""
        return lines(self.rows)

    @property
    def here(self) -> str:
        """The address of this page, with nothing open."""
        return url_for("admin_ui.list_instance_activity", cursor=self.cursor or None)


def lines(rows: Sequence[ToldRequest]) -> tuple[Line, ...]:
    """The rows, look-ups that follow each other folded."""
    return tuple(
        Line((one,) if isinstance(one, ToldRequest) else one.rows, one.sentence)
        for one in told.fold(rows)
    )


def look(asked: Asked, cursor: str) -> LogView:
    """The page of the address; raises `Invalid` ("cursor")."""
    slug = g.organization.slug
    found = told.page(g.organization, asked.query, cursor=cursor or None, count=ROWS)
    older = found.page.older
    return LogView(
        slug=slug,
        asked=asked,
        rows=found.rows,
        older=asked.address(slug, cursor=older) if older else "",
        newest=asked.address(slug) if cursor else "",
        cursor=cursor,
        after=found.page.newest_seq,
        count=_count(asked, found),
        outcomes=_outcomes(asked),
        gaps=_gaps(asked),
        searched_back_to=found.page.searched_back_to,
        is_unconnected=_is_unconnected(found),
    )


def look_in_vain(asked: Asked, who: str) -> LogView:
    """A page without rows, since nobody and no group fits a name."""
    log = look(asked, "")
    return replace(log, rows=(), older="", gaps=(), searched_back_to=None, nobody=who)


def _count(asked: Asked, found: ToldPage) -> str:
    """`3,912 entries in the last 24 hours`, as far as it is known."""
    if asked.query.is_searched:
        # Nobody knows how many there are before all is looked through.
        more = "" if found.page.older is None else " so far"
        # A row that shows the text nowhere has it in there.
        has_text = bool(asked.query.q.strip())
        where = ", bodies included" if has_text and asked.query.in_bodies else ""
        return f"{formats.number(len(found.rows))} found{more}{where}"
    n_rows = request_log.count_up_to(g.organization, asked.query, MOST_COUNTED + 1)
    span = asked.range_words
    if n_rows > MOST_COUNTED:
        return f"{formats.number(MOST_COUNTED)}+ {asked.noun[1]}{span}"
    return f"{formats.plural(n_rows, *asked.noun)}{span}"


def _outcomes(asked: Asked) -> tuple[Outcome, ...]:
    slug, current = g.organization.slug, asked.outcome
    problems = replace(asked.query, outcome=PROBLEM, q="")
    n_problems = request_log.count_up_to(g.organization, problems, MOST_PROBLEMS + 1)
    counts = {"failed": capped(n_problems, MOST_PROBLEMS)}
    labels = {"": "Everything"} | {
        key: OUTCOMES[key][0] for key in ("changed", "failed")
    }
    return tuple(
        Outcome(
            label, asked.address(slug, outcome=key), key == current, counts.get(key)
        )
        for key, label in labels.items()
    )


def capped(count: int, most: int) -> str:
    """`12`, or `1,000+` when there are more than that."""
    return f"{most:,}+" if count > most else f"{count:,}"


def _gaps(asked: Asked) -> tuple[Gap, ...]:
    """When rows had to be dropped, within the time that is looked at."""
    since, until = asked.query.since, asked.query.until
    found = log_gaps.since(g.organization, since or _LONG_AGO)
    return tuple(gap for gap in found if until is None or gap.since < until)


_LONG_AGO: Final = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def _is_unconnected(found: ToldPage) -> bool:
    """Whether no provider has ever sent anything, as far as is kept."""
    if any(row.request.kind == "scim" for row in found.rows):
        return False
    by_scim = LogQuery(kind="scim")
    return not request_log.count_up_to(g.organization, by_scim, 1)


@dataclass(frozen=True)
class FilterMenu:
    """What the menus of filters offer: values and labels.

    `candidates` are those whom `who` may mean, each with a word about them.
    """

    ranges: tuple[tuple[str, str], ...]
    outcomes: tuple[tuple[str, str], ...]
    methods: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    providers: tuple[tuple[str, str], ...]
    tokens: tuple[tuple[str, str], ...]
    who: str = ""
    candidates: tuple[tuple[Reference, str], ...] = ()


def menu(who: str = "", candidates: Sequence[tuple[Reference, str]] = ()) -> FilterMenu:
    """The menus, the tokens being those of the organization."""
    ranges = [(key, label) for key, (label, *_) in log_query.RANGES.items()]
    return FilterMenu(
        ranges=(*ranges, (log_query.EVERYTHING, "Everything kept")),
        outcomes=tuple((key, label) for key, (label, _) in OUTCOMES.items()),
        methods=tuple((one, one) for one in log_query.METHODS),
        kinds=tuple(log_query.KINDS.items()),
        providers=tuple((one, one) for one in providers.LABELS),
        tokens=tuple(_tokens()),
        who=who,
        candidates=tuple(candidates),
    )


def chips(asked: Asked) -> list[FilterChip]:
    """The filters that are on and have no other place on the page."""
    query, slug = asked.query, g.organization.slug
    values = {
        "outcome": "" if asked.outcome in _SEGMENTS else OUTCOMES[asked.outcome][0],
        "method": query.method,
        "token": _token_name(query.token),
        "provider": query.provider,
        "kind": log_query.KINDS.get(query.kind, ""),
        "resource": people.name_of(query.resource_id),
        "request": query.request_id,
    }
    return [
        FilterChip(_LABELS[name], value, asked.address(slug, name))
        for name, value in values.items()
        if value
    ]


_SEGMENTS: Final = ("", "changed", "failed")
_LABELS: Final = {
    "outcome": "Result",
    "method": "Method",
    "token": "Token",
    "provider": "Provider",
    "kind": "Made",
    "resource": "About",
    "request": "Request ID",
}


def _token_name(public_id: str) -> str:
    if not public_id:
        return ""
    return dict(_tokens()).get(public_id, f"rcl_{public_id}…")


def _tokens() -> list[tuple[str, str]]:
    """Public id and name of the organization's tokens, the newest first."""
    found = token_lists.list_all(g.organization, g.now)
    names = [one.name for one in found]
    return [
        (
            one.public_id,
            one.name
            if names.count(one.name) == 1
            else f"{one.name} (…{one.last_four})",
        )
        for one in found
    ]
