"""What may not stand in a template, found in its source: both branches of every `if`.

Each check takes the source and returns what it has against it, a sentence each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_CSRF = re.compile(r"\{\{-? *csrf(_token)?\(\) *-?\}\}")
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_POST_FORM = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.DOTALL)
_ASKING = {"hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete"}
_VOID = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}

Attributes = dict[str, str]


def without_jinja(source: str) -> str:
    """The bare HTML; a `×` where a value is put out, `¤` where the CSRF token is."""
    source = _CSRF.sub("¤", _COMMENT.sub("", source))
    return _JINJA.sub(lambda found: "×" if found[0].startswith("{{") else " ", source)


class _Reader(HTMLParser):
    """Collects tags, the roots among them, and what stands in `script` and `style`."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, Attributes]] = []
        self.roots: list[tuple[str, Attributes]] = []
        self.loose: list[str] = []
        self._open: list[str] = []
        self.feed(without_jinja(source))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = (tag, {name: value or "" for name, value in attrs})
        self.tags.append(found)
        if not self._open:
            self.roots.append(found)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open and self._open[-1] in ("script", "style"):
            self.loose.append(self._open[-1])


def _tags(source: str) -> Iterator[tuple[str, Attributes]]:
    return iter(_Reader(source).tags)


def inline_code(source: str) -> list[str]:
    """Scripts and styles that the policy of the pages would stop."""
    reader = _Reader(source)
    return [f"<{tag}> holds text" for tag in reader.loose] + [
        f"<{tag} {name}>"
        for tag, attributes in reader.tags
        for name, value in attributes.items()
        if name == "style"
        or name.startswith(("on", "hx-on"))
        or value.strip().lower().startswith(("js:", "javascript:"))
    ]


def evaluated_triggers(source: str) -> list[str]:
    """Filters in `hx-trigger`, which htmx would evaluate."""
    return [
        f"<{tag} hx-trigger={attributes['hx-trigger']!r}>"
        for tag, attributes in _tags(source)
        if "[" in attributes.get("hx-trigger", "")
    ]


def inherited_targets(source: str) -> list[str]:
    """Elements that ask, and leave to others where the answer goes."""
    return [
        f"<{tag}> asks without {missing}"
        for tag, attributes in _tags(source)
        if _ASKING & attributes.keys()
        for missing in sorted({"hx-target", "hx-swap"} - attributes.keys())
    ]


def forms_without_token(source: str) -> list[str]:
    """Forms that post without the CSRF token."""
    forms = _POST_FORM.findall(without_jinja(source))
    return [form[:80] for form in forms if "¤" not in form]


def unescaped(source: str) -> list[str]:
    """Text that is put out as it came."""
    return re.findall(r"\|\s*safe\b|\bMarkup\(|autoescape\s+false", source)


def new_windows(source: str) -> list[str]:
    """Links that open another window, unasked."""
    return [
        f"<{tag} target>" for tag, attributes in _tags(source) if "target" in attributes
    ]


def loose_roots(source: str) -> list[str]:
    """What keeps a partial from being swapped by its id.

    What goes into the dialog needs no id of its own; a partial that is never swapped
    says so in a comment on its second line.
    """
    lines = source.splitlines()
    if len(lines) > 1 and lines[1].startswith("{#"):
        return []
    roots = _Reader(source).roots
    if len(roots) != 1:
        return [f"{len(roots)} root elements: {[tag for tag, _ in roots]}"]
    tag, attributes = roots[0]
    is_for_dialog = "dialog" in attributes.get("class", "").split()
    return [] if is_for_dialog or "id" in attributes else [f"<{tag}> has no id"]
