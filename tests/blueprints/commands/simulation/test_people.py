"""The made-up company: always the same, believable, and nobody's real directory."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest

from blueprints.commands.simulation import groups, names, people

ALL_NAMES = [name for one in names.CULTURES for name in (*one.given, *one.family)]


def test_a_seed_is_a_company_and_another_seed_another() -> None:
    assert people.make(40, 7) == people.make(40, 7)
    assert people.make(40, 7) != people.make(40, 8)


def test_a_longer_list_begins_with_the_shorter_one() -> None:
    assert people.make(60, 1)[:20] == people.make(20, 1)


def test_everybody_has_a_user_name_of_their_own_in_a_domain_of_nobody() -> None:
    user_names = [one.user_name for one in people.make(3000, 1)]
    form = re.compile(r"[a-z]+\.[a-z]+[0-9]*@harbour\.example")
    assert len({one.casefold() for one in user_names}) == 3000
    assert [one for one in user_names if not form.fullmatch(one)] == []


def test_ids_are_as_long_as_oktas() -> None:
    ids = {one.external_id for one in people.make(200, 1)}
    assert len(ids) == 200
    assert {(one[:3], len(one)) for one in ids} == {("00u", 20)}


def test_every_name_is_composed_and_can_be_shown_and_spelled() -> None:
    shown, spelled = map(names.shown, ALL_NAMES), map(names.spelled, ALL_NAMES)
    assert [one for one in ALL_NAMES if not unicodedata.is_normalized("NFC", one)] == []
    assert [one for one in shown if not one.strip() or "|" in one] == []
    assert [one for one in spelled if not re.fullmatch("[a-z]{2,}", one)] == []


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Łukasz", "lukasz"),
        ("Weiß", "weiss"),
        ("Ọ̀ṣúndáre", "osundare"),
        ("van den Berg", "vandenberg"),
        ("O'Connor", "oconnor"),
        ("Işık", "isik"),
        ("김|Kim", "kim"),
    ],
)
def test_a_name_is_spelled_in_small_ascii_letters(name: str, spelled: str) -> None:
    assert names.spelled(name) == spelled


def test_people_come_from_many_cultures_and_scripts() -> None:
    company = people.make(400, 1)
    shown = "".join(one.before.display_name for one in company)
    assert len({one.locale for one in company}) == len(names.CULTURES) > 20
    assert all(letter in shown for letter in "łçñÅễ김ل")


def test_a_family_name_comes_first_where_it_does() -> None:
    company = {one.locale: one.before for one in people.make(400, 1)}
    korean, swede = company["ko-KR"], company["sv-SE"]
    assert korean.display_name == f"{korean.family_name} {korean.given_name}"
    assert swede.display_name == f"{swede.given_name} {swede.family_name}"


def test_whoever_leads_comes_before_those_who_are_led() -> None:
    company = people.make(200, 1)
    led = [one for one in company if one.before.manager is not None]
    assert len(led) == 199
    assert all(one.before.manager < one.place for one in led)
    assert all(one.after.manager < one.place for one in led)
    assert company[0].before.title == "Chief Executive Officer"


def test_the_manager_is_the_head_of_the_department() -> None:
    company = people.make(200, 1)
    staff = [one for one in company if one.before.manager]
    assert len(staff) > 180
    assert {company[one.after.manager].before.title for one in staff} == {
        f"Head of {department}" for department in people.TITLES
    }
    assert all(
        company[one.after.manager].before.department == one.after.department
        for one in staff
    )


@pytest.mark.parametrize("n_people", [5, 25, 400])
def test_some_have_news_and_some_go_and_some_come_back(n_people: int) -> None:
    company = people.make(n_people, 1)
    stays = Counter(one.stay for one in company)
    n_news = sum(one.has_news for one in company)
    assert n_people / 5 <= n_news <= n_people / 3
    assert stays["returns"] >= stays["leaves"] >= n_people // 16 - 1
    assert stays["returns"] >= 1


def test_news_are_promotions_other_departments_and_other_names() -> None:
    news = [one for one in people.make(200, 1) if one.has_news]
    kinds = Counter(
        (
            one.after.title.startswith("Senior "),
            one.after.department != one.before.department,
            one.after.family_name != one.before.family_name,
        )
        for one in news
    )
    assert set(kinds) == {
        (True, False, False),
        (False, True, False),
        (False, False, True),
    }


def test_groups_are_everybody_departments_offices_and_projects() -> None:
    made = [one.name for one in groups.make(40, 1)]
    assert made[:3] == ["All staff", "Engineering", "Sales"]
    assert {"Lisbon office", "Project Aurora", "Project Aurora 2"} <= set(made)
    assert len({one.casefold() for one in made}) == 40


def test_a_new_name_of_a_group_is_nobody_elses() -> None:
    made = groups.make(300, 1)
    all_names = [name for one in made for name in {one.name, one.new_name}]
    assert any(one.name != one.new_name for one in made)
    assert len(set(all_names)) == len(all_names)


def test_who_is_in_a_group_follows_the_profile_of_the_day() -> None:
    everybody, engineering = groups.make(2, 1)
    company = people.make(200, 1)
    moved = next(
        one
        for one in company
        if one.before.department == "Engineering" != one.after.department
    )
    assert engineering.belongs(moved, moved.before)
    assert not engineering.belongs(moved, moved.after)
    assert everybody.belongs(moved, moved.after)


def test_a_project_has_a_part_of_the_company_always_the_same() -> None:
    project = groups.make(18, 1)[17]
    company = people.make(400, 1)
    on_it = [one.place for one in company if project.belongs(one, one.before)]
    again = groups.make(18, 1)[17]
    assert 40 < len(on_it) < 130
    assert on_it == [one.place for one in company if again.belongs(one, one.before)]
