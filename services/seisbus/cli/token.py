"""The command `seisbus token add`: let another caller into a deployment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import OUT, notes_to

app = typer.Typer(help="Callers of a deployment and their tokens.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Callers of a deployment and their tokens."""


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The caller, as the audit log will name them.")],
    role: Annotated[str, typer.Argument(help="reader, submitter or operator.")],
    folder: Annotated[Path, typer.Option(help="What deploy/make-secrets made.")] = Path("secrets"),
) -> None:
    """Make a token for a caller and print the name of its file."""
    from ..admin.tokens import add_token

    given = add_token(folder, name, role)
    OUT.print(str(given), markup=False, soft_wrap=True)
    notes_to(
        f"Give {given} to {name} and remove it: it is the token, readable only for you. The line of {name} in "
        f"{folder / 'tokens'} lets it in; control reads that file again by itself. In Kubernetes, renew the Secret: "
        f"deploy/make-secrets {folder} --kubernetes FILE, and kubectl apply -f FILE."
    )
