"""What a play makes of servers that do not keep to the protocol."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest
from flask import Flask

from blueprints.commands.simulation.player import Company, Player, Progress
from blueprints.commands.simulation.wire import Stopped, Wire
from tests.blueprints.commands.simulation.stranger import (
    Answering,
    Asked,
    Said,
    Stranger,
    error,
    listed,
)

NOBODY = error(404, "Nobody.")
NOT_CUT = "GET /Users was answered 200, where 401 is due."
TOKEN = "rcl_Abcdefgh_secretsecret"
Start = Callable[[Answering], Stranger]


def play(
    server: Stranger, steps: Collection[str], n_users: int = 3
) -> tuple[Player, list[Progress]]:
    with Wire(server.base_url, TOKEN) as wire:
        player = Player(wire, Company(n_users, 1, 1), "catalog")
        return player, list(player.play(steps))


def requests(server: Stranger) -> list[str]:
    return [f"{one.method} {one.target.partition('?')[0]}" for one in server.asked]


def takes_everybody(asked: Asked) -> Said:
    """Knows everybody by the same id, and makes whom it is told to make."""
    if asked.method == "GET":
        return listed({"id": "u/1", "active": True})
    return Said(201, {"id": "u/2"})


def test_the_steps_are_played_in_their_own_order(stranger: Start) -> None:
    server = stranger(lambda _: listed())
    _, progress = play(server, ["import", "test"])
    assert [one.step for one in progress] == ["test"] * 3 + ["import"] * 3
    assert progress[2] == Progress("test", 2, 2)
    assert [one.target.rpartition("=")[2] for one in server.asked] == [
        "2",
        "100",
        "100",
        "100",
    ]


def test_a_test_of_the_credentials_that_fails_ends_it(stranger: Start) -> None:
    server = stranger(lambda _: error(404, "No such address."))
    with pytest.raises(Stopped, match="do not pass the test: GET /Users was answered"):
        play(server, ["test", "create"])
    assert requests(server) == ["GET /scim/Users"]


def test_one_refusal_is_kept_and_the_next_person_tried(stranger: Start) -> None:
    def answer(asked: Asked) -> Said:
        return listed() if asked.method == "GET" else error(400, "Not like this.")

    server = stranger(answer)
    player, _ = play(server, ["create"])
    said = "POST /Users was answered 400: Not like this."
    assert player.summary.faults == [said] * 3
    assert requests(server) == ["GET /scim/Users", "POST /scim/Users"] * 3


def test_what_was_told_counts_requests_and_what_came_of_them(stranger: Start) -> None:
    def answer(asked: Asked) -> Said:
        return listed() if asked.method == "GET" else Said(201, {"id": "7"})

    player, _ = play(stranger(answer), ["create"], n_users=4)
    (told,) = player.summary.steps
    assert (told.step, told.n_requests, dict(told.counts)) == (
        "create",
        8,
        {"created": 4},
    )


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (listed({"id": "1"}, total=7), "read 1, 1 of them different, where totalRes"),
        (listed({"id": "1"}, {"id": "1"}), "read 2, 1 of them different, where total"),
        (listed(total=10**9), "read 0, 0 of them different, where totalResults is 1,0"),
    ],
)
def test_an_import_that_misses_or_repeats_somebody_is_a_fault(
    stranger: Start, said: Said, fault: str
) -> None:
    server = stranger(lambda asked: said if "/Users" in asked.target else listed())
    player, _ = play(server, ["import"])
    (found,) = player.summary.faults
    assert found.startswith("The import of /Users ")
    assert fault in found
    assert len(server.asked) == 2


def test_what_should_be_refused_and_is_not_is_a_fault_and_cleaned(
    stranger: Start,
) -> None:
    server = stranger(takes_everybody)
    player, _ = play(server, ["problems", "clean"], n_users=1)
    taken, unknown, cut = player.summary.faults
    assert taken == "POST /Users was answered 201, where 409 is due."
    assert unknown.endswith("was answered 201, where 404 is due.")
    assert cut == "GET /Users was answered 200, where 401 is due."
    assert requests(server)[-2:] == [
        "DELETE /scim/Users/u%2F1",
        "DELETE /scim/Users/u%2F2",
    ]


def test_another_refusal_than_the_wished_one_is_a_fault(stranger: Start) -> None:
    def answer(asked: Asked) -> Said:
        return listed({"id": "7"}) if asked.method == "GET" else error(500, "Oh.")

    player, _ = play(stranger(answer), ["problems"])
    assert "POST /Users was answered 500: Oh." in player.summary.faults
    assert player.summary.refused == []


def test_nobody_there_is_told_and_no_fault(stranger: Start) -> None:
    server = stranger(lambda asked: listed() if asked.method == "GET" else NOBODY)
    steps = ["update", "deactivate", "reassign", "members", "problems", "clean"]
    player, _ = play(server, steps, n_users=13)
    told = {one.step: dict(one.counts) for one in player.summary.steps}
    assert player.summary.faults == [NOT_CUT]
    assert told == {
        "find": {"not there": 13},
        "update": {"not there": 3},
        "deactivate": {"not there": 2},
        "reassign": {"not there": 1},
        "members": {"not there": 1},
        "problems": {"not there": 1, "refused with 404": 1},
        "clean": {},
    }
    assert [one.method for one in server.asked if one.method != "GET"] == ["PATCH"]


def test_a_command_with_faults_prints_ten_and_their_number(
    app: Flask, stranger: Start
) -> None:
    def answer(asked: Asked) -> Said:
        return listed() if asked.method == "GET" else error(400, "Not like this.")

    options = ["--base", stranger(answer).base_url, "--token", TOKEN, "--groups", "0"]
    done = app.test_cli_runner().invoke(args=["simulate", "okta", *options])
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-1].startswith("The directory holds 0 users")
    assert done.stderr.splitlines() == [
        *["Fault: POST /Users was answered 400: Not like this."] * 10,
        "Faults in all: 25.",
    ]


def test_a_command_that_waits_says_so(app: Flask, stranger: Start) -> None:
    answers = [Said(429, {}, {"Retry-After": "0"}), listed(), listed()]
    server = stranger(lambda _: answers.pop(0))
    options = ["--base", server.base_url, "--token", TOKEN, "--step", "test"]
    done = app.test_cli_runner().invoke(args=["simulate", "okta", *options])
    assert done.exit_code == 0
    assert done.stderr == "The server asks to slow down: waiting 0 s.\n"
