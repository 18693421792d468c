"""TimeSeriesEnsemble and its base without a log: groups of TimeSeries."""

from libseis.objects.bridge import to_obspy
from libseis.objects.members import TimeSeriesVector

from libseis.objects.ensemblebase cimport EnsembleBase
from libseis.objects.errorlogger cimport ErrorLogger
from libseis.objects.historystate cimport elog_of


cdef class CoreTimeSeriesEnsemble(EnsembleBase):
    """A group of TimeSeries without an error log."""

    def __cinit__(self):
        self._member = TimeSeriesVector()


cdef class TimeSeriesEnsemble(CoreTimeSeriesEnsemble):
    """A group of TimeSeries with an error log.

    A copy of an ensemble is live if the ensemble was live or any of its members is. A copy of a CoreTimeSeriesEnsemble,
    which has no state of its own, is live.
    """

    def __init__(self, *args):
        CoreTimeSeriesEnsemble.__init__(self, *args)
        if len(args) == 1 and isinstance(args[0], CoreTimeSeriesEnsemble):
            self._live = self._live or not isinstance(args[0], TimeSeriesEnsemble) or self.validate()

    @property
    def elog(self):
        """The ErrorLogger of the ensemble itself."""
        return elog_of(self)

    @elog.setter
    def elog(self, ErrorLogger value not None):
        self._elog = value._clone()

    def toStream(self, *args, **kwargs):
        """Convert to an obspy Stream, with libseis.obspy.converter.TimeSeriesEnsemble2Stream.

        Parameters
        ----------
        *args
            Further arguments of that function.
        **kwargs
            Further arguments of that function.

        Returns
        -------
        Any
            The Stream, with one trace per member.
        """
        return to_obspy("TimeSeriesEnsemble2Stream", self, *args, **kwargs)
