"""How commands speak: tables for people, a refusal as one sentence and exit code 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from rich.console import Console
from rich.table import Table

from scim.errors import ScimError
from services.errors import Busy, ServiceError

P = ParamSpec("P")
T = TypeVar("T")


def refusals_shown(command: Callable[P, T]) -> Callable[P, T]:
    """Turn what services raise into click's error: the sentence, exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except (ServiceError, ScimError) as error:
            raise click.ClickException(error.detail) from error
        except Busy as error:
            raise click.ClickException(
                "The database is away, locked or not migrated. Run flask db upgrade, "
                "and check ROLLCALL_DATABASE_URL."
            ) from error

    return run


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], empty: str
) -> None:
    """A table on standard output, or the sentence that there is nothing."""
    if not rows:
        click.echo(empty)
        return
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        # Text from providers: never read as markup, controls made visible.
        table.add_row(*(_plain(cell) for cell in row))
    width = None if Console().is_terminal else 400
    Console(width=width, markup=False, highlight=False).print(table)


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def when(at: datetime | None, never: str) -> str:
    """An instant for a table, in UTC."""
    return never if at is None else at.strftime("%Y-%m-%d %H:%M UTC")
