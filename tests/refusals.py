"""What every refusal under `/scim/v2` is: a SCIM error that an admin can act on."""

from __future__ import annotations

from werkzeug.test import TestResponse

from scim import names
from tests.scim_client import load

LONGEST_DETAIL = 400


def detail_of(
    answer: TestResponse, status: int | None = None, scim_type: str | None = None
) -> str:
    """The words of a refusal, after it was found to be well-formed (RFC 7644 §3.12)."""
    assert answer.status_code == (status or answer.status_code), answer.text
    assert answer.status_code >= 400
    assert answer.mimetype == names.MEDIA_TYPE
    document = load(answer)
    assert document["schemas"] == [names.ERROR]
    assert document["status"] == str(answer.status_code)
    assert scim_type is None or document.get("scimType") == scim_type, document
    detail = document["detail"]
    assert isinstance(detail, str)
    assert detail.endswith((".", "!", "?"))
    assert detail.isprintable()
    assert len(detail) < LONGEST_DETAIL
    return detail


def assert_never_fails(answer: TestResponse) -> None:
    """Done, or refused in the form of the protocol; never a fault of the server."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        detail_of(answer)
