"""PATCH on a document (RFC 7644 §3.5.2): operations in, changed document out.

Pure: the stored document is never touched, and when an operation is refused there is
simply no result. Where a path leads is found in `scim/paths.py`. Membership is not
dealt with here (`scim/members.py` takes it out first), nor is whether a value is free
or a manager exists.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from scim import documents, filters, matching, paths, quirks
from scim.attributes import JSON, AttributeRef, Document, ResourceType, Schema
from scim.documents import (
    clean_value,
    is_primary,
    is_unassigned,
    is_unassigned_entry,
)
from scim.errors import InvalidPath, Mutability, NoTarget, TooMany
from scim.paths import Target
from scim.quirks import Notes, OperationName, note

_KEPT: Final = "active"
"""The attribute that neither a remove nor null changes (product decision)."""

_MAX_WORK: Final = 100_000_000
"""Values times characters of the filters put to them: some two seconds at most."""

_Values: TypeAlias = list[JSON]


@dataclass(frozen=True)
class Operation:
    """One operation of a PATCH; without a path it is about the resource itself."""

    op: OperationName
    path: str | None
    value: JSON


def apply(
    document: Document,
    operations: Sequence[Operation],
    resource_type: ResourceType,
    notes: Notes,
) -> Document:
    """The document after the operations, in their order; the argument stays as it is.

    `document` holds the stored attributes and `id`, in canonical spelling; so does the
    result. Raises InvalidPath, InvalidValue, InvalidSyntax, Mutability, NoTarget or
    TooMany (RFC 7644 §3.5.2.1 to §3.5.2.3).
    """
    patch = _Patch(copy.deepcopy(document), resource_type, notes)
    for operation in operations:
        patch.run(operation)
    documents.check_required(patch.document, resource_type)
    return patch.document


class _Patch:
    """A document on its way through the operations."""

    def __init__(
        self, document: Document, resource_type: ResourceType, notes: Notes
    ) -> None:
        self.document = document
        self._type = resource_type
        self._notes = notes
        self._work = 0

    def run(self, operation: Operation) -> None:
        if operation.path is not None:
            self._run_path(operation.op, operation.path.strip(), operation.value)
        elif operation.op == "remove":
            raise NoTarget(
                "no_path",
                "A remove without a path removes nothing. Name the attribute to remove "
                "in path.",
            )
        else:
            self._write_object(operation.op, operation.value)

    def _run_path(self, op: OperationName, path: str, value: JSON) -> None:
        schema = self._type.find_schema(path)
        if schema is not None:
            self._run_schema(op, schema, value)
        elif quirks.is_password(path, self._type):
            quirks.forget_password(None if op == "remove" else value, self._notes)
        else:
            target = paths.resolve(path, self._type)
            if target.is_read_only:
                raise Mutability(
                    "read_only_attribute",
                    f"{target.ref.key} is read-only and cannot be the path of a PATCH. "
                    "Remove it from the attribute mapping of the provisioning client.",
                )
            self._run_target(op, target, value)

    def _run_schema(self, op: OperationName, schema: Schema, value: JSON) -> None:
        """Take a schema's URN as the object it names: the resource or an extension."""
        if schema is not self._type.core:
            self._run_extension(op, schema, value)
        elif op != "remove":
            self._write_object(op, value)
        else:
            raise Mutability(
                "whole_schema",
                f"The attributes of {schema.id} cannot be removed all at once. "
                "Name the one to remove in path.",
            )

    def _run_extension(self, op: OperationName, schema: Schema, value: JSON) -> None:
        if op == "remove" or value is None:
            self.document.pop(schema.id, None)
            return
        if not isinstance(value, dict):
            raise documents.wrong_type(schema.id, "an object", value)
        documents.refuse_repeats(value)
        for key, part in value.items():
            self._write_key(op, key, part, f"{schema.id}:{key}")

    def _write_object(self, op: OperationName, value: JSON) -> None:
        """Write the parts of a value that is about the resource itself."""
        if not isinstance(value, dict):
            raise documents.wrong_type(
                "The value of an operation without path", "an object", value
            )
        value = quirks.unwrap_core(value, self._type, self._notes)
        documents.refuse_repeats(value)
        for key, part in value.items():
            schema = self._type.find_schema(key)
            if schema is not None:
                self._run_schema(op, schema, part)
            elif quirks.is_password(key, self._type):
                quirks.forget_password(part, self._notes)
            elif key.lower() != "schemas":
                self._write_key(op, key, part, key)

    def _write_key(self, op: OperationName, key: str, value: JSON, path: str) -> None:
        """Write one key of an object: what cannot be written is noted, not refused."""
        try:
            target = paths.find(path, self._type)
        except InvalidPath:
            target = None
        if target is None:
            bare = paths.bare_name(key, self._type)
            documents.note_unknown(bare, self._type.name, self._notes)
            return
        quirks.note_key_as_path(key, self._notes)
        if target.is_read_only:
            self._note_read_only(target.ref.key, self._stored_leaf(target.ref), value)
        else:
            self._run_target(op, target, value)

    def _run_target(self, op: OperationName, target: Target, value: JSON) -> None:
        ref = target.ref
        if op == "remove":
            if ref.attribute.required:
                raise Mutability(
                    "required",
                    f"{ref.key} is required and cannot be removed. Replace it instead.",
                )
            value = self._listed_to_remove(target, value)
        if ref.key == _KEPT and value is None:
            note(self._notes, f"Left {_KEPT} as it was: only true or false changes it.")
        elif ref.attribute.multi_valued:
            old = self._values(ref)
            new = self._changed_values(op, target, old, value)
            self._store(ref, self._settled(old, new, target.name))
        elif ref.attribute.kind == "complex":
            self._store(ref, self._changed_object(target, value))
        else:
            self._store(ref, clean_value(value, ref.attribute, self._notes, ref.key))

    def _changed_object(self, target: Target, value: JSON) -> JSON:
        """A single-valued complex attribute after an add, replace or remove."""
        if target.ref.sub is not None:
            parts = _parts(target, value)
        elif value != {} and is_unassigned(value, target.ref.attribute):
            return None
        else:
            attribute = target.ref.attribute
            parts = documents.as_object(value, attribute, self._notes, target.name)
        stored = self._stored(target.ref)
        current = stored if isinstance(stored, dict) else {}
        return self._merged(current, parts, target) or None

    def _merged(self, current: Document, parts: Document, target: Target) -> Document:
        """An object with the given parts written over it (RFC 7644 §3.5.2.3)."""
        documents.refuse_repeats(parts)
        result = dict(current)
        for key, part in parts.items():
            sub = target.ref.attribute.sub(key)
            if sub is None:
                documents.note_unknown(key, target.name, self._notes)
                continue
            name = f"{target.name}.{sub.name}"
            if sub.mutability == "readOnly":
                self._note_read_only(name, current.get(sub.name), part)
            else:
                _put(result, sub.name, clean_value(part, sub, self._notes, name))
        return result

    def _changed_values(
        self, op: OperationName, target: Target, old: _Values, value: JSON
    ) -> _Values:
        """The values of a multi-valued attribute after an operation on it."""
        of_values = target.ref.sub is None
        if of_values and op == "add" and _is_unassigned(target, value):
            note(
                self._notes, f"Nothing was added to {target.name}: the value is empty."
            )
            return old
        if target.is_whole_list:
            given = self._given_values(target, value)
            if op == "remove" and value is not None:
                goes = matching.same_as_any(given, target.ref.attribute)
                return [entry for entry in old if not goes(entry)]
            return old + given if op == "add" else given
        hits = self._selected(target, old)
        if not any(hits):
            return old + self._unmatched(op, target, value)
        if of_values and op != "add":
            return self._replaced_where(hits, target, old, value)
        parts = _parts(target, value)
        return [
            self._merged(entry, parts, target)
            if hit and isinstance(entry, dict)
            else entry
            for entry, hit in zip(old, hits, strict=True)
        ]

    def _listed_to_remove(self, target: Target, value: JSON) -> JSON:
        """The values that a remove lists; None when it takes all that is there."""
        listing = target.is_whole_list and quirks.removes_listed_only(
            value, target.name, self._notes
        )
        if not listing:
            return None
        entries: JSON = [value] if isinstance(value, str) and value else value
        if not isinstance(entries, list) or not target.ref.attribute.sub("value"):
            return entries
        return [
            quirks.text_as_object(entry, target.name, self._notes)
            if isinstance(entry, str)
            else entry
            for entry in entries
        ]

    def _selected(self, target: Target, values: _Values) -> list[bool]:
        """For each value whether the path means it; without a filter it means all."""
        if target.condition is None:
            return [True] * len(values)
        self._work += len(values) * len(filters.to_text(target.condition))
        if self._work > _MAX_WORK:
            raise TooMany(
                "comparisons",
                "The filters of this PATCH ask for too many comparisons. Send fewer "
                "operations at once, or shorter filters.",
            )
        holds = matching.predicate(target.condition, target.ref.attribute)
        return [holds(value) for value in values]

    def _replaced_where(
        self, hits: list[bool], target: Target, old: _Values, value: JSON
    ) -> _Values:
        """One value, or none, in the place of all that the filter selects."""
        given: _Values = []
        if not is_unassigned_entry(value, target.ref.attribute):
            given = self._given_values(target, [_parts(target, value)])
        first = hits.index(True)
        rest = [entry for entry, hit in zip(old, hits, strict=True) if not hit]
        return rest[:first] + given + rest[first:]

    def _given_values(self, target: Target, value: JSON) -> _Values:
        if isinstance(value, dict) and value:
            value = quirks.object_as_list(value, target.name, self._notes)
        cleaned = clean_value(value, target.ref.attribute, self._notes, target.name)
        return cleaned if isinstance(cleaned, list) else []

    def _unmatched(self, op: OperationName, target: Target, value: JSON) -> _Values:
        """What a path that selects nothing adds; only an add may (§3.5.2.3)."""
        if op == "remove" or (op == "add" and _is_unassigned(target, value)):
            note(
                self._notes,
                f"The path selects no value of {target.name}, so nothing changed.",
            )
            return []
        described = self._described(target) if op == "add" else None
        if described is None:
            raise NoTarget(
                "nothing_selected",
                f"No value of {target.name} is selected by the path, so there is "
                "nothing to change. Add the value first, or send the whole list.",
            )
        return [self._merged(described, _parts(target, value), target)]

    def _described(self, target: Target) -> Document | None:
        """The value that the path itself describes, to be completed by an add."""
        if target.condition is None:
            return {}
        value = quirks.value_of_condition(target.condition, target.name, self._notes)
        return None if value is None else self._merged({}, value, target)

    def _settled(self, old: _Values, new: _Values, name: str) -> JSON:
        """The values tidied, a new primary one having cleared the old one."""
        before = {id(entry) for entry in old if is_primary(entry)}
        primary = [entry for entry in new if is_primary(entry)]
        fresh = [entry for entry in primary if id(entry) not in before]
        if len(fresh) > 1:
            raise documents.two_primaries(name)
        if fresh:
            new = [entry if entry is fresh[0] else _demoted(entry) for entry in new]
        values = documents.tidy(new, self._notes, name)
        documents.refuse_too_many(values, name)
        return values or None

    def _note_read_only(self, name: str, stored: JSON, value: JSON) -> None:
        if stored is not None and stored != value:
            note(self._notes, f"{name} is read-only: another value for it was ignored.")

    def _values(self, ref: AttributeRef) -> _Values:
        stored = self._stored(ref)
        return stored if isinstance(stored, list) else []

    def _stored(self, ref: AttributeRef) -> JSON:
        home = self.document.get(ref.extension) if ref.extension else self.document
        return home.get(ref.attribute.name) if isinstance(home, dict) else None

    def _stored_leaf(self, ref: AttributeRef) -> JSON:
        stored = self._stored(ref)
        if ref.sub is None:
            return stored
        return stored.get(ref.sub.name) if isinstance(stored, dict) else None

    def _store(self, ref: AttributeRef, value: JSON) -> None:
        """Put the attribute in its place; an extension without attributes goes."""
        if ref.extension is None:
            _put(self.document, ref.attribute.name, value)
            return
        home = self.document.get(ref.extension)
        parts = dict(home) if isinstance(home, dict) else {}
        _put(parts, ref.attribute.name, value)
        _put(self.document, ref.extension, parts or None)


def _put(home: Document, name: str, value: JSON) -> None:
    if value is None:
        home.pop(name, None)
    else:
        home[name] = value


def _demoted(value: JSON) -> JSON:
    return value | {"primary": False} if is_primary(value) else value


def _is_unassigned(target: Target, value: JSON) -> bool:
    """Whether a value stands for none at the place that the path means."""
    if target.ref.sub is None and target.condition is not None:
        return is_unassigned_entry(value, target.ref.attribute)
    return is_unassigned(value, target.ref.leaf)


def _parts(target: Target, value: JSON) -> Document:
    """What an operation writes into an object: one sub-attribute, or several."""
    if target.ref.sub is not None:
        return {target.ref.sub.name: value}
    if not isinstance(value, dict):
        raise documents.wrong_type(target.name, "an object", value)
    return value
