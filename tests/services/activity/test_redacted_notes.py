"""What a note quotes of a request, without the passwords in it."""

from __future__ import annotations

import pytest

from services.activity import redaction


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ('Read the key "x[password eq "Xyzzy86"]" as a path.', 'the key "hidden" as a'),
        ('"passwd" is not an attribute of User and was ignored.', '"passwd" is not'),
        ("The password was ignored: Rollcall keeps none.", "The password was ignored"),
        ('The manager "boss" is not known here.', 'The manager "boss"'),
    ],
)
def test_a_note_quotes_no_password(said: str, kept: str) -> None:
    assert kept in redaction.remark(said)
    assert "Xyzzy86" not in redaction.remark(said)
