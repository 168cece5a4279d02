"""PATCH against an independent implementation: both must end with the same user.

The shapes are those that both sides support. Where Rollcall departs on purpose:

- It keeps a (type, value) pair once (RFC 7643 §2.4), so the values made here differ.
- It drops a value that is left with its type alone, so `value` is never removed here.
- It replaces a value selected by a filter as a whole, where the other side merges.
- It never unassigns `active`, and lets go of `manager.value`, which the other side
  holds to be required.
- `primary` that is cleared is false on both sides; absent and false count as one.
"""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scim2_models import EnterpriseUser, PatchOp, ScimPolicy, User
from scim2_models.exceptions import SCIMException

from scim import patch
from scim.errors import ScimError
from scim.names import CORE_USER, ENTERPRISE_USER
from scim.schemas import USER_TYPE

# An add to a filter without match makes the value, a replace has no target.
POLICIES = {
    "add": ScimPolicy(unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create),
    "replace": ScimPolicy(),
    "remove": ScimPolicy(),
}
OracleUser = User[EnterpriseUser]

words = st.sampled_from(["Bo", "Li", "Ada"])
kinds = st.sampled_from(["work", "home", "other"])
singles = st.sampled_from(
    [
        "title",
        "NICKNAME",
        "displayName",
        "name.givenName",
        "name.familyName",
        f"{CORE_USER}:locale",
        f"{ENTERPRISE_USER}:department",
    ]
)
writes = st.sampled_from(["add", "replace"])
names = st.fixed_dictionaries({}, optional={"givenName": words, "familyName": words})
extensions = st.fixed_dictionaries(
    {"department": words}, optional={"division": words, "costCenter": words}
)
emails = st.lists(
    st.fixed_dictionaries({"type": kinds}, optional={"display": words}), max_size=3
)


def operation(op, path, value=None):
    return {"op": op, "path": path, "value": value}


operations = st.one_of(
    st.builds(operation, writes, singles, words),
    st.builds(operation, st.just("remove"), singles),
    st.builds(operation, writes, st.just("active"), st.booleans()),
    st.builds(operation, writes, st.just(f"{ENTERPRISE_USER}:manager.value"), words),
    st.builds(operation, writes, st.just("name"), names.filter(bool)),
    st.builds(operation, st.just("remove"), st.sampled_from(["name", "emails"])),
    st.builds(operation, writes, st.just(ENTERPRISE_USER), extensions),
    st.builds(operation, writes, st.just("emails"), emails.filter(bool)),
    st.builds(
        operation,
        writes,
        kinds.map(lambda kind: f'emails[type eq "{kind}"].display'),
        words,
    ),
    st.builds(
        operation,
        st.just("replace"),
        kinds.map(lambda kind: f'emails[type eq "{kind}"].primary'),
        st.just(True),
    ),
    st.builds(
        operation,
        st.just("remove"),
        st.builds('emails[type {} "{}"]'.format, st.sampled_from(["eq", "ne"]), kinds),
    ),
    st.builds(
        operation,
        writes,
        st.none(),
        st.fixed_dictionaries(
            {"title": words},
            optional={"name": names, "emails": emails, "name.middleName": words},
        ),
    ),
)
users = st.fixed_dictionaries(
    {"userName": st.just("bo")},
    optional={
        "title": words,
        "active": st.booleans(),
        "name": names.filter(bool),
        "emails": emails.filter(bool),
        ENTERPRISE_USER: extensions,
    },
)


def with_values(part, numbers):
    """The JSON with a value of its own in each e-mail, so that no two are equal."""
    if isinstance(part, list):
        return [with_values(each, numbers) for each in part]
    if not isinstance(part, dict):
        return part
    value = {"value": f"bo{next(numbers)}@example.com"} if "type" in part else {}
    return {key: with_values(each, numbers) for key, each in part.items()} | value


def ours(document, wanted):
    try:
        return patch.apply(
            {"id": "7", **document},
            [patch.Operation(**each) for each in wanted],
            USER_TYPE,
            [],
        )
    except ScimError as error:
        return error.scim_type


def theirs(document, wanted):
    user = OracleUser.model_validate({"id": "7", **document})
    try:
        for each in wanted:
            message = PatchOp[OracleUser].model_validate({"Operations": [each]})
            message.patch(user, scim_policy=POLICIES[each["op"]])
    except SCIMException as error:
        return error.scim_type
    return user.model_dump(exclude_unset=True)


def comparable(result):
    """The result without the envelope, and with a primary that is false left out."""
    if not isinstance(result, dict):
        return result
    plain = {
        key: part for key, part in result.items() if key not in {"schemas", "meta"}
    }
    return plain | {
        "emails": [
            {key: part for key, part in each.items() if part is not False}
            for each in plain.get("emails", [])
        ]
    }


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(users, st.lists(operations, min_size=1, max_size=4))
def test_both_implementations_end_with_the_same_user(document, wanted):
    numbers = itertools.count()
    document, wanted = with_values(document, numbers), with_values(wanted, numbers)

    assert comparable(ours(document, wanted)) == comparable(theirs(document, wanted))
