"""Every colour that is read, or carries meaning, stands out on what it lies on.

The tokens of the stylesheet are pairs, light and dark; WCAG 2.2 asks 4.5 of text
(1.4.3) and 3 of what else must be seen (1.4.11).
"""

from __future__ import annotations

import re
from itertools import product

import pytest

from tests.served import ROOT

CSS = (ROOT / "static/css/rollcall.css").read_text()
TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
TOKENS = {name: (light, dark) for name, light, dark in TOKEN.findall(CSS)}

GROUNDS = ("canvas", "surface", "sunken", "raised", "hover", "selected")
TEXTS = [
    # what is read, and where it is put
    *product(("ink", "ink-2", "ink-3", "accent-text"), GROUNDS),
    *product(
        ("danger-text",),
        ("surface", "raised", "canvas", "selected", "hover", "danger-soft"),
    ),
    *product(("ink", "ink-2"), ("warn-soft", "danger-soft", "ok-soft", "accent-soft")),
    ("warn-text", "warn-soft"),
    ("ok-text", "ok-soft"),
    ("accent-text", "accent-soft"),
    ("accent-text", "danger-soft"),
    ("accent-text", "ok-soft"),
    ("accent-text", "warn-soft"),
    ("ink-on-accent", "accent"),
    ("ink-on-accent", "accent-hover"),
    ("ink-on-danger", "danger-fill"),
    # notices and the skip link turn the page's colours round
    ("canvas", "ink"),
    # what is marked, in text and in a page
    ("ink", "accent-mute"),
    *product(("code-key", "code-str", "code-lit"), ("sunken",)),
]
SHAPES = [
    *product(("line-control",), ("surface", "canvas", "sunken", "raised")),
    *product(("focus",), (*GROUNDS, "warn-soft", "danger-soft")),
    *product(("ok", "warn", "danger", "idle"), ("surface", "selected", "hover")),
    *product(("accent",), ("surface", "canvas", "raised")),
]
PAIRS = [(*pair, 4.5) for pair in TEXTS] + [(*pair, 3.0) for pair in SHAPES]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_a_colour_stands_out(text: str, ground: str, least: float, theme: int) -> None:
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= least


def test_contrast_is_reckoned_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#777777", "#ffffff") < 4.5
    assert contrast("#0b6b5d", "#0b6b5d") == 1


def colours_used() -> set[str]:
    """Tokens that text is set in, anywhere in the sheet."""
    return set(re.findall(r"[{;]\s*color: var\(--([\w-]+)\)", CSS))


def test_every_colour_of_text_is_among_the_pairs() -> None:
    assert colours_used() - {text for text, _ in TEXTS} == set()


def test_every_filled_ground_is_among_the_pairs() -> None:
    filled = set(re.findall(r"background: var\(--([\w-]+)\)", CSS))
    checked = {name for pair in (*TEXTS, *SHAPES) for name in pair}
    # Lines and bars that carry no text: what is beside them says the same.
    bare = {"line-strong"}
    assert filled - checked - bare == set()
