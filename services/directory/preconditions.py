"""Conditional requests: the version a caller expects (RFC 7644 §3.14, RFC 9110 §13).

Tags are compared weakly, since a resource's derived parts (a user's groups) are not
counted by its version.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.errors import VersionMismatch


def etag(version: int) -> str:
    """The entity tag of a version, as in `meta.version` and the `ETag` header."""
    return f'W/"{version}"'


@dataclass(frozen=True)
class Precondition:
    """`if_match` and `if_none_match` as sets of opaque tags; `*` stands for any."""

    if_match: frozenset[str] | None = None
    if_none_match: frozenset[str] | None = None

    def is_current(self, version: int) -> bool:
        """Whether the caller already holds this version (a GET is then 304)."""
        return self.if_none_match is not None and _names(self.if_none_match, version)

    def check(self, version: int) -> None:
        """Raise `VersionMismatch` unless the resource is as the caller expects."""
        if self.if_match is not None and not _names(self.if_match, version):
            raise VersionMismatch(
                "The resource was changed meanwhile: it is now in version "
                f"{version}. Read it again and repeat the change."
            )

    def check_write(self, version: int) -> None:
        """As `check`, and If-None-Match must not name the version either."""
        self.check(version)
        if self.is_current(version):
            raise VersionMismatch(
                f"The resource is in version {version}, which If-None-Match excludes. "
                "Read it again and repeat the change."
            )


NONE = Precondition()


def _names(tags: frozenset[str], version: int) -> bool:
    return "*" in tags or str(version) in tags
