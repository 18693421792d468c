"""TimeWindow: a closed interval of time."""

cimport cython


@cython.final
cdef class TimeWindow:
    """A closed interval of time, in the time standard of the data that it is used on.

    Parameters
    ----------
    start
        First time in seconds.
    end
        Last time in seconds; by default there is no end.
    """

    def __init__(self, start=0.0, end=1e99):
        self.start = start
        self.end = end

    def shift(self, dt, /):
        """Return a window that is moved in time.

        Parameters
        ----------
        dt
            Seconds to add to both ends.

        Returns
        -------
        TimeWindow
            The new window.
        """
        return TimeWindow(self.start + dt, self.end + dt)

    def length(self):
        """Return end - start in seconds."""
        return self.end - self.start

    def __repr__(self):
        return f"TimeWindow({self.start!r}, {self.end!r})"

    def __eq__(self, other):
        if not isinstance(other, TimeWindow):
            return NotImplemented
        return self.start == (<TimeWindow>other).start and self.end == (<TimeWindow>other).end

    __hash__ = None

    def __reduce__(self):
        return TimeWindow, (self.start, self.end)
