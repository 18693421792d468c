"""TimeSeriesWGaps: MsPASS's name for a TimeSeries with gaps; every TimeSeries of libseis can have gaps."""

from __future__ import annotations

from libseis.enums import GapFill

from .coretimeseries import _CoreTimeSeries
from .datagap import DataGap
from .timeseries import TimeSeries
from .timewindow import TimeWindow


class TimeSeriesWGaps(TimeSeries, DataGap):
    """MsPASS's name for a TimeSeries with gaps; every TimeSeries of libseis can have gaps.

    Parameters
    ----------
    datum
        Data to copy, or a number of samples.
    gaps
        The gaps of the copy.
    """

    __slots__ = ()

    def __init__(self, datum: _CoreTimeSeries | int = 0, gaps: DataGap | None = None, /) -> None:
        TimeSeries.__init__(self, datum)
        for window in gaps.get_gaps() if gaps is not None else []:
            self.add_gap(window)

    def rtoa(self, shift: float | None = None, /) -> None:
        """Change Relative times back to UTC.

        Parameters
        ----------
        shift
            Epoch time (seconds) of time zero; without it, the time zero that is known is used.
        """
        if shift is not None:
            self.force_t0_shift(shift)
        TimeSeries.rtoa(self)

    def zero_gaps(self) -> None:
        """Set the samples in gaps to zero; the gaps stay on record."""
        gaps = self.gaps
        self.fill_gaps(GapFill.ZERO)
        for window in gaps:
            self.add_gap(window)

    def translate_origin(self, t: float, /) -> None:
        """Subtract seconds from the times of the gaps; the samples stay.

        Parameters
        ----------
        t
            Seconds.
        """
        gaps = self.gaps
        self.clear_gaps()
        for window in gaps:
            self.add_gap(TimeWindow(window.start - t, window.end - t))
