"""What is kept of a request: no password, no photo, no token, in whatever shape."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim.names import CORE_USER
from services.access.credentials import TokenText
from services.activity import redaction

SECRET = "Hunter2-xyzzy"
TOKEN = TokenText("rcl_Abc123XyZ9_" + "Kq7vB2nX9" * 5 + "m4Tz")

Document = dict[str, Any]  # Any: JSON


def kept(document: object) -> str | None:
    return redaction.request_body(json.dumps(document).encode()).head


SHAPES: list[Callable[[Any], Document]] = [
    lambda secret: {"password": secret},
    lambda secret: {"PassWord": secret, "userName": "bo"},
    lambda secret: {CORE_USER: {"password": secret}},
    lambda secret: {f"{CORE_USER}:password": secret},
    lambda secret: {"name": {"newPassword": [secret]}},
    lambda secret: {"photos": [{"value": secret, "type": "photo"}]},
    lambda secret: {"thumbnailPhoto": secret},
    lambda secret: {"Operations": [{"op": "add", "path": "password", "value": secret}]},
    lambda secret: {"Operations": [{"value": secret, "op": "Add", "path": "PASSWORD"}]},
    lambda secret: {"Operations": [{"path": f"{CORE_USER}:password", "value": secret}]},
    lambda secret: {"Operations": [{"op": "add", "value": {"password": secret}}]},
    lambda secret: {
        "Operations": [
            {"op": "replace", "path": CORE_USER, "value": {"Password": secret}}
        ]
    },
    lambda secret: {"Operations": [{"path": 'photos[type eq "x"]', "value": secret}]},
    lambda secret: {"attributes": [{"name": "password", "Value": secret}]},
    lambda secret: {"client_secret": secret, "apiKey": secret},
    lambda secret: {"pw": secret, "userPin": secret, "otp_code": secret},
    lambda secret: {"PASS": secret, "name": {"pass": [secret]}},
    lambda secret: {"Operations": [{"path": "userPin", "value": secret}]},
    lambda secret: {"title": f"my PIN is {secret}"},
    lambda secret: {"pa\u017fs": secret},
    lambda secret: {"title": json.dumps({"password": secret})},
    lambda secret: {"title": f"password={secret}"},
    lambda secret: {"path": f'password eq "{secret}"'},
    lambda secret: {f"password={secret}": True},
    lambda secret: {"profileUrl": f"data:image/png;base64,{secret}"},
    lambda secret: {"title": f"Bearer {secret}"},
    lambda secret: {"pa\u017f\u017fword": secret},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_secret_is_hidden_wherever_it_stands(
    shape: Callable[[Any], Document],
) -> None:
    head = kept({**shape(SECRET), "externalId": "00u1"})
    assert head is not None
    assert SECRET not in head
    assert "hidden" in head
    assert '"externalId":"00u1"' in head


@pytest.mark.parametrize("value", [SECRET, {"value": SECRET}, [[SECRET]], {SECRET: 1}])
def test_whatever_a_password_is_it_is_hidden(value: Any) -> None:
    assert kept({"password": value}) == '{"password":"hidden"}'


def test_an_absent_password_stays_absent() -> None:
    assert kept({"password": None}) == '{"password":null}'


def test_a_key_spelt_with_escapes_is_read() -> None:
    body = b'{"p\\u0061ssword":"%s","userName":"bo"}' % SECRET.encode()
    assert redaction.request_body(body).head == '{"password":"hidden","userName":"bo"}'


@pytest.mark.parametrize(
    "text",
    [
        TOKEN.text,
        f"Bearer {TOKEN.text}",
        f"my token is {TOKEN.text}, do not tell",
        TOKEN.text.removeprefix("rcl_"),
        TOKEN.text[:-20],
        TOKEN.text.upper(),
    ],
)
def test_of_a_token_only_the_public_id_is_kept(text: str) -> None:
    head = kept({"title": text}) or ""
    shown = redaction.text(text)
    for found in (head, shown):
        assert TOKEN.text[16:28].lower() not in found.lower()


@pytest.mark.parametrize(
    "text",
    [
        "Okta SCIM Client 1.0.0",
        "Executive Secretary",
        "Begins with rcl_. Make one.",
        "The word Bearer came without a token.",
        "rcl_7Qm2abcdef",
        "a_b",
    ],
)
def test_a_text_without_secrets_is_kept_as_it_is(text: str) -> None:
    assert redaction.text(text) == text
    assert json.loads(kept({"title": text}) or "") == {"title": text}


def test_a_body_without_secrets_is_kept_to_the_letter() -> None:
    body = b'{ "shipping" : "compass",\n  "shipping":"upwork, spinner" '
    assert redaction.request_body(body).head == body.decode()


@pytest.mark.parametrize(
    "body",
    [
        b'{"password":"%s"',
        b"{'password': '%s'}",
        b"userName=bo&password=%s",
        b"p%%61ssword=%s",
        b"<user><password>%s</password></user>",
        b"%s",
        b'"%s"',
        b'{"a":"\x00%s"}',
        b'{"a":"\xff%s"}',
        b'[{"photos":[{"value":"%s',
    ],
)
def test_nothing_is_kept_of_what_cannot_be_read(body: bytes) -> None:
    assert redaction.request_body(body % SECRET.encode()).head is None


def test_utf_16_is_not_kept() -> None:
    body = json.dumps({"password": SECRET}).encode("utf-16")
    assert redaction.request_body(body).head is None


def test_a_deep_body_is_hidden_from_where_it_is_too_deep() -> None:
    body = b'{"token":1,"a":' + b"[" * 200 + b'"x"' + b"]" * 200 + b"}"
    head = redaction.request_body(body).head or ""
    assert head.startswith('{"token":"hidden","a":[[[')
    assert "x" not in head


def test_a_long_body_is_cut() -> None:
    body = json.dumps({"title": "é" * 40_000}, ensure_ascii=False).encode()
    head = redaction.request_body(body).head or ""
    assert redaction.KEPT_BYTES - 4 < len(head.encode()) <= redaction.KEPT_BYTES
    assert head == body.decode()[: len(head)]


@pytest.mark.parametrize("before", range(redaction.KEPT_BYTES - 60, 16_384, 7))
def test_no_half_of_a_secret_stands_where_a_body_is_cut(before: int) -> None:
    document = {"a": "x" * before, "title": TOKEN.text, "password": SECRET}
    head = kept(document) or ""
    assert len(head) <= redaction.KEPT_BYTES
    assert TOKEN.text[15:19] not in head
    assert SECRET[:4] not in head


def test_a_password_far_behind_hides_what_stands_before_it() -> None:
    operation = {"value": SECRET, "x": "y" * 50_000, "path": "password"}
    assert SECRET not in (kept({"Operations": [operation]}) or "")


def test_a_huge_body_that_speaks_of_secrets_is_not_kept() -> None:
    assert kept({"title": "x" * 600_000, "password": SECRET}) is None


def test_an_answer_is_kept_and_its_photos_are_not() -> None:
    users = [{"userName": f"u{n}", "photos": [{"value": SECRET}]} for n in range(900)]
    data = json.dumps({"Resources": users}, separators=(",", ":")).encode()
    head = redaction.response_body(data) or ""
    assert head.startswith('{"Resources":[{"userName":"u0","photos":"hidden"}')
    assert len(head) == redaction.KEPT_BYTES
    assert SECRET not in head


GROUPS = [{"value": "7", "display": 'A ] "groups":[ B'}] * 100
"""So many that no other mark is looked for in an answer."""

PHOTOS = [{"value": SECRET}]


@pytest.mark.parametrize(
    "users",
    [
        [{"photos": PHOTOS, "groups": GROUPS}],
        [{"groups": GROUPS, "photos": PHOTOS}],
        [{"groups": GROUPS}, {"title": "x"}, {"groups": GROUPS, "photos": PHOTOS}],
        [{"groups": [], "title": "x" * 5_000}, {"photos": PHOTOS}],
    ],
)
def test_photos_are_found_before_and_after_groups(users: list[Any]) -> None:
    data = json.dumps({"Resources": users}, separators=(",", ":")).encode()
    assert SECRET not in (redaction.response_body(data) or "")


def test_an_answer_of_groups_alone_is_kept_as_it_is() -> None:
    data = json.dumps({"groups": GROUPS * 9}, separators=(",", ":"))
    assert redaction.response_body(data.encode()) == data[: redaction.KEPT_BYTES]


def test_the_head_of_a_streamed_answer_is_kept_unless_it_speaks_of_secrets() -> None:
    plain, named = b'{"id":"7","members":[', b'{"photos":[{"value":"x'
    assert redaction.response_body(plain, is_whole=False) == plain.decode()
    assert redaction.response_body(named, is_whole=False) is None


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
        ('"photos" of type "photo".', '"photos" of type "photo".'),
        ('"active" is for "User".', '"active" is for "User".'),
    ],
)
def test_whole_words_are_hidden_that_are_not_our_own(said: str, shown: str) -> None:
    secrets = {"must", "441", "photo", "active", "User"}
    assert redaction.remark(said, secrets) == shown


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
    assert redaction.address("/Users", query).secrets
    said = 'near "x": say "y" or "z", not that.'
    kept = redaction.remark(said, is_quotable=False)
    assert kept == 'near "hidden", not that.'


def test_the_names_of_attributes_are_no_secrets() -> None:
    shown = redaction.address("/Users", f'filter=photos[value eq "{SECRET}"].display')
    assert shown.text == "/Users?filter=hidden"
    assert shown.secrets.isdisjoint({"photos", "value", ".display"})
    assert SECRET in shown.secrets


def test_a_text_full_of_such_words_is_gone_through_once() -> None:
    began = time.process_time()
    body = redaction.request_body(json.dumps({"title": "passw" * 100_000}).encode())
    assert body.head
    assert time.process_time() - began < 5


words = st.sampled_from(["password", "Password", f"{CORE_USER}:password", "photos"])
leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
trees = st.recursive(
    leaves,
    lambda parts: (
        st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=9), parts)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(trees, words, st.integers(0, 3), st.booleans())
def test_no_document_shows_what_is_planted_under_a_secret_key(
    tree: Any, word: str, depth: int, has_escapes: bool
) -> None:
    planted: Any = {word: {"a": [SECRET, tree]}}
    for _ in range(depth):
        planted = [{"x": tree, "y": planted}]
    document = json.dumps({"z": planted}, ensure_ascii=has_escapes)
    head = redaction.request_body(document.encode(errors="replace")).head
    assert SECRET not in (head or "")


@settings(deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_no_garbage_shows_a_token(before: bytes, after: bytes) -> None:
    body = b'{"a":"' + before + TOKEN.text.encode() + after
    head = redaction.request_body(body).head
    assert TOKEN.text[20:30] not in (head or "")
