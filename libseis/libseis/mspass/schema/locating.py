"""Find schema files and alias sets, and read their YAML."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from libseis.enums import ErrorSeverity
from libseis.errors import DefinitionError

DATA = Path(__file__).parent.parent / "data"
DEFAULT_FILE = "seis.yaml"
MSPASS_FILE = "mspass.yaml"

# libyaml's loader parses the packaged schema 10 times faster than the pure Python one
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def fatal(path: Path, text: str) -> DefinitionError:
    """The error of a file that cannot be used."""
    return DefinitionError(text, ErrorSeverity.Fatal, source=str(path))


def locate(name: str | os.PathLike[str] | None) -> Path:
    """Find a schema file. None means `$MSPASS_HOME/data/yaml/mspass.yaml` if it exists, otherwise the packaged schema.

    A relative name is looked for in the current folder, in `$MSPASS_HOME/data/yaml` and in the package.
    """
    home = os.environ.get("MSPASS_HOME")
    folders = [Path(home, "data", "yaml")] if home else []
    if name is None:
        candidates = [folder / MSPASS_FILE for folder in folders]
        return next((path for path in candidates if path.is_file()), DATA / DEFAULT_FILE)
    path = Path(name)
    candidates = [path, *(folder / path for folder in folders), DATA / path]
    return next((candidate for candidate in candidates if candidate.is_file()), path)


def load(path: Path) -> Any:
    """The content of a YAML file; DefinitionError (Fatal) when it cannot be opened or parsed."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise fatal(path, f"Cannot open schema definition file {path}: {error}.") from error
    try:
        return yaml.load(text, Loader=LOADER)
    except yaml.YAMLError as error:
        raise fatal(path, f"Cannot parse schema definition file {path}: {error}") from error


def read_aliases(name: str | os.PathLike[str]) -> dict[str, str]:
    """An alias set: a YAML mapping of name to alias; MsPASSError (Fatal) if the file cannot be read or is not YAML."""
    path = locate(name)
    content = load(path)
    if not isinstance(content, dict) or not all(
        isinstance(key, str) and isinstance(value, str) for key, value in content.items()
    ):
        raise fatal(path, f"{path} is not an alias set: expected a mapping of name to alias.")
    return content
