"""Render a Helm chart without Helm: the small part of Go's templates that the chart of this project uses.

A chart that uses more is an error here, so it stays this simple: `.Values` and `.Release`, variables, `if`, `else`,
`range`, and the functions in `_FUNCTIONS`, as Go's text/template and Helm's guide describe them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

_ACTION = re.compile(r"(?P<before>\s*(?=\{\{-))?\{\{-?\s*(?P<text>.*?)\s*-?\}\}(?P<after>(?<=-\}\})\s*)?", re.DOTALL)
_RANGE = re.compile(r"range (?:\$(?P<key>\w+), )?\$(?P<value>\w+) := (?P<over>\S+)")
Scope = dict[str, Any]
Tokens = Iterator[tuple[str, str]]


class ChartError(ValueError):
    """The chart uses what this renderer does not know, or a value that is not there."""


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else "" if value is None else str(value)


_FUNCTIONS: dict[str, Callable[[Any], str]] = {
    "toJson": lambda value: json.dumps(value, sort_keys=True, separators=(",", ":")),
    "quote": lambda value: json.dumps(_text(value)),
    "sha256sum": lambda value: hashlib.sha256(_text(value).encode()).hexdigest(),
}


def rendered(chart: Path, changes: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The manifests of a chart with its values, of which `changes` replace some (nested as in a values file)."""
    values = _merged(yaml.safe_load((chart / "values.yaml").read_text()), changes or {})
    scope: Scope = {"": {"Values": values, "Release": {"Revision": 1, "Namespace": "seisbus"}}}
    found: list[dict[str, Any]] = []
    for template in sorted((chart / "templates").glob("*.yaml")):
        tokens = _tokens(template.read_text())
        text, end = _render(tokens, scope)
        if end:
            raise ChartError(f"{template.name}: {end} without its beginning")
        found += [manifest for manifest in yaml.safe_load_all(text) if manifest]
    return found


def _merged(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(values)
    for name, value in changes.items():
        merged[name] = _merged(values[name], value) if isinstance(value, dict) and name in values else value
    return merged


def _tokens(template: str) -> Tokens:
    at = 0
    for action in _ACTION.finditer(template):
        yield "text", template[at : action.start()]
        yield "action", action["text"]
        at = action.end()
    yield "text", template[at:]


def _render(tokens: Tokens, scope: Scope, *, shown: bool = True) -> tuple[str, str]:
    """The text up to the end of this block, and the word that ended it ("" at the end of the template)."""
    text = ""
    for kind, token in tokens:
        if kind == "text":
            text += token if shown else ""
        elif token in ("end", "else"):
            return text, token
        elif token.startswith("if "):
            holds = shown and bool(_value(token[3:], scope))
            part, end = _render(tokens, scope, shown=holds)
            text += part
            if end == "else":
                text += _render(tokens, scope, shown=shown and not holds)[0]
        elif (loop := _RANGE.fullmatch(token)) is not None:
            text += _loop(loop, tokens, scope, shown=shown)
        elif shown:
            text += _expression(token, scope)
    return text, ""


def _loop(loop: re.Match[str], tokens: Tokens, scope: Scope, *, shown: bool) -> str:
    body, depth = [], 0
    for kind, token in tokens:
        depth += kind == "action" and token.startswith(("if ", "range "))
        if kind == "action" and token == "end":
            if depth == 0:
                break
            depth -= 1
        body.append((kind, token))
    if not shown:
        return ""
    over = _value(loop["over"], scope)
    items = sorted(over.items()) if isinstance(over, dict) else enumerate(over)  # Go sorts the keys of maps
    text = ""
    for key, value in items:
        names = {loop["value"]: value} | ({loop["key"]: key} if loop["key"] else {})
        text += _render(iter(body), scope | names)[0]
    return text


def _expression(token: str, scope: Scope) -> str:
    first, *functions = (part.strip() for part in token.split("|"))
    value = _value(first, scope)
    for name in functions:
        if name not in _FUNCTIONS:
            raise ChartError(f"the function {name} is not one of {', '.join(_FUNCTIONS)}")
        value = _FUNCTIONS[name](value)
    return _text(value)


def _value(path: str, scope: Scope) -> Any:
    """The value of `.Values.a.b`, `$.Values.a.b`, `$name` or `$name.a`; None for a missing last name, as in Go."""
    if re.fullmatch(r"\$?[\w.]*", path) is None:
        raise ChartError(f"{path!r} is more than a name")
    root, *names = path.split(".")
    if root not in ("", "$") and root[1:] not in scope:
        raise ChartError(f"there is no variable {root}")
    value = scope[root.removeprefix("$")]
    for number, name in enumerate(names):
        if not isinstance(value, dict) or (name not in value and number + 1 < len(names)):
            raise ChartError(f"{path}: there is no {name}")
        value = value.get(name)
    return value
