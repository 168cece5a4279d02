"""What a browser would send back of a form on a page, read without a browser."""

from __future__ import annotations

import re


def fields_of(page: str) -> dict[str, str]:
    """The fields of `#form` when nobody touches it, but for the CSRF token."""
    form = page.partition('<form id="form"')[2].partition("</form>")[0]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind, name = _attribute(tag, "type"), _attribute(tag, "name")
        if kind not in ("checkbox", "radio") or " checked" in tag:
            # A field of one line has no line breaks.
            fields[name] = "".join(_attribute(tag, "value").splitlines())
    areas = re.findall(
        r"<textarea[^>]*name=\"([^\"]+)\"[^>]*>\r?\n?(.*?)</texta", form, re.S
    )
    fields |= {name: text.replace("\n", "\r\n") for name, text in areas}
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)">(.*?)</select', form, re.S
    ):
        fields[name] = (re.findall(r'selected value="([^"]*)"', options) or [""])[0]
    del fields["csrf_token"]
    return fields


def _attribute(tag: str, name: str) -> str:
    return str((re.findall(rf'\b{name}="([^"]*)"', tag) or [""])[0])
