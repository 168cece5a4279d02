"""What an entry of the error catalogue is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from services.activity.catalogue.places import Place


@dataclass(frozen=True)
class Explanation:
    """What a refusal means, and how it is mended.

    `meaning` tells what lies behind it; whom and what it is about, by name, is in the
    `detail` of the row. Texts are plain but for names of buttons and pages, which stand
    between pairs of asterisks: `Open **Dashboard → Tasks**`. `key` is the entry's
    anchor in `docs/reference/errors.md`.
    """

    key: str
    title: str
    meaning: str
    steps: tuple[str, ...]


Step: TypeAlias = str | Place
"""A sentence, or what the provider calls the place where it is done."""

_NOT_IN_ANCHORS: Final = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Entry:
    """One kind of refusal: when it is meant, and what is said of it.

    It is meant by its `status` and any of its `causes`, which are told apart by
    `scim_type`, and by `endpoint`, if there is one: `POST Users`, or `Users` for any
    method. `{client}` in a text is the provider's name, or "the provisioning client".
    """

    status: int
    causes: tuple[str, ...]
    title: str
    meaning: str
    steps: tuple[Step, ...]
    scim_type: str | None = None
    endpoint: str = ""

    @property
    def key(self) -> str:
        """The anchor of the title."""
        return _NOT_IN_ANCHORS.sub("", self.title.lower()).replace(" ", "-")
