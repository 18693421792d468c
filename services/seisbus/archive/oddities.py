"""Problems of an archive's files: oddities in a file that was read, and the error for one that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from seisbus.errors import SeisbusError


class ArchiveFormatError(SeisbusError):
    """A file served by an archive cannot be read; `key` names the object, `problem` says what is wrong."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"Cannot read {key or 'the given bytes'}: {problem}")
        self.key = key
        self.problem = problem


# Further ones are only counted, because people read the note and a whole file may be odd.
_SHOWN = 3
_LONGEST = 300


@dataclass(slots=True)
class Oddities:
    """Entries of one file that were left out, or were kept without a value that cannot be read.

    Readers of archives' files add to it instead of raising an error, so that one odd entry does not affect the others.
    """

    name: str
    left_out: int = 0
    mended: int = 0
    _first: list[str] = field(default_factory=list)

    def leave_out(self, problem: str) -> None:
        """An entry is left out; `problem` names it and says why."""
        self.left_out += 1
        self._say(problem)

    def mend(self, problem: str) -> None:
        """An entry is kept without a value that cannot be read; `problem` names it."""
        self.mended += 1
        self._say(problem)

    def take(self, other: Oddities) -> None:
        """Add all oddities of another object."""
        self.left_out += other.left_out
        self.mended += other.mended
        self._first += other._first[: _SHOWN - len(self._first)]

    @property
    def first(self) -> str:
        """The first oddity, "" if there is none."""
        return self._first[0] if self._first else ""

    def _say(self, problem: str) -> None:
        if len(self._first) < _SHOWN:
            self._first.append(problem if len(problem) <= _LONGEST else problem[:_LONGEST] + "...")

    def __bool__(self) -> bool:
        return bool(self._first)

    @property
    def note(self) -> str:
        """One sentence for people, "" if there are no oddities."""
        if not self._first:
            return ""
        counts = [f"{n:,} {word}" for n, word in ((self.left_out, "left out"), (self.mended, "kept in part")) if n]
        more = self.left_out + self.mended - len(self._first)
        rest = f"; and {more:,} more" if more else ""
        return f"{self.name or 'The given bytes'}: odd entries, {' and '.join(counts)}: {'; '.join(self._first)}{rest}."
