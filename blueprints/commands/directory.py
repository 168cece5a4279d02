"""`flask users` and `flask groups`: a look into the directory.

Nothing is changed here.
"""

from __future__ import annotations

import click
import orjson
from flask.cli import with_appcontext

from blueprints.commands.output import print_table, refusals_shown
from blueprints.commands.server import scim_url
from scim import filters
from scim.attributes import Document
from services import organizations
from services.directory import groups, mapping, users
from services.directory.mapping import StoredGroup, StoredUser
from services.queries.listing import Query

users_group = click.Group("users", help="Users of an organization.")
groups_group = click.Group("groups", help="Groups of an organization.")

_organization = click.option(
    "--organization", required=True, help="Slug of the organization."
)
_filter = click.option("--filter", "text", help='SCIM filter: userName eq "bo".')
_start = click.option(
    "--start-index", type=click.IntRange(1, 10**9), default=1, show_default=True
)
_count = click.option(
    "--count", type=click.IntRange(1, 1000), default=50, show_default=True
)


def _query(text: str | None, start_index: int, count: int) -> Query:
    return Query(filters.parse(text) if text else None, start_index, count, text or "")


def _print(document: Document) -> None:
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


@users_group.command("list")
@_organization
@_filter
@_start
@_count
@with_appcontext
@refusals_shown
def list_users(
    organization: str, text: str | None, start_index: int, count: int
) -> None:
    """List users in the order they were made."""
    query = _query(text, start_index, count)
    page = users.page(organizations.get(organization), query, with_groups=False)
    print_table(
        f"Users: {page.total:,}",
        ("id", "userName", "name", "state"),
        [_user_row(user) for user in page.resources],
        "No users."
        if page.total == 0
        else f"None on this page. Users in all: {page.total:,}.",
    )


def _user_row(user: StoredUser) -> tuple[str, str, str, str]:
    state = "active" if user.document["active"] else "deactivated"
    name = mapping.display_name(user.document)
    return user.id, str(user.document["userName"]), name, state


@users_group.command("show")
@_organization
@click.argument("user_id")
@with_appcontext
@refusals_shown
def show_user(organization: str, user_id: str) -> None:
    """Print the user USER_ID as SCIM gives it."""
    user = users.get(organizations.get(organization), user_id)
    _print(mapping.user_document(user, scim_url()))


@groups_group.command("list")
@_organization
@_filter
@_start
@_count
@with_appcontext
@refusals_shown
def list_groups(
    organization: str, text: str | None, start_index: int, count: int
) -> None:
    """List groups in the order they were made."""
    query = _query(text, start_index, count)
    page = groups.page(organizations.get(organization), query)
    print_table(
        f"Groups: {page.total:,}",
        ("id", "displayName", "members"),
        [(one.id, one.display_name, f"{one.n_members:,}") for one in page.resources],
        "No groups."
        if page.total == 0
        else f"None on this page. Groups in all: {page.total:,}.",
    )


@groups_group.command("show")
@_organization
@click.argument("group_id")
@with_appcontext
@refusals_shown
def show_group(organization: str, group_id: str) -> None:
    """Print the group GROUP_ID as SCIM gives it, with all its members."""
    group = groups.get(organizations.get(organization), group_id)
    _print(_with_members(group))


def _with_members(group: StoredGroup) -> Document:
    document = mapping.group_document(group, scim_url())
    if group.members is None:
        streamed = groups.stream_members([group])
        document["members"] = [mapping.member(one, scim_url()) for _, one in streamed]
    return document
