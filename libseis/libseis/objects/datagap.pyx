"""DataGap: a list of gaps without data, in the time standard of the data that it describes."""

from libseis.objects.gaplist import joined, overlapping
from libseis.objects.timewindow import TimeWindow

from libseis.objects.base cimport DataState


cdef list gaps_of(DataState owner):
    if owner is None:
        raise TypeError("a DataGap is wanted, not None")
    if owner._gaps is None:
        owner._gaps = []
    return owner._gaps


cdef tuple bounds_of(object window):
    if not isinstance(window, TimeWindow):
        raise TypeError(f"a gap is a TimeWindow, not {type(window).__name__}")
    if not window.start <= window.end:
        raise ValueError(f"a gap must end after it starts, but goes from {window.start} to {window.end}")
    return window.start, window.end


class DataGap(DataState):
    """A list of gaps in time order; gaps that overlap are joined.

    Parameters
    ----------
    source
        A DataGap, which is copied, or TimeWindows.
    """

    __slots__ = ()

    def __init__(self, source=(), /):
        cdef DataState own = self
        if isinstance(source, DataGap):
            own._gaps = list(gaps_of(source))
            return
        for window in source:
            DataGap.add_gap(self, window)

    def add_gap(self, window, /):
        """Add a gap.

        Parameters
        ----------
        window
            The gap, both ends included.
        """
        cdef DataState own = self
        own._gaps = joined(gaps_of(own), *bounds_of(window))

    def is_gap(self, double t, /):
        """Return whether a time lies in a gap.

        Parameters
        ----------
        t
            Time in seconds.

        Returns
        -------
        bool
            True if the time lies in a gap.
        """
        return bool(overlapping(gaps_of(self), t, t))

    def has_gap(self, window=None, /):
        """Return whether there is a gap.

        Parameters
        ----------
        window
            Only gaps that overlap this window count; without it, all gaps count.

        Returns
        -------
        bool
            True if there is such a gap.
        """
        if window is None:
            return bool(gaps_of(self))
        return bool(overlapping(gaps_of(self), *bounds_of(window)))

    def get_gaps(self):
        """The gaps in time order: list of TimeWindow."""
        return [TimeWindow(start, end) for start, end in gaps_of(self)]

    def number_gaps(self):
        """Number of gaps."""
        return len(gaps_of(self))

    def clear_gaps(self):
        """Forget all gaps."""
        cdef DataState own = self
        gaps_of(own)
        own._gaps = []

    def translate_origin(self, double t, /):
        """Subtract a number of seconds from all times.

        Parameters
        ----------
        t
            Seconds.
        """
        cdef DataState own = self
        own._gaps = [(start - t, end - t) for start, end in gaps_of(own)]

    def subset(self, window, /):
        """Return the gaps that overlap a window.

        Parameters
        ----------
        window
            The window.

        Returns
        -------
        DataGap
            The gaps, not cut at the ends of the window.
        """
        cdef DataState out = DataGap()
        out._gaps = overlapping(gaps_of(self), *bounds_of(window))
        return out

    def __iadd__(self, other):
        if not isinstance(other, DataGap):
            return NotImplemented
        for window in other.get_gaps():
            self.add_gap(window)
        return self

    def __repr__(self):
        return f"DataGap({self.get_gaps()!r})"

    def __reduce__(self):
        return type(self), (self.get_gaps(),)
