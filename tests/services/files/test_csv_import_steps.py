"""The steps of an import: what may follow what, and which columns make no sense."""

from __future__ import annotations

import pytest

from services.background import jobs
from services.background.job_runner import Runner
from services.errors import Invalid, NotFound
from services.files import csv_import
from tests.imported import ADA
from tests.services.files.test_csv_import import stored, trial, upload


@pytest.fixture(autouse=True)
def _in_context(app):
    with app.app_context():
        yield


def test_columns_may_be_chosen_again_after_a_trial(app, acme):
    job_id = trial(acme, "userName,what\nbo,Cook\n")
    csv_import.check(acme, job_id, {0: "userName", 1: "title"})
    Runner().drain()
    csv_import.load(acme, job_id)
    Runner().drain()
    assert stored(app, "bo").document["title"] == "Cook"


@pytest.mark.parametrize(
    ("columns", "match", "said"),
    [
        ({}, "userName", "No column stands for User name."),
        ({0: "title"}, "userName", "No column stands for User name."),
        ({0: "userName"}, "externalId", "No column stands for External ID"),
        ({0: "userName", 1: "userName"}, "userName", "Two columns stand for User name"),
        ({0: "userName", 1: "password"}, "userName", "One of the columns is not known"),
        ({0: "userName", 9: "title"}, "userName", "One of the columns is not known"),
        ({0: "userName"}, "shoeSize", "Choose how they are found"),
    ],
)
def test_columns_that_make_no_sense_are_refused(acme, columns, match, said):
    job_id = upload(acme, "a,b\n1,2\n")
    with pytest.raises(Invalid, match=said):
        csv_import.check(acme, job_id, columns, match=match)
    assert jobs.get(acme, job_id).state == "waiting"


def test_loading_without_a_trial_is_refused(acme):
    job_id = upload(acme, "userName\nbo\n")
    with pytest.raises(Invalid, match="Try the import first"):
        csv_import.load(acme, job_id)


def test_an_import_is_started_once(acme):
    job_id = trial(acme, "userName\nbo\n")
    csv_import.load(acme, job_id)
    with pytest.raises(Invalid, match="under way"):
        csv_import.load(acme, job_id)
    with pytest.raises(Invalid, match="under way"):
        csv_import.check(acme, job_id, {0: "userName"})
    Runner().drain()
    with pytest.raises(Invalid):
        csv_import.load(acme, job_id)


def test_another_kind_of_job_is_no_import(acme):
    job_id = jobs.start(acme, "bulk", {}, origin=ADA)
    with pytest.raises(NotFound):
        csv_import.describe(acme, job_id)
