"""What is kept of bodies: no password, no photo, no token, in whatever shape."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim.names import CORE_USER
from services.access.credentials import TokenText
from services.activity import redacted_bodies, redaction

SECRET = "Hunter2-xyzzy"
TOKEN = TokenText("rcl_Abc123XyZ9_" + "Kq7vB2nX9" * 5 + "m4Tz")

Document = dict[str, Any]  # Any: JSON


def kept(document: object) -> str | None:
    return redacted_bodies.request_body(json.dumps(document).encode()).head


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
    lambda secret: {"title": json.dumps({"a": json.dumps({"password": secret})})},
    lambda secret: {"Operations": [{"op": "password", "value": {"value": secret}}]},
    lambda secret: {"Operations": [{"path": "password", "oldValue": secret}]},
    lambda secret: {"Operations": [{"path": f"password {secret}", "value": "x"}]},
    lambda secret: {"path": f'x["{secret}" eq password]'},
    lambda secret: {"Operations": [{"path": ["password"], "value": secret}]},
    lambda secret: {"Operations": [{"path": {"x": ["passwd"]}, "value": secret}]},
    lambda secret: {"Kennwort": secret, "private-key": secret},
    lambda secret: {"\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44": secret},
    lambda secret: {"profileUrl": f"https://bo:{secret}@x.example/hidden"},
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
    assert (
        redacted_bodies.request_body(body).head
        == '{"password":"hidden","userName":"bo"}'
    )


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


@pytest.mark.parametrize(
    "secret",
    [TOKEN.text[15:], "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP"],
)
def test_what_looks_like_the_secret_of_a_token_is_hidden(secret: str) -> None:
    head = kept({"nickName": secret, "title": f"is {secret}"}) or ""
    assert secret[5:] not in head
    assert head.count("…") == 2


@pytest.mark.parametrize(
    "document",
    [
        {"emails": [{"type": "Secretary", "value": "bo@x.example"}]},
        {"displayName": "SG-Secretary[EU]", "title": "Secretariat: Berlin"},
        {"Operations": [{"path": 'emails[type eq "work"].value', "value": "x"}]},
    ],
)
def test_what_only_looks_like_a_secret_is_kept(document: Document) -> None:
    assert json.loads(kept(document | {"spin": "rclx"}) or "") == document | {
        "spin": "rclx"
    }


@pytest.mark.parametrize("kind", ["photo", "Thumbnail", "work"])
def test_a_path_of_photos_is_kept_and_their_value_is_not(kind: str) -> None:
    path = f'photos[type eq "{kind}"].value'
    operation = {"op": "Add", "path": path, "value": SECRET}
    body = redacted_bodies.request_body(json.dumps([operation]).encode())
    assert json.loads(body.head or "") == [operation | {"value": "hidden"}]
    assert (body.is_quotable, body.is_plain) == (True, False)


def test_a_body_without_secrets_is_kept_to_the_letter() -> None:
    body = b'{ "shipping" : "compass",\n  "shipping":"upwork, spinner" '
    assert redacted_bodies.request_body(body).head == body.decode()


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
    assert redacted_bodies.request_body(body % SECRET.encode()).head is None


def test_utf_16_is_not_kept() -> None:
    body = json.dumps({"password": SECRET}).encode("utf-16")
    assert redacted_bodies.request_body(body).head is None


def test_a_deep_body_is_hidden_from_where_it_is_too_deep() -> None:
    body = b'{"token":1,"a":' + b"[" * 200 + b'"x"' + b"]" * 200 + b"}"
    head = redacted_bodies.request_body(body).head or ""
    assert head.startswith('{"token":"hidden","a":[[[')
    assert "x" not in head


def test_a_path_however_deep_is_looked_through() -> None:
    path = b'["a",' * 400 + b'"password"' + b"]" * 400
    body = b'{"path":' + path + b',"value":"%s"}' % SECRET.encode()
    head = redacted_bodies.request_body(body).head or ""
    assert head.endswith('"value":"hidden"}')


def test_a_long_body_is_cut() -> None:
    body = json.dumps({"title": "é" * 40_000}, ensure_ascii=False).encode()
    head = redacted_bodies.request_body(body).head or ""
    assert (
        redacted_bodies.KEPT_BYTES - 4
        < len(head.encode())
        <= redacted_bodies.KEPT_BYTES
    )
    assert head == body.decode()[: len(head)]


@pytest.mark.parametrize("before", range(redacted_bodies.KEPT_BYTES - 60, 16_384, 7))
def test_no_half_of_a_secret_stands_where_a_body_is_cut(before: int) -> None:
    document = {"a": "x" * before, "title": TOKEN.text, "password": SECRET}
    head = kept(document) or ""
    assert len(head) <= redacted_bodies.KEPT_BYTES
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
    head = redacted_bodies.response_body(data) or ""
    assert head.startswith('{"Resources":[{"userName":"u0","photos":"hidden"}')
    assert len(head) == redacted_bodies.KEPT_BYTES
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
    assert SECRET not in (redacted_bodies.response_body(data) or "")


def test_an_answer_of_groups_alone_is_kept_as_it_is() -> None:
    data = json.dumps({"groups": GROUPS * 9}, separators=(",", ":"))
    assert (
        redacted_bodies.response_body(data.encode())
        == data[: redacted_bodies.KEPT_BYTES]
    )


def test_the_head_of_a_streamed_answer_is_kept_unless_it_speaks_of_secrets() -> None:
    plain, named = b'{"id":"7","members":[', b'{"photos":[{"value":"x'
    assert redacted_bodies.response_body(plain, is_whole=False) == plain.decode()
    assert redacted_bodies.response_body(named, is_whole=False) is None


def test_a_text_full_of_such_words_is_gone_through_once() -> None:
    began = time.process_time()
    body = redacted_bodies.request_body(
        json.dumps({"title": "passw" * 100_000}).encode()
    )
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
    head = redacted_bodies.request_body(document.encode(errors="replace")).head
    assert SECRET not in (head or "")


@settings(deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_no_garbage_shows_a_token(before: bytes, after: bytes) -> None:
    body = b'{"a":"' + before + TOKEN.text.encode() + after
    head = redacted_bodies.request_body(body).head
    assert TOKEN.text[20:30] not in (head or "")
