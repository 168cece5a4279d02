"""Refusals explained: what went wrong, and what to do about it, in whose words.

One entry for each combination of endpoint, status, scimType and cause that Rollcall
answers with. The same entries make `docs/reference/errors.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.activity.request_log import LoggedRequest


@dataclass(frozen=True)
class Explanation:
    """What a refusal means, and how it is mended.

    Texts are plain but for names of buttons and pages, which stand between pairs of
    asterisks: `Open **Dashboard → Tasks**`. `key` is the entry's anchor in the docs.
    """

    key: str
    title: str
    meaning: str
    steps: tuple[str, ...]


def explain(request: LoggedRequest) -> Explanation | None:
    """What is known of a refusal or failure; None for what went well."""
    return None
