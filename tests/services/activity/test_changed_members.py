"""All who came and went with one change: paged, in its order, with today's names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from services.activity import changed_members, events, history
from services.background import bulk_loading
from services.deletion import deleted
from services.directory import groups, users
from services.errors import Invalid, NotFound
from services.organizations import OrganizationRef
from services.origin import Origin


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def people(organization: OrganizationRef, count: int) -> list[str]:
    documents = [{"userName": f"u{number:04}"} for number in range(count)]
    return bulk_loading.load_users(
        *(organization, documents),  # type: ignore[arg-type]  # texts are JSON
        origin=Origin.of_command_line(),
    )


def swapped(organization: OrganizationRef, before: list[str], after: list[str]) -> int:
    """The number of the change that put some members in the place of others."""
    document = {"displayName": "Staff"}
    group = groups.create(
        *(organization, document, before),  # type: ignore[arg-type]  # as above
        origin=Origin.of_command_line(),
    )
    groups.replace(
        *(organization, group.id, document, after),  # type: ignore[arg-type]  # as above
        origin=Origin.of_command_line(),
    )
    return history.of_resource(organization, group.id).rows[0].number


def walk(
    organization: OrganizationRef, number: int
) -> list[changed_members.MovedMember]:
    found: list[changed_members.MovedMember] = []
    cursor: str | None = ""
    while cursor is not None:
        page = changed_members.page(organization, number, cursor=cursor)
        found += page.members
        cursor = page.next
    return found


@pytest.mark.parametrize("chunk", [7, 100, 5_000])
def test_a_walk_names_everybody_once(
    acme: OrganizationRef, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(events, "MEMBERS_PER_CHUNK", chunk)
    monkeypatch.setattr(changed_members, "MEMBERS_PER_CHUNK", chunk)
    ids = people(acme, 340)
    number = swapped(acme, ids[:150], ids[150:])
    found = walk(acme, number)
    assert {one.id for one in found if one.is_added} == set(ids[150:])
    assert {one.id for one in found if not one.is_added} == set(ids[:150])
    assert len(found) == 340
    assert [one.is_added for one in found] == [True] * 190 + [False] * 150


def test_a_page_knows_its_place_and_its_neighbours(acme: OrganizationRef) -> None:
    ids = people(acme, 250)
    number = swapped(acme, [], ids)
    pages = [
        changed_members.page(acme, number, cursor=one) for one in ("", "100", "200")
    ]
    assert [(one.first, one.last) for one in pages] == [
        (1, 100),
        (101, 200),
        (201, 250),
    ]
    assert [one.previous for one in pages] == [None, "", "100"]
    assert [one.next for one in pages] == ["100", "200", None]
    assert {one.n_members for one in pages} == {250}


def test_members_have_todays_names_or_none(acme: OrganizationRef) -> None:
    here, gone, purged = people(acme, 3)
    number = swapped(acme, [], [here, gone, purged])
    for one in (gone, purged):
        users.delete(acme, one, origin=Origin.of_command_line())
    deleted.purge(acme, purged, origin=Origin.of_command_line())
    found = {one.id: one for one in changed_members.page(acme, number).members}
    assert (found[here].name, found[here].resource is not None) == ("u0000", True)
    assert (found[gone].name, found[gone].resource) == ("u0001", None)
    assert (found[purged].name, found[purged].resource) == (None, None)


@pytest.mark.parametrize("cursor", ["x", "-100", "50", "300", "9" * 400, "٣", "\x00"])
def test_a_cursor_of_elsewhere_is_invalid(acme: OrganizationRef, cursor: str) -> None:
    number = swapped(acme, [], people(acme, 120))
    with pytest.raises(Invalid) as refused:
        changed_members.page(acme, number, cursor=cursor)
    assert refused.value.attribute == "cursor"


def test_a_number_is_that_of_an_organization(
    acme: OrganizationRef, globex: OrganizationRef
) -> None:
    ours, theirs = people(acme, 3), people(globex, 3)
    number = swapped(acme, [], ours)
    assert swapped(globex, [], theirs) == number
    found = changed_members.page(globex, number).members
    assert {one.id for one in found} == set(theirs)
    with pytest.raises(NotFound):
        changed_members.page(globex, number + 1)
