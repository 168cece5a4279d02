"""Names of buttons in sentences, durations, sizes."""

from __future__ import annotations

import pytest

from blueprints.admin_ui import formats


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Open **Tasks** now", "Open <strong>Tasks</strong> now"),
        ("**A → B**, **C**", "<strong>A → B</strong>, <strong>C</strong>"),
        ("<b>**<i>**", "&lt;b&gt;<strong>&lt;i&gt;</strong>"),
        ("2 ** 3", "2 ** 3"),
        ("**a** b **c", "<strong>a</strong> b **c"),
        ("**\u202e**", "<strong>⟦U+202E⟧</strong>"),
        ("", ""),
    ],
)
def test_names_of_buttons_are_strong(text: str, shown: str) -> None:
    assert formats.strong(text) == shown


@pytest.mark.parametrize(
    ("microseconds", "words"),
    [
        (None, ""),
        (0, "1 ms"),
        (14_400, "14 ms"),
        (999_499, "999 ms"),
        (999_500, "1.0 s"),
        (61_230_000, "61.2 s"),
    ],
)
def test_a_duration_is_told(microseconds: int | None, words: str) -> None:
    assert formats.took(microseconds) == words


@pytest.mark.parametrize(
    ("n_bytes", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1_023, "1,023 bytes"),
        (16_384, "16 KB"),
        (23_962, "23.4 KB"),
        (1_572_864, "1.5 MB"),
    ],
)
def test_a_size_is_told(n_bytes: int, words: str) -> None:
    assert formats.file_size(n_bytes) == words
