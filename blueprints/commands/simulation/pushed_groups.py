"""What Okta does about one group: push, change members, rename, unlink.

Each of these methods is one task of Okta's and returns what is counted. Members whom
the simulation does not know are never taken out of a group, and a group that was found
with such members, or with none, is neither renamed nor deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from blueprints.commands.simulation import okta
from blueprints.commands.simulation.groups import SHORT_LIVED, Group, everybody
from blueprints.commands.simulation.okta import App, Document
from blueprints.commands.simulation.users import ALREADY, MISSING, Users
from blueprints.commands.simulation.wire import Wire

LEFT_ALONE = "left alone"
IN_SHORT_LIVED = 3
"""Members of the group that is pushed and taken back."""

Members = Mapping[str, str | None]
"""Ids, each with what Okta calls the member."""


@dataclass
class Held:
    """What is known of a group on the server. `others` are members not of ours."""

    id: str
    name: str
    members: Members
    others: Members
    is_ours: bool


class PushedGroups:
    """The groups on the server, as far as they are known. Okta remembers their ids."""

    def __init__(self, wire: Wire, app: App, users: Users) -> None:
        self._wire = wire
        self._app = app
        self._users = users
        self._held: dict[int, Held] = {}

    def push(self, group: Group) -> Counter[str]:
        """Look up, then create and fill; or link what is there, and Push Now."""
        held, wanted = self._find(group), self._wanted(group)
        if held is None:
            return Counter({"pushed": 1}) + self._change(self._make(group), wanted)
        if self._app == "own" or held.others:
            return Counter({"linked": 1}) + self._change(held, wanted)
        self._patch(held, okta.patch(okta.whole_membership(_documents(wanted))))
        was, held.members = held.members, wanted
        return Counter({"linked": 1}) + _compared(was, wanted)

    def change_members(self, group: Group) -> Counter[str]:
        """Take out who left or moved, put in who came."""
        held = self._find(group)
        if held is None:
            return Counter({MISSING: 1})
        changed = self._change(held, self._wanted(group))
        return Counter({"changed" if changed else ALREADY: 1}) + changed

    def rename(self, group: Group) -> Counter[str]:
        """Give the group its new name, with the same id."""
        held = self._find(group)
        if held is None:
            return Counter({MISSING: 1})
        if held.name != group.new_name and (held.others or not held.is_ours):
            return Counter({LEFT_ALONE: 1})
        if self._app == "own":
            self._put(held, group.new_name, held.members)
        else:
            self._patch(held, okta.patch(okta.renamed(held.id, group.new_name)))
        was, held.name = held.name, group.new_name
        return Counter({ALREADY if was == held.name else "renamed": 1})

    def unlink(self, place: int) -> Counter[str]:
        """Push a group and take it back with "Delete the group in the target app"."""
        group = Group(place, SHORT_LIVED, everybody)
        held = self._find(group)
        if held is not None and (held.others or not held.is_ours):
            return Counter({LEFT_ALONE: 1})
        if held is None:
            held, everyone = self._make(group), self._wanted(group).items()
            self._change(held, dict(islice(everyone, IN_SHORT_LIVED)))
        self._delete(group, held)
        return Counter({"pushed and deleted": 1})

    def clean(self, group: Group) -> Counter[str]:
        """Delete the group when it is the simulation's and nobody else is in it."""
        held = self._find(group)
        if held is None:
            return Counter()
        if held.others or not held.is_ours:
            return Counter({f"groups {LEFT_ALONE}": 1})
        self._delete(group, held)
        return Counter({"groups deleted": 1})

    def _find(self, group: Group) -> Held | None:
        """The group as it is known, or as a look-up by its new or old name finds it."""
        for name in dict.fromkeys((group.new_name, group.name)):
            if group.place in self._held:
                break
            found = self._wire.look_up(okta.group_lookup(name))
            if found is not None:
                self._held[group.place] = self._read(found["id"], name)
        return self._held.get(group.place)

    def _read(self, group_id: str, name: str) -> Held:
        listed = self._wire.get(okta.address("Groups", group_id)).get("members") or []
        ids = [one.get("value") for one in listed if isinstance(one, dict)]
        known = {user_id: one.user_name for one, user_id in self._users.active()}
        ours = self._users.ids()
        members = {one: known.get(one) for one in ids if one in ours}
        others = {one: None for one in ids if isinstance(one, str) and one not in ours}
        return Held(group_id, name, members, others, is_ours=bool(members))

    def _make(self, group: Group) -> Held:
        made = self._wire.post("/Groups", okta.new_group(group.name))
        self._held[group.place] = Held(made["id"], group.name, {}, {}, is_ours=True)
        return self._held[group.place]

    def _wanted(self, group: Group) -> Members:
        """Who belongs to the group today; Okta leaves inactive people out."""
        return {
            user_id: person.user_name
            for person, user_id in self._users.active()
            if group.belongs(person, self._users.profile(person))
        }

    def _change(self, held: Held, wanted: Members) -> Counter[str]:
        removed = [one for one in held.members if one not in wanted]
        added = {one: wanted[one] for one in wanted if one not in held.members}
        if self._app == "own" and (removed or added):
            self._put(held, held.name, wanted)
        elif removed or added:
            for body in okta.membership_patches(removed, _documents(added)):
                self._patch(held, body)
        was, held.members = held.members, wanted
        return _compared(was, wanted)

    def _patch(self, held: Held, body: Document) -> None:
        self._wire.send("PATCH", okta.address("Groups", held.id), body)

    def _put(self, held: Held, name: str, members: Members) -> None:
        """GET, then the whole group, with those who are not of ours as they are."""
        address = okta.address("Groups", held.id)
        self._wire.get(address)
        everyone = _documents({**held.others, **members})
        self._wire.send("PUT", address, okta.whole_group(held.id, name, everyone))

    def _delete(self, group: Group, held: Held) -> None:
        self._wire.send("DELETE", okta.address("Groups", held.id))
        del self._held[group.place]


def _documents(members: Members) -> list[Document]:
    return [okta.member(user_id, display) for user_id, display in members.items()]


def _compared(before: Members, after: Members) -> Counter[str]:
    n_added, n_removed = len(after.keys() - before), len(before.keys() - after)
    # Adding drops what is zero.
    return Counter({"members added": n_added, "members removed": n_removed}) + Counter()
