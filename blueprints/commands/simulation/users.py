"""What Okta does about one person: create, update, deactivate, reassign.

Each of these methods is one task of Okta's and returns the word that it is counted
under. `Refused` and `Stopped` come from the wire.
"""

from __future__ import annotations

from dataclasses import dataclass

from blueprints.commands.simulation import okta
from blueprints.commands.simulation.okta import App, Document
from blueprints.commands.simulation.people import AWAY_EVERY, Person, Profile
from blueprints.commands.simulation.wire import Wire

ALREADY = "already so"
MISSING = "not there"


@dataclass
class Held:
    """What is known of a person on the server: has the news arrived there?"""

    id: str
    is_active: bool
    has_news: bool


class Users:
    """The people on the server, as far as they are known. Okta remembers their ids."""

    def __init__(self, wire: Wire, app: App, people: list[Person]) -> None:
        self._wire = wire
        self._app = app
        self.people = people
        self._held: dict[int, Held] = {}

    def ids(self) -> set[str]:
        """The ids of all who are on the server."""
        return {held.id for held in self._held.values()}

    def active(self) -> list[tuple[Person, str]]:
        """Who is on the server and active, with their ids."""
        held = ((person, self._held.get(person.place)) for person in self.people)
        return [(person, one.id) for person, one in held if one and one.is_active]

    def taken(self) -> Person | None:
        """Somebody whose userName is taken on the server."""
        return next((one for one in self.people if one.place in self._held), None)

    def profile(self, person: Person) -> Profile:
        """The profile that Okta pushed last, or pushes first."""
        held = self._held.get(person.place)
        return person.after if held is not None and held.has_news else person.before

    def find(self, person: Person) -> str:
        """Look the person up and remember what was found."""
        found = self._wire.look_up(okta.user_lookup(person.user_name))
        if found is None:
            return MISSING
        self._held[person.place] = Held(
            id=found["id"],
            is_active=found.get("active") is not False,
            has_news=person.has_news and okta.shows(found, person.after),
        )
        return "found"

    def create(self, person: Person) -> str:
        """Look up, then create; or link who is there, and push the profile."""
        if self.find(person) == MISSING:
            made = self._wire.post("/Users", self.new_body(person))
            self._held[person.place] = Held(made["id"], is_active=True, has_news=False)
            return "created"
        held = self._held[person.place]
        was_active = held.is_active
        self._reactivate(person, held)
        return "linked" if was_active else "linked and reactivated"

    def new_body(self, person: Person) -> Document:
        """The body of the person's create."""
        return okta.new_user(person, person.before, self._manager(person.before))

    def update(self, person: Person) -> str:
        """Push the news: the whole user by PUT, or what changed by PATCH."""
        held = self._held.get(person.place)
        if held is None:
            return MISSING
        before = self._values(person, person.before)
        self._push(held, okta.differing(before, self._values(person, person.after)))
        had_news, held.has_news = held.has_news, True
        return ALREADY if had_news else "updated"

    def deactivate(self, person: Person) -> str:
        """The person is unassigned. Okta deletes nobody."""
        held = self._held.get(person.place)
        if held is None:
            return MISSING
        was_active = held.is_active
        self._switch(person, held, is_active=False)
        return "deactivated" if was_active else ALREADY

    def reassign(self, person: Person) -> str:
        """The person comes back: found by the look-up, activated, updated."""
        if self.find(person) == MISSING:
            return MISSING
        held = self._held[person.place]
        was_active = held.is_active
        held.is_active = False
        self._reactivate(person, held)
        return ALREADY if was_active else "reactivated"

    def clean(self, person: Person) -> str:
        """Delete the person, which Okta never does."""
        held = self._held.pop(person.place, None)
        if held is None:
            return ""
        self._wire.send("DELETE", okta.address("Users", held.id))
        return "users deleted"

    def _reactivate(self, person: Person, held: Held) -> None:
        if not held.is_active:
            self._switch(person, held, is_active=True)
        self._push(held, self._values(person, self.profile(person)))

    def _push(self, held: Held, values: Document) -> None:
        address = okta.address("Users", held.id)
        read = self._wire.get(address)
        if self._app == "own":
            self._wire.send("PUT", address, okta.echo(read, values))
        else:
            self._wire.send("PATCH", address, okta.patch(okta.replace(values)))

    def _switch(self, person: Person, held: Held, *, is_active: bool) -> None:
        address = okta.address("Users", held.id)
        if self._app == "own":
            read = self._wire.get(address)
            self._wire.send("PUT", address, okta.echo(read, {"active": is_active}))
        else:
            # Both spellings occur, and each person has both.
            with_path = is_active != bool(person.place // AWAY_EVERY % 2)
            operation = okta.active(is_active, with_path=with_path)
            self._wire.send("PATCH", address, okta.patch(operation))
        held.is_active = is_active

    def _values(self, person: Person, profile: Profile) -> Document:
        return okta.profile_values(person, profile, self._manager(profile))

    def _manager(self, profile: Profile) -> Document | None:
        held = self._held.get(-1 if profile.manager is None else profile.manager)
        if held is None or profile.manager is None:
            return None
        leader = self.people[profile.manager]
        return {"value": held.id, "displayName": leader.before.display_name}
