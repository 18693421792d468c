"""Runs the cases that were handed over beside the test data, in a process of their own, where they are there.

The file names modules where they once were, and calls helpers that it does not define. Its whole cases are run as they
are; those that need a missing helper are run with ours from `handed_helpers`, and are named as such in what is printed.
"""

from __future__ import annotations

import ast
import builtins
import os
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(os.environ.get("SEISBUS_TEST_DATA", "."), "..", "reports", "cases.py").resolve()
TESTS = Path(__file__).parents[2]
there = pytest.mark.skipif(not CASES.exists(), reason=f"there are no handed cases at {CASES}")

# where modules that the file names are today; a SourceId is a Channel and is called so, writing times is the library's
MOVED = {
    "libseis.segment_converter": "libseis.segments.timeseries",
    "seisbus.admin.archive": "seisbus.testing",
    "seisbus.admin.archive.imports": "seisbus.testing.imports",
    "seisbus.model.moments": "seisbus.model.times",
}

# the file's own main, after the names that it lacks were put in
RUN = """
import importlib, sys
sys.path[:0] = [{tests!r}, {folder!r}]
for old, new in {moved!r}.items():
    sys.modules[old] = importlib.import_module(new)
import libseis.codes, libseis.isotime, libseis.segments, seisbus.model.times
libseis.segments.SourceId = libseis.codes.Channel
libseis.segments.Joined.source = property(lambda joined: joined.channel)
seisbus.model.times.iso = libseis.isotime.iso
import cases
from unit.reports import handed_helpers
for name in {missing!r}:
    setattr(cases, name, getattr(handed_helpers, name))
sys.exit(cases.main({names!r}))
"""


def _names(node: ast.AST, kind: type[ast.Load] | type[ast.Store]) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, kind)}


def _cases() -> tuple[list[str], list[str], list[str]]:
    """Names of the cases that are whole, of those that are not, and of what these lack."""
    tree = ast.parse(CASES.read_text())
    known = set(dir(builtins)) | {"__file__"}
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                known.add(name)
            case ast.Import() | ast.ImportFrom():
                known |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                known.add(name)
    known |= _names(tree, ast.Store)
    uses = {node.name: _names(node, ast.Load) for node in tree.body if isinstance(node, ast.FunctionDef)}
    whole, partial, missing = [], [], set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list and isinstance(node.decorator_list[0], ast.Call):
            argument = node.decorator_list[0].args[0]
            assert isinstance(argument, ast.Constant)
            reached, waiting = set(), _names(node, ast.Load)
            while waiting - reached:
                name = (waiting - reached).pop()
                reached.add(name)
                waiting |= uses.get(name, set()) if name != "_" else set()
            lacking = reached - known
            missing |= lacking
            (partial if lacking else whole).append(str(argument.value))
    return whole, partial, sorted(missing)


def _run(names: list[str], missing: list[str]) -> None:
    script = RUN.format(tests=str(TESTS), folder=str(CASES.parent), moved=MOVED, missing=missing, names=names)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=250)
    assert done.returncode == 0, done.stdout + done.stderr


@there
def test_the_handed_cases_that_are_whole_pass_as_they_are() -> None:
    whole, _, _ = _cases()
    assert whole
    _run(whole, [])


@there
def test_the_handed_cases_that_lack_a_helper_pass_with_ours() -> None:
    _, partial, missing = _cases()
    if partial:
        _run(partial, missing)
