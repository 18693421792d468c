"""The headers of every work message, which can be read even if the body cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import PoisonError


@dataclass(frozen=True, slots=True)
class Tag:
    """The headers of every work message, which can be read even if the body cannot."""

    job: str
    task: str
    attempt: int
    part: int = 0

    def headers(self) -> dict[str, str]:
        """The tag as NATS headers."""
        return {
            "Seis-Job": self.job,
            "Seis-Task": self.task,
            "Seis-Attempt": str(self.attempt),
            "Seis-Part": str(self.part),
        }

    @classmethod
    def of(cls, headers: Mapping[str, str] | None) -> Tag:
        """The tag of received headers; PoisonError if they are not ours."""
        try:
            found = headers or {}
            return cls(found["Seis-Job"], found["Seis-Task"], int(found["Seis-Attempt"]), int(found["Seis-Part"]))
        except (KeyError, ValueError) as error:
            raise PoisonError(f"A message without valid Seis- headers ({error}).") from error
