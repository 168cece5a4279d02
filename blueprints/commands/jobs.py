"""`flask jobs`: the runner of jobs, alone or beside a server process."""

from __future__ import annotations

import signal
import threading
import time

import click
from flask import Flask
from flask.cli import with_appcontext

from blueprints.commands.output import refusals_shown
from services.background.job_runner import Runner

NAP_SECONDS = 0.5

group = click.Group("jobs", help="Jobs: work that outlives a request.")


@group.command("run")
@click.option("--once", is_flag=True, help="End when nothing is left to be done.")
@with_appcontext
@refusals_shown
def run(once: bool) -> None:
    """Work on jobs until stopped. The server does so by itself; this is beside it."""
    runner = Runner()
    if once:
        click.echo(f"{runner.drain():,} steps done.")
        runner.release()
        return
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    runner.run(stop.wait)


def start_beside(app: Flask) -> threading.Thread:
    """Work on jobs in a thread of this process, as long as the process is meant to run.

    Not a daemon: the interpreter waits for it, so that the step in progress finishes.
    """

    def work() -> None:
        with app.app_context():
            Runner().run(_wait)

    thread = threading.Thread(target=work, name="jobs")
    thread.start()
    return thread


def _wait(seconds: float) -> bool:
    """Nap until it is time, or until the main thread has ended."""
    until = time.monotonic() + seconds
    while threading.main_thread().is_alive():
        left = until - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(left, NAP_SECONDS))
    return True
