"""The hidden fields of a page, as a browser would send them with what is typed."""

from __future__ import annotations

import html
import re

from werkzeug.test import TestResponse


def hidden_fields(page: TestResponse) -> dict[str, str]:
    """By name, the CSRF token among them; of several forms the last counts."""
    fields = {}
    for tag in re.findall(r'<input[^>]*type="hidden"[^>]*>', page.text):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        fields[attributes["name"]] = html.unescape(attributes["value"])
    return fields
