"""What is raised, what the catalogue explains and what `errors.md` says is the same.

That the texts are sent like this is shown in
`tests/blueprints/scim_api/test_error_catalogue.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from blueprints import errors as door_errors
from scim import errors
from services.activity import catalogue
from services.activity.catalogue import places
from services.activity.catalogue.entry import Entry
from services.activity.catalogue.places import Place
from tests.house.error_reference import REFERENCE, TEXT, Block, blocks, plain

ROOT: Final = Path(__file__).resolve().parent.parent.parent
BLOCKS: Final = blocks()
ENTRIES: Final = [pytest.param(one, id=one.key) for one in catalogue.ENTRIES]
ERROR_CLASSES: Final = {one.__name__: one for one in errors.ScimError.__subclasses__()}
DETAILED: Final = {
    *ERROR_CLASSES,
    *("_refusal", "wrong_type"),
    *("NotFound", "AlreadyTaken", "Invalid", "VersionMismatch"),
    *("TokenRefused", "OrganizationSuspended", "ClickException"),
}


def calls(*folders: str) -> Iterator[tuple[str, ast.Call, ast.AST]]:
    """Every call by a name, with the function it stands in."""
    for file in sorted(file for one in folders for file in (ROOT / one).rglob("*.py")):
        for function in ast.walk(ast.parse(file.read_text())):
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call):
                        yield _name(node.func), node, function


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def details() -> set[str]:
    """The longest fixed part of every text that is raised."""
    return {
        max(_fixed_parts(argument), key=len).strip()
        for name, call, _ in calls("scim", "services", "blueprints")
        for argument in call.args
        if name in DETAILED
        if any(" " in part for part in _fixed_parts(argument))
    }


def _fixed_parts(argument: ast.expr) -> list[str]:
    pieces = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
    return [
        piece.value
        for piece in pieces
        if isinstance(piece, ast.Constant) and isinstance(piece.value, str)
    ]


def token_causes() -> set[str]:
    """The `cause` of every `TokenRefused`: written there, or in a variable before."""
    causes: set[str] = set()
    for name, call, function in calls("services"):
        if name == "TokenRefused":
            cause = call.args[0]
            found = cause if isinstance(cause, ast.Constant) else _second_of(function)
            causes |= _texts(found)
    return causes


def _second_of(function: ast.AST) -> ast.Module:
    """The second values of the pairs in a function, as in `fault, cause = …`."""
    pairs = [
        node.elts[1]
        for node in ast.walk(function)
        if isinstance(node, ast.Tuple) and isinstance(node.elts[1], ast.Constant)
    ]
    return ast.Module([ast.Expr(pair) for pair in pairs], [])


def _texts(found: ast.AST) -> set[str]:
    nodes = (node for node in ast.walk(found) if isinstance(node, ast.Constant))
    return {str(node.value) for node in nodes}


def raised() -> set[tuple[int, str | None, str]]:
    """Status, scimType and cause of every refusal that SCIM's own errors make."""
    return {
        (ERROR_CLASSES[name].status, ERROR_CLASSES[name].scim_type, cause)
        for name, call, _ in calls("scim", "services", "blueprints")
        if name in ERROR_CLASSES
        if isinstance(call.args[0], ast.Constant)
        for cause in _texts(call.args[0])
    }


def explained() -> set[tuple[int, str | None, str]]:
    """The same of every entry, wherever it is about."""
    return {
        (one.status, one.scim_type, cause)
        for one in catalogue.ENTRIES
        for cause in one.causes
    }


def test_every_refusal_of_scim_has_an_entry() -> None:
    assert (400, "invalidValue", "unknown_members") in raised()
    assert raised() - explained() == set()


def test_every_refused_token_has_an_entry() -> None:
    causes = {cause for status, _, cause in explained() if status in (401, 403)}
    assert {"missing", "cut", "padded", "altered", "expired"} <= token_causes()
    assert token_causes() - causes == set()


def test_every_error_of_a_service_has_an_entry() -> None:
    causes = {cause for _, _, cause in explained()}
    asked_by_scim = set(door_errors.KEYS.values()) - {"invalid"}
    assert asked_by_scim - causes == set()


def test_no_entry_is_for_what_nobody_raises() -> None:
    known = {cause for _, _, cause in raised()} | set(door_errors.KEYS.values())
    text = (ROOT / "blueprints" / "errors.py").read_text()
    text += (ROOT / "services" / "directory" / "user_changes.py").read_text()
    causes = {cause for _, _, cause in explained()} - known - token_causes()
    assert {cause for cause in causes if f'"{cause}"' not in text} == set()


@pytest.mark.parametrize("entry", ENTRIES)
def test_entry_stands_in_the_reference_word_for_word(entry: Entry) -> None:
    block = BLOCKS.get(entry.key)
    said = catalogue.resolve(entry, "")
    steps = catalogue.resolve(entry, "Okta").steps
    assert block, f"{entry.key} is missing in errors.md"
    assert (block.title, block.meaning) == (said.title, said.meaning)
    assert block.steps == steps
    assert block.head == _head(entry)


def _head(entry: Entry) -> str:
    what = f"{entry.status} {entry.scim_type}" if entry.scim_type else entry.status
    where = f" on `{entry.endpoint}`" if entry.endpoint else ""
    return f"`{what}`{where}, cause " + ", ".join(f"`{one}`" for one in entry.causes)


def test_nothing_stands_in_the_reference_that_the_catalogue_has_not() -> None:
    described = {key for key, block in BLOCKS.items() if "cause" in block.head}
    assert described == {one.key for one in catalogue.ENTRIES}


def test_titles_are_anchors_of_their_own() -> None:
    keys = [one.key for one in catalogue.ENTRIES]
    assert len(keys) == len(set(keys))
    assert len(catalogue.ENTRIES) > 60


@pytest.mark.parametrize("provider", ["Entra ID", "OneLogin", "JumpCloud", ""])
def test_the_words_of_other_providers_are_documented(provider: str) -> None:
    _, _, section = TEXT.partition(f"\n### {provider or 'Any other client'}\n")
    section = plain(section.partition("\n#")[0])
    steps = [places.steps_at(one, provider) for one in Place]
    general = [places.steps_at(one, "") for one in Place]
    said = [" ".join(one) for one in steps if not provider or one not in general]
    assert said
    assert [text for text in said if _general(text) not in section] == []


def _general(text: str) -> str:
    return text.replace("{client}", places.GENERAL)


def test_every_text_that_is_raised_is_documented() -> None:
    text = plain(REFERENCE.read_text())
    assert {part for part in details() if part not in text} == set()


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_no_text_is_documented_that_nobody_raises(block: Block) -> None:
    said = [text for text in block.texts if not any(one in text for one in PARTS)]
    assert block.texts
    assert said == []


def _parts_of_sentences() -> frozenset[str]:
    """Every fixed part of a text in the code that is long enough to be told by."""
    files = (file for one in ROOMS for file in (ROOT / one).rglob("*.py"))
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text())))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant))
    stripped = {text.strip() for text in texts if isinstance(text, str)}
    return frozenset(one for one in stripped if len(one) > 12 and " " in one)


ROOMS: Final = ("scim", "services", "blueprints")
PARTS: Final = _parts_of_sentences()
