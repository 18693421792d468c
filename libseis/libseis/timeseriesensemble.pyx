"""TimeSeriesEnsemble and its base without a log: groups of TimeSeries."""

from libseis.members import TimeSeriesVector

from libseis.ensemblebase cimport EnsembleBase
from libseis.errorlogger cimport ErrorLogger
from libseis.historystate cimport elog_of


cdef class CoreTimeSeriesEnsemble(EnsembleBase):
    """A group of TimeSeries without an error log."""

    def __cinit__(self):
        self._member = TimeSeriesVector()


cdef class TimeSeriesEnsemble(CoreTimeSeriesEnsemble):
    """A group of TimeSeries with an error log. Made of a CoreTimeSeriesEnsemble it is live."""

    def __init__(self, *args):
        CoreTimeSeriesEnsemble.__init__(self, *args)
        if len(args) == 1 and isinstance(args[0], CoreTimeSeriesEnsemble):
            self._live = self._live or not isinstance(args[0], TimeSeriesEnsemble)

    @property
    def elog(self):
        """The ErrorLogger of the ensemble itself."""
        return elog_of(self)

    @elog.setter
    def elog(self, ErrorLogger value not None):
        self._elog = value._clone()

    def toStream(self, *args, **kwargs):
        """The members as an obspy Stream: libseis.converter.TimeSeriesEnsemble2Stream."""
        from libseis.converter import TimeSeriesEnsemble2Stream

        return TimeSeriesEnsemble2Stream(self, *args, **kwargs)
