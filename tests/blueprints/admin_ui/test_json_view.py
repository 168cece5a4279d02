"""JSON on a page: coloured, escaped, and the same when it is copied."""

from __future__ import annotations

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.admin_ui import json_view


def copied(markup):
    return html.unescape(re.sub(r"<[^>]+>", "", str(markup)))


@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=5,
        ),
        max_size=4,
    )
)
def test_what_is_copied_is_the_document(document):
    assert json.loads(copied(json_view.highlight(document))) == document


def test_names_texts_and_literals_are_told_apart():
    shown = json_view.highlight({"a": "b", "c": [1, True, None]})
    assert '<span class="k">&#34;a&#34;</span>: <span class="s">&#34;b&#34;' in shown
    literals = re.findall(r'<span class="l">([^<]+)</span>', shown)
    assert literals == ["1", "true", "null"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("<b>", "&lt;b&gt;"),
        ("\u202egpj", "\\u202egpj"),
        ("a\u200bb", "a\\u200bb"),
        ("é😀", "é😀"),
    ],
)
def test_nothing_hides_in_a_text(text, seen):
    assert f"&#34;{seen}&#34;" in json_view.highlight({"a": text})


ANY = st.characters(exclude_characters="\r", exclude_categories=["Cs"])


@given(st.text(ANY) | st.text('[{}],:"\\ \n1truefals', max_size=60))
def test_of_any_text_only_the_blanks_between_words_are_ours(text):
    shown = copied(json_view.pretty(text))
    blanks = str.maketrans("", "", " \t\n")
    assert shown.translate(blanks) == json_view.seen(text).translate(blanks)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("{}", ["{}"]),
        ('{"a":[{"b":1}]}', ['{ "a": [{ "b": 1 }] }']),
        (
            f'{{"a":"{"x" * 50}","b":[1,2]}}',
            ["{", f'  "a": "{"x" * 50}",', '  "b": [1, 2]', "}"],
        ),
        ('{"a": [1, "b', ["{", '  "a": [', "    1,", '    "b']),
        ("]]}{", ["]", "]", "}{"]),
        ('"a\\', ['"a\\']),
    ],
)
def test_what_fits_stands_on_one_line(text, lines):
    assert copied(json_view.pretty(text)).strip("\n").splitlines() == lines


def test_no_depth_makes_a_page_wide():
    shown = copied(json_view.pretty("[" * 16_000))
    assert len(shown) < 20_000
    assert max(map(len, shown.splitlines())) > 15_000


def test_what_was_hidden_is_told_from_what_was_sent():
    shown = json_view.pretty('{"password":"hidden","hidden":"Hidden"}')
    assert shown.count('<span class="r">') == 1
    assert json.loads(copied(shown)) == {"password": "hidden", "hidden": "Hidden"}
    assert '<span class="r">' not in json_view.highlight({"title": "hidden"})


def test_the_value_that_is_meant_is_marked():
    text = '{"userName":"a","x":{"y":"userName"},"userName":["b"]}'
    marked = re.findall(
        r"<mark>(.*?)</mark>", json_view.pretty(text, marked=["userName"])
    )
    assert [copied(one) for one in marked] == ['"a"']


def test_a_raw_text_keeps_its_blanks():
    assert copied(json_view.raw('{\n\t"a" : 1.10 }\u202e')) == (
        '{\n\t"a" : 1.10 }\\u202e'
    )
