"""Public docstrings are in numpydoc style, and their sections name what the signatures have.

Public is what `__all__` of libseis, its rooms, `seisbus.client` and `seisbus.testing` names. Signatures are read from
the source, for extension types from the `.pyi` file. They have the types, so the Parameters sections need none.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from docstring_parser import Docstring, DocstringStyle, parse

import libseis
from seisbus.client import AsyncClient, Client
from seisbus.client.calls.base import Calls
from seisbus.client.keywords import QueryFields

Function = ast.FunctionDef | ast.AsyncFunctionDef

ROOT = Path(libseis.__file__).parent
ROOMS = [
    "seisbus.client",
    "seisbus.testing",
    *(
        ".".join(("libseis", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        for path in sorted(ROOT.rglob("*.py"))
        if "\n__all__ = " in path.read_text()
    ),
]
SECTIONS = ("Parameters", "Attributes", "Returns", "Yields", "Raises", "Notes", "References", "Examples")


@dataclass(frozen=True)
class Public:
    """A public function, method, property or class: its docstring, and its definitions (several when overloaded)."""

    name: str
    doc: str
    definitions: tuple[Function, ...]
    is_property: bool = False
    is_class: bool = False
    is_record: bool = False  # its fields are its arguments; it may describe them as it likes

    @property
    def parameters(self) -> list[str]:
        """Names of the arguments, with stars, in order; those of all overloads together."""
        names: dict[str, None] = {}
        for definition in self.definitions:
            a = definition.args
            plain = [arg.arg for arg in (*a.posonlyargs, *a.args)]
            if plain[:1] in (["self"], ["cls"], ["_cls"]):
                plain = plain[1:]
            names.update(dict.fromkeys(plain))
            names.update({f"*{a.vararg.arg}": None} if a.vararg else {})
            names.update(dict.fromkeys(arg.arg for arg in a.kwonlyargs))
            names.update(spelled(a.kwarg) if a.kwarg else {})
        return [name for name in names if not name.startswith("_")]

    @property
    def returns(self) -> bool:
        """Whether it gives something back."""
        found = [ast.unparse(definition.returns) for definition in self.definitions if definition.returns]
        return any(text not in ("None", "NoReturn") for text in found) and not self.is_class


def spelled(argument: ast.arg) -> dict[str, None]:
    """What stands for **name: the keys of the TypedDict of `Unpack[QueryFields]`, else itself."""
    if argument.annotation is not None and ast.unparse(argument.annotation) == "Unpack[QueryFields]":
        return dict.fromkeys(QueryFields.__annotations__)
    return {f"**{argument.arg}": None}


@cache
def tree(module: str) -> ast.Module:
    """The source of a module, or its stub."""
    path = Path(str(sys.modules[module].__file__))
    path = path if path.suffix == ".py" else path.with_name(path.name.partition(".")[0] + ".pyi")
    return ast.parse(path.read_text())


def defined(body: list[ast.stmt], name: str) -> tuple[Function, ...]:
    """The functions of a name in a module or class; the bodies of overloads, where there are any."""
    found = tuple(node for node in body if isinstance(node, Function) and node.name == name)
    overloads = tuple(node for node in found if any("overload" in ast.unparse(d) for d in node.decorator_list))
    return overloads or found[:1]


def class_body(cls: type) -> list[ast.stmt]:
    """The statements of a class; Client has the docstrings of AsyncClient."""
    cls = AsyncClient if cls is Client else cls
    found = [
        node for node in ast.walk(tree(cls.__module__)) if isinstance(node, ast.ClassDef) and node.name == cls.__name__
    ]
    return found[0].body


def of_class(cls: type) -> Iterator[Public]:
    """A class and what it adds to its bases."""
    body = class_body(cls)
    here = f"{cls.__module__}.{cls.__qualname__}"
    makers = () if is_dataclass(cls) else defined(body, "__init__") or defined(body, "__new__")
    if cls in (AsyncClient, Client):  # made as their calls are
        makers = defined(class_body(Calls), "__init__")
    yield Public(here, cls.__doc__ or "", makers, is_class=True, is_record=is_dataclass(cls))
    for name, value in vars(cls).items():
        definitions = defined(body, name)
        if name.startswith("_") or not definitions:
            continue
        plain = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        is_property = not callable(plain)
        yield Public(f"{here}.{name}", plain.__doc__ or "", definitions, is_property=is_property)


def ours(value: Any) -> bool:
    """Whether a thing is defined here."""
    return str(getattr(value, "__module__", "")).partition(".")[0] in ("libseis", "seisbus")


@cache
def public() -> dict[str, Public]:
    """All that is public, by its name."""
    found: dict[str, Public] = {}
    for room in ROOMS:
        module = import_module(room)
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isclass(value) and ours(value):
                for base in filter(ours, value.__mro__):
                    found.update((item.name, item) for item in of_class(base))
            elif callable(value) and ours(value) and hasattr(value, "__name__"):
                here = f"{value.__module__}.{value.__name__}"
                definitions = defined(tree(value.__module__).body, value.__name__)
                found[here] = Public(here, value.__doc__ or "", definitions)
    return found


def text(item: Public) -> str:
    """A docstring without the signature that Cython puts before it."""
    first, _, rest = item.doc.partition("\n")
    name = item.name.rpartition(".")[2]
    return inspect.cleandoc(rest if re.match(rf"([\w.]+\.)?{name}\(.*\)( -> .*)?$", first) else item.doc)


def read(item: Public) -> Docstring:
    """A docstring by its sections."""
    return parse(text(item), DocstringStyle.NUMPYDOC)


def faults(item: Public) -> Iterator[str]:
    """What is wrong with a docstring."""
    if not text(item):
        yield "has no docstring"
        return
    lines = text(item).splitlines()
    if not lines[0].endswith(".") or lines[1:2] not in ([], [""]):
        yield "does not begin with a summary of one line that ends with a full stop"
    headings = [above for above, below in itertools.pairwise(lines) if below and set(below) == {"-"}]
    if unknown := set(headings) - set(SECTIONS):
        yield f"has unknown sections {unknown}"
    elif headings != sorted(set(headings), key=SECTIONS.index):
        yield f"has sections {headings} out of order"
    doc = read(item)
    if item.is_property or item.is_record:
        return
    named = [name.strip() for p in doc.params for name in p.arg_name.split(",") if p.args[0] == "param"]
    if named != item.parameters:
        yield f"describes the parameters {named}, but has {item.parameters}"
    if item.parameters and item.returns and not doc.returns and "Yields" not in headings:
        yield "does not say what it returns"
    for part in doc.meta:
        if not (part.description or "").strip():
            yield f"leaves {part.args} empty"


def test_public_names_are_found() -> None:
    names = public()
    assert len(names) > 500
    assert {"libseis.objects.metadata.Metadata.get_double", "seisbus.client.calls.jobs.JobCalls.submit"} <= set(names)


def test_a_missing_parameter_is_seen() -> None:
    definition = ast.parse("def f(a, b=1, *, c) -> int: ...").body[0]
    assert isinstance(definition, Function)
    item = Public("f", "Do.\n\nParameters\n----------\na\n    First.\nd\n    Last.\n", (definition,))
    assert len(list(faults(item))) == 2


@pytest.mark.parametrize("room", sorted({name.rpartition(".")[0] for name in public()}))
def test_docstrings(room: str) -> None:
    found = {
        name: problems
        for name, item in public().items()
        if name.rpartition(".")[0] == room and (problems := list(faults(item)))
    }
    assert found == {}
