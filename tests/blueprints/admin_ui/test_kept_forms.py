"""Forms that could not be taken when they were sent."""

from __future__ import annotations

import pytest

from blueprints.admin_ui.kept_forms import LARGEST_BYTES
from tests.admin_client import HTMX, AdminClient


def test_where_it_was_sent_is_kept_with_its_query(owner: AdminClient) -> None:
    answer = owner.post("settings/name?from=a%20b", {"name": "x"}, with_token=False)
    assert 'action="/o/acme/settings/name?from=a%20b"' in answer.text


def test_a_fresh_token_comes_with_it(owner: AdminClient) -> None:
    answer = owner.post("settings/name", {"name": "x"}, with_token=False)
    assert answer.text.count('name="csrf_token" value="') == 1


def test_htmx_gets_the_whole_page(owner: AdminClient) -> None:
    answer = owner.post("settings/name", {"name": "x"}, htmx=True, with_token=False)
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "body"
    assert answer.headers["HX-Reswap"] == "innerHTML"
    assert "Your form was kept" in answer.text


@pytest.mark.parametrize(
    "name", ["password", "new_password", "Password2", "secret", "client_secret"]
)
def test_a_secret_is_not_kept(owner: AdminClient, name: str) -> None:
    answer = owner.post("settings/name", {name: "hunter2"}, with_token=False)
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


def test_what_is_too_large_to_be_typed_is_not_kept(owner: AdminClient) -> None:
    fields = {"name": "y" * (LARGEST_BYTES + 1)}
    answer = owner.post("settings/name", fields, with_token=False)
    assert answer.status_code == 422
    assert len(answer.text) < LARGEST_BYTES


def test_invisible_characters_are_sent_back_as_they_came(owner: AdminClient) -> None:
    answer = owner.post("settings/name", {"name": "a\u200bb"}, with_token=False)
    assert 'value="a\u200bb"' in answer.text


def test_a_body_that_is_no_form_is_no_fault(owner: AdminClient) -> None:
    answer = owner.browser.post(
        "/o/acme/settings/name", data=b"\xff\x00{", content_type="application/json"
    )
    assert answer.status_code == 422
    answer = owner.browser.post(
        "/o/acme/settings/name",
        data=b"--x\r\nnonsense",
        content_type="multipart/form-data; boundary=x",
        headers=HTMX,
    )
    assert answer.status_code == 422
