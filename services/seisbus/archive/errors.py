"""The errors of archive knowledge.

SeisbusError
├── UserError
│   ├── ArchiveDefinitionError   an archive's TOML is wrong
│   ├── UnknownArchiveError      a name or a network that no definition has
│   ├── KeyLayoutError           a key cannot be made: an empty or too long code
│   └── EventInputError          a user's event list cannot be read
└── ArchiveFormatError           a file that an archive served is not what the format says
"""

from __future__ import annotations

from seisbus.errors import NotFoundError, SeisbusError, UserError


class ArchiveDefinitionError(UserError):
    """An archive definition is wrong or missing; `archive` and `source` (a file) say which."""

    def __init__(self, archive: str, source: str, problem: str) -> None:
        super().__init__(f"Archive {archive!r} in {source}: {problem}")
        self.archive = archive
        self.source = source
        self.problem = problem


class UnknownArchiveError(NotFoundError):
    """No archive of that name, or none that serves that network."""

    def __init__(self, wanted: str, known: tuple[str, ...]) -> None:
        super().__init__(f"No archive for {wanted}; the known archives are {', '.join(known)}.")
        self.wanted = wanted
        self.known = known


class KeyLayoutError(UserError):
    """An object key cannot be formed: a code is empty, too long or holds a character no SEED code has."""

    def __init__(self, template: str, field: str, value: object, expected: str) -> None:
        super().__init__(f"Cannot make a key after {template!r}: {field} is {value!r}, expected {expected}.")
        self.template = template
        self.field = field
        self.value = value


class EventInputError(UserError):
    """A list of events given by a user cannot be read; `where` names the file row or the list item."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"Cannot read events, {where}: {problem}")
        self.where = where
        self.problem = problem


class ArchiveFormatError(SeisbusError):
    """A file served by an archive cannot be read; `key` names the object, `problem` says what is wrong."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"Cannot read {key or 'the given bytes'}: {problem}")
        self.key = key
        self.problem = problem
