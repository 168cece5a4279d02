"""CSV as spreadsheets write and read it: bytes to rows, rows to bytes.

Files come in the encodings and with the separators that spreadsheets of all countries
make. What goes out cannot run as a formula when it is opened in one. What the columns
mean is not known here.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.errors import Invalid
from services.origin import shorten

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 4_000

MEDIA_TYPE: Final = "text/csv; charset=utf-8"

_ENCODINGS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_DELIMITERS: Final = ",;\t"
_DELIMITER_NAMES: Final = {",": "comma", ";": "semicolon", "\t": "tab"}
_SEPARATOR_LINE: Final = re.compile(r'"?sep=([,;\t])"?[\r\n]', re.IGNORECASE)
_HEAD: Final = 64 * 1024
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r\n]")


@dataclass(frozen=True)
class Line:
    """A row of a file, with the number of the line it begins in, from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Format:
    """How a file was read: for people, who see when the guess is wrong."""

    encoding: str
    is_guessed: bool
    delimiter: str

    @property
    def delimiter_name(self) -> str:
        """What the separator is called."""
        return _DELIMITER_NAMES[self.delimiter]


@dataclass(frozen=True)
class CsvFile:
    """A file that is being read: its header, and the lines after it, once."""

    format: Format
    header: tuple[str, ...]
    lines: Iterator[Line]


def read(content: bytes, *, max_bytes: int = MAX_BYTES) -> CsvFile:
    """Begin to read a file. Raises `Invalid` ("file"), also while lines are taken.

    Lines without any text are left out. Each line has as many cells as the header, or
    more when something stands beyond it. Cells are without blanks at their ends, and
    without the apostrophe that `write_rows` puts before a formula.
    """
    if len(content) > max_bytes:
        raise _invalid(
            f"The file is larger than {max_bytes // 1024 // 1024} MB. Split it, and "
            "load the parts one after the other."
        )
    codec, format_ = _guess_encoding(content)
    delimiter, n_skipped = _guess_delimiter(_decode_head(content, codec))
    lines = _lines(content, codec, delimiter, n_skipped)
    header = next(lines, None)
    if header is None:
        raise _invalid("The file is empty. Choose a CSV file with a line of headings.")
    if len(header.cells) > MAX_COLUMNS:
        raise _invalid(
            f"The file has {len(header.cells):,} columns, and at most {MAX_COLUMNS} "
            "are read. Remove those that are not needed."
        )
    return CsvFile(
        Format(format_.encoding, format_.is_guessed, delimiter),
        header.cells,
        _counted(lines, len(header.cells)),
    )


def _guess_encoding(content: bytes) -> tuple[str, Format]:
    for mark, codec, name in _ENCODINGS:
        if content.startswith(mark):
            return codec, Format(name, False, ",")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        # What spreadsheets of Western Europe and America write without being asked.
        return "cp1252", Format("Windows-1252", True, ",")
    return "utf-8", Format("UTF-8", False, ",")


def _decode_head(content: bytes, codec: str) -> str:
    """The first lines as text, when all of it is text."""
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _invalid(
            f"Line {line:,} cannot be read as text. Save the file as CSV in UTF-8."
        ) from error
    if "\0" in text:
        raise _invalid(
            "This is not a CSV file: it holds characters that no text has. In a "
            "spreadsheet, choose Save as, then CSV UTF-8."
        )
    return text[:_HEAD]


def _guess_delimiter(head: str) -> tuple[str, int]:
    """The separator, and how many lines to leave out before the heading."""
    said = _SEPARATOR_LINE.match(head)
    if said:
        return said[1], 1
    lines = _without_quoted(head)
    n_skipped = 0
    if lines and lines[0].lower().startswith("version:"):
        # Entra's template for bulk operations begins with a line of its own.
        lines, n_skipped = lines[1:], 1
    heading = next((line for line in lines if line.strip()), "")
    return max(_DELIMITERS, key=heading.count), n_skipped


def _without_quoted(text: str) -> list[str]:
    """The lines, without what stands in quotes."""
    return re.sub(r'"[^"]*"', "", text).splitlines()


def _lines(
    content: bytes, codec: str, delimiter: str, n_skipped: int
) -> Generator[Line]:
    source = io.TextIOWrapper(io.BytesIO(content), encoding=codec, newline="")
    for _ in range(n_skipped):
        source.readline()
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    number = n_skipped + 1
    try:
        for row in reader:
            cells = tuple(_cell(cell, number) for cell in row)
            if any(cells):
                yield Line(number, cells)
            number = n_skipped + reader.line_num + 1
    except csv.Error as error:
        raise _invalid(
            f"Line {number:,} cannot be read: a quotation mark is opened and not "
            "closed, or text follows a closed one. Correct it there."
        ) from error


def _cell(cell: str, number: int) -> str:
    if len(cell) > MAX_CELL:
        raise _invalid(
            f"Line {number:,} has a cell of {len(cell):,} characters, and at most "
            f"{MAX_CELL:,} are read. A quotation mark that is not closed may be why."
        )
    return unguard(cell).strip()


def _counted(lines: Iterator[Line], n_columns: int) -> Generator[Line]:
    for n_rows, line in enumerate(lines, start=1):
        if n_rows > MAX_ROWS:
            raise _invalid(
                f"The file has more than {MAX_ROWS:,} lines. Split it, and load the "
                "parts one after the other."
            )
        yield Line(line.number, _fitted(line.cells, n_columns))


def _fitted(cells: tuple[str, ...], n_columns: int) -> tuple[str, ...]:
    if len(cells) <= n_columns:
        return cells + ("",) * (n_columns - len(cells))
    return cells if any(cells[n_columns:]) else cells[:n_columns]


def _invalid(detail: str) -> Invalid:
    return Invalid("file", detail)


def write_rows(rows: Iterable[Sequence[str]], *, is_first: bool = False) -> bytes:
    """Rows as bytes; the first ones of a file begin with the mark that Excel needs.

    Every cell is quoted, and an apostrophe goes before what a spreadsheet would take
    for a formula.
    """
    target = io.StringIO(newline="")
    if is_first:
        target.write("\ufeff")
    writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return target.getvalue().encode()


def guard(text: str) -> str:
    """The text, with an apostrophe before a formula: it is shown and never run.

    One more when it begins with apostrophes itself, so that `unguard` is exact.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(text: str) -> str:
    """The text without the apostrophe that `guard` put there."""
    return text[1:] if _GUARDED.match(text) else text


def quoted(text: str) -> str:
    """A cell as an error shows it."""
    return f'"{shorten(text)}"'
