"""A value among many, a text within another, in the words of both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import User
from models.database import db
from services.directory import users
from services.organizations import OrganizationRef
from services.origin import Origin
from services.queries.comparing import Column, among, contains

NAMES = ["bo", 'c"y', "di'a", "é\\l"]
SEQ, KEY = User.__table__.c.seq, User.__table__.c.user_name_key


@pytest.fixture(autouse=True)
def _in_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture(autouse=True)
def _people(acme: OrganizationRef, _in_context: None) -> None:
    for name in NAMES:
        users.create(acme, {"userName": name}, origin=Origin.of_command_line())


def found(column: Column, wanted: Sequence[int] | Sequence[str]) -> list[str]:
    """The names of those whose value is among the wanted, and then of the others."""
    with db.engine.connect() as connection:
        is_wanted = among(connection, column, wanted)
        statement = sa.select(KEY).order_by(sa.not_(is_wanted), SEQ)
        found = list(connection.scalars(statement.where(is_wanted)))
        assert list(connection.scalars(statement))[: len(found)] == found
    return found


@pytest.mark.parametrize("wanted", [NAMES[:1], NAMES[1:], [*NAMES, "nobody"]])
def test_texts_are_found_whatever_they_hold(wanted: list[str]) -> None:
    assert found(KEY, wanted) == [name for name in NAMES if name in wanted]


def test_numbers_are_found() -> None:
    assert found(SEQ, [2, 4, 99]) == [NAMES[1], NAMES[3]]


@pytest.mark.parametrize("column", [SEQ, KEY])
def test_nothing_is_among_nothing(column: Column) -> None:
    assert found(column, []) == []


def test_thousands_are_one_parameter() -> None:
    with db.engine.connect() as connection:
        clause = among(connection, SEQ, range(5_000))
        told = {"render_postcompile": True}
        n_parameters = len(clause.compile(connection, compile_kwargs=told).params)
    assert found(SEQ, range(5_000)) == NAMES
    assert n_parameters == 1


SIGNS = "aA*?[]^-%_\\'\nß한"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(SIGNS, max_size=8), part=st.text(SIGNS, min_size=1, max_size=3))
def test_a_text_holds_what_python_says_it_does(text: str, part: str) -> None:
    column = sa.literal(text, sa.Text)
    with db.engine.connect() as connection:
        statement = sa.select(contains(column, part), sa.not_(contains(column, part)))
        found = tuple(map(bool, connection.execute(statement).one()))
    assert found == (part in text, part not in text)


@pytest.mark.parametrize("part", ["*", "?", "[", "[a]", "]", "^", "a*b?"])
def test_a_sign_stands_for_itself(part: str, acme: OrganizationRef) -> None:
    users.create(acme, {"userName": f"a{part}b"}, origin=Origin.of_command_line())
    with db.engine.connect() as connection:
        found = connection.scalars(sa.select(KEY).where(contains(KEY, part))).all()
    assert found == [f"a{part}b"]
