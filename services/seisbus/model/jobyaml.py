"""YAML of job files, in which a code is the text that stands there, whatever else YAML would read it as."""

from __future__ import annotations

import json
from typing import Any, Final

import yaml

_CODES: Final = frozenset({"net", "sta", "loc", "chan"})
_PREFIX: Final = "tag:yaml.org,2002:"
# nothing, and JSON's own words: a program that lost a code to them has to be told
_KEPT: Final = frozenset({"", "~", "true", "false", "null"})


class _PlainLoader(yaml.SafeLoader):  # type: ignore[misc]  # yaml is not typed
    """Text, numbers, lists and mappings only; no aliases, by which a few lines can stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not allowed", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Norway's NO is not a truth value here, and a location 00 or a station 0123 is not a number."""
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            if not isinstance(key, yaml.ScalarNode) or key.value not in _CODES:
                continue
            if isinstance(value, yaml.ScalarNode) and value.style is None and value.value not in _KEPT:
                value.tag = f"{_PREFIX}str"
        return super().construct_mapping(node, deep)


# Times stay text: YAML's own reading of them loses nanoseconds, and raises for a date that does not exist.
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != f"{_PREFIX}timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _AsYamlError(Exception):
    """A JSON text that only reading as YAML does justice to."""


def _json_mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if any(key in _CODES and isinstance(value, int | float) and not isinstance(value, bool) for key, value in pairs):
        raise _AsYamlError  # its digits as they stand there are the code
    return dict(pairs)


def load(text: str) -> Any:
    """What a YAML or JSON text says, times as text; yaml.YAMLError when it is neither.

    JSON, which clients send, is read as such: megabytes of events would take minutes as YAML.
    """
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text, object_pairs_hook=_json_mapping)
        except (ValueError, RecursionError, _AsYamlError):
            pass  # YAML's own mappings begin like that too, and its errors name lines
    return yaml.load(text, _PlainLoader)
