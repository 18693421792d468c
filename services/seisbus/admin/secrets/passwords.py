"""bcrypt hashes of passwords for NATS: by the package bcrypt, else by crypt(3) of the C library, as most Linux have."""

from __future__ import annotations

import ctypes
import ctypes.util
import secrets
from collections.abc import Callable

from ...errors import UserError

_ROUNDS = 11  # 2**11; what nats-server's own tool takes
_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_LENGTH = 60


def hasher() -> Callable[[str], str]:
    """A function that gives the bcrypt hash of a password; UserError where nothing on this machine can."""
    try:
        import bcrypt
    except ImportError:
        return of_the_system()
    return lambda password: bcrypt.hashpw(password.encode(), bcrypt.gensalt(_ROUNDS)).decode()


def of_the_system() -> Callable[[str], str]:
    """By crypt(3) of libxcrypt (Debian, Ubuntu, Fedora) or musl (Alpine); the module `crypt` left with Python 3.13."""
    for name in ("libcrypt.so.1", "libcrypt.so.2", ctypes.util.find_library("crypt"), None):
        try:
            crypt = ctypes.CDLL(name).crypt
        except (OSError, AttributeError):
            continue
        crypt.argtypes, crypt.restype = (ctypes.c_char_p, ctypes.c_char_p), ctypes.c_char_p

        def hashed(password: str, crypt: Callable[[bytes, bytes], bytes | None] = crypt) -> str:
            # 22 characters of 6 bits are 128 bits of salt, of the last character two count
            salt = "".join(secrets.choice(_ALPHABET) for _ in range(21)) + secrets.choice(".Oeu")
            return (crypt(password.encode(), f"$2b${_ROUNDS}${salt}".encode()) or b"").decode()

        if len(hashed("a")) == _LENGTH:
            return hashed
    raise UserError(
        "no bcrypt hashes can be made, which nats-server takes for passwords: the C library of this machine has none; "
        "install the package (`python3 -m pip install bcrypt`)."
    )
