"""TimeWindow: a closed interval of time."""

cimport cython


@cython.final
cdef class TimeWindow:
    """`TimeWindow(start, end)` in seconds, in the time standard of what it is used on; () is all from 0 on."""

    def __init__(self, start=0.0, end=1e99):
        self.start = start
        self.end = end

    def shift(self, dt, /):
        """A new window, both ends moved by `dt` seconds."""
        return TimeWindow(self.start + dt, self.end + dt)

    def length(self):
        """end - start in seconds."""
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
