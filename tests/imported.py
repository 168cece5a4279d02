"""Imports of users and groups, as tests make them: tried, loaded, looked at."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from services.background import jobs
from services.background.job_runner import Runner
from services.files import csv_import
from services.origin import Actor, Origin

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
ADA = Origin(Actor("admin", "ada", "Ada"), NOON)
OKTA = Origin(Actor("token", "okta", "Okta"), NOON)


def upload(noun, organization, text):
    return csv_import.upload(
        noun, organization, f"{noun}.csv", text.encode(), origin=ADA
    )


def mapping(organization, job_id):
    columns = csv_import.describe(organization, job_id).columns
    return {column.place: column.key for column in columns}


def trial(noun, organization, text, **how):
    """The id of an import that was tried with the columns as guessed."""
    job_id = upload(noun, organization, text)
    csv_import.check(organization, job_id, mapping(organization, job_id), **how)
    Runner().drain()
    return job_id


def loaded(noun, organization, text, **how):
    job_id = trial(noun, organization, text, **how)
    csv_import.load(organization, job_id)
    Runner().drain()
    return job_id


def tally(organization, job_id):
    found = jobs.get(organization, job_id).result["tally"]
    names = ("created", "changed", "unchanged", "problems")
    return tuple(found[name] for name in names)


def problems(organization, job_id):
    """Line and problem of each row that could not be loaded."""
    found = jobs.get(organization, job_id).result["tally"]["first_problems"]
    return [(line, problem) for line, _, problem in found]


def problem_rows(organization, job_id):
    content = b"".join(jobs.stream_file(organization, job_id, "problems"))
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))
