"""The application, its commands, and its exit codes: 0 done, 1 failed or unreachable, 2 wrong input, 3 a job that saved
nothing, 130 Ctrl-C."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ..client import ClientError, Failure, Transport
from ..disk_room import lack_of_room
from ..errors import SeisbusError, UserError
from ..extras import MissingExtraError
from ..local import StackInterrupted
from ..model.stages import allow_kinds
from ..running import running_stack
from ..testing.cli import app as archive_app
from . import archives, data, deadletters, demo, doctor, export, init, jobs, plan, purge, stack, token, web
from .options import SETTINGS, errors_to

app = typer.Typer(
    help="Seismic waveforms from cloud archives: index, fetch, window, write.",
    epilog="Exit codes: 0 done; 1 failed, or a server does not answer; 2 the command or the job file is wrong; "
    "3 the job completed and saved nothing; 130 stopped by Ctrl-C. `seisbus init` is a good first command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@app.callback()
def options(
    address: Annotated[
        str,
        typer.Option(
            help="host:port of control; by default the stack that runs in --data-dir, else SEISBUS_CONTROL_ADDRESS, "
            "else 127.0.0.1:50051."
        ),
    ] = "",
    tls_ca: Annotated[
        str, typer.Option(envvar="SEISBUS_TLS_CA", help="Use TLS; file of the certificates to trust, or `system`.")
    ] = "",
    token_file: Annotated[
        Path | None, typer.Option(envvar="SEISBUS_TOKEN_FILE", help="File with the caller's token.")
    ] = None,
    data_dir: Annotated[
        Path, typer.Option(envvar="SEISBUS_DATA_DIR", help="Folder of the local stack.")
    ] = SETTINGS.data_dir,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")] = False,
) -> None:
    """Seismic waveforms out of cloud archives: index, fetch, window, write."""
    SETTINGS.address = address
    SETTINGS.transport = replace(Transport.from_environment(), tls_ca=tls_ca, token_file=token_file)
    SETTINGS.data_dir = data_dir
    SETTINGS.debug = debug
    allow_kinds(os.environ.get("SEISBUS_JOB_KINDS", ""))


archive_app.command("list")(archives.list_archives)
archive_app.command("check")(archives.check)
app.add_typer(archive_app, name="archive")
app.add_typer(archives.index_app, name="index")
app.add_typer(deadletters.app, name="deadletters")
app.add_typer(token.app, name="token")
for command in (
    init.init,
    stack.up,
    demo.demo,
    archives.events,
    archives.stations,
    jobs.submit,
    jobs.watch,
    jobs.jobs,
    jobs.show,
    jobs.outcomes,
    jobs.cancel,
    jobs.retry,
    jobs.explain,
    jobs.misfit,
    data.get,
    data.plot,
    export.export,
    purge.purge,
    plan.plan,
    plan.calibrate,
    web.web,
    doctor.doctor,
    doctor.version,
):
    app.command()(command)
app.command("map")(data.map_)


def run(arguments: list[str] | None = None, began: float | None = None) -> None:
    """Run the command line and leave with its exit code. It began at this time of the monotonic clock (None: now)."""
    SETTINGS.began = time.monotonic() if began is None else began
    try:
        app(arguments)
    except Exception as error:
        sys.exit(report(error))


def report(error: Exception) -> int:
    """Print one sentence on what happened; return the exit code."""
    if isinstance(error, StackInterrupted):
        errors_to(error.message)
        return error.exit_code
    if isinstance(error, ClientError):
        if error.failure is Failure.USER:
            errors_to(error.message)
            return 2
        full = lack_of_room(SETTINGS.data_dir) if running_stack(SETTINGS.data_dir) else ""
        errors_to(f"{error.message} {full}".rstrip())
        return 1
    if isinstance(error, UserError | MissingExtraError):
        errors_to(error.message)
        return 2
    if isinstance(error, SeisbusError):
        errors_to(error.message)
        return 1
    if SETTINGS.debug:
        traceback.print_exception(error)
        return 1
    if isinstance(error, OSError) and error.filename is not None:
        errors_to(f"{error.filename} cannot be read or written ({error.strerror}).")
        return 1
    try:
        where = f"its traceback is in {keep(error)} (--debug shows it)"
    except OSError as full:
        where = f"its traceback could not be kept ({full.strerror}); --debug shows it"
    errors_to(f"An unexpected {type(error).__name__} ended the command; {where}.")
    return 1


def keep(error: Exception) -> Path:
    """Append the traceback to the log of the command line; the log's path."""
    home = os.environ.get("XDG_STATE_HOME")
    folder = Path(home) if home else Path.home() / ".local" / "state"
    try:
        folder = folder / "seisbus"
        folder.mkdir(parents=True, exist_ok=True)
        log = (folder / "cli.log").open("a", encoding="utf-8")
    except OSError:
        log = (Path(tempfile.gettempdir()) / "seisbus-cli.log").open("a", encoding="utf-8")
    with log:
        log.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {' '.join(sys.argv)}\n")
        log.write("".join(traceback.format_exception(error)) + "\n")
    return Path(log.name)
