"""Plays the steps of a simulation in their order, and tells what came of each.

A refused request is kept in the summary and the next task begins; `Stopped` ends the
play, with the summary as it then is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from blueprints.commands.simulation import groups, okta, people
from blueprints.commands.simulation.okta import App, Document
from blueprints.commands.simulation.people import Person
from blueprints.commands.simulation.problems import NotRefused, Problems
from blueprints.commands.simulation.pushed_groups import PushedGroups
from blueprints.commands.simulation.users import Users
from blueprints.commands.simulation.wire import Refused, Stopped, Wire

STEPS: Final = (
    "test",
    "create",
    "groups",
    "update",
    "deactivate",
    "reassign",
    "members",
    "rename",
    "unlink",
    "import",
)
"""What can be chosen, in the order in which it is played."""

ORDER: Final = ("find", *STEPS[:-1], "problems", STEPS[-1], "clean")
WITHOUT_PEOPLE: Final = {"test", "create", "import"}

Task = Callable[[], Counter[str]]


@dataclass(frozen=True)
class Company:
    """Who is played: so many people and groups of the company of that seed."""

    n_users: int
    n_groups: int
    seed: int


@dataclass(frozen=True)
class Progress:
    """How far a step has come."""

    step: str
    n_done: int
    n_total: int


@dataclass
class Told:
    """What came of one step."""

    step: str
    n_requests: int = 0
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Directory:
    """What the last import read."""

    n_users: int
    n_active: int
    n_groups: int


@dataclass
class Summary:
    """What came of all. `faults` should not have happened; `refused` was wished for."""

    steps: list[Told] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    directory: Directory | None = None


class Player:
    """One simulation; `summary` grows while it is played."""

    def __init__(self, wire: Wire, company: Company, app: App) -> None:
        self._wire = wire
        self._groups = groups.make(company.n_groups, company.seed)
        self._users = Users(wire, app, people.make(company.n_users, company.seed))
        self._pushed = PushedGroups(wire, app, self._users)
        self._problems = Problems(wire, self._users)
        self._read: dict[str, list[Document]] = {}
        self.summary = Summary(refused=self._problems.refused)

    def play(self, chosen: Collection[str]) -> Iterator[Progress]:
        """Play the chosen steps, and report each task; raises `Stopped`.

        A step that needs ids which no `create` of this play brings begins with a
        look-up of everybody.
        """
        steps = set(chosen)
        if steps - WITHOUT_PEOPLE and "create" not in steps:
            steps.add("find")
        for step in (one for one in ORDER if one in steps):
            told = Told(step)
            self.summary.steps.append(told)
            tasks = self._tasks(step)
            yield Progress(step, 0, len(tasks))
            for n_done, task in enumerate(tasks, 1):
                self._do(task, told)
                yield Progress(step, n_done, len(tasks))

    def _do(self, task: Task, told: Told) -> None:
        n_before = self._wire.n_requests
        try:
            told.counts += task()
        except (Refused, NotRefused) as fault:
            self.summary.faults.append(str(fault))
        finally:
            told.n_requests += self._wire.n_requests - n_before

    def _tasks(self, step: str) -> list[Task]:
        users, pushed = self._users, self._pushed
        away = [one for one in users.people if one.stay != "stays"]
        back = [one for one in away if one.stay == "returns"]
        news = [one for one in users.people if one.has_news]
        renamed = [one for one in self._groups if one.name != one.new_name]
        tasks: dict[str, list[Task]] = {
            "find": _each(users.find, users.people),
            "test": [partial(self._test, one) for one in okta.CREDENTIAL_TESTS],
            "create": _each(users.create, users.people),
            "groups": [partial(pushed.push, one) for one in self._groups],
            "update": _each(users.update, news),
            "deactivate": _each(users.deactivate, away),
            "reassign": _each(users.reassign, back),
            "members": [partial(pushed.change_members, one) for one in self._groups],
            "rename": [partial(pushed.rename, one) for one in renamed],
            "unlink": [partial(pushed.unlink, len(self._groups))]
            if self._groups
            else [],
            "problems": [
                self._problems.taken_name,
                self._problems.unknown_user,
                self._problems.cut_token,
            ],
            "import": [partial(self._import, one) for one in ("Users", "Groups")],
            "clean": [
                *(partial(pushed.clean, one) for one in self._groups),
                *_each(users.clean, users.people),
                self._problems.clean,
            ],
        }
        return tasks[step]

    def _test(self, target: str) -> Counter[str]:
        try:
            self._wire.read_list(target)
        except Refused as refused:
            raise Stopped(f"The credentials do not pass the test: {refused}") from None
        return Counter({"lists read": 1})

    def _import(self, resources: str) -> Counter[str]:
        """Page after page to the end, each a hundred further on."""
        start_index, read = 1, list[Document]()
        while True:
            page = self._wire.read_list(okta.page(resources, start_index))
            read += page.resources
            start_index += okta.PAGE
            if start_index > page.total or not page.resources:
                break
        n_different = len({one["id"] for one in read})
        if not n_different == len(read) == page.total:
            self.summary.faults.append(
                f"The import of /{resources} read {len(read):,}, {n_different:,} of "
                f"them different, where totalResults is {page.total:,}."
            )
        self._read[resources] = read
        if "Users" in self._read and "Groups" in self._read:
            self.summary.directory = _directory(self._read)
        return Counter({f"{resources.lower()} read": len(read)})


def _each(act: Callable[[Person], str], people: list[Person]) -> list[Task]:
    return [partial(_counted, act, person) for person in people]


def _counted(act: Callable[[Person], str], person: Person) -> Counter[str]:
    word = act(person)
    return Counter([word] if word else [])


def _directory(read: dict[str, list[Document]]) -> Directory:
    n_active = sum(user.get("active") is not False for user in read["Users"])
    return Directory(len(read["Users"]), n_active, len(read["Groups"]))
