"""Whatever happens to users and groups since a moment, undoing it brings back the same
documents; and undoing the undo brings back what happened.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scim import names
from services import organizations
from services.deletion import deleted, deleted_lists
from services.deletion.deleted_lists import DeletedQuery
from services.errors import AlreadyTaken
from services.origin import Actor, Origin
from services.undo import undoing
from services.undo.selection import Selection
from tests.directories import emptied_scim, shared_app, shared_scim, totals
from tests.scim_client import load

__all__ = ["emptied_scim", "shared_app", "shared_scim"]

ADA = Actor("admin", "ada", "Ada")
number = st.integers(0, 5)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("make user"), number, number),
        st.tuples(st.just("rename user"), number, number),
        st.tuples(st.just("fill in"), number, number),
        st.tuples(st.just("replace user"), number, number),
        st.tuples(st.just("switch"), number, number),
        st.tuples(st.just("delete user"), number, number),
        st.tuples(st.just("make group"), number, number),
        st.tuples(st.just("rename group"), number, number),
        st.tuples(st.just("add members"), number, number),
        st.tuples(st.just("remove members"), number, number),
        st.tuples(st.just("replace members"), number, number),
        st.tuples(st.just("delete group"), number, number),
        st.tuples(st.just("restore"), number, number),
    ),
    max_size=15,
)


class Directory:
    """Does random things to Acme's directory, and takes pictures of it."""

    def __init__(self, scim, app):
        self.scim, self.app = scim, app
        self.acme = self.do(organizations.get, "acme")

    def do(self, service, *args, **named):
        """In a context of its own: one kept open would keep `g`."""
        with self.app.app_context():
            return service(*args, **named)

    def resources(self, path):
        return load(self.scim.get(f"{path}?count=1000"))["Resources"]

    def picture(self):
        """The documents by id, but for `meta`, and with members in one order."""
        found = {}
        for one in self.resources("/Users") + self.resources("/Groups"):
            del one["meta"]
            for name in ("members", "groups"):
                one[name] = sorted(one.get(name, []), key=lambda two: two["value"])
            found[one["id"]] = one
        return found

    def pick(self, path, place):
        found = sorted(one["id"] for one in self.resources(path))
        return f"{path}/{found[place % len(found)]}" if found else f"{path}/none"

    def members(self, place):
        """Two members or so: users and a group."""
        users = sorted(one["id"] for one in self.resources("/Users"))
        groups = sorted(one["id"] for one in self.resources("/Groups"))
        chosen = [*users[place % 3 : place % 3 + 2], *groups[place : place + 1]]
        return [{"value": one} for one in chosen]

    def work(self, todo):
        for what, one, two in todo:
            getattr(self, what.replace(" ", "_"))(one, two)

    def make_user(self, one, two):
        self.scim.post("/Users", {"userName": f"user{one}", "title": f"title {two}"})

    def rename_user(self, one, two):
        value = {"userName": f"user{two}"}
        self.scim.patch(self.pick("/Users", one), {"op": "replace", "value": value})

    def fill_in(self, one, two):
        path = self.pick("/Users", one)
        manager = self.pick("/Users", two).rpartition("/")[2]
        value = {
            "name": {"familyName": f"Family {two}", "givenName": "Given"},
            "emails": [{"value": f"{two}@x.example", "type": "work", "primary": True}],
            f"{names.ENTERPRISE_USER}:department": f"Department {two}",
            f"{names.ENTERPRISE_USER}:manager": {"value": manager},
        }
        self.scim.patch(path, {"op": "add", "value": value})

    def replace_user(self, one, two):
        path = self.pick("/Users", one)
        answer = self.scim.get(path)
        if answer.status_code == 200:
            name = load(answer)["userName"]
            self.scim.put(path, {"userName": name, "nickName": f"nick {two}"})

    def switch(self, one, two):
        value = {"active": two % 2 == 0}
        self.scim.patch(self.pick("/Users", one), {"op": "replace", "value": value})

    def delete_user(self, one, two):
        self.scim.delete(self.pick("/Users", one))

    def make_group(self, one, two):
        members = self.members(two)
        self.scim.post("/Groups", {"displayName": f"group{one}", "members": members})

    def rename_group(self, one, two):
        value = {"displayName": f"group{two}", "externalId": f"external {two}"}
        self.scim.patch(self.pick("/Groups", one), {"op": "replace", "value": value})

    def add_members(self, one, two):
        self._change_members("add", one, two)

    def remove_members(self, one, two):
        self._change_members("remove", one, two)

    def replace_members(self, one, two):
        self._change_members("replace", one, two)

    def _change_members(self, op, one, two):
        operation = {"op": op, "path": "members", "value": self.members(two)}
        self.scim.patch(self.pick("/Groups", one), operation)

    def delete_group(self, one, two):
        self.scim.delete(self.pick("/Groups", one))

    def restore(self, one, two):
        rows = self.do(deleted_lists.page, self.acme, DeletedQuery()).rows
        if rows:
            chosen = rows[one % len(rows)].id
            with suppress(AlreadyTaken):
                self.do(deleted.restore, self.acme, chosen, origin=self.origin())

    def origin(self):
        return Origin(ADA, datetime.now(UTC) + timedelta(microseconds=1))

    def undo(self, selection):
        origin = self.origin()
        shown = self.do(undoing.preview, self.acme, selection, origin.at)
        chosen, digest = shown.selection, shown.digest
        self.do(undoing.undo, self.acme, chosen, digest=digest, origin=origin)
        return shown


@pytest.fixture
def directory(emptied_scim, shared_app):
    return Directory(emptied_scim, shared_app)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=steps, since_then=steps)
def test_undoing_all_since_a_moment_restores_the_documents(
    directory, before, since_then
):
    directory.work(before)
    picture, since = directory.picture(), datetime.now(UTC)
    directory.work(since_then)
    changed = directory.picture()
    began = datetime.now(UTC)
    shown = directory.undo(Selection(since=since))
    assert directory.picture() == picture
    assert shown.skipped == ()
    directory.undo(Selection(actor=ADA.key, since=began))
    assert directory.picture() == changed
    assert totals(directory.app, directory.acme.seq) == (
        len(directory.resources("/Users")),
        sum(one["active"] for one in directory.resources("/Users")),
        len(directory.resources("/Groups")),
    )
