"""The text of a token: how it is made, and one cause for each way to get it wrong."""

from __future__ import annotations

import hashlib
import re
import string

import pytest

from services.access import credentials
from services.access.credentials import Claim, TokenText
from services.errors import TokenRefused

GOOD = "rcl_Abc123XyZ9_" + "s" * 43 + "1woUIc"


def refusal_of(header: str | None) -> TokenRefused:
    with pytest.raises(TokenRefused) as caught:
        credentials.read_header(header)
    return caught.value


def test_a_fresh_token_has_the_published_form() -> None:
    token = credentials.make()
    assert re.fullmatch(r"rcl_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}", token.text)
    assert token.public_id == token.text[4:14]
    assert token.last_four == token.text[-4:]


def test_the_secret_holds_at_least_256_bits() -> None:
    letters = len(string.digits + string.ascii_letters)
    secret = credentials.make().text.split("_")[2][:-6]
    assert letters ** len(secret) >= 2**256


def test_two_tokens_share_neither_name_nor_secret() -> None:
    one, other = credentials.make(), credentials.make()
    assert one.public_id != other.public_id
    assert one.text.split("_")[2] != other.text.split("_")[2]


def test_what_is_stored_is_the_sha_256_of_the_whole_text() -> None:
    assert TokenText(GOOD).digest == hashlib.sha256(GOOD.encode()).digest()


def test_the_checksum_is_what_it_has_always_been() -> None:
    """A changed algorithm would refuse every token that is out there."""
    assert credentials.read_header(GOOD).text == GOOD


@pytest.mark.parametrize(
    "form",
    [
        "Bearer {}",
        "bearer {}",
        "BEARER {}",
        "bEaReR {}",
        "{}",
        "  Bearer {}  ",
        "{} ",
    ],
)
def test_a_token_is_read_with_and_without_its_scheme(form: str) -> None:
    token = credentials.make()
    assert credentials.read_header(form.format(token.text)) == token


@pytest.mark.parametrize(
    ("header", "cause", "said"),
    [
        (None, "missing", "No credentials were sent."),
        (None, "missing", "HTTP Header under Authentication Mode"),
        ("", "blank", "The Authorization header came empty"),
        ("   ", "blank", "such as curly quotes or an invisible blank"),
        ("Bearer", "empty", "The word Bearer came without a token."),
        ("bearer   ", "empty", "Paste the provisioning token again"),
        ("Basic dXNlcjpwdw==", "scheme", "of the kind Basic"),
        ("SSWS 00abc", "scheme", "of the kind SSWS"),
        (f"Basic {GOOD}", "scheme", "the scheme Bearer"),
        (f"Bearer Bearer {GOOD}", "bearer_twice", "Bearer was sent twice"),
        (f"Bearer bearer {GOOD}", "bearer_twice", "Paste the token alone"),
        (f'Bearer "{GOOD}"', "quoted", "quotation marks"),
        (f"Bearer '{GOOD}'", "quoted", "quotation marks"),
        (f'"{GOOD}"', "quoted", "Paste it without them"),
        (f"Bearer {GOOD}'", "quoted", "quotation marks"),
        (f"Bearer “{GOOD}”", "quoted", "quotation marks"),
        (f'"Bearer {GOOD}"', "quoted", "quotation marks"),
        (f"Bearer {GOOD} {GOOD}", "two_tokens", "Two tokens"),
        (f"Bearer {GOOD}{GOOD}", "two_tokens", "Two tokens"),
        (f"Bearer  {GOOD}", "blanks", "blanks before or inside it"),
        (f"Bearer {GOOD[:20]} {GOOD[20:]}", "blanks", "blanks"),
        (f"Bearer\t{GOOD}", "blanks", "blanks"),
        ("Bearer 00exampleOfAnother", "foreign", "begin with rcl_"),
        ("00exampleOfAnother", "foreign", "not a provisioning token of Rollcall"),
        (f"Bearer RCL{GOOD[3:]}", "foreign", "begin with rcl_"),
        (f"Bearer {GOOD[4:]}", "unprefixed", "Abc123XyZ9… came without rcl_"),
        (f"Bearer {GOOD[4:-1]}Z", "foreign", "begin with rcl_"),
        (f"Bearer {GOOD[:-1]}", "cut", "cut off: 63 characters came, 64 are needed"),
        ("Bearer rcl_Abc", "cut", "The token is cut off: 7 characters came"),
        ("Bearer rcl_", "cut", "The token is cut off"),
        (f"Bearer {GOOD}x", "padded", "too long: 65 characters came, 64 are needed"),
        (f"Bearer {GOOD[:-1]}Z", "altered", "its checksum is wrong"),
        (f"Bearer {GOOD[:-1]}!", "altered", "is altered"),
        (f"Bearer {GOOD.replace('s', 'S', 1)}", "altered", "its checksum is wrong"),
    ],
)
def test_each_fault_has_a_cause_and_a_text_of_its_own(
    header: str | None, cause: str, said: str
) -> None:
    refusal = refusal_of(header)
    assert refusal.cause == cause
    assert said in refusal.detail


@pytest.mark.parametrize("fault", [GOOD[:-5], GOOD + "x", GOOD[:-1] + "Z"])
def test_a_damaged_token_still_names_itself(fault: str) -> None:
    refusal = refusal_of(f"Bearer {fault}")
    assert refusal.public_id == "Abc123XyZ9"
    assert "Token rcl_Abc123XyZ9…" in refusal.detail
    assert "ssss" not in refusal.detail


def test_a_token_without_a_whole_name_is_nobodys() -> None:
    assert refusal_of("Bearer rcl_Abc").public_id is None
    assert refusal_of(f"Bearer rcl_{'a' * 60}").public_id is None


@pytest.mark.parametrize("place", range(4, 64))
def test_any_single_letter_changed_is_noticed(place: int) -> None:
    other = "A" if GOOD[place] != "A" else "B"
    refusal = refusal_of(f"Bearer {GOOD[:place]}{other}{GOOD[place + 1 :]}")
    assert refusal.cause == "altered"


@pytest.mark.parametrize(
    "header",
    ["\x00", "Bearer \x00\x1b[2J", "\x7fkind x", "rcl_\ud800", "Bearer é" * 99],
)
def test_hostile_headers_are_refused_in_printable_words(header: str) -> None:
    detail = refusal_of(header).detail
    assert detail.isprintable()
    assert len(detail) < 400


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (GOOD, "rcl_Abc123XyZ9…"),
        (f"/Users?a={GOOD}&b=1", "/Users?a=rcl_Abc123XyZ9…&b=1"),
        (f"{GOOD} {GOOD}", "rcl_Abc123XyZ9… rcl_Abc123XyZ9…"),
        (GOOD[:30], "rcl_Abc123XyZ9…"),
        (GOOD + "xyz", "rcl_Abc123XyZ9…"),
        ("/Users/rcl", "/Users/rcl"),
    ],
)
def test_nothing_of_a_secret_is_left_in_what_is_written_down(
    text: str, shown: str
) -> None:
    assert credentials.redact(text) == shown


@pytest.mark.parametrize(
    ("header", "public_id", "is_prefixed"),
    [
        (f"Bearer {GOOD}", "Abc123XyZ9", True),
        (f'Bearer "{GOOD[:30]}', "Abc123XyZ9", True),
        (GOOD[:14], "Abc123XyZ9", True),
        (f"Basic x {GOOD} {GOOD}", "Abc123XyZ9", True),
        (GOOD.removeprefix("rcl_"), "Abc123XyZ9", False),
        (f"Bearer {GOOD[4:20]}", "Abc123XyZ9", False),
        (GOOD[:13], "", False),
        (f"rcl_{'x' * 11}", "", False),
        ("Bearer ghp_0123456789abcdef", "", False),
        ("", "", False),
        (None, "", False),
    ],
)
def test_a_refused_header_may_still_name_a_token(
    header: str | None, public_id: str, is_prefixed: bool
) -> None:
    assert credentials.find_claim(header) == Claim(public_id, is_prefixed)
