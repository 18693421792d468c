"""Give callers tokens: a line in a deployment's `tokens`, and the token in a file of its own beside it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..app.tokens import Role, TokenBook, new_token, token_line
from ..errors import UserError

# one word in the file of tokens and in file names; `#` would begin a comment
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_KEPT_MODE = 0o444  # containers read it as another user; the folder keeps others out


def add_token(folder: Path, name: str, role: str) -> Path:
    """Make a token for a caller and let it in.

    Parameters
    ----------
    folder : Path
        What deploy/make-secrets made, or any folder with a file `tokens`.
    name : str
        The caller, as the audit log will name them.
    role : str
        reader, submitter or operator.

    Returns
    -------
    Path
        The file with the token, `token-NAME` in the folder, which only its owner can read.

    Raises
    ------
    UserError
        If the name or the role is wrong, the caller has a line already, or there is no file of tokens.
    """
    if _NAME.fullmatch(name) is None:
        raise UserError(f"The name {name!r} is wrong; expected at most 64 letters, digits, and . _ @ -.")
    if role.upper() not in Role.__members__:
        raise UserError(f"The role {role!r} is not known; known are {', '.join(r.name.lower() for r in Role)}.")
    book, given = folder / "tokens", folder / f"token-{name}"
    if not book.is_file():
        raise UserError(f"There is no {book}; deploy/make-secrets {folder} makes it. --folder names another folder.")
    TokenBook(book)  # a damaged file is said before anything is written
    text = book.read_text()
    if given.exists() or any(line.split()[:1] == [name] for line in text.splitlines()):
        raise UserError(f"{name} has a token already; to withdraw it, remove its line in {book}, and {given.name}.")
    token = new_token()
    with os.fdopen(os.open(given, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
        file.write(token)
    line = token_line(name, Role[role.upper()], token)
    book.chmod(0o600)
    try:
        # in place, since a container has this very file mounted; one write, since control may read at any moment
        with book.open("ab", buffering=0) as file:
            file.write(("" if text.endswith("\n") or not text else "\n").encode() + f"{line}\n".encode())
    finally:
        book.chmod(_KEPT_MODE)
    return given
