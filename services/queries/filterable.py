"""Where the attributes that a filter names are kept: columns, side tables, memberships.

One class a resource type, one a kind of value; `services/queries/filtering.py` walks
the tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import Select, exists, literal, not_, or_, select, true
from sqlalchemy.orm import aliased

from models import Group, GroupMembership, Membership, User, UserValue
from scim import schemas
from scim.attributes import Attribute, AttributeRef
from scim.errors import InvalidFilter
from scim.filters import Comparison, Filter, Present
from scim.matching import Operand, operand
from services.directory import mapping
from services.organizations import OrganizationRef
from services.queries.comparing import Clause, Column, compare
from services.queries.filtering import (
    Compiler,
    ElementCompiler,
    check_terms,
    count_terms,
)

_MEMBERS: Final = schemas.GROUP.attribute("members")
_GROUPS: Final = schemas.USER.attribute("groups")
Values: TypeAlias = type[UserValue]

# The tables themselves: comparing a mapped attribute costs several times as much.
_USER_TABLE: Final = User.__table__
_GROUP_TABLE: Final = Group.__table__

JOINED_TERMS: Final = 12
"""Comparisons up to which PostgreSQL may turn subqueries into joins.

It finds the people by the rows of their values then, which is what a look-up needs; but
planning 200 such joins takes it a minute.
"""


def compile_for_users(filter_: Filter, organization: OrganizationRef) -> Clause:
    """The clause over `users` that a filter stands for.

    Raises `InvalidFilter` for unknown attributes, with the nearest known one, and for
    comparisons that make no sense.
    """
    check_terms(filter_)
    joins = count_terms(filter_) <= JOINED_TERMS
    return Compiler(_Users(organization, joins=joins)).compile(filter_)


def compile_for_groups(filter_: Filter, organization: OrganizationRef) -> Clause:
    """The clause over `groups` that a filter stands for; raises `InvalidFilter`."""
    check_terms(filter_)
    return Compiler(_Groups(organization)).compile(filter_)


def compile_for_members(condition: Filter) -> tuple[Clause, Clause]:
    """The clauses over `users` and `groups` for a path such as `members[…]`."""
    check_terms(condition)
    in_users = ElementCompiler(_Member(User.id, User.name_key, "User", _MEMBERS))
    in_groups = ElementCompiler(
        _Member(Group.id, Group.display_name_key, "Group", _MEMBERS)
    )
    return in_users.compile(condition), in_groups.compile(condition)


def _opaque(clause: Clause, *, joins: bool) -> Clause:
    """The clause over a subquery; without joins, one that is evaluated as it is."""
    return clause if joins else clause.is_(true())


def _not_filterable(ref: AttributeRef) -> InvalidFilter:
    return InvalidFilter(
        "not_comparable",
        f"{ref.key} cannot be filtered by. It is made when the resource is answered.",
    )


_USER_COLUMNS: Final[dict[str, Column]] = {
    "id": _USER_TABLE.c.id,
    "externalId": _USER_TABLE.c.external_id,
    "userName": _USER_TABLE.c.user_name_key,
    "active": _USER_TABLE.c.is_active,
    "meta.created": _USER_TABLE.c.created_at,
    "meta.lastModified": _USER_TABLE.c.modified_at,
    "meta.resourceType": literal("User"),
}


class _Users:
    """The attributes of users: columns, and rows of `user_values`."""

    type = schemas.USER_TYPE

    def __init__(self, organization: OrganizationRef, *, joins: bool) -> None:
        self._organization = organization
        self._joins = joins

    def compare(self, ref: AttributeRef, comparison: Comparison) -> Clause:
        wanted = operand(comparison, ref.leaf)
        column = _USER_COLUMNS.get(ref.key)
        if column is not None:
            return compare(column, comparison, wanted)
        if wanted is None:
            clause = self.present(ref)
            return not_(clause) if comparison.operator == "eq" else clause
        if comparison.operator == "ne":
            equal = Comparison(comparison.attribute, "eq", comparison.value)
            return not_(self.compare(ref, equal))
        if ref.attribute.multi_valued and ref.sub is not None:
            inner = Comparison(ref.sub.name, comparison.operator, comparison.value)
            return self.element(ref, inner)
        row = _value_of(ref.leaf, UserValue.value_key, comparison, wanted)
        return self._has_row(ref, row)

    def present(self, ref: AttributeRef) -> Clause:
        column = _USER_COLUMNS.get(ref.key)
        if column is not None:
            return column.is_not(None)
        if ref.attribute.name in ("meta", "schemas"):
            return true()
        if ref.attribute.name == "groups":
            return self.element(ref, Present("value"))
        if ref.attribute.multi_valued:
            return (
                self.element(ref, Present(ref.sub.name))
                if ref.sub
                else (self._has_row(ref, true()))
            )
        if ref.attribute.kind == "complex" and ref.sub is None:
            subs = (
                AttributeRef(ref.attribute, ref.extension, sub)
                for sub in ref.attribute.sub_attributes
                if sub.mutability != "readOnly"
            )
            return self._has_any([_row_name(sub) for sub in subs])
        return self._has_row(ref, true())

    def element(self, ref: AttributeRef, condition: Filter) -> Clause:
        if ref.attribute.name == "groups":
            return self._among(self._in_groups(condition))
        values = aliased(UserValue)
        clause = ElementCompiler(_UserElement(ref, values, self._joins)).compile(
            condition
        )
        return self._among(self._rows(ref.attribute.name.lower(), values, clause))

    def _in_groups(self, condition: Filter) -> Select[int]:
        compiler = ElementCompiler(
            _Member(Group.id, Group.display_name_key, "direct", _GROUPS)
        )
        return (
            select(Membership.user_seq)
            .join(Group, Group.seq == Membership.group_seq)
            .where(
                Membership.organization_seq == self._organization.seq,
                compiler.compile(condition),
            )
        )

    def _has_any(self, names: list[str]) -> Clause:
        return self._among(
            select(UserValue.user_seq).where(
                UserValue.organization_seq == self._organization.seq,
                UserValue.attribute.in_(names),
            )
        )

    def _has_row(self, ref: AttributeRef, clause: Clause) -> Clause:
        if ref.leaf.mutability == "readOnly":
            raise _not_filterable(ref)
        return self._among(self._rows(_row_name(ref), UserValue, clause))

    def _among(self, seqs: Select[int]) -> Clause:
        return _opaque(User.seq.in_(seqs), joins=self._joins)

    def _rows(self, name: str, values: Values, clause: Clause) -> Select[int]:
        return select(values.user_seq).where(
            values.organization_seq == self._organization.seq,
            values.attribute == name,
            clause,
        )


def _row_name(ref: AttributeRef) -> str:
    """How `user_values.attribute` spells it."""
    schema = schemas.USER_TYPE.find_schema(ref.extension or "")
    prefix = mapping.value_prefix(schema) if schema else ""
    sub = f".{ref.sub.name}" if ref.sub else ""
    return prefix + f"{ref.attribute.name}{sub}".lower()


def _value_of(
    leaf: Attribute, column: Column, comparison: Comparison, wanted: Operand
) -> Clause:
    """Compare a key column of `user_values`, whose long values are hashes."""
    if leaf.kind in ("reference", "binary") and isinstance(comparison.value, str):
        if comparison.operator not in ("eq", "ne"):
            raise InvalidFilter(
                "not_comparable",
                f"{leaf.name} can only be compared as a whole here. Use eq or ne.",
            )
        wanted = mapping.value_key(comparison.value, leaf)
    return compare(column, comparison, wanted)


_GROUP_COLUMNS: Final[dict[str, Column]] = {
    "id": _GROUP_TABLE.c.id,
    "externalId": _GROUP_TABLE.c.external_id,
    "displayName": _GROUP_TABLE.c.display_name_key,
    "meta.created": _GROUP_TABLE.c.created_at,
    "meta.lastModified": _GROUP_TABLE.c.modified_at,
    "meta.resourceType": literal("Group"),
}


class _Groups:
    """The attributes of groups: columns, and rows of the two membership tables."""

    type = schemas.GROUP_TYPE

    def __init__(self, organization: OrganizationRef) -> None:
        self._organization = organization

    def compare(self, ref: AttributeRef, comparison: Comparison) -> Clause:
        wanted = operand(comparison, ref.leaf)
        column = _GROUP_COLUMNS.get(ref.key)
        if column is not None:
            return compare(column, comparison, wanted)
        if ref.attribute.name != "members" or ref.sub is None:
            raise _not_filterable(ref)
        if wanted is None or comparison.operator == "ne":
            opposite: Filter = (
                Present(ref.sub.name)
                if wanted is None
                else Comparison(ref.sub.name, "eq", comparison.value)
            )
            clause = self.element(ref, opposite)
            wants_presence = wanted is None and comparison.operator == "ne"
            return clause if wants_presence else not_(clause)
        inner = Comparison(ref.sub.name, comparison.operator, comparison.value)
        return self.element(ref, inner)

    def present(self, ref: AttributeRef) -> Clause:
        column = _GROUP_COLUMNS.get(ref.key)
        if column is not None:
            return column.is_not(None)
        return Group.n_members > 0 if ref.attribute.name == "members" else true()

    def element(self, ref: AttributeRef, condition: Filter) -> Clause:
        child = aliased(Group)
        in_users = ElementCompiler(_Member(User.id, User.name_key, "User", _MEMBERS))
        in_groups = ElementCompiler(
            _Member(child.id, child.display_name_key, "Group", _MEMBERS)
        )
        users = (
            select(Membership.group_seq)
            .join(User, User.seq == Membership.user_seq)
            .where(
                Membership.organization_seq == self._organization.seq,
                in_users.compile(condition),
            )
        )
        groups = (
            select(GroupMembership.group_seq)
            .join(child, child.seq == GroupMembership.member_seq)
            .where(
                GroupMembership.organization_seq == self._organization.seq,
                in_groups.compile(condition),
            )
        )
        return or_(Group.seq.in_(users), Group.seq.in_(groups))


@dataclass(frozen=True)
class _UserElement:
    """A value kept in `user_values`: its row, and further rows of the same ordinal."""

    ref: AttributeRef
    row: Values
    joins: bool

    @property
    def attribute(self) -> Attribute:
        return self.ref.attribute

    def compare(self, sub: Attribute, comparison: Comparison) -> Clause:
        wanted = operand(comparison, sub)
        if wanted is None:
            clause = self.present(sub)
            return not_(clause) if comparison.operator == "eq" else clause
        match sub.name:
            case "value":
                return _value_of(sub, self.row.value_key, comparison, wanted)
            case "type":
                return compare(self.row.type_key, comparison, wanted)
            case "primary":
                return compare(self.row.is_primary, comparison, wanted)
        if comparison.operator == "ne":
            equal = Comparison(sub.name, "eq", comparison.value)
            return not_(self._further(sub, equal))
        return self._further(sub, comparison)

    def present(self, sub: Attribute) -> Clause:
        match sub.name:
            case "value":
                return self.row.value_key.is_not(None)
            case "type":
                return self.row.type_key.is_not(None)
            case "primary":
                return self.row.is_primary.is_(True)
        return self._further(sub, None)

    def _further(self, sub: Attribute, comparison: Comparison | None) -> Clause:
        other = aliased(UserValue)
        conditions = [
            other.user_seq == self.row.user_seq,
            other.attribute == f"{self.attribute.name}.{sub.name}".lower(),
            other.ordinal == self.row.ordinal,
        ]
        if comparison is not None:
            wanted = operand(comparison, sub)
            conditions.append(_value_of(sub, other.value_key, comparison, wanted))
        found = exists(select(literal(1)).where(*conditions))
        return _opaque(found, joins=self.joins)


@dataclass(frozen=True)
class _Member:
    """A member of a group, or a group of a user: an id, a name, a kind."""

    id: Column
    name_key: Column
    kind: str
    attribute: Attribute

    def compare(self, sub: Attribute, comparison: Comparison) -> Clause:
        wanted = operand(comparison, sub)
        return compare(self._column(sub), comparison, wanted)

    def present(self, sub: Attribute) -> Clause:
        return self._column(sub).is_not(None)

    def _column(self, sub: Attribute) -> Column:
        match sub.name:
            case "value":
                return self.id
            case "display":
                return self.name_key
            case "type":
                return literal(self.kind.lower())
        raise InvalidFilter(
            "not_comparable",
            f"{sub.name} cannot be filtered by. Use value, which holds the id.",
        )
