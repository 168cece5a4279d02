"""Random requests at the door: never a 5xx, and the counts stay true.

Made of the words of the protocol, so that many of them get far.
"""

from __future__ import annotations

from urllib.parse import quote

import orjson
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Group, GroupMembership, Membership, User
from scim import names
from services import organizations
from tests.directories import rows, totals
from tests.refusals import assert_never_fails
from tests.scim_client import load

modestly = settings(max_examples=40, deadline=None)

NAMES = [
    "userName",
    "title",
    "name",
    "name.givenName",
    "emails",
    "emails.type",
    "active",
]
NAMES += ["groups", "members", "members.display", "displayName", "externalId", "meta"]
NAMES += ["meta.created", "id", "photos", "addresses.country", "schemas", "password"]
NAMES += [
    f"{names.ENTERPRISE_USER}:manager",
    f"{names.ENTERPRISE_USER}:department",
    "x",
]
WORDS = [
    *NAMES,
    "eq",
    "ne",
    "co",
    "sw",
    "ew",
    "gt",
    "ge",
    "lt",
    "le",
    "pr",
    "and",
    "or",
]
WORDS += ["not", "(", ")", "[", "]", "].value", "true", "false", "null", "1", "-1.5e3"]
WORDS += ['"work"', '"bo"', '""', '"2020-01-01T00:00:00Z"', '"\\u00df"', '"%"', '"']

texts = st.text(max_size=20)
attributes = st.sampled_from(NAMES)
literals = st.one_of(
    st.sampled_from(["true", "false", "null", "1", '"work"', '"2020-01-01T00:00:00Z"']),
    texts.map(lambda text: orjson.dumps(text).decode()),
)
operators = st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
comparisons = st.one_of(
    st.builds("{} {} {}".format, attributes, operators, literals),
    st.builds("{} pr".format, attributes),
)


def extend(inner):
    return st.one_of(
        st.builds("{} and {}".format, inner, inner),
        st.builds("{} or {}".format, inner, inner),
        st.builds("not ({})".format, inner),
        st.builds("{}[{}]".format, attributes, inner),
    )


filters = st.one_of(
    st.recursive(comparisons, extend, max_leaves=8),
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.text(max_size=40),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
    st.sampled_from(["", "true", "bo", "work", "{user}", "{group}"]),
)
keys = st.one_of(
    st.sampled_from([*NAMES, "value", "type", "primary", "display", "$ref"]), texts
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=10,
)
resources = st.dictionaries(keys, values, max_size=6).map(
    lambda document: {"userName": "bo", "displayName": "Staff"} | document
)
patches = st.lists(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["add", "remove", "replace", "Replace"])},
        optional={
            "path": st.one_of(
                attributes, st.builds("{}[{}]".format, attributes, filters)
            ),
            "value": values,
        },
    ),
    min_size=1,
    max_size=4,
).map(lambda operations: {"Operations": operations})


@pytest.fixture(autouse=True)
def _counts_stay_true(shared_app):
    yield
    with shared_app.app_context():
        acme = organizations.get("acme")
    n_users, n_active = rows(
        shared_app,
        sa.select(sa.func.count(), sa.func.count(sa.case((User.is_active, 1)))),
    )[0]
    assert totals(shared_app, acme.seq)[:2] == (n_users, n_active)
    assert rows(shared_app, _members()) == rows(shared_app, _members_counted())


def _members():
    users, groups = (
        sa.select(sa.func.count())
        .where(table.group_seq == Group.seq)
        .correlate(Group)
        .scalar_subquery()
        for table in (Membership, GroupMembership)
    )
    return sa.select(Group.seq, users + groups).order_by(Group.seq)


def _members_counted():
    return sa.select(Group.seq, Group.n_members).order_by(Group.seq)


def filled(document, paths):
    """The body as bytes, with the ids of what is there in their places."""
    ids = {kind: path.rpartition("/")[2] for kind, path in paths.items()}
    text = orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS).decode()
    text = text.replace('"{user}"', f'"{ids["user"]}"')
    return text.replace('"{group}"', f'"{ids["group"]}"').encode()


@modestly
@given(text=filters, path=st.sampled_from(["/Users", "/Groups"]))
def test_random_filter_never_fails(shared_scim, paths, text, path):
    answer = shared_scim.get(f"{path}?filter={quote(text)}")
    assert_never_fails(answer)
    assert answer.status_code in (200, 400)


@modestly
@given(document=resources, target=st.sampled_from(["/Users", "/Groups"]))
def test_random_resource_never_fails(shared_scim, paths, document, target):
    answer = shared_scim.request("POST", target, filled(document, paths))
    assert_never_fails(answer)
    assert answer.status_code in (201, 400, 409)


@modestly
@given(document=resources, kind=st.sampled_from(["user", "group"]))
def test_random_replacement_never_fails(shared_scim, paths, document, kind):
    answer = shared_scim.request("PUT", paths[kind], filled(document, paths))
    assert_never_fails(answer)
    assert answer.status_code in (200, 400, 409)
    read_back(shared_scim, paths[kind], answer)


@modestly
@given(document=patches, kind=st.sampled_from(["user", "group"]))
def test_random_patch_never_fails(shared_scim, paths, document, kind):
    answer = shared_scim.request("PATCH", paths[kind], filled(document, paths))
    assert_never_fails(answer)
    assert answer.status_code in (200, 400, 409)
    read_back(shared_scim, paths[kind], answer)


def read_back(scim, path, answer):
    """What was answered is what is stored."""
    read = scim.get(path)
    assert read.status_code == 200
    assert answer.status_code != 200 or load(read) == load(answer)


@modestly
@given(body=st.one_of(st.binary(max_size=60), values.map(orjson.dumps)))
def test_random_body_never_fails(shared_scim, paths, body):
    answers = [
        shared_scim.request("POST", "/Users", body),
        shared_scim.request("PATCH", paths["user"], body),
        shared_scim.request("PATCH", paths["group"], body),
    ]
    assert all(answer.status_code in (201, 400, 409) for answer in answers)


@modestly
@given(
    path=st.text(max_size=30).map(quote),
    query=st.dictionaries(
        st.sampled_from(["count", "startIndex", "attributes"]), texts
    ),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
)
def test_random_address_never_fails(shared_scim, path, query, method):
    asked = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    answer = shared_scim.request(method, f"/Users/x{path}?{asked}", b"{}")
    assert answer.status_code in (400, 404, 405)
    assert method == "HEAD" or load(answer)["schemas"] == [names.ERROR]
