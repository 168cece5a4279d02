"""The examples of RFC 7644 §3.4.2.2 (Figure 2) and §3.5.2, as trees."""

from __future__ import annotations

import pytest

from scim import filters, names
from scim.filters import And, Comparison, Filter, Not, Or, Path, Present, ValuePath

_TITLE = Present("title")
_EMPLOYEE = Comparison("userType", "eq", "Employee")
_LAST_MODIFIED = "meta.lastModified"
_INSTANT = "2011-05-13T04:42:34Z"
_MEMBER = "2819c223-7f76-453a-919d-413861904646"
_EITHER_EMAIL = Or(
    (
        Comparison("emails", "co", "example.com"),
        Comparison("emails.value", "co", "example.org"),
    )
)
_WORK_EMAIL = ValuePath(
    "emails",
    And((Comparison("type", "eq", "work"), Comparison("value", "co", "@example.com"))),
)
_XMPP = ValuePath(
    "ims",
    And((Comparison("type", "eq", "xmpp"), Comparison("value", "co", "@foo.com"))),
)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('userName Eq "bjensen"', Comparison("userName", "eq", "bjensen")),
        (
            'name.familyName co "O\'Malley"',
            Comparison("name.familyName", "co", "O'Malley"),
        ),
        ('userName sw "J"', Comparison("userName", "sw", "J")),
        (
            'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"',
            Comparison(f"{names.CORE_USER}:userName", "sw", "J"),
        ),
        ("title pr", _TITLE),
        (
            'meta.lastModified gt "2011-05-13T04:42:34Z"',
            Comparison(_LAST_MODIFIED, "gt", _INSTANT),
        ),
        (
            'meta.lastModified ge "2011-05-13T04:42:34Z"',
            Comparison(_LAST_MODIFIED, "ge", _INSTANT),
        ),
        (
            'meta.lastModified lt "2011-05-13T04:42:34Z"',
            Comparison(_LAST_MODIFIED, "lt", _INSTANT),
        ),
        (
            'meta.lastModified le "2011-05-13T04:42:34Z"',
            Comparison(_LAST_MODIFIED, "le", _INSTANT),
        ),
        ('title pr and userType eq "Employee"', And((_TITLE, _EMPLOYEE))),
        (
            'title pr or userType eq "Intern"',
            Or((_TITLE, Comparison("userType", "eq", "Intern"))),
        ),
        (
            'schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"',
            Comparison("schemas", "eq", names.ENTERPRISE_USER),
        ),
        (
            'userType eq "Employee" and (emails co "example.com" or '
            'emails.value co "example.org")',
            And((_EMPLOYEE, _EITHER_EMAIL)),
        ),
        (
            'userType ne "Employee" and not (emails co "example.com" or '
            'emails.value co "example.org")',
            And((Comparison("userType", "ne", "Employee"), Not(_EITHER_EMAIL))),
        ),
        (
            'userType eq "Employee" and (emails.type eq "work")',
            And((_EMPLOYEE, Comparison("emails.type", "eq", "work"))),
        ),
        (
            'userType eq "Employee" and emails[type eq "work" and '
            'value co "@example.com"]',
            And((_EMPLOYEE, _WORK_EMAIL)),
        ),
        (
            'emails[type eq "work" and value co "@example.com"] or '
            'ims[type eq "xmpp" and value co "@foo.com"]',
            Or((_WORK_EMAIL, _XMPP)),
        ),
    ],
)
def test_filter_of_figure_2_is_read(text: str, tree: Filter) -> None:
    assert filters.parse(text) == tree
    assert filters.parse(filters.to_text(tree)) == tree


@pytest.mark.parametrize(
    "operator", ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
)
def test_operator_of_table_3_is_read_in_any_case(
    operator: filters.Operator,
) -> None:
    for_lower = filters.parse(f'title {operator} "x"')
    for_upper = filters.parse(f'title {operator.upper()} "x"')

    assert for_lower == Comparison("title", operator, "x")
    assert for_upper == for_lower


@pytest.mark.parametrize("operator", ["pr", "Pr", "PR"])
def test_presence_of_table_3_is_read_in_any_case(operator: str) -> None:
    assert filters.parse(f"title {operator}") == _TITLE


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        (
            "a pr or b pr and c pr",
            Or((Present("a"), And((Present("b"), Present("c"))))),
        ),
        (
            "(a pr or b pr) and c pr",
            And((Or((Present("a"), Present("b"))), Present("c"))),
        ),
        ("not (a pr) and b pr", And((Not(Present("a")), Present("b")))),
        ("not (a pr) or b pr", Or((Not(Present("a")), Present("b")))),
    ],
)
def test_grouping_binds_before_not_before_and_before_or(
    text: str, tree: Filter
) -> None:
    assert filters.parse(text) == tree


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("members", Path("members")),
        ("name.familyName", Path("name.familyName")),
        (
            'addresses[type eq "work"]',
            Path("addresses", Comparison("type", "eq", "work")),
        ),
        (
            f'members[value eq "{_MEMBER}"]',
            Path("members", Comparison("value", "eq", _MEMBER)),
        ),
        (
            f'members[value eq "{_MEMBER}"].displayName',
            Path("members", Comparison("value", "eq", _MEMBER), "displayName"),
        ),
        (
            'emails[type eq "work" and value ew "example.com"]',
            Path(
                "emails",
                And(
                    (
                        Comparison("type", "eq", "work"),
                        Comparison("value", "ew", "example.com"),
                    )
                ),
            ),
        ),
        (
            'addresses[type eq "work"].streetAddress',
            Path("addresses", Comparison("type", "eq", "work"), "streetAddress"),
        ),
    ],
)
def test_path_of_section_3_5_2_is_read(text: str, path: Path) -> None:
    assert filters.parse_path(text) == path
