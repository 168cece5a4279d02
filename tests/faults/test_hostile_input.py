"""Hostile addresses, queries, headers: a SCIM error or an answer, and no change."""

from __future__ import annotations

from urllib.parse import quote

import orjson
import pytest

from scim import names
from tests.refusals import assert_never_fails, detail_of

pytestmark = pytest.mark.usefixtures("unchanged")

UNKNOWN = "01900000-0000-7000-8000-000000000000"
IDS = [
    "x",
    "0",
    "-1",
    "*",
    "%00",
    "%0a",
    "%20",
    "%2e%2e",
    "%2F",
    "..",
    "null",
    "undefined",
    "true",
    UNKNOWN,
    UNKNOWN.upper(),
    UNKNOWN + "%20",
    "{" + UNKNOWN + "}",
    "urn:uuid:" + UNKNOWN,
    "1%20OR%201=1",
    "'%3B--",
    "%25",
    "%ff%fe",
    "%ED%A0%80",
    "%F0%9F%98%80",
    "a" * 4_000,
    "a/b/c",
    "bo",
    "bulkId:1",
    ";x=1",
]


@pytest.mark.parametrize("id_", IDS)
@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_hostile_id_is_not_found(shared_scim, kind, id_):
    operations = [{"op": "add", "value": {"externalId": "x"}}]
    body = {"userName": "x", "displayName": "x", "Operations": operations}
    answers = [
        shared_scim.request(method, f"/{kind}/{id_}", body)
        for method in ("GET", "PUT", "PATCH", "DELETE")
    ]
    assert all(detail_of(answer, 404) for answer in answers)


QUERIES = [
    *(f"count={value}" for value in ("x", "1e9", "0x1", "%00", "1;2", "²", "NaN")),
    *(f"count={sign}{'9' * 4_500}" for sign in ("", "-")),
    *(f"startIndex={value}" for value in ("a", "1.0", "%F0%9F%98%80", "[]", "--1")),
    "count=1&count=x",
    "count[]=x",
    "startIndex=99999999999999999999999999&count=99999999999999999999999",
    "attributes=" + "a," * 10_000,
    "attributes=%00,%ff,..,.,urn:",
    'attributes=emails[type eq "work"]',
    "excludedAttributes=" + "members.value," * 2_000,
    "excludedAttributes=id,schemas,meta,userName,displayName,members",
    "filter=%ff%fe",
    "filter=%00",
    "filter=" + quote("'" * 500),
    "filter=" + quote('"' * 501),
    "filter=" + quote("(" * 8_000),
    "filter=" + quote("not " * 2_000),
    "filter=" + quote("a" * 8_192),
    "filter=" + quote('userName eq "' + "\\u0041" * 1_300 + '"'),
    "filter=" + quote('userName eq "\\ud800"'),
    "filter=" + quote('userName eq "\\u0000"'),
    "filter=" + quote('userName eq "a\x00"'),
    "filter=" + quote('userName eq "' + "\U0010ffff" * 2_000 + '"'),
    "filter=" + quote('userName sw "\U0010ffff"'),
    "filter=" + quote("userName eq " + "9" * 5_000),
    "filter=" + quote("userName eq 1e400"),
    "filter=" + quote("userName gt -0.0"),
    "filter=" + quote('id eq "' + "x" * 8_000 + '"'),
    "filter=" + quote('meta.created gt "9999-12-31T23:59:59-23:59"'),
    "filter=" + quote('meta.created gt "0001-01-01T00:00:00+23:59"'),
    "filter=" + quote('meta.created gt "2020-01-01T24:00:00Z"'),
    "filter=" + quote('meta.created gt "2020-01-01T00:00:60Z"'),
    "filter=" + quote('meta.created gt "' + "9" * 8_000 + '"'),
    "filter=" + quote("emails[" * 100),
    "filter=" + quote('emails[type eq "a"] eq "b"'),
    "filter=" + quote('emails[type eq "a"].value.x eq "b"'),
    "filter=" + quote("a.b.c.d.e eq 1"),
    "filter=" + quote("$ref pr"),
    "filter=" + quote(". pr"),
    "filter=" + quote("urn:: pr"),
    "filter=" + quote(f"{names.ENTERPRISE_USER} pr"),
    "filter=" + quote('userName eq "x" or 1 eq 1'),
    "filter=" + quote('userName eq "x"; DROP TABLE users'),
    "filter=" + quote('userName eq "x" UNION SELECT 1'),
    "filter=" + quote("users.document pr"),
    "filter=" + quote("__class__ pr"),
    "filter=userName eq",
    "filter=" + quote('userName\u00a0eq\u00a0"x"'),
    "filter=" + quote("userName eq \u201cx\u201d"),
    "filter&count&startIndex&attributes",
    "&&&===&",
    "%",
    "filter=%",
    "=" * 5_000,
    "sortBy=%00&sortOrder=%ff&cursor=x",
]


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
@pytest.mark.parametrize("kind", ["user", "group"])
def test_hostile_query_never_fails(shared_scim, paths, kind, query):
    listed = shared_scim.get(f"/{kind.title()}s?{query}")
    one = shared_scim.get(f"{paths[kind]}?{query}")
    assert_never_fails(listed)
    assert one.status_code == 200
    assert isinstance(orjson.loads(listed.data), dict)


TAGS = [
    '"',
    '""',
    "W/",
    'W/"',
    '"\xff"',
    "*" * 5_000,
    '"0",' * 2_000,
    "\xe9",
    "\t",
    '"*"',
]


@pytest.mark.parametrize("value", TAGS, ids=range(len(TAGS)))
def test_hostile_condition_is_refused(shared_scim, paths, value):
    body = {"userName": "x", "Operations": [{"op": "add", "value": {"title": "x"}}]}
    answers = [
        shared_scim.request(method, paths["user"], body, {"If-Match": value})
        for method in ("GET", "PUT", "PATCH", "DELETE")
    ]
    assert all(detail_of(answer, 412) for answer in answers)


HEADERS = [
    {"Accept": value} for value in ("", "\xff", "text/html", "a/b;q=" + "9" * 5_000)
]
HEADERS += [
    {"Content-Type": value}
    for value in ("", ";;;", "\xff", "multipart/form-data", "x/y; a")
]
HEADERS += [
    {"User-Agent": "\xff" * 5_000},
    {"X-Forwarded-For": "x, y", "X-Forwarded-Host": "evil", "Forwarded": "for=x"},
    {"Host": "evil.example\\@x"},
    {"Range": "bytes=0-1"},
    {"If-Modified-Since": "never"},
    {"Cookie": "session=\xff; =; ;"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"Content-Encoding": "gzip"},
    {"Expect": "200-ok"},
    {"Accept-Encoding": "gzip, br;q=x", "Accept-Charset": "utf-7"},
]


@pytest.mark.parametrize("headers", HEADERS, ids=range(len(HEADERS)))
def test_hostile_header_never_fails(shared_scim, paths, headers):
    known = ["/Users", "/Groups", paths["group"], "/Schemas"]
    answers = [shared_scim.request("GET", path, headers=headers) for path in known]
    assert [answer.status_code for answer in answers] == [200] * 4
    detail_of(shared_scim.request("GET", "/none", headers=headers), 404)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "X" * 3_000])
def test_method_that_is_none_is_refused(shared_scim, paths, method):
    known = ["/Users", "/Groups", paths["user"], "/Schemas"]
    answers = [shared_scim.request(method, path) for path in known]
    assert all(detail_of(answer, 405) for answer in answers)
    assert all("GET" in answer.headers["Allow"] for answer in answers)


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer ",
        "Bearer Bearer rcl_",
        "Basic " + "x" * 5_000,
        'Digest username="x"',
        "rcl_",
        "rcl__",
        "rcl_" + "x" * 5_000,
        "Bearer '",
        "Bearer \xff\xfe",
        "\x01",
        "Bearer rcl_0000000000_" + "0" * 49,
        "Bearer " + "rcl_ " * 1_000,
    ],
)
def test_hostile_credentials_are_refused(shared_app, value):
    answer = shared_app.test_client().post(
        "/scim/v2/Users", json={"userName": "x"}, headers={"Authorization": value}
    )
    detail_of(answer, 401)
    assert "WWW-Authenticate" in answer.headers
