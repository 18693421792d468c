"""Unpickle values of a database or of Metadata without letting them run code."""

from __future__ import annotations

import io
import pickle
from typing import Any

_PLAIN = {
    "builtins": {
        *["list", "dict", "set", "frozenset", "tuple", "str", "int", "float", "complex", "bool", "bytes", "object"]
    },
    "collections": {"OrderedDict", "defaultdict"},
    "copyreg": {"_reconstructor", "__newobj__"},
    "datetime": {"datetime", "date", "timedelta"},
    "numpy": {"dtype", "ndarray"},
    "numpy.core.multiarray": {"_reconstruct", "scalar"},
    "numpy._core.multiarray": {"_reconstruct", "scalar"},
    "numpy._core.numeric": {"_frombuffer"},
    "_codecs": {"encode"},
    "bson.objectid": {"ObjectId"},
}


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes, packages: tuple[str, ...], functions: frozenset[tuple[str, str]]) -> None:
        super().__init__(io.BytesIO(data))
        self._packages, self._functions = packages, functions

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith(self._packages):
            found = super().find_class(module, name)
            if isinstance(found, type) or (module, name) in self._functions:
                return found
        elif name in _PLAIN.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} may not be in this pickle")


def loads(data: bytes, packages: tuple[str, ...], functions: frozenset[tuple[str, str]] = frozenset()) -> Any:
    """The object in a pickle, which may hold plain values, arrays, and classes of packages whose names begin so.

    No function of these packages is called except `functions`, each as (module, name). pickle.UnpicklingError for
    others.
    """
    return _Unpickler(data, packages, functions).load()
