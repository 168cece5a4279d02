"""What a logged body says of a user, whatever became of it in the log."""

from __future__ import annotations

from typing import Final

import pytest

from services.activity import sent
from services.activity.request_log import LoggedExchange
from services.activity.sent import SentUser
from tests.logged_requests import exchange

ID: Final = "0190f2d4-1c6e-7a3b-8f5d-2b9c4e6a7d10"
OTHER: Final = "0190f2d4-1c6e-7a3b-8f5d-2b9c4e6a7d11"


def posted(body: str | None) -> LoggedExchange:
    return exchange(method="POST", path="/scim/v2/Users", request_body=body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '{"userName":"bo","externalId":"00u1","active":true}',
            SentUser("bo", "00u1", True),
        ),
        ('{"USERNAME":"bo","ExternalID":"00u1"}', SentUser("bo", "00u1", None)),
        ('{"userName":"bo","active":"False"}', SentUser("bo", None, False)),
        (
            '{"urn:ietf:params:scim:schemas:core:2.0:User":{"userName":"bo"}}',
            SentUser("bo"),
        ),
        ('{"userName":["bo"],"externalId":7,"active":"soon"}', SentUser()),
        ('{"userName":"hidden","externalId":"rcl_Abc123XyZ9…"}', SentUser()),
        ('{"userName":" ","active":null}', SentUser()),
        ('{"userName":"bo","username":"cy"}', SentUser()),
    ],
)
def test_a_body_is_read_as_it_was_meant(body: str, expected: SentUser) -> None:
    assert sent.user_of(posted(body)) == expected


@pytest.mark.parametrize("body", [None, "", '{"userName":"b', "[]", '{"a":1,"a":2}'])
def test_what_is_not_kept_or_cut_is_not_known(body: str | None) -> None:
    assert sent.user_of(posted(body)) is None


def test_ids_are_found_in_a_body_that_was_cut() -> None:
    members = ",".join(f'{{"value":"{one}"}}' for one in (ID, OTHER, ID))
    body = f'{{"members":[{members},{{"va'
    assert sent.ids_in(posted(body)) == [ID, OTHER]
    assert sent.ids_in(posted(None)) == []
