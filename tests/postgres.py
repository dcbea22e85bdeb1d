"""A real PostgreSQL server for tests and benchmarks: its own folder, its own user, reached by a socket and a password."""

from __future__ import annotations

import getpass
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
ADMINISTRATOR = "reelspace"
START_SECONDS = 60
NONE_FOUND = (
    "no PostgreSQL server was found: run `make test`, which installs one, or name its folder in REELSPACE_POSTGRES"
)
_numbers = count(1)


@dataclass(frozen=True)
class Server:
    """A running server; ``folder`` holds its data and its socket, ``account`` is who it runs as (None: who we are)."""

    programs: Path
    folder: Path
    password: str
    account: str | None

    def url(self, database: str = "postgres") -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://{ADMINISTRATOR}:{self.password}@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"test_{next(_numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-c listen_addresses='' -c max_connections=200 -k {self.folder}"
        log = self.folder / "log"
        self.run("pg_ctl", "-D", self.folder / "data", "-o", options, "-l", log, "-w", "-t", START_SECONDS, "start")

    def stop(self) -> None:
        """Stop it at once. pg_ctl would wait for the dead to be buried, which in a container may take its time."""
        pid_file = self.folder / "data" / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGQUIT)
        deadline = time.monotonic() + START_SECONDS
        while pid_file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    def kill(self) -> None:
        """Let it die as in a power cut: no process of it gets to tidy up."""
        pid_file = self.folder / "data" / "postmaster.pid"
        main = int(pid_file.read_text().split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for process in (main, *map(int, children)):
            os.kill(process, signal.SIGKILL)
        for mark in (pid_file, *self.folder.glob(".s.PGSQL.*")):
            mark.unlink()  # in a container nobody may bury the dead, and a new server would take them for alive

    def run(self, program: str, *arguments: object) -> None:
        """Run one of PostgreSQL's programs: it refuses to be the superuser."""
        command = [str(self.programs / program), *map(str, arguments)]
        group = None if self.account is None else pwd.getpwnam(self.account).pw_gid
        groups = None if self.account is None else []
        with tempfile.TemporaryFile() as output:  # a pipe would stay open in the server, and never end
            done = subprocess.run(
                command, stdout=output, stderr=output, cwd=self.folder, check=False,
                user=self.account, group=group, extra_groups=groups,
            )  # fmt: skip
            output.seek(0)
            log = self.folder / "log"
            told = output.read().decode() + (log.read_text() if log.exists() else "")
            assert done.returncode == 0, f"{program} failed:\n{told}"


def find_programs() -> Path | None:
    """Return the folder of pg_ctl and initdb: the one named, one in the path, or the newest where Debian puts them."""
    named, on_path = os.environ.get("REELSPACE_POSTGRES"), shutil.which("pg_ctl")
    folders = [Path(named)] if named else [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def serve(programs: Path) -> Iterator[Server]:
    """Lay a new cluster in a folder of its own and run it; nothing of it is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="reel-pg-"))  # short: a socket's path may have 107 characters
    account = _unprivileged() if os.geteuid() == 0 else None
    server = Server(_reachable(programs, folder, account), folder, secrets.token_hex(16), account)
    try:
        password_file = folder / "password"
        password_file.write_text(server.password)
        if account is not None:
            for path in (folder, password_file):
                shutil.chown(path, account)
        server.run(
            "initdb", "-D", folder / "data", "-U", ADMINISTRATOR, f"--pwfile={password_file}", "-A", "scram-sha-256",
            "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C",
        )  # fmt: skip
        password_file.unlink()
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> str:
    """An account of the machine's that is not the superuser."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody", "daemon", getpass.getuser()) if name in known)


def _reachable(programs: Path, folder: Path, account: str | None) -> Path:
    """Return ``programs``, or a copy where the account that shall run them may not look (a superuser's own folder)."""
    if account is None or not programs.is_relative_to(Path.home()):
        return programs
    whole = programs.parents[2 if programs.parent.name == "pginstall" else 1]  # the libraries lie beside
    shutil.copytree(whole, folder / whole.name, symlinks=True)
    folder.chmod(0o755)
    return folder / programs.relative_to(whole.parent)
