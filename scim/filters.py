"""Filters and paths (RFC 7644 §3.4.2.2 and §3.5.2): text to tree, and back.

One grammar serves both: a PATCH path is an attribute with an optional filter in
brackets. Names stay as the client wrote them; which attribute is meant is decided by
whoever compiles the tree (`services/queries/filtering.py`) or applies it
(`scim/patch.py`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from scim import names
from scim.errors import InvalidFilter, InvalidPath, ScimError

Operator = Literal["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
Scalar: TypeAlias = "str | int | float | bool | None"


@dataclass(frozen=True)
class Comparison:
    """`attribute operator value`: `userName eq "bo"`."""

    attribute: str
    operator: Operator
    value: Scalar


@dataclass(frozen=True)
class Present:
    """`attribute pr`: the attribute has a value."""

    attribute: str


@dataclass(frozen=True)
class And:
    """All terms hold; two terms or more, none of them an `And` itself."""

    terms: tuple[Filter, ...]


@dataclass(frozen=True)
class Or:
    """At least one term holds; two terms or more, none of them an `Or` itself."""

    terms: tuple[Filter, ...]


@dataclass(frozen=True)
class Not:
    """The term does not hold."""

    term: Filter


@dataclass(frozen=True)
class ValuePath:
    """`attribute[condition]`: one and the same value meets the whole condition."""

    attribute: str
    condition: Filter


Filter: TypeAlias = "Comparison | Present | And | Or | Not | ValuePath"


@dataclass(frozen=True)
class Path:
    """A PATCH path: `attribute`, `attribute[condition]`, `attribute[condition].sub`.

    Without a condition, a sub-attribute is part of `attribute` (`name.familyName`).
    """

    attribute: str
    condition: Filter | None = None
    sub: str | None = None


def parse(text: str) -> Filter:
    """The tree of a filter (RFC 7644 §3.4.2.2).

    Operators and keywords may be in any case, `and` binds before `or`. Values are what
    is written: `"true"` stays text. For matching attributes Entra documents
    `emails[type eq "work"].value eq "x"`, which is read as
    `emails[type eq "work" and value eq "x"]`. Raises `InvalidFilter` with the place of
    the fault and what was expected there.
    """
    reader = _Reader(text, _FILTER)
    tree = reader.disjunction()
    reader.end('"and", "or" or the end of the filter')
    return tree


def parse_path(text: str) -> Path:
    """The parts of a PATCH path (RFC 7644 §3.5.2); blanks round it do no harm.

    A schema URN alone reads as an attribute of that name. Raises `InvalidPath` for
    every fault, those of the filter in the brackets included.
    """
    reader = _Reader(text, _PATH)
    attribute = reader.attribute()
    condition = reader.condition(attribute) if reader.token.kind == "[" else None
    dotted = condition is not None and reader.token.text.startswith(".")
    sub = reader.sub_attribute() if dotted else None
    reader.end(
        "the end of the path",
        'A condition stands in brackets, such as emails[type eq "work"].',
    )
    return Path(attribute, condition, sub)


def to_text(filter_: Filter) -> str:
    """The filter in canonical text, which `parse` reads as the same tree."""
    match filter_:
        case Comparison(attribute, operator, value):
            literal = json.dumps(value, ensure_ascii=False)
            return f"{attribute} {operator} {literal}"
        case Present(attribute):
            return f"{attribute} pr"
        case ValuePath(attribute, condition):
            return f"{attribute}[{to_text(condition)}]"
        case Not(term):
            return f"not ({to_text(term)})"
        case And(terms):
            return " and ".join(_within_and(term) for term in terms)
        case _:
            return " or ".join(to_text(term) for term in filter_.terms)


def _within_and(term: Filter) -> str:
    text = to_text(term)
    return f"({text})" if isinstance(term, Or) else text


def quoted(text: str) -> str:
    """Text of the client for the words of an error: in quotes, cut and escaped."""
    seen = escaped(text[: _SHOWN + 1])
    return f'"{seen}"' if len(seen) <= _SHOWN else f'"{seen[: _SHOWN - 1]}…"'


def escaped(text: str) -> str:
    """Text in which what cannot be seen is escaped: it can be printed and logged.

    Control characters, and halves of surrogate pairs, which no UTF-8 can hold.
    """
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


_SHOWN: Final = 60
_BLANKS: Final = " \t\r\n"
_QUOTES: Final = "\"'`\u2018\u2019\u201c\u201d"
"""What people take for quotes, the curly ones of word processors among them."""
_TOKEN: Final = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<text>"[^"\\]*(?:\\.[^"\\]*)*")
        | (?P<word>[^ \t\r\n()\[\]"]+)
        | (?P<bracket>[()\[\]])
    )""",
    re.VERBOSE | re.DOTALL,
)
_NAME: Final = r"\$?[A-Za-z][A-Za-z0-9_$-]*"
_ATTRIBUTE: Final = re.compile(
    # The URN is greedy: what follows its last colon is the attribute.
    rf"(?:[Uu][Rr][Nn]:[A-Za-z0-9._:~%+-]+:)?{_NAME}(?:\.{_NAME})?"
)
_SUB_ATTRIBUTE: Final = re.compile(rf"\.{_NAME}")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")

_KEYWORDS: Final = ("and", "or", "not")
_OPERATORS: Final[dict[str, Operator]] = {name: name for name in get_args(Operator)}
_LITERALS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class _Language:
    """Which of the two languages is read: the words of its errors and their class."""

    noun: str
    error: type[ScimError]
    example: str


_FILTER: Final = _Language("filter", InvalidFilter, 'userName eq "bo@example.com"')
_PATH: Final = _Language("path", InvalidPath, 'emails[type eq "work"].value')


@dataclass(frozen=True)
class _Token:
    """A piece of the text; `kind` is text, word, end or the bracket itself."""

    kind: str
    text: str
    place: int


class _Reader:
    """Reads a filter or path from left to right, one token ahead.

    Only brackets recurse, and those are counted before the reading begins.
    """

    def __init__(self, text: str, language: _Language) -> None:
        self._language = language
        self._check_length(text)
        self._tokens = iter(list(self._split(text)))
        self._within_brackets = False
        self.token = next(self._tokens)
        if self.token.kind == "end":
            raise self._refusal(
                f"The {language.noun} is empty. Write one such as {language.example}."
            )

    def disjunction(self) -> Filter:
        terms = [self._conjunction()]
        while self._skip_keyword("or"):
            terms.append(self._conjunction())
        return _join(Or, terms)

    def attribute(self) -> str:
        word = self.token.text
        if word.lower() in _KEYWORDS or not _ATTRIBUTE.fullmatch(word):
            raise self._fault("an attribute such as userName or name.familyName")
        self._advance()
        return word

    def condition(self, attribute: str) -> Filter:
        """What stands between `[` and `]`, the token being the `[`."""
        if self._within_brackets:
            raise self._fault("an operator", "Brackets [ ] cannot stand inside [ ].")
        if "." in attribute.rpartition(":")[2]:
            raise self._fault("an operator", "Brackets [ ] follow an attribute only.")
        self._advance()
        self._within_brackets = True
        condition = self.disjunction()
        self._within_brackets = False
        self._close("]")
        return condition

    def sub_attribute(self) -> str:
        word = self.token.text
        if not _SUB_ATTRIBUTE.fullmatch(word):
            raise self._fault("a sub-attribute such as .value")
        self._advance()
        return word[1:]

    def end(self, expected: str, hint: str = "") -> None:
        if self.token.kind != "end":
            raise self._fault(expected, hint)

    def _conjunction(self) -> Filter:
        terms = [self._term()]
        while self._skip_keyword("and"):
            terms.append(self._term())
        return _join(And, terms)

    def _term(self) -> Filter:
        if self._skip_keyword("not"):
            if self.token.kind != "(":
                raise self._fault('"(" after "not"', "Write it as not (title pr).")
            return Not(self._group())
        if self.token.kind == "(":
            return self._group()
        attribute = self.attribute()
        if self.token.kind == "[":
            return self._value_path(attribute)
        return self._expression(attribute)

    def _group(self) -> Filter:
        self._advance()
        group = self.disjunction()
        self._close(")")
        return group

    def _value_path(self, attribute: str) -> Filter:
        condition = self.condition(attribute)
        if not self.token.text.startswith("."):
            return ValuePath(attribute, condition)
        expression = self._expression(self.sub_attribute())
        return ValuePath(attribute, _join(And, [condition, expression]))

    def _expression(self, attribute: str) -> Filter:
        operator = self.token.text.lower()
        if operator == "pr":
            self._advance()
            return Present(attribute)
        if operator not in _OPERATORS:
            raise self._fault("an operator", f"Use pr, {', '.join(_OPERATORS)}.")
        self._advance()
        return Comparison(attribute, _OPERATORS[operator], self._value())

    def _value(self) -> Scalar:
        value = self._text() if self.token.kind == "text" else self._literal()
        self._advance()
        return value

    def _text(self) -> str:
        place = f"The text at character {self.token.place} of the {self._language.noun}"
        try:
            value: str = json.loads(self.token.text)
        except ValueError:
            raise self._refusal(
                f"{place} holds a control character or a backslash that means nothing. "
                'Write \\\\ for a backslash and \\" for a double quote.'
            ) from None
        if _UNSTORABLE.search(value):
            raise self._refusal(
                f"{place} holds NUL or half of a surrogate pair, which is not text. "
                "Leave it out."
            )
        return value

    def _literal(self) -> Scalar:
        word = self.token.text
        if word.lower() in _LITERALS:
            return _LITERALS[word.lower()]
        if _NUMBER.fullmatch(word):
            return self._number(word)
        hint = "Text is written in double quotes"
        if self.token.kind == "word":
            hint += f", such as {quoted(word.strip(_QUOTES))}"
        raise self._fault("a value", f"{hint}.")

    def _number(self, word: str) -> int | float:
        if word.lstrip("-").isdecimal():
            # Of 21 characters it is too large, and int() refuses thousands of digits.
            number: int | float = int(word[:21])
            in_range = -(2**63) <= number < 2**63
        else:
            number = float(word)
            in_range = math.isfinite(number)
        if not in_range:
            raise self._fault(
                "a number of at most 64 bits",
                "If it is text, write it in double quotes.",
            )
        return number

    def _skip_keyword(self, keyword: str) -> bool:
        found = self.token.text.lower() == keyword
        if found:
            self._advance()
        return found

    def _close(self, bracket: str) -> None:
        if self.token.kind != bracket:
            raise self._fault(f'"and", "or" or the closing "{bracket}"')
        self._advance()

    def _advance(self) -> None:
        self.token = next(self._tokens)

    def _check_length(self, text: str) -> None:
        if len(text) > names.MAX_FILTER_LENGTH:
            raise self._refusal(
                f"The {self._language.noun} has {len(text):,} characters; at most "
                f"{names.MAX_FILTER_LENGTH:,} are read. Send a shorter one, or "
                "several.",
                "too_large",
            )

    def _split(self, text: str) -> Iterator[_Token]:
        position, depth = 0, 0
        length = len(text.rstrip(_BLANKS))
        while position < length:
            found = _TOKEN.match(text, position)
            if found is None:
                raise self._unclosed_text(text, position)
            group = str(found.lastgroup)
            piece = found[group]
            depth += (piece in ("(", "[")) - (piece in (")", "]"))
            self._check_depth(depth, found.start(group))
            kind = piece if group == "bracket" else group
            yield _Token(kind, piece, found.start(group) + 1)
            position = found.end()
        yield _Token("end", "", length + 1)

    def _check_depth(self, depth: int, index: int) -> None:
        if depth > names.MAX_DEPTH:
            raise self._refusal(
                f"The {self._language.noun} has more than {names.MAX_DEPTH} brackets "
                f"inside one another at character {index + 1}. Write it with fewer.",
                "too_large",
            )

    def _unclosed_text(self, text: str, position: int) -> ScimError:
        place = text.index('"', position) + 1
        return self._refusal(
            f"The text that begins at character {place} of the {self._language.noun} "
            "has no closing double quote. Add the quote where the text ends."
        )

    def _fault(self, expected: str, hint: str = "") -> ScimError:
        token = self.token
        near = f"character {token.place}, near {quoted(token.text.strip(_QUOTES))}"
        place = "its end" if token.kind == "end" else near
        return self._refusal(
            f"The {self._language.noun} cannot be read at {place}: {expected} was "
            f"expected. {hint or 'Correct it there.'}"
        )

    def _refusal(self, detail: str, cause: str = "unreadable") -> ScimError:
        return self._language.error(cause, detail)


def _join(kind: type[And] | type[Or], terms: list[Filter]) -> Filter:
    """The terms under one node of that kind; its own kind among them is dissolved."""
    if len(terms) == 1:
        return terms[0]
    flat: list[Filter] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, kind) else (term,))
    return kind(tuple(flat))
