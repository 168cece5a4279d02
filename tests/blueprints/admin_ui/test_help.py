"""The help page, and what its words depend on."""

from __future__ import annotations

import re

import pytest

from tests.admin_client import AdminClient
from tests.served import ROOT


def test_help_is_there_for_everybody_who_signed_in(
    viewer: AdminClient, stranger: AdminClient, anonymous: AdminClient
) -> None:
    page = viewer.get("/help").text
    assert "https://rollcall.example/scim/v2" in page
    assert "Deactivated, deleted, purged" in page
    assert stranger.get("/help").status_code == 200
    assert anonymous.get("/help").status_code == 303


def test_the_base_url_is_whole_when_no_address_is_configured(
    viewer: AdminClient,
) -> None:
    viewer.app.config["ROLLCALL_PUBLIC_URL"] = ""
    assert ">http://localhost/scim/v2</code>" in viewer.get("/help").text


def test_every_page_of_the_manual_exists(viewer: AdminClient) -> None:
    files = re.findall(r"<code[^>]*>(docs/[^<]+)</code>", viewer.get("/help").text)
    assert len(files) > 5
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_every_key_of_the_script_is_explained(viewer: AdminClient) -> None:
    script = (ROOT / "static/js/rollcall.js").read_text()
    block = script.split("const KEYS = {")[1].split("};")[0]
    keys = set(re.findall(r'^\s+"?([/?a-z])"?:', block, re.MULTILINE))
    explained = set(re.findall(r"<kbd>([^<]+)</kbd>", viewer.get("/help").text))
    assert {"/", "?", "g", "j", "k", "x"} <= keys
    assert keys - explained == set()


def test_help_keeps_the_organization_it_was_opened_from(
    viewer: AdminClient, instance_owner: AdminClient
) -> None:
    page = viewer.get("/help", organization="acme").text
    assert 'href="/o/acme/activity"' in page
    assert 'href="/help?organization=acme"' in page
    assert 'href="/o/acme/' in instance_owner.get("/help", organization="Acme").text
    assert "/o/acme/" not in viewer.get("/help").text


@pytest.mark.parametrize("slug", ["acme", "nowhere", "\x00", "../x", "é" * 300])
def test_help_shows_nobody_an_organization_that_is_not_theirs(
    stranger: AdminClient, instance_owner: AdminClient, slug: str
) -> None:
    page = stranger.get("/help", organization=slug)
    assert page.status_code == 200
    assert "Acme" not in page.text
    assert instance_owner.get("/help", organization=slug).status_code == 200
