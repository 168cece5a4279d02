"""CSV files as spreadsheets make them: every encoding, separator and mishap."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.errors import Invalid
from services.files import csv_files


def lines(content):
    return [line.cells for line in csv_files.read(content).lines]


def refusal(content, **limits):
    with pytest.raises(Invalid) as refused:
        list(csv_files.read(content, **limits).lines)
    assert refused.value.attribute == "file"
    return refused.value.detail


@pytest.mark.parametrize(
    ("codec", "name", "is_guessed"),
    [
        ("utf-8", "UTF-8", False),
        ("utf-8-sig", "UTF-8", False),
        ("utf-16", "UTF-16", False),
        ("cp1252", "Windows-1252", True),
    ],
)
def test_the_encoding_is_found_out(codec, name, is_guessed):
    file = csv_files.read("name,city\nJörg,Köln\n".encode(codec))
    assert (file.format.encoding, file.format.is_guessed) == (name, is_guessed)
    assert file.header == ("name", "city")
    assert [line.cells for line in file.lines] == [("Jörg", "Köln")]


def test_utf_16_is_read_in_either_byte_order():
    content = b"\xfe\xff" + "name,city\nJörg,Köln\n".encode("utf-16-be")
    assert lines(content) == [("Jörg", "Köln")]


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")]
)
def test_the_separator_is_found_out(delimiter, name):
    content = f'name{delimiter}"a,;b"{delimiter}c\nx{delimiter}"1,2;3"{delimiter}z\n'
    file = csv_files.read(content.encode())
    assert (file.format.delimiter, file.format.delimiter_name) == (delimiter, name)
    assert [line.cells for line in file.lines] == [("x", "1,2;3", "z")]


def test_a_line_that_names_the_separator_is_believed():
    assert lines(b"sep=;\r\na,b;c\r\n1,2;3\r\n") == [("1,2", "3")]


def test_the_version_line_of_entras_template_is_left_out():
    file = csv_files.read(b"version:v1.0\nname,mail\nBo,bo@x\n")
    assert file.header == ("name", "mail")
    assert [line.number for line in file.lines] == [3]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_all_line_endings_are_read(ending):
    content = ending.join(["a,b", "1,2", "3,4"]).encode()
    assert lines(content) == [("1", "2"), ("3", "4")]


def test_line_numbers_are_those_of_the_file():
    content = b'a,b\n\n"two\nlines",x\n , \nlast,y\n'
    assert [line.number for line in csv_files.read(content).lines] == [3, 6]


def test_short_lines_are_filled_up_and_long_ones_kept():
    assert lines(b"a,b\n1\n1,2,,\n1,2,3\n") == [("1", ""), ("1", "2"), ("1", "2", "3")]


def test_blanks_around_cells_go():
    assert lines("a,b\n  1 ,\u00a02\t\n".encode()) == [("1", "2")]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b" , ,\n"])
def test_an_empty_file_is_refused(content):
    assert "empty" in refusal(content)


def test_too_many_bytes_are_refused():
    assert "larger than 1 MB" in refusal(b"x" * 1_048_577, max_bytes=1_048_576)


def test_too_many_columns_are_refused():
    assert len(csv_files.read(b"a," * 199 + b"a\n").header) == 200
    assert "201 columns" in refusal(b"a," * 200 + b"a\n")


def test_too_many_lines_are_refused(monkeypatch):
    monkeypatch.setattr(csv_files, "MAX_ROWS", 3)
    assert len(lines(b"a\n" + b"x\n" * 3)) == 3
    assert "more than 3 lines" in refusal(b"a\n" + b"x\n" * 4)


def test_too_long_a_cell_is_refused_with_its_line():
    assert lines(b"a\n" + b"x" * 4_000) == [("x" * 4_000,)]
    assert refusal(b"a\nok\n" + b"x" * 4_001).startswith("Line 3 has a cell of 4,001")


@pytest.mark.parametrize(
    "content",
    [b'a,b\n1,2\n"never closed,3\n4,5\n', b'a,b\n1,2\n"closed"x,3\n4,5\n'],
)
def test_a_stray_quotation_mark_is_refused_with_its_line(content):
    assert refusal(content).startswith("Line 3 cannot be read: a quotation mark")


def test_a_quotation_mark_that_is_never_closed_does_not_eat_the_file():
    assert "quotation mark" in refusal(b'a\n"' + b"x\n" * 200_000)


@pytest.mark.parametrize(
    "content",
    [b"a,b\n1,\x00\n", b"PK\x03\x04\x14\x00\x00\x00", "a,b\n1,2".encode("utf-16-le")],
)
def test_what_is_no_text_is_refused(content):
    assert "not a CSV file" in refusal(content)


def test_bytes_that_no_encoding_has_are_refused_with_their_line():
    assert refusal(b"a\nx\n\x81\xff\n").startswith("Line 3 cannot be read as text")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+47 555", "'+47 555"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("'=1", "''=1"),
        ("'tis", "'tis"),
        ("1-1", "1-1"),
        ("", ""),
    ],
)
def test_formulas_get_an_apostrophe(text, written):
    assert csv_files.guard(text) == written
    assert csv_files.unguard(written) == text


@given(st.text(alphabet="'=+-@\t\r\n a", max_size=6))
def test_the_apostrophe_comes_off_exactly(text):
    guarded = csv_files.guard(text)
    assert guarded[:1] not in set("=+-@\t\r\n")
    assert csv_files.unguard(guarded) == text


def test_written_files_are_quoted_utf_8_that_excel_knows():
    content = csv_files.write_rows([["a", 'b"c'], ["=1", "ö"]], is_first=True)
    assert content == '\ufeff"a","b""c"\r\n"\'=1","ö"\r\n'.encode()
    assert csv_files.write_rows([["x"]]) == b'"x"\r\n'


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            min_size=2,
            max_size=2,
        ),
        min_size=1,
        max_size=5,
    )
)
@example([["", "\n"]])
def test_what_is_written_is_read_again(rows):
    content = csv_files.write_rows([["a", "b"], *rows], is_first=True)
    wanted = [tuple(cell.strip() for cell in row) for row in rows]
    assert lines(content) == [row for row in wanted if any(row)]
    text = content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == len(rows) + 1
