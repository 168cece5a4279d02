"""Sentences as parts that a page can link, in two voices.

Where the one who did it stands beside, a sentence does without: "Bo Ek was created".
Where it stands alone it says so: "Okta created Bo Ek". No sentence has a full stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.activity import redaction
from services.directory.mapping import Reference


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; `resource` is where it leads, if that is still there."""

    text: str
    resource: Reference | None = None


@dataclass(frozen=True)
class Sentences:
    """The same said twice: `short` does not say who did it, `full` does."""

    short: tuple[Part, ...]
    full: tuple[Part, ...]


@dataclass(frozen=True)
class Clause:
    """What was done to what, with nobody yet who did it.

    `lead` stands before the object, in lower case: `token `. `verb` is a participle.
    `others` were done besides, by the same.
    """

    object: tuple[Part, ...]
    verb: str
    rest: tuple[Part, ...] = ()
    lead: str = ""
    is_plural: bool = False
    others: tuple[Clause, ...] = ()

    @property
    def passive(self) -> tuple[Part, ...]:
        """`Bo Ek was created`."""
        were = " were " if self.is_plural else " was "
        done = " changed" if self.verb == "changed" else were + self.verb
        lead = Part(capitalised(self.lead))
        others = self._besides([one.passive for one in self.others])
        return joined(lead, *self.object, Part(done), *others, *self.rest)

    def active(self, who: str) -> tuple[Part, ...]:
        """`Okta created Bo Ek`."""
        return joined(Part(f"{who} "), *self.predicate)

    @property
    def predicate(self) -> tuple[Part, ...]:
        """`created Bo Ek`."""
        done = Part(f"{_PAST.get(self.verb, self.verb)} {self.lead}")
        others = self._besides([one.predicate for one in self.others])
        return joined(done, *self.object, *others, *self.rest)

    def _besides(self, others: Sequence[Sequence[Part]]) -> Iterator[Part]:
        for place, parts in enumerate(others, start=1):
            is_end = place == len(others) and not self.rest
            yield Part(" and " if is_end else ", ")
            yield from parts

    def followed_by(self, text: str) -> Clause:
        """The same with something after it."""
        return replace(self, rest=(*self.rest, Part(text)))

    def by(self, who: str) -> Sentences:
        """Both voices."""
        return Sentences(self.passive, self.active(who))


def done(who: str, what: str, *parts: Part) -> Sentences:
    """What somebody did that has no passive worth reading: `Looked up ana`."""
    return Sentences(
        joined(Part(f"{capitalised(what)} "), *parts),
        joined(Part(f"{who} {what} "), *parts),
    )


def joined(*parts: Part) -> tuple[Part, ...]:
    """The parts without empty ones; those without a link are one with their like.

    A token that somebody took for a name is not told.
    """
    found: list[Part] = []
    for given in parts:
        part = Part(redaction.text(given.text), given.resource)
        last = found[-1] if found else None
        if last and last.resource is None and part.resource is None:
            found[-1] = Part(last.text + part.text)
        elif part.text:
            found.append(part)
    return tuple(found)


def capitalised(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def counted(n: int, one: str, many: str) -> str:
    """`1 user`, `4,322 users`."""
    return f"{n:,} {one if n == 1 else many}"


_PAST: Final = {"withdrawn": "withdrew"}
"""Of verbs whose past is not their participle."""
