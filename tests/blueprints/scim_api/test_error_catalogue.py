"""Each error is asked for over SCIM: answer, row, explanation and reference agree."""

from __future__ import annotations

import re
from typing import Final

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from services.activity import catalogue, request_log
from services.activity.request_log import LoggedRequest
from services.errors import NotFound
from services.organizations import OrganizationRef
from tests.house.error_reference import blocks
from tests.provocations import PROVOCATIONS, Provocation, Stage
from tests.refusals import detail_of
from tests.scim_client import ScimClient

BLOCKS: Final = blocks()
UNREACHED: Final = {
    # The reader of JSON refuses such texts before; the check is for CSV as well.
    "a-value-holds-characters-that-cannot-be-stored"
}
SENTENCE: Final = re.compile(r"[.!?](?= [A-Z/\"]|$)")


@pytest.fixture
def stage(app: Flask, acme: OrganizationRef, scim: ScimClient) -> Stage:
    app.testing = False  # else Flask hands an unforeseen exception on
    return Stage(app, acme, scim)


def row_of(stage: Stage, answer: TestResponse) -> LoggedRequest:
    """The row that a request left, with its organization or without."""
    stage.app.extensions["request_log"].flush()
    request_id = answer.headers["X-Request-Id"]
    with stage.app.app_context():
        try:
            return request_log.get(stage.acme, request_id).request
        except NotFound:
            return request_log.get_for_instance(request_id).request


@pytest.mark.parametrize(
    ("key", "provoke"), PROVOCATIONS, ids=[key for key, _ in PROVOCATIONS]
)
def test_answer_row_and_reference_say_the_same(
    stage: Stage, key: str, provoke: Provocation
) -> None:
    answer = provoke(stage)
    detail, row = detail_of(answer), row_of(stage, answer)
    explanation = catalogue.explain(row)
    assert (row.status, row.detail) == (answer.status_code, detail)
    assert explanation
    assert explanation.key == key
    assert explanation.steps[-1].endswith((".", "**."))
    assert BLOCKS[key].holds(detail)
    assert 1 <= len(SENTENCE.findall(detail)) <= 3
    assert stage.scim.token[20:-6] not in detail


def test_every_entry_is_asked_for() -> None:
    provoked = {key for key, _ in PROVOCATIONS}
    assert provoked | UNREACHED == {one.key for one in catalogue.ENTRIES}


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Okta SCIM Client 1.0.0", "In Okta, open **Dashboard → Tasks**"),
        ("Azure AD Provisioning", "**Provisioning → Provision on demand**"),
        ("OneLogin", "In OneLogin, open **Users → Provisioning**"),
        ("JumpCloud", "Let JumpCloud send the request again."),
        ("curl/8", "Let the provisioning client send the request again."),
    ],
)
def test_steps_are_those_of_the_provider_that_asked(
    stage: Stage, agent: str, said: str
) -> None:
    stage.scim.new_user("bo")
    answer = stage.ask("POST", "/Users", {"userName": "bo"}, User_Agent=agent)
    explanation = catalogue.explain(row_of(stage, answer))
    assert explanation
    assert said in explanation.steps[-1]
    assert "{client}" not in repr(explanation)


def test_what_the_catalogue_does_not_know_is_explained_by_its_detail(
    stage: Stage,
) -> None:
    row = row_of(stage, stage.ask("POST", "/Bulk", {}))
    strange = catalogue.explain(LoggedRequest(**vars(row) | {"cause": "new"}))
    assert strange
    assert strange.meaning == row.detail
    assert strange.steps[-1].startswith("Copy this for support")


def test_what_went_well_needs_no_explanation(stage: Stage) -> None:
    assert catalogue.explain(row_of(stage, stage.ask("GET", "/Users"))) is None
