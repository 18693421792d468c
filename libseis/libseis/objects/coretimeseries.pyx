"""_CoreTimeSeries: one channel of samples with its header; no error log, no history."""

import numpy as _np

from libseis.objects.doublevector import DoubleVector

from libseis.objects.clock cimport clock_set_dt, clock_set_t0
from libseis.objects.doublevector cimport copy_vector, zeros_vector
from libseis.objects.metadata cimport Metadata
from libseis.objects.sampled cimport _SampledSeries, publish_header
from libseis.objects.timebase cimport WROTE_DT, WROTE_NPTS, WROTE_T0, _BasicTimeSeries


def rebuild_core_time_series(cls, state):
    """A _CoreTimeSeries of class `cls` from its pickled parts."""
    cdef _CoreTimeSeries out = cls.__new__(cls)
    out._restore_sampled(state, DoubleVector)
    return out


cdef class _CoreTimeSeries(_SampledSeries):
    """Samples of one channel, without an error log and without history.

    `data` has shape (npts,); sample i is at t0 + i dt seconds. Without arguments the object is empty. New data are
    dead. The setters of t0, dt and npts write starttime, delta and npts to the Metadata; the Metadata never change the
    clock.

    Parameters
    ----------
    source
        A number of samples, all zero; an object of this class, which is copied deeply; or a Metadata (or dict) with
        delta and starttime.
    base
        Times and length of the new object.
    metadata
        Header of the new object.
    header
        A dict, which makes UTC data, or a Metadata.
    data
        Samples, shape (npts,).

    Raises
    ------
    MsPASSError
        The header lacks a name, or the samples do not fit.
    """

    def __init__(self, *args):
        if not self._build(args):
            raise TypeError(f"{self.__class__.__name__} cannot be made of "
                            f"({', '.join([a.__class__.__name__ for a in args])}); wanted are (), (npts), a copy, "
                            "(_BasicTimeSeries, Metadata), (Metadata) or (dict, array)")

    cdef bint _build(self, tuple args) except -1:
        """Make the object from constructor arguments; False if they fit no form of the constructor."""
        cdef Py_ssize_t n = len(args)
        first = args[0] if n else None
        if n == 0:
            self._data = zeros_vector(0)
            publish_header(self, WROTE_DT)
            publish_header(self, WROTE_T0)
            publish_header(self, WROTE_NPTS)
            self._forget_changes()
        elif n == 1 and isinstance(first, _CoreTimeSeries):
            self._copy_sampled(first)
        elif n == 1 and isinstance(first, (Metadata, dict)):
            self._copy_metadata(first if isinstance(first, Metadata) else Metadata(first))
            self._read_header()
        elif n == 1 and hasattr(first, "__index__"):
            self.set_npts(first)
        elif n == 2 and isinstance(first, _BasicTimeSeries) and isinstance(args[1], Metadata):
            self._copy_metadata(args[1])
            self._copy_base(first)
            self._data = zeros_vector(self._npts)
        elif n == 2 and isinstance(first, (dict, Metadata)):
            self._copy_metadata(first if isinstance(first, Metadata) else Metadata(first))
            clock_set_dt(&self._clock, self.get_double("delta"))
            clock_set_t0(&self._clock, self.get_double("starttime"))
            self._relative = False
            self._data = copy_vector(args[1])
            self.sync_npts()
        else:
            return False
        return True

    cdef int _copy_body(self, _SampledSeries source) except -1:
        self._copy_base(source)
        self._data = copy_vector(source._data)
        return 0

    cdef int _resize(self, Py_ssize_t n) except -1:
        self._data = zeros_vector(n)
        self._npts = n
        self._gaps = None
        return 0

    cdef bint _same_kind(self, object other):
        return isinstance(other, _CoreTimeSeries)

    cdef object _plain_copy(self):
        return _CoreTimeSeries(self)

    @property
    def data(self):
        """The samples: a DoubleVector (a numpy float64 array) of shape (npts,) on this object's memory.

        Assigning copies the numbers of any 1-d array; npts follows with sync_npts().
        """
        return self._data

    @data.setter
    def data(self, values):
        self._data = copy_vector(values)

    def adopt_data(self, values, /):
        """Use an array as `data` without a copy, and set npts to its length.

        The caller must not use the array afterwards.

        Parameters
        ----------
        values
            Samples, shape (npts,), float64, writable and contiguous; other arrays are copied.
        """
        if (type(values) in (_np.ndarray, DoubleVector) and values.ndim == 1 and values.dtype == _np.float64
                and values.flags.carray):
            self._data = values.view(DoubleVector)
        else:
            self._data = copy_vector(values)
        self.sync_npts()

    def sync_npts(self):
        """Set npts, and its Metadata, to the length of `data`."""
        self._npts = len(self._data)
        self._publish(WROTE_NPTS)

    def __reduce_ex__(self, protocol):
        return self._reduced(rebuild_core_time_series, (self.__class__, self._sampled_state(protocol)))

    def __sizeof__(self):
        # MsPASS's estimate, minus the 16 bytes that sys.getsizeof adds for the garbage collector.
        return 432 + 8 * len(self._data) + 24 * len(self._md) + 8 * len(self._changed)
