"""Users from a CSV file, in four steps: choose it, map its columns, try it, load it.

Each step is a page with an address of its own; trying and loading are one job, whose
progress is polled. Nothing of the directory changes before the last step.
"""

from __future__ import annotations

from typing import Final

from flask import Response, current_app, g, request, url_for
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse
from wtforms import RadioField, SelectChoice

from blueprints.admin_ui import bp, fragments
from blueprints.admin_ui.directory import job_words, jobs
from blueprints.admin_ui.forms import Form, Refusal
from services.activity import actors
from services.files import csv_files, csv_import, user_columns
from services.files.csv_import import Upload

SECTION: Final = "list_users"


class FileForm(Form):
    """A file to be imported."""

    file = FileField("CSV file", [FileRequired("Choose a CSV file.")])


class ColumnsForm(Form):
    """How rows are read; the columns themselves are fields of the template's making."""

    match = RadioField(
        "Find people who are here already by",
        choices=[
            SelectChoice("userName", "User name"),
            SelectChoice("externalId", "External ID"),
        ],
        default="userName",
    )
    empty = RadioField(
        "An empty cell",
        choices=[
            SelectChoice("keep", "leaves the value as it is"),
            SelectChoice("clear", "clears the value"),
        ],
        default="keep",
    )


@bp.get("/o/<slug>/users/import")
def import_users(slug: str) -> Response:
    """Choose a file."""
    return _choose(slug, FileForm(formdata=None))


@bp.post("/o/<slug>/users/import")
def upload_users(slug: str) -> AnyResponse:
    """Keep the file, and go on to its columns."""
    form = FileForm()
    if form.validate():
        try:
            job_id = _upload(form.file.data)
        except Refusal as refusal:
            form.show(refusal)
        else:
            return fragments.go(_page(slug, job_id))
    return _choose(slug, form, 422)


def _upload(file: FileStorage) -> str:
    return csv_import.upload(
        "users",
        g.organization,
        file.filename or "people.csv",
        file.read(),
        origin=g.origin,
        max_bytes=_max_bytes(),
    )


def _max_bytes() -> int:
    return min(
        csv_files.MAX_BYTES, int(current_app.config["ROLLCALL_BODY_LIMIT_BYTES"])
    )


def _choose(slug: str, form: FileForm, status: int = 200) -> Response:
    g.section = SECTION
    return fragments.show(
        "imports/new.html",
        status=status,
        form=form,
        slug=slug,
        max_megabytes=max(_max_bytes() // 1024 // 1024, 1),
        max_rows=csv_files.MAX_ROWS,
    )


@bp.get("/o/<slug>/users/import/<job_id>")
def show_import(slug: str, job_id: str) -> AnyResponse:
    """The step that an import is in: its columns, its progress, what came of it."""
    found = csv_import.describe(g.organization, job_id)
    if found.phase == "map" and found.job.state == "waiting":
        return _columns(slug, found, _columns_form(found))
    return _progress(slug, found)


@bp.get("/o/<slug>/users/import/<job_id>/columns")
def edit_import_columns(slug: str, job_id: str) -> AnyResponse:
    """The columns again, after a trial."""
    found = csv_import.describe(g.organization, job_id)
    if found.job.state != "waiting":
        return fragments.go(_page(slug, job_id))
    return _columns(slug, found, _columns_form(found))


def _columns_form(found: Upload) -> ColumnsForm:
    return ColumnsForm(formdata=None, match=found.match, empty=found.empty)


@bp.post("/o/<slug>/users/import/<job_id>/check")
def check_import(slug: str, job_id: str) -> AnyResponse:
    """Try it with these columns."""
    form = ColumnsForm()
    found = csv_import.describe(g.organization, job_id)
    mapping = {
        column.place: request.form.get(f"column-{column.place}", "")
        for column in found.columns
    }
    if form.validate():
        try:
            csv_import.check(
                g.organization,
                job_id,
                mapping,
                match=form.match.data,
                empty=form.empty.data,
            )
        except Refusal as refusal:
            form.show(refusal)
        else:
            return fragments.go(_page(slug, job_id))
    return _columns(slug, found, form, mapping, 422)


def _columns(
    slug: str,
    found: Upload,
    form: ColumnsForm,
    mapping: dict[int, str] | None = None,
    status: int = 200,
) -> Response:
    g.section = SECTION
    guessed = {column.place: column.key for column in found.columns}
    return fragments.show(
        "imports/columns.html",
        "imports/_columns.html",
        status=status,
        form=form,
        upload=found,
        mapping=guessed if mapping is None else mapping,
        targets=[(column.key, column.label) for column in user_columns.COLUMNS],
        slug=slug,
    )


@bp.post("/o/<slug>/users/import/<job_id>/load")
def load_import(slug: str, job_id: str) -> AnyResponse:
    """Load what was tried."""
    try:
        csv_import.load(g.organization, job_id)
    except Refusal as refusal:
        fragments.notify(refusal.detail, kind="problem")
    return fragments.go(_page(slug, job_id))


def _progress(slug: str, found: Upload) -> Response:
    g.section = SECTION
    job = found.job
    tally = job.result.get("tally", {})
    names = actors.names(g.organization, tally.get("sources", {}))
    part = "imports/_going.html" if job.is_going else "imports/_result.html"
    return fragments.show(
        "imports/show.html",
        part,
        *jobs.ended_parts(job),
        upload=found,
        job=job,
        part=part,
        title=job_words.title(job),
        tally=tally,
        sources=sorted(set(names.values())),
        can_cancel=jobs.may_cancel(job),
        slug=slug,
    )


def _page(slug: str, job_id: str) -> str:
    return url_for("admin_ui.show_import", slug=slug, job_id=job_id)
