"""Groups from a CSV file: what a trial tells, what loading does.

What is a problem is in test_group_import_problems.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
import sqlalchemy as sa

from models import ChangeEvent, Group, GroupMembership, Membership, User
from scim.attributes import Document
from services.background import jobs
from services.background.bulk_groups import ChosenGroups
from services.background.job_runner import Runner
from services.directory import groups, users
from services.directory.group_lists import GroupQuery
from services.errors import Invalid
from services.files import csv_import, group_exports
from services.undo import undoing
from services.undo.selection import Selection
from tests import imported
from tests.directories import n_events, rows, totals
from tests.imported import ADA, OKTA, tally

upload = partial(imported.upload, "groups")
trial = partial(imported.trial, "groups")
loaded = partial(imported.loaded, "groups")


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


@pytest.fixture
def people(acme):
    """Bo, Cy and Dee, by user name."""
    names = ("bo@x.example", "Cy@x.example", "=dee")
    return {
        name: users.create(acme, {"userName": name}, origin=ADA).id for name in names
    }


@pytest.fixture
def sales(acme, people):
    document: Document = {"displayName": "Sales", "externalId": "7"}
    return groups.create(acme, document, [people["bo@x.example"]], origin=ADA).id


def members(app):
    """The user names and names of groups in each group, by its name."""
    named = sa.select(Group.display_name, User.user_name_key)
    in_users = named.select_from(Membership).join(Group).join(User)
    inner = sa.orm.aliased(Group)
    in_groups = (
        sa.select(Group.display_name, inner.display_name)
        .select_from(GroupMembership)
        .join(Group, Group.seq == GroupMembership.group_seq)
        .join(inner, inner.seq == GroupMembership.member_seq)
    )
    found: dict[str, set[str]] = {
        name: set() for (name,) in rows(app, sa.select(Group.display_name))
    }
    for name, member in [*rows(app, in_users), *rows(app, in_groups)]:
        found[name].add(member)
    return found


def added(organization, job_id):
    return jobs.get(organization, job_id).result["tally"]["added"]


def as_csv(organization):
    everything = ChosenGroups(query=GroupQuery())
    return b"".join(group_exports.as_csv(organization, everything)).decode("utf-8-sig")


def test_a_trial_counts_groups_and_changes_nothing(app, acme, sales):
    before = n_events(app)
    text = (
        "Group,User name\nSales,cy@x.example\nNew,bo@x.example\nNew,cy@x.example\n"
        "Nobody here,nobody@x.example\nNew,nobody@x.example\nEmpty,\n"
    )
    job_id = trial(acme, text)
    assert jobs.get(acme, job_id).state == "waiting"
    assert tally(acme, job_id) == (2, 1, 0, 2)
    assert added(acme, job_id) == 3
    assert n_events(app) == before
    assert members(app) == {"Sales": {"bo@x.example"}}


def test_loading_makes_groups_and_adds_members_with_events_of_the_admin(
    app, acme, sales
):
    job_id = loaded(acme, "group,member\nsales,CY@x.example\nNew,bo@x.example\nNew,\n")
    assert jobs.get(acme, job_id).state == "done"
    assert tally(acme, job_id) == (1, 1, 0, 0)
    assert members(app) == {
        "Sales": {"bo@x.example", "cy@x.example"},
        "New": {"bo@x.example"},
    }
    told = sa.select(ChangeEvent.action, ChangeEvent.actor_name)
    told = told.where(ChangeEvent.request_id == job_id).order_by(ChangeEvent.seq)
    assert rows(app, told) == [("updated", "Ada"), ("created", "Ada")]
    assert totals(app, acme.seq) == (3, 3, 2)
    assert groups.get(acme, sales).n_members == 2


def test_members_that_the_file_does_not_name_stay(app, acme, sales):
    loaded(acme, "group,member\nSales,=dee\n")
    assert members(app) == {"Sales": {"bo@x.example", "=dee"}}


def test_the_same_import_again_changes_nothing(app, acme, sales):
    text = "group,externalId,member\nSales,,cy@x.example\nNew,9,bo@x.example\n"
    loaded(acme, text)
    before = n_events(app)
    job_id = loaded(acme, text)
    assert tally(acme, job_id) == (0, 0, 2, 0)
    assert added(acme, job_id) == 0
    assert n_events(app) == before


@pytest.mark.parametrize(
    "cell", ["bo@x.example;cy@x.example", '"bo@x.example\n cy@x.example ;"']
)
def test_several_members_may_stand_in_one_cell(app, acme, people, cell):
    loaded(acme, f"Name,Members\nNew,{cell}\nNew,bo@x.example\n")
    assert members(app) == {"New": {"bo@x.example", "cy@x.example"}}


def test_a_name_with_a_semicolon_is_one_name_when_it_is_known(app, acme, people):
    users.create(acme, {"userName": "bo@x.example;cy@x.example"}, origin=ADA)
    loaded(acme, "group,member\nNew,bo@x.example;cy@x.example\n")
    assert members(app) == {"New": {"bo@x.example;cy@x.example"}}


def test_lines_of_a_group_may_stand_anywhere_and_are_one_change(app, acme, people):
    rest = [f"G{number}," for number in range(250)]
    text = ["group,member", "New,bo@x.example", *rest, "new,cy@x.example"]
    job_id = loaded(acme, "\n".join(text))
    assert tally(acme, job_id) == (251, 0, 0, 0)
    assert members(app)["New"] == {"bo@x.example", "cy@x.example"}
    assert rows(app, sa.select(Group.version).distinct()) == [(1,)]


def test_an_export_is_loaded_again_as_it_is(app, acme, globex, people, sales):
    inner = groups.create(acme, {"displayName": "+In"}, [people["=dee"]], origin=ADA)
    groups.create(acme, {"displayName": "Nobody"}, [], origin=ADA)
    groups.create(acme, {"displayName": "A; B"}, [inner.id, sales], origin=ADA)
    before, content = n_events(app), as_csv(acme)
    job_id = loaded(acme, content)
    assert tally(acme, job_id) == (0, 0, 4, 0)
    assert n_events(app) == before
    for name in people:
        users.create(globex, {"userName": name}, origin=ADA)
    there = loaded(globex, content)
    assert tally(globex, there) == (4, 0, 0, 0)
    ours = [line.split(",") for line in content.splitlines()]
    others = [line.split(",") for line in as_csv(globex).splitlines()]
    assert sorted((one[0], one[2], one[4]) for one in ours) == sorted(
        (one[0], one[2], one[4]) for one in others
    )


def test_groups_are_put_into_groups_that_stand_before_them(app, acme, people):
    lines = ("Out,Group,Mid", "OUT,Group,MID", "Mid,group,In", "In,User,=dee")
    text = "\n".join(["group,memberType,member", *lines])
    job_id = trial(acme, text)
    assert (tally(acme, job_id), added(acme, job_id)) == ((3, 0, 0, 0), 3)
    csv_import.load(acme, job_id)
    Runner().drain()
    assert members(app) == {"Out": {"Mid"}, "Mid": {"In"}, "In": {"=dee"}}
    assert added(acme, job_id) == 3


def test_groups_are_found_by_external_id_and_may_be_renamed(app, acme, sales):
    text = "externalId,group,member\n7,Sellers,cy@x.example\n8,New,\n"
    job_id = loaded(acme, text, match="externalId")
    assert tally(acme, job_id) == (1, 1, 0, 0)
    assert groups.get(acme, sales).display_name == "Sellers"
    assert set(members(app)) == {"Sellers", "New"}


def test_an_external_id_is_set_and_never_cleared(acme, sales):
    job_id = loaded(acme, "group,externalId\nSales,\nNew,9\n")
    assert tally(acme, job_id) == (1, 0, 1, 0)
    loaded(acme, "group,externalId\nSales,\nSALES,10\n")
    found = groups.get(acme, sales)
    assert (found.external_id, found.display_name) == ("10", "Sales")


def test_loading_plans_anew_what_changed_since_the_trial(app, acme, people):
    job_id = trial(acme, "group,member\nNew,bo@x.example\nNew,cy@x.example\n")
    groups.create(acme, {"displayName": "New"}, [people["=dee"]], origin=ADA)
    users.delete(acme, people["bo@x.example"], origin=ADA)
    csv_import.load(acme, job_id)
    Runner().drain()
    assert tally(acme, job_id) == (0, 1, 0, 1)
    assert members(app) == {"New": {"=dee", "cy@x.example"}}


def test_an_import_is_undone_as_one_request(app, acme, sales):
    job_id = loaded(acme, "group,member\nSales,cy@x.example\nNew,bo@x.example\n")
    shown = undoing.preview(acme, Selection(request_id=job_id), datetime.now(UTC))
    undoing.undo(acme, shown.selection, digest=shown.digest, origin=ADA)
    assert members(app) == {"Sales": {"bo@x.example"}}


def test_whose_groups_are_changed_is_counted(acme, people):
    groups.create(acme, {"displayName": "Pushed"}, [], origin=OKTA)
    job_id = trial(acme, "group,member\nPushed,=dee\nNew,=dee\n")
    assert jobs.get(acme, job_id).result["tally"]["sources"] == {"token:okta": 1}


def test_nobody_of_another_organization_is_found(app, acme, globex, sales):
    job_id = loaded(globex, "group,member\nSales,bo@x.example\nSales,\n")
    assert tally(globex, job_id) == (1, 0, 0, 1)
    assert groups.get(acme, sales).n_members == 1
    assert totals(app, globex.seq) == (0, 0, 1)


@pytest.mark.parametrize(
    ("columns", "match", "said"),
    [
        ({0: "member"}, "displayName", "No column stands for Group name"),
        ({0: "displayName"}, "externalId", "No column stands for External ID"),
        ({0: "userName"}, "displayName", "One of the columns is not known"),
        ({0: "displayName"}, "userName", "Choose how they are found"),
        ({0: "member", 1: "member"}, "displayName", "Two columns stand for Members"),
    ],
)
def test_columns_that_make_no_sense_are_refused(acme, columns, match, said):
    job_id = upload(acme, "a,b\n1,2\n")
    with pytest.raises(Invalid, match=said):
        csv_import.check(acme, job_id, columns, match=match)
    assert jobs.get(acme, job_id).state == "waiting"


def test_a_file_without_groups_is_refused(acme):
    with pytest.raises(Invalid, match="Add the groups"):
        upload(acme, "group,member\n")
