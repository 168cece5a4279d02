"""The people of a made-up company: who they are, who leads them, what will change.

The same seed gives the same people, and a longer list begins with the shorter one.
Their userNames end in a domain that nobody can own. Nothing is sent from here.
"""

from __future__ import annotations

import string
from collections import Counter
from dataclasses import dataclass, replace
from random import Random
from typing import Final, Literal

from blueprints.commands.simulation.names import CULTURES, Culture, shown, spelled

DOMAIN: Final = "harbour.example"
COMPANY: Final = "Harbour"
BOARD: Final = "Executive"

TITLES: Final = {
    "Engineering": (
        "Software Engineer",
        "Site Reliability Engineer",
        "Test Engineer",
        "Data Engineer",
    ),
    "Sales": ("Account Executive", "Sales Engineer", "Account Manager"),
    "Support": ("Support Specialist", "Customer Success Manager"),
    "Finance": ("Accountant", "Financial Analyst", "Payroll Specialist"),
    "People": ("Recruiter", "People Partner", "Learning Specialist"),
    "Design": ("Product Designer", "Design Researcher", "Illustrator"),
    "Marketing": ("Content Strategist", "Campaign Manager", "Copywriter"),
    "Operations": ("Logistics Planner", "Facilities Coordinator", "Buyer"),
    "Legal": ("Counsel", "Compliance Analyst"),
    "Security": ("Security Engineer", "Incident Responder"),
}
"""The departments, and what people do there. Every second person is the head of one,
until each has a head."""

OFFICES: Final = (
    ("Lisbon", "PT"),
    ("Toronto", "CA"),
    ("Nairobi", "KE"),
    ("Osaka", "JP"),
    ("Gothenburg", "SE"),
    ("Melbourne", "AU"),
)

HEADCOUNTS: Final = (5, 3, 3, 2, 1, 2, 2, 2, 1, 1)
"""How many work in each department, beside one another."""

NEWS_EVERY: Final = 4
"""One in so many has news for the step `update`."""
AWAY_EVERY: Final = 8
"""One in so many is deactivated; every second of them comes back."""

Stay = Literal["stays", "leaves", "returns"]


@dataclass(frozen=True)
class Profile:
    """What Okta knows of a person and sends. `manager` is a place in the list."""

    given_name: str
    family_name: str
    is_family_first: bool
    title: str
    department: str
    office: tuple[str, str]
    manager: int | None

    @property
    def display_name(self) -> str:
        """Given and family name in the order of the culture."""
        names = (self.given_name, self.family_name)
        return " ".join(reversed(names) if self.is_family_first else names)


@dataclass(frozen=True)
class Person:
    """Somebody in Okta: `before` and `after` the step `update`; often the same."""

    place: int
    user_name: str
    external_id: str
    password: str
    employee_number: str
    phone: str
    locale: str
    before: Profile
    after: Profile
    stay: Stay

    @property
    def has_news(self) -> bool:
        """Whether the step `update` changes something."""
        return self.before != self.after


def make(n_people: int, seed: int) -> list[Person]:
    """The first `n_people` of the company of that seed."""
    taken: Counter[str] = Counter()
    return [_person(place, seed, taken) for place in range(n_people)]


def _person(place: int, seed: int, taken: Counter[str]) -> Person:
    # Text as a seed gives the same numbers on every machine and version.
    chance = Random(f"{seed}/{place}")  # noqa: S311 - believable, not secret
    culture = chance.choice(CULTURES)
    given, family = chance.choice(culture.given), chance.choice(culture.family)
    before = _profile(place, culture, (shown(given), shown(family)), chance)
    return Person(
        place=place,
        user_name=_free(f"{spelled(given)}.{spelled(family)}", taken),
        external_id=f"00u{_letters(chance, 17)}",
        password=_letters(chance, 8),
        employee_number=f"{10_001 + place}",
        phone=f"+1 555 01{chance.randrange(100):02}",
        locale=culture.locale,
        before=before,
        after=_with_news(before, place, culture, chance),
        stay=_stay(place),
    )


def _free(name: str, taken: Counter[str]) -> str:
    taken[name] += 1
    return f"{name}{taken[name] if taken[name] > 1 else ''}@{DOMAIN}"


def _letters(chance: Random, n_letters: int) -> str:
    return "".join(chance.choices(string.ascii_letters + string.digits, k=n_letters))


def _profile(
    place: int, culture: Culture, names: tuple[str, str], chance: Random
) -> Profile:
    department = _department(place, chance)
    if place == 0:
        department, title, manager = BOARD, "Chief Executive Officer", None
    elif _is_head(place):
        title, manager = f"Head of {department}", 0
    else:
        title, manager = chance.choice(TITLES[department]), _head_of(department)
    return Profile(
        *names,
        is_family_first=culture.is_family_first,
        title=title,
        department=department,
        office=chance.choice(OFFICES),
        manager=manager,
    )


def _is_head(place: int) -> bool:
    return place % 2 == 1 and place < 2 * len(TITLES)


def _department(place: int, chance: Random) -> str:
    led = _departments_led_before(place + 1)
    return (
        led[-1] if _is_head(place) else chance.choices(led, HEADCOUNTS[: len(led)])[0]
    )


def _departments_led_before(place: int) -> list[str]:
    return list(TITLES)[: max(place // 2, 1)]


def _head_of(department: str) -> int:
    return 2 * list(TITLES).index(department) + 1


def _with_news(
    before: Profile, place: int, culture: Culture, chance: Random
) -> Profile:
    """After a promotion, in another department, or with the name of a marriage."""
    if place % NEWS_EVERY != NEWS_EVERY // 2:
        return before
    kind = chance.choice(("promotion", "department", "name"))
    departments = set(_departments_led_before(place)) - {before.department}
    if kind == "name":
        names = {shown(one) for one in culture.family} - {before.family_name}
        return replace(before, family_name=chance.choice(sorted(names)))
    if kind == "promotion" or not departments:
        return replace(before, title=f"Senior {before.title}")
    department = chance.choice(sorted(departments))
    title = chance.choice(TITLES[department])
    manager = _head_of(department)
    return replace(before, department=department, title=title, manager=manager)


def _stay(place: int) -> Stay:
    if place % AWAY_EVERY != AWAY_EVERY // 2:
        return "stays"
    return "leaves" if place // AWAY_EVERY % 2 else "returns"
