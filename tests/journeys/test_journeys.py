"""Every journey: each file is well formed, and the server passes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.journeys import journey
from tests.journeys.player import JourneyServer, play

FILES = sorted(Path(__file__).parent.glob("*/*.json"))


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_journey_file_is_well_formed(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))

    assert journey.problems(document) == []
    assert document["steps"] != []
    assert document["activity"] != []
    assert ("headers" in document) == (path.parent.name != "okta")


@pytest.mark.served
@pytest.mark.parametrize("path", FILES, ids=name)
def test_client_gets_the_answers_it_needs(
    path: Path, journey_server: JourneyServer
) -> None:
    play(journey.load(path), journey_server)
