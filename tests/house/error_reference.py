"""Reads `docs/reference/errors.md`: what it says of each error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REFERENCE: Final = (
    Path(__file__).resolve().parent.parent.parent / "docs" / "reference" / "errors.md"
)
TEXT: Final = REFERENCE.read_text()
_STEP: Final = re.compile(r"^\d+\. ", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """An error as it is described: its texts with `{…}` for what changes."""

    title: str
    head: str
    texts: tuple[str, ...]
    meaning: str
    steps: tuple[str, ...]

    def holds(self, detail: str) -> bool:
        """Whether the detail is one of the texts."""
        return any(_pattern(text).fullmatch(detail) for text in self.texts)


def plain(text: str) -> str:
    """With every run of blanks as one, since lines are wrapped."""
    return " ".join(text.split())


def blocks() -> dict[str, Block]:
    """Every error under `/scim/v2`, by its anchor."""
    found = re.split(r"^### ", TEXT.partition("\n## Other providers\n")[0], flags=re.M)
    read = (_block(one) for one in found[1:])
    return {_anchor(one.title): one for one in read}


def _block(text: str) -> Block:
    title, _, rest = text.partition("\n")
    head, *paragraphs = rest.partition("\n## ")[0].strip().split("\n\n")
    texts = tuple(one[2:] for one in paragraphs if one.startswith("> "))
    others = [one for one in paragraphs if not one.startswith("> ")]
    steps = _STEP.split(others[1])[1:] if len(others) > 1 else []
    return Block(
        title, plain(head), texts, plain(others[0]), tuple(plain(one) for one in steps)
    )


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^{}]*\\\}", ".+", re.escape(text)))
