"""JSON as a page shows it: coloured and laid out, and exact when it is copied.

It is never read, only cut into its marks and words. What a client sent may be cut off,
nested without end, or no JSON at all, and is shown all the same, not a word of it
changed: only the blanks between are ours, and what is invisible is written as JSON's
own escape.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from markupsafe import Markup, escape

from blueprints.admin_ui import formats
from scim.attributes import Document
from services.activity.redaction import HIDDEN

LINE: Final = 60
"""Characters of an object or a list that stands on one line, what is before it too."""

DEEPEST: Final = 24
"""From here on nothing gets lines of its own: a page is not wider than a page."""

# A text, which may lack its end; a mark; or anything else up to the next of them.
_WORD: Final = re.compile(
    r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^ \t\n\r"{}\[\],:]+', re.DOTALL
)
_LITERAL: Final = re.compile(r"true|false|null|-?\d[\d.eE+-]*")
_OPENING: Final = {"{": "}", "[": "]"}
_HIDDEN: Final = f'"{HIDDEN}"'


def highlight(document: Document) -> Markup:
    """The document in lines, its names, texts and literals in spans."""
    return _show(json.dumps(document, ensure_ascii=False))


def pretty(text: str, *, marked: Collection[str] = ()) -> Markup:
    """The same for the text of a body of the log, in which secrets are hidden.

    The values of the attributes `marked` are what the page wants to point at.
    """
    return _show(text, is_redacted=True, marked=[f'"{name}"' for name in marked])


def raw(text: str) -> Markup:
    """The text of a body as it is kept, with its own lines and blanks."""
    return escape(seen(text))


def seen(text: str) -> str:
    """JSON with what is invisible in it escaped: the same, for all that reads JSON."""
    return formats.spell_unseen(text, lambda found: json.dumps(found[0])[1:-1])


def _show(
    text: str, *, is_redacted: bool = False, marked: Collection[str] = ()
) -> Markup:
    words = _WORD.findall(text)
    parts, name = list[Markup](), ""
    for place, gap in enumerate(_gaps(words)):
        word = words[place]
        is_name = word[0] == '"' and words[place + 1 : place + 2] == [":"]
        shown = _span(word, is_name=is_name, is_redacted=is_redacted)
        is_marked = not is_name and word[0] == '"' and name in marked
        name = word if is_name else name if word == ":" else ""
        parts += [
            escape(gap),
            Markup("<mark>{}</mark>").format(shown) if is_marked else shown,
        ]
    return Markup("").join(parts)


def _span(word: str, *, is_name: bool, is_redacted: bool) -> Markup:
    if word[0] != '"':
        if _LITERAL.fullmatch(word):
            return Markup('<span class="l">{}</span>').format(word)
        return escape(seen(word))
    if is_redacted and word == _HIDDEN and not is_name:
        quote = Markup('<span class="vh">"</span>')
        return Markup('<span class="r">{}{}{}</span>').format(quote, HIDDEN, quote)
    return Markup('<span class="{}">{}</span>').format("ks"[not is_name], seen(word))


def _gaps(words: Sequence[str]) -> Iterator[str]:
    """The blanks before each word."""
    ends = _short_groups(words)
    depth, line_ends, before = 0, -1, ""
    for place, word in enumerate(words):
        is_closing = word in ("}", "]")
        depth -= is_closing
        in_line = place <= line_ends or max(depth, 0) >= DEEPEST
        if before in _OPENING and is_closing:
            gap = ""
        elif in_line:
            gap = _gap_in_line(before, word)
        elif before in _OPENING or before == "," or is_closing:
            gap = "\n" + "  " * max(depth, 0)
        else:
            gap = " " if before == ":" else ""
        yield gap
        if word in _OPENING:
            depth += 1
            line_ends = max(line_ends, ends.get(place, -1))
        before = word


def _gap_in_line(before: str, word: str) -> str:
    return " " if before in (",", ":", "{") or word == "}" else ""


def _short_groups(words: Sequence[str]) -> dict[int, int]:
    """Where objects and lists end that fit on a line, by where they begin."""
    found: dict[int, int] = {}
    opened: list[tuple[int, int]] = []
    width = 0
    for place, word in enumerate(words):
        if word in _OPENING:
            opened.append((place, width))
        width += len(word) + (word in (",", ":", "{", "}"))
        if word in _OPENING.values() and opened:
            begin, width_before = opened.pop()
            if width - width_before + 2 * len(opened) <= LINE:
                found[begin] = place
    return found
