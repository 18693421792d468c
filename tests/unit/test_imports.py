"""No module of either distribution imports itself by way of others: at its top, in a function or for types alone."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

grimp = pytest.importorskip("grimp", reason="imports are followed with grimp, a tool of the developers")


def cycles(imports: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules that reach each other (Tarjan, SIAM J. Comput. 1, 1972)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        number[module] = lowest[module] = len(number)
        stack.append(module)
        for other in imports[module]:
            if other not in number:
                visit(other)
                lowest[module] = min(lowest[module], lowest[other])
            elif other in stack:
                lowest[module] = min(lowest[module], number[other])
        if lowest[module] == number[module]:
            group = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(group) > 1 or module in imports[module]:
                found.append(sorted(group))

    for module in imports:
        if module not in number:
            visit(module)
    return found


def test_the_finder_finds() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert cycles({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def imports_of(package: str) -> dict[str, set[str]]:
    """What each module imports, extension modules and imports for type checkers alone among them."""
    graph = grimp.build_graph(package, cache_dir=None)
    found = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    (folder,) = importlib.import_module(package).__path__
    sources = {source_name(path, Path(folder)): path for path in Path(folder).rglob("*.pyx")}
    for module, path in sources.items():
        named = re.findall(r"^\s*from ([\w.]+) c?import|^\s*c?import ([\w.]+)", path.read_text(), flags=re.MULTILINE)
        found[module] = {a or b for a, b in named} & (found.keys() | sources.keys())
    for module in found:  # grimp knows no extension modules
        text = Path(folder).parent.joinpath(*module.split(".")).with_suffix(".py")
        if text.exists():
            named = re.findall(r"^from ([\w.]+) import", text.read_text(), flags=re.MULTILINE)
            found[module] |= set(named) & sources.keys()
    return found


def source_name(path: Path, folder: Path) -> str:
    return ".".join((folder.name, *path.relative_to(folder).with_suffix("").parts))


@pytest.mark.parametrize("package", ["libseis", "seisbus"])
def test_there_is_no_import_cycle(package: str) -> None:
    imports = imports_of(package)
    assert sum(len(others) for others in imports.values()) > 200
    assert cycles(imports) == []
