"""Passwords: long ones that cannot be guessed are good, whatever they are made of."""

from __future__ import annotations

import subprocess
import sys

import pytest
from argon2 import PasswordHasher

from services.access import passwords
from services.errors import Invalid
from tests.served import ROOT

ADA = ["ada.lovelace@harbour.example", "Ada Lovelace", "Harbour & Co"]
GOOD = "tramway pickle orbit"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery",
        "the monkey loves the summer sun",
        "kX9$mQ2#vL7@pR4",
        "}%$~#*(^)!@&^%{",
        "5839201748362917",
        "我们在这里输入一个很长的密码好吗",
        "grün wie Meergras",
        "a" * 3 + " tramway pickle orbit " + "1234",
    ],
)
def test_a_long_password_is_good_whatever_it_is_made_of(password: str) -> None:
    passwords.check(password, ADA)
    assert passwords.is_right(password, passwords.hash_of(password))


@pytest.mark.parametrize("password", ["", "tramway pickle", "x" * 129, "é" * 14])
def test_a_password_has_15_to_128_characters(password: str) -> None:
    with pytest.raises(Invalid, match="15 to 128 characters") as caught:
        passwords.check(password)
    assert caught.value.attribute == "password"


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaa",
        "passwordpassword",
        "zebra zebra zebra",
        "Zebra-zebra-ZEBRA-2026!",
        "abcabcabcabcabcabc",
        "hello hello hello hello",
        "zebrafishzebrafish",
    ],
)
def test_a_password_that_repeats_itself_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="repeats itself") as caught:
        passwords.check(password)
    assert password not in caught.value.detail


@pytest.mark.parametrize(
    "password",
    [
        "Password123456789",
        "P@ssw0rd12345678",
        "qwertyuiopasdfgh",
        "poiuytrewqlkjhgf",
        "1qaz2wsx3edc4rfv",
        "abcdefghijklmnop",
        "zyxwvutsrqponmlk",
        "Summer2026-Winter2026",
        "rollcall-admin-2026!",
        "correct horse battery staple",
        "passwort-fuer-den-server",
        "zebra1zebra2zebra",
    ],
)
def test_a_password_of_common_words_and_rows_of_keys_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="easy to guess") as caught:
        passwords.check(password)
    assert caught.value.attribute == "password"


@pytest.mark.parametrize(
    "password",
    ["Harbour&Co-2026-ada", "ada.lovelace@harbour.example", "harbour.lovelace.1985"],
)
def test_what_is_known_of_the_admin_is_no_password(password: str) -> None:
    with pytest.raises(Invalid, match="easy to guess"):
        passwords.check(password, ADA)


def test_what_is_known_of_another_admin_is_one() -> None:
    passwords.check("Harbour&Co-2026-ada", ["bo@globex.example", "Bo", "Globex"])


@pytest.mark.parametrize("word", ["", "a", "&", " . ", "日本"])
def test_short_names_forbid_nothing(word: str) -> None:
    passwords.check(GOOD, [word])


def test_what_utf_8_does_not_have_is_refused() -> None:
    with pytest.raises(Invalid, match="UTF-8"):
        passwords.check("\ud800 tramway pickle orbit")
    assert not passwords.is_right("\ud800" * 20, passwords.hash_of(GOOD))


def test_one_password_may_be_typed_in_two_ways() -> None:
    composed, decomposed = "gr\u00fcn wie Meergras", "gru\u0308n wie Meergras"
    assert passwords.is_right(decomposed, passwords.hash_of(composed))
    assert passwords.is_right(composed, passwords.hash_of(decomposed))


def test_every_character_counts() -> None:
    longest = "0123456789abcdef" * 8
    kept = passwords.hash_of(longest)
    assert passwords.is_right(longest, kept)
    assert not passwords.is_right(longest[:-1], kept)
    assert not passwords.is_right(longest + "0", kept)
    assert not passwords.is_right("x" * 5_000_000, kept)


@pytest.mark.parametrize("kept", [None, "", "no hash", "$argon2id$v=19$broken"])
def test_nobodys_password_is_never_right(kept: str | None) -> None:
    assert not passwords.is_right("no admin has this one", kept)
    assert not passwords.is_right("", kept)


def test_hashes_are_argon2id_and_differ_for_one_password() -> None:
    first, second = passwords.hash_of(GOOD), passwords.hash_of(GOOD)
    assert first.startswith("$argon2id$")
    assert first != second


def test_a_hash_with_the_parameters_of_another_day_is_outdated() -> None:
    assert passwords.is_outdated(PasswordHasher(time_cost=1).hash(GOOD))
    assert not passwords.is_outdated(passwords.hash_of(GOOD))


def test_the_parameters_are_those_that_rfc_9106_recommends() -> None:
    # In a process of its own: tests hash quickly.
    code = (
        "from services.access import passwords as p; print(p.hash_of('tramway pickle'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
