"""SeismogramEnsemble and its base without a log: groups of Seismogram."""

from libseis.objects.bridge import to_obspy
from libseis.objects.members import SeismogramVector

from libseis.objects.ensemblebase cimport EnsembleBase
from libseis.objects.errorlogger cimport ErrorLogger
from libseis.objects.historystate cimport elog_of


cdef class CoreSeismogramEnsemble(EnsembleBase):
    """A group of Seismogram without an error log."""

    def __cinit__(self):
        self._member = SeismogramVector()


cdef class SeismogramEnsemble(CoreSeismogramEnsemble):
    """A group of Seismograms with an error log.

    A copy of an ensemble is live if the ensemble was live or any of its members is. A copy of a CoreSeismogramEnsemble,
    which has no state of its own, is live.
    """

    def __init__(self, *args):
        CoreSeismogramEnsemble.__init__(self, *args)
        if len(args) == 1 and isinstance(args[0], CoreSeismogramEnsemble):
            self._live = self._live or not isinstance(args[0], SeismogramEnsemble) or self.validate()

    @property
    def elog(self):
        """The ErrorLogger of the ensemble itself."""
        return elog_of(self)

    @elog.setter
    def elog(self, ErrorLogger value not None):
        self._elog = value._clone()

    def toStream(self, *args, **kwargs):
        """Convert to an obspy Stream, with libseis.obspy.converter.SeismogramEnsemble2Stream.

        Parameters
        ----------
        *args
            Further arguments of that function.
        **kwargs
            Further arguments of that function.

        Returns
        -------
        Any
            The Stream, with three traces per member.
        """
        return to_obspy("SeismogramEnsemble2Stream", self, *args, **kwargs)
