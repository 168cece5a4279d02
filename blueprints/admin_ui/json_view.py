"""JSON as a page shows it: coloured by the server, and exact when it is copied."""

from __future__ import annotations

import json
import re
from typing import Final

from markupsafe import Markup, escape

from blueprints.admin_ui import formats
from scim.attributes import Document

# A text, with the colon that makes it a name; or a bare word or number.
_TOKEN: Final = re.compile(
    r'("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d[\d.eE+-]*'
)


def highlight(document: Document) -> Markup:
    """The document in lines, its names, texts and literals in spans.

    What is invisible in a text is written as JSON's own escape: seen, and the same.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False)
    parts, end = list[Markup](), 0
    for found in _TOKEN.finditer(text):
        parts += [escape(text[end : found.start()]), _span(found)]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _span(found: re.Match[str]) -> Markup:
    string, colon = found[1], found[2] or ""
    if string is None:
        return Markup('<span class="l">{}</span>').format(found[0])
    kind = "k" if colon else "s"
    return Markup('<span class="{}">{}</span>{}').format(kind, _seen(string), colon)


def _seen(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        one if formats.make_visible(one) == one else json.dumps(one)[1:-1]
        for one in text
    )
