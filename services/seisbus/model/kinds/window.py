"""Jobs of kind window: windows of an archive's data, cut, processed and stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import ClassVar, Final, Literal, Self

from pydantic import model_validator

from libseis.codes import alternatives

from ..archivejob import CutJob
from ..kind import Needs, OfArchive, Queue, Work
from ..task import Recipe

CUT: Final = Queue(Work.WINDOW, "cut", 1000)
# large, because the writer commits in batches
STORE: Final = Queue(Work.WRITE, "store", 4000)


class WindowJob(CutJob):
    """Windows to store, of channels. With `components` 3, of sensors: three channels become one Seismogram."""

    queues = (CUT, STORE)
    needs: ClassVar[Needs] = {
        **OfArchive.needs,
        "windows": "a job of kind window needs windows: absolute, events, picks or tile",
    }

    kind: Literal["window"] = "window"
    components: Literal[1, 3] = 1

    def recipe(self) -> Recipe:
        """The recipe, with the number of components of a datum."""
        return replace(super().recipe(), components=self.components)

    @model_validator(mode="after")
    def _sensors(self) -> Self:
        if self.components == 1:
            return self
        if (encoding := self.output.encoding) in ("miniseed", "float32"):
            raise ValueError(f"Seismograms are stored as float64; with components: 3 leave encoding: {encoding} out")
        if (chan := self.select.chan) and not _names_sensors(chan):
            raise ValueError(
                f"components: 3 takes the three channels of a sensor together, and select.chan {chan} names fewer; "
                "write BH?, or all three: BHE,BHN,BHZ"
            )
        return self


def _names_sensors(chan: str) -> bool:
    """Whether a selection of channel codes can match three channels of a sensor."""
    plain = Counter(code[:2] for code in alternatives(chan) if code[-1] not in "*?")
    return len(alternatives(chan)) > plain.total() or max(plain.values()) >= 3


KIND: Final = WindowJob
