"""Which column a heading of a CSV file means: guessed, each column once.

Which columns there are is said by the modules of the resources.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

_PLAIN_MARKS: Final = ("required", "optional")


class Headings:
    """The headings that are known: `meanings` are columns' keys, with what they mean.

    `never` are headings that mean none of them, whatever they look like.
    """

    def __init__(
        self, meanings: Iterable[tuple[str, Iterable[str]]], never: Collection[str]
    ) -> None:
        self._keys = {
            bare(heading): key for key, headings in meanings for heading in headings
        }
        self._never = frozenset(bare(heading) for heading in never)

    def guess(self, headings: Iterable[str]) -> dict[int, str]:
        """Which column each means, by its place; each once, unsure left out.

        Exports and templates of Okta, Entra and Google are known: `Name [displayName]
        Required` is read by what stands in brackets.
        """
        found: dict[int, str] = {}
        for place, heading in enumerate(headings):
            key = self._meaning(heading)
            if key is not None and key not in found.values():
                found[place] = key
        return found

    def _meaning(self, heading: str) -> str | None:
        in_brackets = re.search(r"\[(\w+)\]", heading)
        if in_brackets and in_brackets[1].casefold() not in _PLAIN_MARKS:
            return self._keys.get(bare(in_brackets[1]))
        plain = re.sub(r"\[.*?\]|\(.*?\)", "", heading)
        for form in (plain, plain.rpartition(":")[2], plain.rpartition(".")[2]):
            if bare(form) in self._never:
                return None
            if bare(form) in self._keys:
                return self._keys[bare(form)]
        return None


def bare(heading: str) -> str:
    """A heading as it is compared: without case, blanks and marks."""
    return re.sub(r"[\W_]", "", heading.casefold())
