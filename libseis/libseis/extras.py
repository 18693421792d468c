"""Import optional packages; the error says in one sentence which are missing and how to install them.

Write the import of an extra's package inside `with extra("obspy"):`; `require("asdf")` checks a whole extra at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from types import TracebackType

_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?([^;]*)(?:;(.*))?$")


class MissingExtraError(ModuleNotFoundError):
    """Packages of an extra are not installed.

    `message` is the sentence, `packages` names the missing packages, and `extra` is the extra that installs them, such
    as libseis[obspy].
    """

    def __init__(self, packages: tuple[str, ...], extra: str) -> None:
        verb = "is" if len(packages) == 1 else "are"
        self.message = f"{' and '.join(packages)} {verb} not installed; get what this needs with: pip install '{extra}'"
        super().__init__(self.message, name=packages[0])
        self.packages = packages
        self.extra = extra


class extra:
    """Context for imports from an extra; it turns ModuleNotFoundError into MissingExtraError.

    If contexts are nested, the outermost one names the extra. So a distribution that uses libseis can name the extra
    that its users install.
    """

    def __init__(self, name: str, distribution: str = "libseis") -> None:
        self._extra = f"{distribution}[{name}]"

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, MissingExtraError):
            raise MissingExtraError(error.packages, self._extra) from None
        if isinstance(error, ModuleNotFoundError) and not _found(root := (error.name or "").partition(".")[0]):
            raise MissingExtraError((root,), self._extra) from None


def require(name: str, distribution: str = "libseis") -> None:
    """Raise MissingExtraError, which names all missing packages, unless the extra `name` is installed completely."""
    if missing := sorted(set(missing_packages(name, distribution))):
        raise MissingExtraError(tuple(missing), f"{distribution}[{name}]")


def missing_packages(name: str, distribution: str = "libseis") -> Iterator[str]:
    """Packages of an extra that are not installed, by the names in the distribution's metadata.

    Empty if the distribution itself is not installed (a checkout on the path), because its extras are not known then.
    """
    import importlib.metadata  # late, as below: it takes 20 ms, which the start of every command would pay

    try:
        requirements = importlib.metadata.requires(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return
    for requirement in requirements:
        if (parts := _REQUIREMENT.match(requirement)) is None:
            continue
        package, extras, _, marker = parts.groups()
        if not re.search(rf"extra *== *['\"]{re.escape(name)}['\"]", marker or "") or "platform" in (marker or ""):
            continue
        if not _installed(package):
            yield package
            continue
        for inner in (extras or "").split(","):
            if inner and (package.lower(), inner.strip()) != (distribution, name):
                yield from missing_packages(inner.strip(), package.lower())


def _installed(package: str) -> bool:
    import importlib.metadata

    try:
        importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _found(root: str) -> bool:
    try:
        return find_spec(root) is not None
    except (ImportError, ValueError):
        return False
