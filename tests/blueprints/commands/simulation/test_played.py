"""Plays against the real server: the directory then holds what the summary says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from click.testing import Result

from blueprints.commands.simulation import groups, people
from blueprints.commands.simulation.player import STEPS
from scim.names import ENTERPRISE_USER
from tests.served import Server

pytestmark = pytest.mark.served

Directory = dict[str, Any]
"""Users by userName (active, family name, title, department); members by group."""


@dataclass(frozen=True)
class Place:
    """An organization of its own on the server, and the command line."""

    server: Server
    slug: str
    token: str

    def simulate(self, *options: str, token: str | None = None) -> Result:
        runner = self.server.app.test_cli_runner()
        base = ["--base", self.server.base_url]
        own = ["--token", token or self.token]
        return runner.invoke(args=["simulate", "okta", *base, *own, *options])

    def all_of(self, resources: str) -> list[Any]:
        answer = self._ask("GET", f"/{resources}?count=1000")
        return list(answer["Resources"])

    def make(self, resources: str, **document: Any) -> str:
        return str(self._ask("POST", f"/{resources}", document)["id"])

    def _ask(self, method: str, target: str, document: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.server.base_url}{target}"
        answer = httpx.request(method, url, headers=headers, json=document)
        return answer.raise_for_status().json()

    def directory(self) -> Directory:
        users = self.all_of("Users")
        names = {one["id"]: one["userName"] for one in users}
        return {
            "users": {one["userName"]: _in_short(one) for one in users},
            "groups": {
                one["displayName"]: {
                    names[member["value"]] for member in one.get("members", [])
                }
                for one in self.all_of("Groups")
            },
        }


def _in_short(user: Any) -> tuple[bool, str, str, str]:
    department = user[ENTERPRISE_USER]["department"]
    return user["active"], user["name"]["familyName"], user["title"], department


def expected(n_users: int = 25, n_groups: int = 5, seed: int = 1) -> Directory:
    """What a whole play leaves behind: the profiles and names of afterwards."""
    company = people.make(n_users, seed)
    return {
        "users": {
            one.user_name: (
                one.stay != "leaves",
                one.after.family_name,
                one.after.title,
                one.after.department,
            )
            for one in company
        },
        "groups": {
            group.new_name: {
                one.user_name
                for one in company
                if one.stay != "leaves" and group.belongs(one, one.after)
            }
            for group in groups.make(n_groups, seed)
        },
    }


@pytest.fixture
def place(journey_server: Server) -> Place:
    slug = journey_server.new_organization()
    return Place(journey_server, slug, journey_server.new_token(slug))


@pytest.fixture(params=["own", "catalog"])
def app_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_directory_holds_what_the_summary_says(place: Place, app_kind: str) -> None:
    done = place.simulate("--app", app_kind)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == (
        "The directory holds 25 users, 24 of them active, and 5 groups."
    )
    assert place.directory() == expected()


def test_a_summary_counts_each_step(place: Place) -> None:
    done = place.simulate("--app", "catalog", "--users", "13", "--groups", "3")
    told = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert told["test"] == ["2", "2", "lists", "read"]
    assert told["create"] == ["26", "13", "created"]
    assert told["update"] == ["6", "3", "updated"]
    assert told["deactivate"] == ["2", "2", "deactivated"]
    assert told["reassign"] == ["4", "1", "reactivated"]
    assert told["rename"] == ["1", "1", "renamed"]
    assert told["unlink"] == ["4", "1", "pushed", "and", "deleted"]


def test_people_arrive_with_all_that_okta_maps(place: Place) -> None:
    place.simulate("--step", "create", "--users", "3", "--groups", "0")
    boss, head, one = place.all_of("Users")
    person = people.make(3, 1)[2]
    assert one["externalId"] == person.external_id
    assert one["displayName"] == person.before.display_name
    assert one["emails"][0]["value"] == person.user_name
    assert one[ENTERPRISE_USER]["manager"]["value"] == head["id"]
    assert head[ENTERPRISE_USER]["manager"]["value"] == boss["id"]


def test_a_second_run_finds_everybody_and_changes_nobody(
    place: Place, app_kind: str
) -> None:
    place.simulate("--app", app_kind)
    ids = {one["id"] for one in (*place.all_of("Users"), *place.all_of("Groups"))}
    done = place.simulate("--app", app_kind)
    again = {one["id"] for one in (*place.all_of("Users"), *place.all_of("Groups"))}
    assert done.exit_code == 0
    assert " 24 linked, 1 linked and reactivated" in done.stdout
    assert "created" not in done.stdout
    assert (again, place.directory()) == (ids, expected())


@pytest.mark.parametrize("first", [("own", "catalog"), ("catalog", "own")])
def test_the_two_kinds_of_app_lead_to_the_same(
    place: Place, first: tuple[str, str]
) -> None:
    done = [place.simulate("--app", kind).exit_code for kind in first]
    assert done == [0, 0]
    assert place.directory() == expected()


def test_steps_can_be_played_one_by_one(place: Place, app_kind: str) -> None:
    options = ["--app", app_kind, "--users", "13", "--groups", "3", "--step"]
    done = [place.simulate(*options, step) for step in STEPS[1:-1]]
    assert [one.exit_code for one in done] == [0] * 8
    assert place.directory() == expected(13, 3)


def test_a_step_alone_does_nothing_else(place: Place) -> None:
    place.simulate("--step", "create", "--step", "groups", "--users", "13")
    done = place.simulate("--step", "deactivate", "--users", "13", "--app", "catalog")
    told = [line.split()[0] for line in done.stdout.splitlines()[2:]]
    active = [one["active"] for one in place.all_of("Users")]
    assert told == ["find", "deactivate"]
    assert active.count(False) == 2


def test_large_groups_and_long_imports_come_in_batches(place: Place) -> None:
    options = ("--users", "230", "--groups", "1", "--app", "catalog")
    done = place.simulate(*options, "--step", "create", "--step", "groups")
    read = place.simulate("--step", "import")
    told = {line.split()[0]: line.split() for line in done.stdout.splitlines()}
    (everybody,) = place.all_of("Groups")
    assert told["groups"] == ["groups", "5", "1", "pushed,", "230", "members", "added"]
    assert len(everybody["members"]) == 230
    assert "import  4         230 users read, 1 group read" in read.stdout


def test_problems_are_refused_and_shown_and_change_nothing(place: Place) -> None:
    done = place.simulate("--with-problems")
    refused = [line for line in done.stdout.splitlines() if line.startswith("Refused")]
    words = ["POST /Users was answered 409", "answered 404: There", "answered 401: Tok"]
    assert (done.exit_code, done.stderr, len(refused)) == (0, "", 3)
    assert all(word in line for word, line in zip(words, refused, strict=True))
    assert place.token[:-4] not in done.output
    assert place.directory() == expected()


def test_clean_leaves_nothing(place: Place, app_kind: str) -> None:
    done = place.simulate("--app", app_kind, "--with-problems", "--clean")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "5 groups deleted, 25 users deleted" in done.stdout
    assert done.stdout.endswith("and 5 groups before it was cleaned.\n")
    assert place.directory() == {"users": {}, "groups": {}}


def test_clean_takes_away_what_an_earlier_run_left(place: Place) -> None:
    place.simulate("--users", "13")
    done = place.simulate("--users", "13", "--step", "test", "--clean")
    assert done.exit_code == 0
    assert place.directory() == {"users": {}, "groups": {}}


def test_what_was_there_before_is_left_alone(place: Place, app_kind: str) -> None:
    work = {ENTERPRISE_USER: {"department": "Sales"}}
    own = place.make(
        "Users", userName="ada", title="Buyer", name={"familyName": "Own"}, **work
    )
    place.make("Groups", displayName="Sales", members=[{"value": own}])
    place.make("Groups", displayName="Finance")
    place.make("Groups", displayName=groups.SHORT_LIVED, members=[{"value": own}])
    before = place.directory()
    played = place.simulate("--app", app_kind)
    held = place.directory()
    cleaned = place.simulate("--app", app_kind, "--step", "test", "--clean")
    after = place.directory()
    assert (played.exit_code, cleaned.exit_code) == (0, 0)
    assert "2 left alone" in played.stdout
    assert "1 left alone" in played.stdout
    assert held["groups"]["Sales"] == {
        "ada",
        *expected()["groups"]["Sales and Partnerships"],
    }
    assert (after["users"], after["groups"]["Sales"]) == (before["users"], {"ada"})


def test_an_empty_group_that_was_there_keeps_its_name_and_stays(place: Place) -> None:
    place.make("Groups", displayName="Finance")
    done = place.simulate("--clean")
    assert done.exit_code == 0
    assert "4 groups deleted, 1 group left alone, 25 users deleted" in done.stdout
    assert place.directory() == {"users": {}, "groups": {"Finance": set()}}


def test_another_seed_joins_the_first(place: Place, app_kind: str) -> None:
    options = ["--app", app_kind, "--users", "13", "--groups", "2"]
    place.simulate(*options)
    done = place.simulate(*options, "--seed", "2")
    first, second = expected(13, 2), expected(13, 2, seed=2)
    assert done.exit_code == 0
    assert place.directory()["users"] == first["users"] | second["users"]
    assert place.directory()["groups"] == {
        name: first["groups"][name] | second["groups"][name] for name in first["groups"]
    }


@pytest.mark.parametrize(
    ("scope", "state", "said"),
    [
        ("full", "expired", "Error: The token is refused (401): Token "),
        ("full", "revoked", "Error: The token is refused (401): Token "),
        ("read", "live", "Error: The token is refused (403): Token "),
    ],
)
def test_a_token_that_is_refused_is_told_in_the_servers_words(
    place: Place, scope: Any, state: Any, said: str
) -> None:
    token = place.server.new_token(place.slug, scope, state)
    done = place.simulate(token=token)
    assert done.exit_code == 1
    assert said in done.stderr
    assert token.split("_")[2] not in done.output
    assert place.directory() == {"users": {}, "groups": {}}


def test_a_base_url_that_is_too_long_is_found_out_at_once(place: Place) -> None:
    done = place.simulate("--base", f"{place.server.base_url}/Users")
    assert done.exit_code == 1
    assert done.stdout == f"Nothing came of it at {place.server.base_url}/Users.\n"
    assert "Error: The credentials do not pass the test: GET /Users was" in done.stderr


def test_a_base_url_that_is_too_short_is_found_out_at_once(place: Place) -> None:
    done = place.simulate("--base", place.server.url)
    assert done.exit_code == 1
    assert "not as a SCIM server answers" in done.stderr
    assert "Rollcall's ends in /scim/v2." in done.stderr


def test_the_token_can_come_on_standard_input_and_the_base_from_the_settings(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = place.server.app
    monkeypatch.setitem(app.config, "ROLLCALL_PUBLIC_URL", place.server.url)
    done = app.test_cli_runner().invoke(
        args=["simulate", "okta", "--token", "-", "--step", "test"],
        input=f"{place.token}\n",
    )
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].split() == ["test", "2", "2", "lists", "read"]


def test_progress_is_drawn_on_a_terminal(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    done = place.simulate("--users", "5")
    assert done.exit_code == 0
    assert "import" in done.stderr
    assert "2/2" in done.stderr
    assert place.token not in done.output
