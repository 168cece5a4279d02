"""`flask simulate`: a provisioning client, for those who have none at hand.

Options, progress and the summary; what is played stands in `simulation/`.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Collection
from urllib.parse import urlsplit

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn
from rich.progress import TextColumn as Text

from blueprints.commands.output import print_table
from blueprints.commands.server import scim_url
from blueprints.commands.simulation.okta import App
from blueprints.commands.simulation.player import STEPS, Company, Player, Summary
from blueprints.commands.simulation.wire import Stopped, Wire

MOST_FAULTS = 10
"""Faults that are printed; of more only the number."""

group = click.Group("simulate", help="Provisioning clients, played.")


def _base_url(_: click.Context, __: click.Parameter, value: str | None) -> str:
    url = (value or "").strip().rstrip("/")
    if value is not None and not _is_address(url):
        raise click.BadParameter(
            "give an address such as http://127.0.0.1:8000/scim/v2"
        )
    return url


def _is_address(url: str) -> bool:
    """Whether it is an address of the web, with nothing after its path."""
    try:
        parts = urlsplit(url)
        is_whole = parts.port != 0 and bool(parts.hostname) and url.isprintable()
    except ValueError:
        return False
    is_bare = not (parts.query or parts.fragment or parts.username)
    return is_whole and is_bare and parts.scheme in ("http", "https")


def _token(_: click.Context, __: click.Parameter, value: str) -> str:
    try:
        token = (sys.stdin.readline() if value == "-" else value).strip()
    except UnicodeDecodeError as error:
        raise click.BadParameter("it is not text in UTF-8") from error
    if not token or not token.isascii() or not token.isprintable():
        raise click.BadParameter("give the text that was shown when the token was made")
    return token


@group.command("okta")
@click.option(
    "--base", callback=_base_url, help="SCIM base URL; Rollcall's own unless given."
)
@click.option(
    "--token",
    required=True,
    callback=_token,
    help="Provisioning token; - reads it from standard input.",
)
@click.option("--users", type=click.IntRange(0, 100_000), default=25, show_default=True)
@click.option("--groups", type=click.IntRange(0, 1000), default=5, show_default=True)
@click.option(
    "--app",
    type=click.Choice(["own", "catalog"]),
    default="own",
    show_default=True,
    help="The kind of app in Okta: one's own writes by PUT, the catalog's by PATCH.",
)
@click.option(
    "--step",
    "steps",
    type=click.Choice(STEPS),
    multiple=True,
    help="Play this step only; repeat for several. All of them unless given.",
)
@click.option(
    "--with-problems",
    is_flag=True,
    help="Also send what must be refused: a name that is taken, an unknown user, a cut "
    "token.",
)
@click.option(
    "--clean/--keep",
    default=False,
    help="Delete what was simulated at the end, or keep it (the default).",
)
@click.option(
    "--pace",
    type=click.FloatRange(0, 3600),
    default=0,
    show_default=True,
    help="Seconds of pause between requests.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31),
    default=1,
    show_default=True,
    help="Another seed is another company.",
)
@with_appcontext
def play_okta(
    *,
    base: str,
    token: str,
    users: int,
    groups: int,
    app: App,
    steps: tuple[str, ...],
    with_problems: bool,
    clean: bool,
    pace: float,
    seed: int,
) -> None:
    """Send what Okta sends, about made-up people, and say what came of it."""
    base = base or scim_url()
    chosen = {
        *(steps or STEPS),
        *(["problems"] if with_problems else []),
        *(["clean"] if clean else []),
    }
    stopped = None
    with Wire(base, token, pace=pace, wait=_wait) as wire:
        player = Player(wire, Company(users, groups, seed), app)
        try:
            _show_progress(player, chosen)
        except Stopped as error:
            stopped = error
    _print_summary(player.summary, base)
    if stopped:
        raise click.ClickException(str(stopped)) from stopped
    if player.summary.faults:
        raise click.exceptions.Exit(1)


def _show_progress(player: Player, chosen: Collection[str]) -> None:
    """A bar for each step; on a terminal only, and gone in the end."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        Text("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        bar = bars.add_task("", total=None)
        for progress in player.play(chosen):
            bars.update(
                bar,
                description=f"{progress.step:<10}",
                completed=progress.n_done,
                total=progress.n_total,
            )


def _wait(seconds: int) -> None:
    click.echo(f"The server asks to slow down: waiting {seconds} s.", err=True)
    time.sleep(seconds)


def _print_summary(summary: Summary, base: str) -> None:
    print_table(
        "Okta, simulated",
        ("step", "requests", "what came of it"),
        [
            (told.step, f"{told.n_requests:,}", _in_words(told.counts))
            for told in summary.steps
            if told.counts
        ],
        f"Nothing came of it at {base}.",
    )
    for refused in summary.refused:
        click.echo(f"Refused, as it should be: {refused}")
    if summary.directory:
        held = summary.directory
        is_cleaned = any(told.step == "clean" for told in summary.steps)
        click.echo(
            f"The directory {'held' if is_cleaned else 'holds'} "
            f"{held.n_users:,} users, {held.n_active:,} of them active, "
            f"and {held.n_groups:,} groups"
            f"{' before it was cleaned' if is_cleaned else ''}."
        )
    for fault in summary.faults[:MOST_FAULTS]:
        click.echo(f"Fault: {fault}", err=True)
    if len(summary.faults) > MOST_FAULTS:
        click.echo(f"Faults in all: {len(summary.faults):,}.", err=True)


def _in_words(counts: dict[str, int]) -> str:
    said = (f"{number:,} {word}" for word, number in counts.items() if word)
    return ", ".join(
        re.sub(r"^1 (user|group|member|list)s ", r"1 \1 ", one) for one in said
    )
