"""Messages about a wrong value in a job file, in plain words in place of the validator's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

# For each pattern that job files have, a description of the texts that fit.
PATTERNS: Final[Mapping[str, str]] = {
    r"^[0-9a-z]{1,40}$": "expected the id of a job (`seisbus jobs` lists them)",
    r"^[0-9a-z]{0,40}$": "expected the id of a job (`seisbus jobs` lists them)",
    r"^[A-Za-z0-9*?,\- _]*$": 'expected codes of letters, digits, * and ?, separated by commas, such as "BH?,HHZ"',
    r"^[A-Za-z0-9_.+-]{0,80}$": "expected at most 80 letters, digits and _ . + - (no blanks)",
    r"^[A-Za-z0-9_-]{0,40}$": "expected the name of an archive: letters, digits, _ and - (`seisbus archive list`)",
    r"^([A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,79})?$": "expected the name of a folder: up to 80 letters, digits and _ . + -",
    r"^[a-z0-9_]{1,40}$": "expected at most 40 lower-case letters, digits and _",
}
# The longest value that is repeated in a message.
_SHOWN: Final = 60


def _choice(context: Mapping[str, Any]) -> str:
    return f"expected {str(context['expected']).replace(chr(39), '')}"


_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "string_pattern_mismatch": lambda c: PATTERNS.get(str(c["pattern"]), "it has characters that are not allowed here"),
    "string_type": lambda c: "expected a text",
    "string_too_long": lambda c: f"expected at most {c['max_length']:,} characters",
    "string_too_short": lambda c: f"expected at least {c['min_length']:,} characters",
    "literal_error": _choice,
    "enum": _choice,
    "greater_than": lambda c: f"expected more than {c['gt']:g}",
    "greater_than_equal": lambda c: f"expected at least {c['ge']:g}",
    "less_than": lambda c: f"expected less than {c['lt']:g}",
    "less_than_equal": lambda c: f"expected at most {c['le']:g}",
    "finite_number": lambda c: "expected a finite number",
    "too_short": lambda c: f"expected at least {c['min_length']:,} of them",
    "too_long": lambda c: f"expected at most {c['max_length']:,} of them",
}
# By the ending of the validator's names of types.
_TYPES: Final[Mapping[str, str]] = {
    "int": "expected a whole number",
    "float": "expected a number",
    "bool": "expected true or false",
    "tuple": "expected a list, such as [one, two]",
    "list": "expected a list, such as [one, two]",
    "dict": "expected keys with values, such as {key: value}",
    "model": "expected keys with values, such as {key: value}",
}


def problem_text(problem: Mapping[str, Any]) -> str:
    """What is wrong with a value, and what was expected.

    Parameters
    ----------
    problem
        One error of the validator.

    Returns
    -------
    str
        A phrase without a full stop.
    """
    kind, context, found = str(problem["type"]), problem.get("ctx") or {}, problem["input"]
    if kind in ("value_error", "assertion_error"):  # our own words
        text = str(problem["msg"]).removeprefix("Value error, ")
        return text if isinstance(found, Mapping) or text.startswith(repr(found)) else f"{text} ({found_text(found)})"
    if kind in _WORDS:
        text = _WORDS[kind](context)
    else:
        text = _TYPES.get(kind.partition("_")[0], "this value cannot be used here")
    return text if isinstance(found, Mapping) else f"{text} ({found_text(found)})"


def found_text(value: object) -> str:
    """`found` and the value, shortened if it is long."""
    text = "nothing" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
    return f"found {text if len(text) <= _SHOWN else f'{text[: _SHOWN - 3]}...'}"


def where_text(location: tuple[int | str, ...]) -> str:
    """A place in the job file: windows.absolute[0].start; the validator's names of alternatives are left out."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif re.fullmatch(r"[a-z][a-z0-9_]*", part):
            text += f".{part}"
    return text.removeprefix(".") or "the job"


def yaml_text(problem: str) -> str:
    """What is wrong with a YAML text, in words for people who do not know YAML's terms."""
    if "aliases (*name)" in problem or problem.startswith("expected alphabetic or numeric character"):
        return '* begins something else in YAML; put it in quotes, such as net: "*"'
    if "'\\t'" in problem:
        return "a tab stands where YAML wants blanks; indent with blanks"
    return problem
