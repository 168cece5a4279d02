"""Which groups of the company are pushed, what they are called, and who is in them.

Departments, offices and projects; some are renamed. Nothing is sent from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from random import Random
from typing import Final

from blueprints.commands.simulation.people import OFFICES, TITLES, Person, Profile

EVERYBODY: Final = "All staff"
SHORT_LIVED: Final = "Summer Party 2026"
"""The group that the step `unlink` pushes and takes back."""

NEW_NAMES: Final = {
    "Sales": "Sales and Partnerships",
    "Finance": "Finance and Payroll",
    "Design": "Product Design",
    "Legal": "Legal and Compliance",
    "Osaka office": "Osaka and Kyoto office",
}
PROJECTS: Final = ("Aurora", "Basalt", "Cedar", "Delta", "Ember", "Fjord", "Granite")
IN_PROJECT: Final = 0.2
"""The share of all people who work on a project."""

Rule = Callable[[Person, Profile], bool]


@dataclass(frozen=True)
class Group:
    """A group in Okta. `belongs` says who is in it, by the profile of the day."""

    place: int
    name: str
    belongs: Rule

    @property
    def new_name(self) -> str:
        """Its name after the step `rename`; often the same."""
        return NEW_NAMES.get(self.name, self.name)


def make(n_groups: int, seed: int) -> list[Group]:
    """The first `n_groups`: everybody, departments, offices, then any more projects."""
    named = islice(_named(seed), n_groups)
    return [Group(place, name, rule) for place, (name, rule) in enumerate(named)]


def _named(seed: int) -> Iterator[tuple[str, Rule]]:
    yield EVERYBODY, everybody
    for department in TITLES:
        yield department, _in_department(department)
    for town, _ in OFFICES:
        yield f"{town} office", _in_office(town)
    for number in count(1):
        for project in PROJECTS:
            name = f"Project {project}{f' {number}' if number > 1 else ''}"
            yield name, _on_project(name, seed)


def everybody(person: Person, profile: Profile) -> bool:
    """The rule of the group of all."""
    return True


def _in_department(department: str) -> Rule:
    return lambda _, profile: profile.department == department


def _in_office(town: str) -> Rule:
    return lambda _, profile: profile.office[0] == town


def _on_project(name: str, seed: int) -> Rule:
    def is_on_it(person: Person, _: Profile) -> bool:
        chance = Random(f"{seed}/{name}/{person.place}")  # noqa: S311 - as for people
        return chance.random() < IN_PROJECT

    return is_on_it
