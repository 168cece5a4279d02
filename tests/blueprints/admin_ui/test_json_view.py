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
