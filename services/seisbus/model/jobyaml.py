"""Reads the YAML of job files. A code stays the text that stands there, where YAML would read a number or a truth
value."""

from __future__ import annotations

import json
from typing import Any, Final

import yaml

_CODES: Final = frozenset({"net", "sta", "loc", "chan"})
_PREFIX: Final = "tag:yaml.org,2002:"
# empty values, and JSON's own words: if a program turned a code into one of them, its user must be told
_KEPT: Final = frozenset({"", "~", "true", "false", "null"})


class _PlainLoader(yaml.SafeLoader):  # type: ignore[misc]  # yaml is not typed
    """Text, numbers, lists and mappings only. Aliases are refused, because with them a few lines can stand for
    gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not allowed", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """The network NO of Norway is not a truth value here, and a location 00 or a station 0123 is not a number."""
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            if not isinstance(key, yaml.ScalarNode) or key.value not in _CODES:
                continue
            if isinstance(value, yaml.ScalarNode) and value.style is None and value.value not in _KEPT:
                value.tag = f"{_PREFIX}str"
        return super().construct_mapping(node, deep)


# Times stay text, because YAML's own reading loses nanoseconds, and fails at a date that does not exist.
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != f"{_PREFIX}timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _AsYamlError(Exception):
    """This JSON text must be read as YAML."""


def _json_mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if any(key in _CODES and isinstance(value, int | float) and not isinstance(value, bool) for key, value in pairs):
        raise _AsYamlError  # a code is its digits as they are written, which JSON would not keep
    return dict(pairs)


def load(text: str) -> Any:
    """The content of a YAML or JSON text, with times as text; yaml.YAMLError if it is neither.

    Clients send JSON, which is read as JSON: as YAML, megabytes of events would take minutes.
    """
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text, object_pairs_hook=_json_mapping)
        except (ValueError, RecursionError, _AsYamlError):
            pass  # a YAML mapping may begin like this too, and YAML's errors name lines
    return yaml.load(text, _PlainLoader)
