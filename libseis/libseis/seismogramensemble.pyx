"""SeismogramEnsemble and its base without a log: groups of Seismogram."""

from libseis.members import SeismogramVector

from libseis.ensemblebase cimport EnsembleBase
from libseis.errorlogger cimport ErrorLogger
from libseis.historystate cimport elog_of


cdef class CoreSeismogramEnsemble(EnsembleBase):
    """A group of Seismogram without an error log."""

    def __cinit__(self):
        self._member = SeismogramVector()


cdef class SeismogramEnsemble(CoreSeismogramEnsemble):
    """A group of Seismogram with an error log. Made of a CoreSeismogramEnsemble it is live."""

    def __init__(self, *args):
        CoreSeismogramEnsemble.__init__(self, *args)
        if len(args) == 1 and isinstance(args[0], CoreSeismogramEnsemble):
            self._live = self._live or not isinstance(args[0], SeismogramEnsemble)

    @property
    def elog(self):
        """The ErrorLogger of the ensemble itself."""
        return elog_of(self)

    @elog.setter
    def elog(self, ErrorLogger value not None):
        self._elog = value._clone()

    def toStream(self, *args, **kwargs):
        """The members as an obspy Stream: libseis.converter.SeismogramEnsemble2Stream."""
        from libseis.converter import SeismogramEnsemble2Stream

        return SeismogramEnsemble2Stream(self, *args, **kwargs)
