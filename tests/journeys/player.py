"""Plays a journey: its steps in their order, over a socket, in its own organization.

A journey is data (README.md); this is the one player of it. The server is whatever the
`journey_server` fixture brings. The first step that is not answered as expected ends
the journey, with all that differs in that answer.
"""

from __future__ import annotations

import json
import time
from difflib import unified_diff
from typing import Final, Literal, Protocol

from tests.journeys.expectations import unmet
from tests.journeys.filling import fill
from tests.journeys.journey import Journey, Step
from tests.journeys.matching import JSON, BrokenJourney, places
from tests.journeys.stage import JourneyFailed, Stage, failure
from tests.journeys.walking import walk
from tests.journeys.wire import Wire

LOGGED_WITHIN_SECONDS: Final = 3.0
"""The log is written a quarter of a second after an answer; others work here too."""

Scope = Literal["full", "read"]
State = Literal["live", "expired", "revoked"]


class JourneyServer(Protocol):
    """What the journeys need of the server under test.

    `load` makes users (each with userName, both names and one work e-mail; the 501st is
    active) and groups with exactly `members_per_group` of these users as members.
    `activity` is what its page says of each request, oldest first: sentence and notes.
    """

    @property
    def base_url(self) -> str: ...
    def new_organization(self) -> str: ...
    def new_token(
        self, slug: str, scope: Scope = "full", state: State = "live"
    ) -> str: ...
    def load(
        self, slug: str, *, users: int, groups: int, members_per_group: int
    ) -> None: ...
    def activity(self, slug: str) -> list[list[str]]: ...


def play(journey: Journey, server: JourneyServer) -> None:
    """Play every step, then read the activity; `JourneyFailed` at the first fault."""
    slug = server.new_organization()
    variables = _set_up(journey, server, slug)
    secrets = [str(value) for value in variables.values()]
    with Wire(server.base_url) as wire:
        stage = Stage(wire, variables, secrets, journey.headers)
        for number, step in enumerate(journey.steps, start=1):
            try:
                _play_step(stage, step)
            except (JourneyFailed, BrokenJourney) as error:
                place = f"{journey.title} ({journey.source}), step {number}"
                raise type(error)(f"{place}: {step['says']}\n{error}") from None
    _read_activity(journey, server, slug, variables)


def _read_activity(
    journey: Journey, server: JourneyServer, slug: str, variables: dict[str, JSON]
) -> None:
    """Hold the activity to what the journey says of it, once it is written."""
    expected = [_line(fill(line, variables)) for line in journey.activity]
    ends = time.monotonic() + LOGGED_WITHIN_SECONDS
    while (found := server.activity(slug)) != expected:
        if time.monotonic() > ends:
            shown = (_shown(expected), _shown(found))
            lines = unified_diff(shown[0], shown[1], "expected", "found")
            raise JourneyFailed("\n".join([f"{journey.title}: activity", *lines]))
        time.sleep(0.05)


def _line(expected: JSON) -> list[str]:
    lines = expected if isinstance(expected, list) else [expected]
    return [str(line) for line in lines]


def _shown(activity: list[list[str]]) -> list[str]:
    return [json.dumps(line, ensure_ascii=False) for line in activity]


def _set_up(journey: Journey, server: JourneyServer, slug: str) -> dict[str, JSON]:
    if journey.users or journey.groups:
        server.load(
            slug,
            users=journey.users,
            groups=journey.groups,
            members_per_group=journey.members_per_group,
        )
    variables: dict[str, JSON] = {"token": server.new_token(slug)}
    for name in journey.tokens:
        variables[name] = _token(name, slug, server)
    return variables


def _token(name: str, slug: str, server: JourneyServer) -> str:
    if name == "read_token":
        return server.new_token(slug, scope="read")
    if name == "expired_token":
        return server.new_token(slug, state="expired")
    if name == "revoked_token":
        return server.new_token(slug, state="revoked")
    if name == "other_token":
        return server.new_token(server.new_organization())
    good = server.new_token(slug)
    if name == "cut_token":
        return good[:-8]
    if name == "altered_token":
        # In the secret, well before the checksum at the end.
        return good[:-12] + ("b" if good[-12] == "a" else "a") + good[-11:]
    return good


def _play_step(stage: Stage, step: Step) -> None:
    if "walk" in step:
        walk(stage, step["walk"])
    elif "repeat" not in step:
        _play_once(stage, step, many=False)
    else:
        for number in range(1, step["repeat"]["count"] + 1):
            stage.variables[step["repeat"]["variable"]] = number
            _play_once(stage, step, many=True)


def _play_once(stage: Stage, step: Step, *, many: bool) -> None:
    request, answer, body = stage.exchange(step["request"])
    faults = unmet(step["expect"], answer, body, stage.variables)
    kept = {name: places(body, at) for name, at in step.get("keep", {}).items()}
    faults += [f"no {name} to keep" for name, found in kept.items() if len(found) != 1]
    if faults:
        raise failure(request, answer, faults)
    for name, found in kept.items():
        _keep(stage.variables, name, found[0], many=many)


def _keep(variables: dict[str, JSON], name: str, value: JSON, *, many: bool) -> None:
    """Keep a value; a repeated step keeps the list of its values."""
    if not many:
        variables[name] = value
        return
    earlier = variables.setdefault(name, [])
    if not isinstance(earlier, list):
        raise BrokenJourney(f"{name} was kept before, by a step that is not repeated")
    earlier.append(value)
