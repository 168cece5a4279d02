"""A PostgreSQL cluster for one test run: started, handed out by its URL, stopped.

Runs as a user other than root, since PostgreSQL insists. Listens on a Unix socket only.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

SKIPPED = (
    "PostgreSQL was not found: install it (Debian: apt-get install postgresql), or set "
    "ROLLCALL_TEST_DATABASE_URL to a server where databases may be created"
)


def find_programs() -> Path | None:
    """The folder with initdb and pg_ctl, the newest version if there are several."""
    folders = [
        str(folder)
        for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version)
    ]
    on_path = shutil.which("initdb")
    if on_path:
        folders.insert(0, str(Path(on_path).resolve().parent))
    found = [folder for folder in folders if Path(folder, "initdb").exists()]
    return Path(found[-1]) if found else None


def _version(folder: Path) -> float:
    return float(folder.parent.name)


class Cluster:
    """A running cluster in a folder of its own."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._user = _user_to_be()
        self._folder = Path(tempfile.mkdtemp(prefix="rollcall-pg-"))
        if self._user is not None:
            shutil.chown(self._folder, self._user)

    def start(self) -> str:
        """Start it; returns the URL of its maintenance database."""
        data = str(self._folder / "data")
        self._run("initdb", "-D", data, "-A", "trust", "-U", "rollcall", "-E", "UTF8")
        # Made for one run and thrown away: nothing has to survive a power cut.
        options = (
            f"-k {self._folder} -c listen_addresses='' -c fsync=off "
            "-c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
        )
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", data, "-o", options, "-l", log, "-w", "start")
        return f"postgresql+psycopg://rollcall@/postgres?host={self._folder}"

    def stop(self) -> None:
        """Stop it and remove its folder."""
        data = str(self._folder / "data")
        self._run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        if self._user is not None:
            command = ["setpriv", f"--reuid={self._user}", "--clear-groups", *command]
        # Not captured: the server inherits the pipes, and reading them would never end.
        log = self._folder / "commands"
        with log.open("ab") as output:
            done = subprocess.run(command, stdout=output, stderr=output, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{log.read_text()}")


def _user_to_be() -> str | None:
    """Whom to run as: nobody else when we are not root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
