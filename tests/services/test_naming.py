"""Names that people type: what is stored of them, and what is refused."""

from __future__ import annotations

import pytest

from services import naming
from services.errors import Invalid


@pytest.mark.parametrize("name", ["A", "x" * 100, "  Ærø & Co  "])
def test_a_name_is_kept_without_the_blanks_around_it(name: str) -> None:
    assert naming.check(name) == name.strip()


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\nb", "nul\0", "\u202ex"])
def test_a_name_that_cannot_be_shown_is_refused_on_its_field(name: str) -> None:
    with pytest.raises(Invalid, match="1 to 100 characters") as refused:
        naming.check(name, "organization")
    assert refused.value.attribute == "organization"


def test_unique_names_are_kept_without_the_blanks_around_them() -> None:
    assert naming.clean_user_name(" bo ", []) == "bo"
    assert naming.clean_group_name(" Staff ", []) == "Staff"


@pytest.mark.parametrize(
    ("clean", "attribute"),
    [
        (naming.clean_user_name, "userName"),
        (naming.clean_group_name, "displayName"),
    ],
)
@pytest.mark.parametrize("name", ["", "  ", "nul\0", "x" * 1_100])
def test_a_unique_name_that_cannot_be_stored_is_refused_on_its_field(
    clean, attribute: str, name: str
) -> None:
    with pytest.raises(Invalid) as refused:
        clean(name, [])
    assert refused.value.attribute == attribute
