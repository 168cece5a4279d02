"""What is kept of addresses and remarks: no password, no photo, no token."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.access.credentials import TokenText
from services.activity import redaction

SECRET = "Hunter2-xyzzy"
TOKEN = TokenText("rcl_Abc123XyZ9_" + "Kq7vB2nX9" * 5 + "m4Tz")


QUERY = [
    f"password={SECRET}",
    f"PASSWORD={SECRET}&count=1",
    f"count=1&filter=password%20eq%20%22{SECRET}%22",
    f"filter=userName+eq+%22bo%22+and+password+co+%22{SECRET}%22",
    f"filter=p%2561ssword+eq+{SECRET}",
    f"access_token={SECRET}",
    f"x=Bearer%20{SECRET}",
    f"x=Bearer+{SECRET}",
    f"password%3D{SECRET}",
    f"pw={SECRET}",
    f"filter=password%20{SECRET}",
    f"filter=%22{SECRET}%22%20eq%20password",
    f"filter=pin%20xx%20%22{SECRET}%22",
    f"filter=userPin%20eq%20%22{SECRET}%22",
]


@pytest.mark.parametrize("query", QUERY)
def test_a_secret_in_the_query_is_hidden(query: str) -> None:
    shown = redaction.address("/scim/v2/Users", query).text
    assert SECRET not in shown
    assert "hidden" in shown
    assert shown.startswith("/scim/v2/Users?")


@pytest.mark.parametrize(
    "query",
    [
        f"token={TOKEN.text}",
        f"x={quote(TOKEN.text)}",
        f"x={TOKEN.text.replace('_', '%5F')}",
        f"x={TOKEN.text.replace('_', '%255F')}",
        f"{TOKEN.text}",
        f"{TOKEN.text}=1",
        f"x={TOKEN.text[15:]}",
    ],
)
def test_a_token_in_the_query_is_hidden(query: str) -> None:
    shown = redaction.address("/scim/v2/Users", query).text
    assert TOKEN.text[20:40] not in shown
    assert redaction.address(f"/scim/v2/Users/{TOKEN.text}", "").text.endswith(
        f"/rcl_{TOKEN.public_id}…"
    )


@pytest.mark.parametrize(
    "query",
    [
        "",
        "startIndex=1&count=100",
        "filter=userName%20eq%20%22bo%40example.com%22",
        "filter=title+eq+%22Executive+Secretary%22",
        "attributes=userName,password",
        "filter=photos%20pr&count=1",
        "filter=userName+eq+%22pin.token%40example.com%22",
        "filter=title+eq+%22Shipping+inspector%22&spin=1&passport=2",
        "a&b=&=c&&",
    ],
)
def test_a_harmless_query_is_kept_to_the_letter(query: str) -> None:
    shown = redaction.address("/scim/v2/Users", query)
    assert shown.text == "/scim/v2/Users" + (f"?{query}" if query else "")
    assert shown.secrets == frozenset()


QUERY_PARTS = (
    *("filter=", "&", "=", "a eq ", "%22", '"', "+", "%20", "%25", "%2520", "_", "%5F"),
    *(
        "userName",
        "password",
        "pass%77ord",
        "photos",
        "to%6ben",
        "token",
        "Basic ",
        "x",
    ),
    *("rcl", "rcl_7Qm2xYz9Ab_", "%72cl_", "bearer%09", "data:image/png;", "data%3Aa,"),
    *(
        "Aa1" * 9,
        "Aa1" * 14,
        "Zz9%41" * 12,
        "ana.silva@example.com",
        "\u017f",
        "\u212a",
    ),
)


@given(st.lists(st.sampled_from(QUERY_PARTS), min_size=1, max_size=4).map("".join))
@settings(max_examples=1_500, deadline=None)
def test_a_query_that_is_kept_as_one_text_is_kept_part_by_part(query: str) -> None:
    # What is still encoded once it was decoded is looked at part by part.
    doubted = redaction.address("/scim/v2/Users", query + "&x=%2525")
    found = redaction.address("/scim/v2/Users", query)
    assert doubted.text == f"{found.text}&x=%2525"
    assert doubted.secrets == found.secrets


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/Users/password={SECRET}", "/Users/hidden"),
        (f"/Users;password={SECRET}", "/hidden"),
        (f"/password/{SECRET}", "/password/hidden"),
        ("/Users/password/", "/Users/password/"),
        ("/Schemas/urn:x:Token", "/Schemas/urn:x:Token"),
    ],
)
def test_a_secret_in_the_path_is_hidden(path: str, shown: str) -> None:
    found = redaction.address(f"/scim/v2{path}", "")
    assert found.text == f"/scim/v2{shown}"
    assert (SECRET in path) == bool(found.secrets)


def test_an_endless_address_is_cut() -> None:
    shown = redaction.address("/scim/v2/Users", "x=" + "y" * 9_000).text
    assert len(shown) == redaction.LONGEST_PATH


def test_what_was_hidden_is_hidden_in_a_remark_too() -> None:
    long = "s3cret" * 20
    secrets = {SECRET, long, 'quo"ted', "ab", "tab\tbed"}
    said = f'near "{SECRET}", "{long[:59]}…", "quo"ted", "tab\\tbed" and ab'
    shown = redaction.remark(said, secrets)
    assert shown == 'near "hidden", "hidden", "hidden", "hidden" and ab'


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ('The word must be "must".', 'The word must be "hidden".'),
        ('"mustard" is no "mus".', '"mustard" is no "mus".'),
        ('The number 441, not 4411, "441".', 'The number hidden, not 4411, "hidden".'),
        ("At most 441 of 4,411 must be sent.", "At most 441 of 4,411 must be sent."),
        ('"photos" of type "photo".', '"photos" of type "photo".'),
        ('"active" is for "User".', '"active" is for "User".'),
    ],
)
def test_whole_words_are_hidden_that_are_not_our_own(said: str, shown: str) -> None:
    secrets = {"must", "441", "photo", "active", "User"}
    assert redaction.remark(said, secrets) == shown


def test_what_is_kept_anyway_is_looked_for_nowhere() -> None:
    kept = '{"userName":"bo2","password":"hidden"}'
    secrets = ["bo2", "bo3", "user", "hidden"]
    assert redaction.unseen(secrets, "/Users", kept, None) == ["bo3", "user"]


def test_of_a_quotation_without_an_end_nothing_is_left() -> None:
    said = f'Wrong from here on: "{SECRET} and more'
    assert redaction.remark(said, is_quotable=False) == 'Wrong from here on: "hidden"'
    assert SECRET not in redaction.remark(said, {SECRET})


def test_the_parts_of_a_hidden_filter_are_known() -> None:
    shown = redaction.address("/Users", f"filter=password eq {SECRET}")
    assert SECRET in shown.secrets
    assert "password" not in shown.secrets


@pytest.mark.parametrize("query", ["password=", "filter=password eq x"])
def test_an_address_that_hides_something_is_known(query: str) -> None:
    found = redaction.address("/Users", query)
    assert found.secrets
    assert found.is_quotable == (query == "password=")
    said = 'near "x": say "y" or "z", not that.'
    kept = redaction.remark(said, is_quotable=False)
    assert kept == 'near "hidden", not that.'


def test_the_names_of_attributes_are_no_secrets() -> None:
    shown = redaction.address("/Users", f'filter=photos[value eq "{SECRET}"].display')
    assert shown.text == "/Users?filter=hidden"
    assert shown.secrets.isdisjoint({"photos", "value", ".display"})
    assert SECRET in shown.secrets
