"""Users, or groups, from a CSV file: columns mapped, tried, then loaded. One job.

The job waits between the steps for an admin: an upload for its columns to be mapped, a
trial (`check`, which writes nothing of the directory) for the word to load it. Rows are
planned anew when they are loaded, so that what changed meanwhile is heeded. What is
particular to users is in `user_import`, what a row comes to in `user_rows`, and it is
done by `user_loading`; for groups likewise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal, get_args

from sqlalchemy.orm import Session

from models.database import writing
from services.background import jobs
from services.background.jobs import NewJob, StoredJob
from services.errors import Invalid
from services.files import csv_files, csv_kinds
from services.files.csv_files import CsvFile, Line
from services.files.csv_kinds import Files, ImportKind, Mapped, Noun
from services.files.csv_rounds import PER_STEP
from services.files.group_import import GROUPS
from services.files.user_import import USERS
from services.organizations import OrganizationRef
from services.origin import Origin, shorten

N_SAMPLES: Final = 3

Phase = Literal["map", "check", "load"]
Empty = Literal["keep", "clear"]

KINDS: Final[Mapping[Noun, ImportKind]] = {"users": USERS, "groups": GROUPS}
_NOUNS: Final = {kind.job: kind.noun for kind in KINDS.values()}


@dataclass(frozen=True)
class FileColumn:
    """A column of the uploaded file, and the attribute it stands for, if any."""

    place: int
    heading: str
    samples: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Upload:
    """An uploaded file, as the page for its mapping shows it."""

    kind: ImportKind
    job: StoredJob
    phase: Phase
    file_name: str
    encoding: str
    is_encoding_guessed: bool
    delimiter_name: str
    n_rows: int
    columns: tuple[FileColumn, ...]
    match: str
    empty: Empty


def noun_of(job_kind: str) -> Noun | None:
    """What a job of that kind imports, if it is an import."""
    return _NOUNS.get(job_kind)


def upload(
    noun: Noun,
    organization: OrganizationRef,
    name: str,
    content: bytes,
    *,
    origin: Origin,
    max_bytes: int = csv_files.MAX_BYTES,
) -> str:
    """Keep a file of users or groups, with a first guess of its columns; the job's id.

    Raises `Invalid` ("file") for what is no CSV file, or too large a one.
    """
    kind = KINDS[noun]
    file = csv_files.read(content, max_bytes=max_bytes)
    chunks, n_rows = _pack(file)
    if not n_rows:
        raise Invalid("file", kind.no_lines)
    new = NewJob(
        kind.job,
        {
            "phase": "map",
            "file_name": shorten(name, 200),
            "encoding": file.format.encoding,
            "is_encoding_guessed": file.format.is_guessed,
            "delimiter_name": file.format.delimiter_name,
            "header": file.header,
            "mapping": _as_json(kind.guess(file.header)),
            "match": kind.matches[0],
            "empty": "keep",
        },
        n_total=n_rows,
        state="waiting",
        files={"rows": chunks},
    )
    return jobs.add(organization, new, origin=origin)


def _pack(file: CsvFile) -> tuple[list[bytes], int]:
    """The lines as chunks of `PER_STEP` rows, so that a step reads its own only."""
    chunks, n_rows = [], 0
    while batch := list(islice(file.lines, PER_STEP)):
        chunks.append(csv_kinds.pack(batch))
        n_rows += len(batch)
    return chunks, n_rows


def _as_json(mapping: Mapping[int, str]) -> dict[str, str]:
    return {str(place): key for place, key in mapping.items()}


def describe(
    organization: OrganizationRef, job_id: str, noun: Noun | None = None
) -> Upload:
    """An import with the columns of its file.

    Raises `NotFound`, also when it is not of the noun that is given.
    """
    job = jobs.get(organization, job_id)
    found = noun_of(job.kind)
    if found is None or noun not in (None, found):
        raise jobs.not_found()
    given, samples = job.input, _samples(organization, job)
    return Upload(
        kind=KINDS[found],
        job=job,
        phase=given["phase"],
        file_name=given["file_name"],
        encoding=given["encoding"],
        is_encoding_guessed=given["is_encoding_guessed"],
        delimiter_name=given["delimiter_name"],
        n_rows=job.n_total or 0,
        columns=tuple(
            FileColumn(
                place,
                heading,
                tuple(row.cells[place] for row in samples),
                given["mapping"].get(str(place), ""),
            )
            for place, heading in enumerate(given["header"])
        ),
        match=given["match"],
        empty=given["empty"],
    )


def _samples(organization: OrganizationRef, job: StoredJob) -> list[Line]:
    if "rows" not in job.files:
        return []
    with closing(jobs.stream_file(organization, job.id, "rows")) as chunks:
        return csv_kinds.unpack(next(chunks))[:N_SAMPLES]


def check(
    organization: OrganizationRef,
    job_id: str,
    mapping: Mapping[int, str],
    *,
    match: str = "",
    empty: str = "keep",
) -> None:
    """Try the import with that mapping of places to columns, writing nothing.

    `match` is the column by which resources are found, by default the kind's first.
    Raises `Invalid` ("mapping", "match", "empty"), `NotFound`.
    """
    described = describe(organization, job_id)
    if described.job.is_going:
        raise _busy()
    kind = described.kind
    match = match or kind.matches[0]
    if match not in kind.matches or empty not in get_args(Empty):
        raise Invalid("match", "Choose how they are found, and what empty cells do.")
    columns = {place: key for place, key in mapping.items() if key}
    _check_mapping(kind, columns, len(described.columns), match)
    files = kind.prepare(
        lambda: _all_lines(organization, job_id), Mapped(columns, match, False)
    )
    changes = {
        "phase": "check",
        "mapping": _as_json(columns),
        "match": match,
        "empty": empty,
    }
    _queue(organization, job_id, changes, {}, files)


def _check_mapping(
    kind: ImportKind, columns: Mapping[int, str], n_columns: int, match: str
) -> None:
    keys = list(columns.values())
    if any(key not in kind.labels for key in keys) or any(
        not 0 <= place < n_columns for place in columns
    ):
        raise Invalid("mapping", "One of the columns is not known. Choose again.")
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise Invalid(
            "mapping",
            f"Two columns stand for {kind.labels[twice]}. Leave one of them out.",
        )
    kind.check_columns(keys, match)


def _all_lines(organization: OrganizationRef, job_id: str) -> Iterator[list[Line]]:
    with closing(jobs.stream_file(organization, job_id, "rows")) as chunks:
        for chunk in chunks:
            yield csv_kinds.unpack(chunk)


def load(organization: OrganizationRef, job_id: str) -> None:
    """Load what was tried. Raises `NotFound`, `Invalid` when there was no trial."""
    described = describe(organization, job_id)
    if described.phase != "check" or described.job.state != "waiting":
        raise (
            _busy()
            if described.job.is_going
            else Invalid("job", "Try the import first: choose its columns again.")
        )
    checked = described.job.result
    _queue(organization, job_id, {"phase": "load"}, {"checked": checked}, {})


@writing
def _queue(
    session: Session,
    organization: OrganizationRef,
    job_id: str,
    changes: Mapping[str, Any],  # Any: JSON
    result: Mapping[str, Any],  # Any: JSON
    files: Files,
) -> None:
    """Hand a waiting job back to the runner, from its first row on."""
    job = jobs.lock(session, organization, job_id)
    if job.state != "waiting":
        raise _busy()
    job.input = {**job.input, **changes}
    job.state, job.n_done, job.result = "queued", 0, dict(result)
    job.heartbeat_at = job.ended_at = None
    jobs.write_file(session, job.seq, "problems", {})
    for name, chunks in files.items():
        jobs.write_file(session, job.seq, name, chunks)
    session.flush()


def _busy() -> Invalid:
    return Invalid("job", "This import is under way or has ended. Look at its page.")
