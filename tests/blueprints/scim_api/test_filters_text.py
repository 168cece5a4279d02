"""How texts are compared: letters of every script, signs that SQL gives a meaning.

Both databases must mean the same, so nothing is left to their idea of case or order.
"""

from __future__ import annotations

from urllib.parse import quote

import orjson
import pytest

from tests.scim_client import load

LAST = "\U0010ffff"
BEFORE_SURROGATES, AFTER_SURROGATES = "\ud7ff", "\ue000"
NAMES = {
    "sharp": "Straße",
    "double": "STRASSE 2",
    "dotted": "İstanbul",
    "dotless": "ısparta",
    "composed": "Andr\u00e9 C.",
    "decomposed": "Andre\u0301 D.",
    "percent": "100% sure",
    "digits": "1000 sure",
    "underscore": "snake_case",
    "dash": "snake-case",
    "quote": "O'Neil",
    "quotes": 'the "boss"',
    "backslash": "back\\slash",
    "comment": "x'); DROP TABLE users; --",
    "before": f"t{BEFORE_SURROGATES}y",
    "after": f"t{AFTER_SURROGATES}y",
    "last": f"t{LAST}",
    "last-two": f"t{LAST}{LAST}",
    "emoji": "t😀",
    "blank": " padded ",
    "sigma": "ΟΔΟΣ",
    "hangul": "한국",
}
LONG = "https://example.com/" + "x" * 60_000


@pytest.fixture(scope="module", autouse=True)
def people(shared_scim):
    for user_name, title in NAMES.items():
        shared_scim.new_user(user_name, title=title, emails=[{"value": title}])
    shared_scim.new_user("reference", profileUrl=LONG, photos=[{"value": LONG}])


def found(scim, attribute, operator, value):
    text = f"{attribute} {operator} {orjson.dumps(value).decode()}"
    page = load(scim.get(f"/Users?filter={quote(text)}&attributes=userName"))
    return {one["userName"] for one in page["Resources"]}


@pytest.mark.parametrize("attribute", ["title", "emails"])
@pytest.mark.parametrize(
    ("operator", "value", "users"),
    [
        ("eq", "strasse", {"sharp"}),
        ("eq", "STRAẞE", {"sharp"}),
        ("sw", "straß", {"sharp", "double"}),
        ("co", "SS", {"sharp", "double", "quotes"}),
        ("eq", "İSTANBUL", {"dotted"}),
        ("eq", "istanbul", set()),
        ("eq", "i\u0307stanbul", {"dotted"}),
        ("eq", "isparta", set()),
        ("eq", "ısparta", {"dotless"}),
        ("sw", "ANDRÉ", {"composed", "decomposed"}),
        ("sw", "andre\u0301", {"composed", "decomposed"}),
        ("eq", "andre\u0301 c.", {"composed"}),
        ("co", "é d", {"decomposed"}),
        ("eq", "οδος", {"sigma"}),
        ("eq", "οδοσ", {"sigma"}),
        ("sw", "한", {"hangul"}),
        ("eq", "\u1112\u1161\u11ab\u1100\u116e\u11a8", {"hangul"}),
        ("co", "%", {"percent"}),
        ("sw", "100%", {"percent"}),
        ("eq", "100%", set()),
        ("ew", "% SURE", {"percent"}),
        ("co", "e_c", {"underscore"}),
        ("sw", "snake_", {"underscore"}),
        ("ew", "_case", {"underscore"}),
        ("co", "'", {"quote", "comment"}),
        ("eq", "o'neil", {"quote"}),
        ("co", '"', {"quotes"}),
        ("ew", '"', {"quotes"}),
        ("co", "\\", {"backslash"}),
        ("co", "\\S", {"backslash"}),
        ("eq", "x'); drop table users; --", {"comment"}),
        ("ew", "--", {"comment"}),
        ("sw", " ", {"blank"}),
        ("eq", "padded", set()),
        ("ew", "ed ", {"blank"}),
        ("sw", f"t{BEFORE_SURROGATES}", {"before"}),
        ("sw", f"t{AFTER_SURROGATES}", {"after"}),
        ("sw", f"t{LAST}", {"last", "last-two"}),
        ("sw", f"t{LAST}{LAST}", {"last-two"}),
        ("sw", LAST, set()),
        ("gt", f"t{LAST}", {"last-two", "comment", "dotless", "sigma", "hangul"}),
        ("ge", "한", {"hangul"}),
        ("sw", "t😀", {"emoji"}),
        ("co", "😀", {"emoji"}),
        ("ew", "😀", {"emoji"}),
    ],
)
def test_letters_and_signs_mean_themselves(
    shared_scim, attribute, operator, value, users
):
    assert found(shared_scim, attribute, operator, value) == users


@pytest.mark.parametrize("name", ["STRASSE@x", "straße@x", "Straße@X"])
def test_names_that_fold_alike_are_one_name(shared_scim, name):
    shared_scim.post("/Users", {"userName": "Strasse@X"})
    assert shared_scim.post("/Users", {"userName": name}).status_code == 409
    assert found(shared_scim, "userName", "eq", name) == {"Strasse@X"}


def test_accent_typed_in_two_ways_is_one_name(shared_scim):
    first = shared_scim.post("/Users", {"userName": "re\u0301mi"})
    second = shared_scim.post("/Users", {"userName": "R\u00e9mi"})
    assert (first.status_code, second.status_code) == (201, 409)
    assert load(first)["userName"] == "re\u0301mi"


@pytest.mark.parametrize("attribute", ["profileUrl", "photos", "photos.value"])
def test_long_reference_is_found_whole(shared_scim, attribute):
    answer = shared_scim.get(f"/Users?filter={attribute} eq {'x' * 9_000}")
    assert answer.status_code == 400
    text = f'{attribute} ne "{LONG[:8_000]}" and {attribute} pr'
    page = load(shared_scim.get(f"/Users?filter={quote(text)}&attributes=userName"))
    assert "reference" in [one["userName"] for one in page["Resources"]]


def test_long_reference_is_compared_to_its_last_character(shared_scim):
    for_eight = "https://example.com/" + "y" * 7_000
    shared_scim.new_user("eight", profileUrl=for_eight)
    assert found(shared_scim, "profileUrl", "eq", for_eight) == {"eight"}
    assert found(shared_scim, "profileUrl", "eq", for_eight[:-1]) == set()


def test_case_of_exact_attributes_counts_in_every_operator(shared_scim):
    shared_scim.new_user("exact", externalId="AbC")
    assert found(shared_scim, "externalId", "sw", "Ab") == {"exact"}
    assert found(shared_scim, "externalId", "sw", "ab") == set()
    assert found(shared_scim, "externalId", "co", "bc") == set()
    assert found(shared_scim, "externalId", "ew", "C") == {"exact"}
