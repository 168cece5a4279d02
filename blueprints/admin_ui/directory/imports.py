"""Users or groups from a CSV file: choose it, map its columns, try it, load it.

Each step is a page with an address of its own; trying and loading are one job, whose
progress is polled. Nothing of the directory changes before the last step. The address
says which of the two it is: `noun` in all that follows.
"""

from __future__ import annotations

from flask import Response, current_app, g, request, url_for
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from blueprints.admin_ui import bp, fragments
from blueprints.admin_ui.directory import job_words, jobs
from blueprints.admin_ui.directory.import_words import WORDS, Words
from blueprints.admin_ui.forms import Form, Refusal
from services.activity import actors
from services.files import csv_files, csv_import
from services.files.csv_import import Upload
from services.files.csv_kinds import Noun


class FileForm(Form):
    """A file to be imported."""

    file = FileField("CSV file", [FileRequired("Choose a CSV file.")])


@bp.get("/o/<slug>/users/import", defaults={"noun": "users"})
@bp.get("/o/<slug>/groups/import", defaults={"noun": "groups"})
def new_import(slug: str, noun: Noun) -> Response:
    """Choose a file."""
    return _choose(slug, noun, FileForm(formdata=None))


@bp.post("/o/<slug>/users/import", defaults={"noun": "users"})
@bp.post("/o/<slug>/groups/import", defaults={"noun": "groups"})
def upload_import(slug: str, noun: Noun) -> AnyResponse:
    """Keep the file, and go on to its columns."""
    form = FileForm()
    if form.validate():
        try:
            job_id = _upload(noun, form.file.data)
        except Refusal as refusal:
            form.show(refusal)
        else:
            return fragments.go(_page(slug, noun, job_id))
    return _choose(slug, noun, form, 422)


def _upload(noun: Noun, file: FileStorage) -> str:
    return csv_import.upload(
        noun,
        g.organization,
        file.filename or f"{noun}.csv",
        file.read(),
        origin=g.origin,
        max_bytes=_max_bytes(),
    )


def _max_bytes() -> int:
    return min(
        csv_files.MAX_BYTES, int(current_app.config["ROLLCALL_BODY_LIMIT_BYTES"])
    )


def _choose(slug: str, noun: Noun, form: FileForm, status: int = 200) -> Response:
    words = _words(noun)
    return fragments.show(
        "imports/new.html",
        status=status,
        words=words,
        form=form,
        slug=slug,
        max_megabytes=max(_max_bytes() // 1024 // 1024, 1),
        max_rows=csv_files.MAX_ROWS,
    )


@bp.get("/o/<slug>/users/import/<job_id>", defaults={"noun": "users"})
@bp.get("/o/<slug>/groups/import/<job_id>", defaults={"noun": "groups"})
def show_import(slug: str, noun: Noun, job_id: str) -> AnyResponse:
    """The step that an import is in: its columns, its progress, what came of it."""
    found = csv_import.describe(g.organization, job_id, noun)
    if found.phase == "map" and found.job.state == "waiting":
        return _columns(slug, found, _columns_form(found))
    return _progress(slug, found)


@bp.get("/o/<slug>/users/import/<job_id>/columns", defaults={"noun": "users"})
@bp.get("/o/<slug>/groups/import/<job_id>/columns", defaults={"noun": "groups"})
def edit_import_columns(slug: str, noun: Noun, job_id: str) -> AnyResponse:
    """The columns again, after a trial."""
    found = csv_import.describe(g.organization, job_id, noun)
    if found.job.state != "waiting":
        return fragments.go(_page(slug, noun, job_id))
    return _columns(slug, found, _columns_form(found))


def _columns_form(found: Upload) -> Form:
    form = WORDS[found.kind.noun].form
    return form(formdata=None, match=found.match, empty=found.empty)


@bp.post("/o/<slug>/users/import/<job_id>/check", defaults={"noun": "users"})
@bp.post("/o/<slug>/groups/import/<job_id>/check", defaults={"noun": "groups"})
def check_import(slug: str, noun: Noun, job_id: str) -> AnyResponse:
    """Try it with these columns."""
    form = WORDS[noun].form()
    found = csv_import.describe(g.organization, job_id, noun)
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
                **form.data,
            )
        except Refusal as refusal:
            form.show(refusal)
        else:
            return fragments.go(_page(slug, noun, job_id))
    return _columns(slug, found, form, mapping, 422)


def _columns(
    slug: str,
    found: Upload,
    form: Form,
    mapping: dict[int, str] | None = None,
    status: int = 200,
) -> Response:
    words = _words(found.kind.noun)
    guessed = {column.place: column.key for column in found.columns}
    return fragments.show(
        "imports/columns.html",
        "imports/_columns.html",
        status=status,
        words=words,
        form=form,
        upload=found,
        mapping=guessed if mapping is None else mapping,
        targets=list(found.kind.labels.items()),
        slug=slug,
    )


@bp.post("/o/<slug>/users/import/<job_id>/load", defaults={"noun": "users"})
@bp.post("/o/<slug>/groups/import/<job_id>/load", defaults={"noun": "groups"})
def load_import(slug: str, noun: Noun, job_id: str) -> AnyResponse:
    """Load what was tried."""
    csv_import.describe(g.organization, job_id, noun)
    try:
        csv_import.load(g.organization, job_id)
    except Refusal as refusal:
        fragments.notify(refusal.detail, kind="problem")
    return fragments.go(_page(slug, noun, job_id))


def _progress(slug: str, found: Upload) -> Response:
    words = _words(found.kind.noun)
    job = found.job
    tally = job.result.get("tally", {})
    names = actors.names(g.organization, tally.get("sources", {}))
    part = "imports/_going.html" if job.is_going else "imports/_result.html"
    return fragments.show(
        "imports/show.html",
        part,
        *jobs.ended_parts(job),
        words=words,
        upload=found,
        job=job,
        part=part,
        title=job_words.title(job),
        tally=tally,
        sources=sorted(set(names.values())),
        cancel=jobs.cancelling(job),
        slug=slug,
    )


def _words(noun: Noun) -> Words:
    """The words of the page, which belongs to the part of the navigation they name."""
    g.section = WORDS[noun].section
    return WORDS[noun]


def _page(slug: str, noun: Noun, job_id: str) -> str:
    return url_for("admin_ui.show_import", slug=slug, noun=noun, job_id=job_id)
