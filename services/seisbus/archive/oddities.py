"""What is wrong with an archive's file: what was odd in one that was read, and the error of one that was not."""

from __future__ import annotations

from dataclasses import dataclass, field

from seisbus.errors import SeisbusError


class ArchiveFormatError(SeisbusError):
    """A file served by an archive cannot be read; `key` names the object, `problem` says what is wrong."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"Cannot read {key or 'the given bytes'}: {problem}")
        self.key = key
        self.problem = problem


# More are counted only: a note is read by people, and a file may be odd from end to end.
_SHOWN = 3
_LONGEST = 300


@dataclass(slots=True)
class Oddities:
    """Entries of one file that were left out, or were kept without a value that cannot be read.

    Readers of archives' files add to it instead of raising, so that one odd entry costs itself alone.
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
        """An entry is kept, without what `problem` says."""
        self.mended += 1
        self._say(problem)

    def take(self, other: Oddities) -> None:
        """All that is odd in another one."""
        self.left_out += other.left_out
        self.mended += other.mended
        self._first += other._first[: _SHOWN - len(self._first)]

    @property
    def first(self) -> str:
        """The first of them, "" when nothing was odd."""
        return self._first[0] if self._first else ""

    def _say(self, problem: str) -> None:
        if len(self._first) < _SHOWN:
            self._first.append(problem if len(problem) <= _LONGEST else problem[:_LONGEST] + "...")

    def __bool__(self) -> bool:
        return bool(self._first)

    @property
    def note(self) -> str:
        """One sentence for people, "" when nothing was odd."""
        if not self._first:
            return ""
        counts = [f"{n:,} {word}" for n, word in ((self.left_out, "left out"), (self.mended, "kept in part")) if n]
        more = self.left_out + self.mended - len(self._first)
        rest = f"; and {more:,} more" if more else ""
        return f"{self.name or 'The given bytes'}: odd entries, {' and '.join(counts)}: {'; '.join(self._first)}{rest}."
