"""Malformed and hostile bodies: a SCIM error of the right kind, and nothing changes."""

from __future__ import annotations

import pytest

from scim import names
from scim.attributes import JSON
from tests.refusals import detail_of

pytestmark = pytest.mark.usefixtures("unchanged")

UNKNOWN = "01900000-0000-7000-8000-000000000000"
DEEP = 33


def nested(depth, opening=b'{"a":', closing=b"}"):
    return opening * depth + b"1" + closing * depth


MALFORMED = [
    b"",
    b" \r\n\t",
    b"\x00",
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf",
    b"null",
    b"true",
    b"5",
    b'"text"',
    b"[]",
    b'[{"userName":"x"}]',
    b"{",
    b"}",
    b"{]",
    b"{'userName':'x'}",
    b'{"userName":"x"',
    b'{"userName":"x",}',
    b'{"userName" "x"}',
    b'{"userName":"x"}{"userName":"y"}',
    b'{"userName":"x"} trailing',
    b'{"userName":"x","userName":"y"}',
    b'{"userName":"x","USERNAME":"y"}',
    b'{"displayName":"x","displayname":"y"}',
    b'{"userName":NaN,"displayName":NaN}',
    b'{"userName":"x","title":Infinity}',
    b'{"userName":"x","title":-Infinity}',
    b'{"userName":"x","title":1e999}',
    b'{"userName":"x","title":' + b"9" * 5_000 + b"}",
    b'{"userName":"x","title":9223372036854775808}',
    b'{"userName":"x","title":01}',
    b'{"userName":"x","title":.5}',
    b'{"userName":"x\\u0000","displayName":"x\\u0000"}',
    b'{"userName":"\\ud800","displayName":"\\udfff"}',
    b'{"\\ud800":"x","userName":"x","displayName":"x"}',
    b'{"userName":"\xed\xa0\x80","displayName":"x"}',
    b'{"userName":"\xff","displayName":"\xff"}',
    b'{"userName":"a\x00b","displayName":"a\x00b"}',
    b'{"userName":"a\nb","displayName":"a\nb"}',
    b'{"userName":"\\x","displayName":"\\x"}',
    b'{"userName":"\\u12","displayName":"\\u12"}',
    b"userName=bo&displayName=bo",
    b"<user><userName>bo</userName></user>",
    b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--",
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    nested(DEEP),
    nested(100_000),
    nested(DEEP, b"[", b"]"),
    b'{"userName":' + nested(100_000, b"[", b"]") + b"}",
    b'{"a":"' + b'\\"' * 100_000,
    b'"' * 100_001,
]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
@pytest.mark.parametrize("kind", ["user", "group"])
def test_malformed_body_is_refused(shared_scim, paths, kind, body):
    answers = [
        shared_scim.request("POST", f"/{kind.title()}s", body),
        shared_scim.request("PUT", paths[kind], body),
        shared_scim.request("PATCH", paths[kind], body),
    ]
    assert all(detail_of(answer, 400, "invalidSyntax") for answer in answers)


ODD: list[JSON] = [
    None,
    True,
    0,
    -1.5,
    "",
    "text",
    [],
    [None],
    [[]],
    {},
    {"": None},
    {"value": {}},
]


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("name", ["userName", "name", "emails", "active", "schemas"])
def test_odd_value_of_an_attribute_never_fails(shared_scim, paths, name, value):
    """With a second fault, so that what is taken is refused all the same."""
    body = {"userName": "x", "title": {"no": "text"}} | {name: value}
    detail_of(shared_scim.post("/Users", body), 400)
    detail_of(shared_scim.put(paths["user"], body), 400)


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("name", ["displayName", "members", "externalId", "schemas"])
def test_odd_value_of_a_group_never_fails(shared_scim, paths, name, value):
    body = {"members": [{"value": UNKNOWN}], name: value}
    detail_of(shared_scim.post("/Groups", body), 400)
    detail_of(shared_scim.put(paths["group"], body), 400)


OPERATIONS: list[JSON] = [
    None,
    "remove",
    [],
    {},
    {"op": None, "path": "title", "value": "x"},
    {"op": 5},
    {"op": "", "path": "title"},
    {"op": "ADDD", "path": "title", "value": "x"},
    {"op": "copy", "from": "title", "path": "nickName"},
    {"op": "add", "OP": "remove", "path": "title", "value": "x"},
    {"op": "add", "path": None, "value": None},
    {"op": "add", "path": ["title"], "value": "x"},
    {"op": "add", "path": {}, "value": "x"},
    {"op": "add", "path": "", "value": "x"},
    {"op": "add", "path": " ", "value": "x"},
    {"op": "add", "path": ".", "value": "x"},
    {"op": "add", "path": "/title", "value": "x"},
    {"op": "add", "path": "$.title", "value": "x"},
    {"op": "add", "path": "title\x00", "value": "x"},
    {"op": "add", "path": "title; DROP TABLE users", "value": "x"},
    {"op": "add", "path": "a" * 9_000, "value": "x"},
    {"op": "add", "path": "(" * 5_000, "value": "x"},
    {"op": "add", "path": f"emails[{'(' * 40}type pr{')' * 40}]", "value": []},
    {"op": "add", "path": "emails[", "value": "x"},
    {"op": "add", "path": "emails]", "value": "x"},
    {"op": "add", "path": "emails[]", "value": "x"},
    {"op": "add", "path": "emails[0]", "value": "x"},
    {"op": "add", "path": "emails[type]", "value": "x"},
    {"op": "add", "path": 'emails[type eq "x"', "value": "x"},
    {"op": "add", "path": 'emails[type eq "x"]value', "value": "x"},
    {"op": "add", "path": 'emails[type eq "x"].', "value": "x"},
    {"op": "add", "path": 'emails[emails[type eq "x"]]', "value": "x"},
    {"op": "add", "path": "emails[type gt 5]", "value": {"value": "x"}},
    {"op": "replace", "path": "members[value eq 5]", "value": {}},
    {"op": "remove", "path": "members[value]"},
    {"op": "remove", "path": 'members[none eq "x"]'},
    {"op": "remove", "path": "members[" + " or ".join(["type pr"] * 201) + "]"},
    {"op": "replace", "path": "id", "value": UNKNOWN},
    {"op": "replace", "path": "meta", "value": {}},
    {"op": "replace", "path": "meta.version", "value": 'W/"9"'},
    {"op": "remove", "path": "schemas"},
    {"op": "replace", "path": "__class__", "value": "x"},
    {"op": "replace", "path": "organization_seq", "value": 2},
    {"op": "replace", "path": "document", "value": {}},
    {"op": "add", "value": [{"title": "x"}]},
    {"op": "add", "value": "title"},
    {"op": "replace", "value": 5},
    {"op": "add"},
    {"op": "remove"},
    {"op": "remove", "path": names.CORE_USER},
    {"op": "replace", "path": "urn:x:y", "value": {}},
    {"op": "add", "path": f"{names.ENTERPRISE_USER}:none", "value": "x"},
    {"op": "add", "value": {"x": nested(5).decode(), "displayName": {}}},
    {"op": "replace", "value": {"displayName": ["x"]}},
    {"op": "replace", "value": {"externalId": {"a": 1}}},
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=range(len(OPERATIONS)))
def test_hostile_operation_is_refused_with_all_before_it(shared_scim, paths, operation):
    good = {"op": "replace", "value": {"displayName": "changed"}}
    body = {"schemas": [names.PATCH_OP], "Operations": [good, operation]}
    detail_of(shared_scim.request("PATCH", paths["user"], body), 400)
    detail_of(shared_scim.request("PATCH", paths["group"], body), 400)
