"""DoubleVector: a numpy float64 vector that can also grow, like MsPASS's sample vectors."""

import operator as _operator

import numpy as _np

from cpython.object cimport PyObject, PyTypeObject
from libc.string cimport memcpy, memset

cimport numpy as cnp

from libseis.errors import SampleError

cnp.import_array()

cdef extern from "numpy/arrayobject.h":
    object PyArray_New(PyTypeObject* subtype, int nd, cnp.npy_intp* dims, int type_num, cnp.npy_intp* strides,
                       void* data, int itemsize, int flags, PyObject* obj)

cdef extern from "numpy/ndarraytypes.h":
    # The public layout of an array object. A vector grows by exchanging memory with another array, because numpy has
    # no safe call for this: ndarray.resize frees memory that views may still use, and setting ndarray.data is
    # deprecated. A class of our own with the buffer protocol could grow, but obspy and MsPASS's users want an ndarray.
    ctypedef struct PyArrayObject_fields:
        char* data
        int nd
        cnp.npy_intp* dimensions
        cnp.npy_intp* strides
        void* base
        int flags
        void* mem_handler


cdef void exchange_memory(object a, object b) noexcept:
    """Exchange the samples of two arrays of one dtype."""
    cdef PyArrayObject_fields* x = <PyArrayObject_fields*><PyObject*>a
    cdef PyArrayObject_fields* y = <PyArrayObject_fields*><PyObject*>b
    x.data, y.data = y.data, x.data
    x.nd, y.nd = y.nd, x.nd
    x.dimensions, y.dimensions = y.dimensions, x.dimensions
    x.strides, y.strides = y.strides, x.strides
    x.base, y.base = y.base, x.base
    x.flags, y.flags = y.flags, x.flags
    x.mem_handler, y.mem_handler = y.mem_handler, x.mem_handler


cdef int set_length(object vector, Py_ssize_t n) except -1:
    """Change the length in place; new samples are zero.

    A vector that must move gets a block with room to spare. It keeps its old memory until it is freed itself, because
    views and buffers may still use it; all old blocks together are at most twice as large as the new one.
    """
    cdef PyArrayObject_fields* fields = <PyArrayObject_fields*><PyObject*>vector
    cdef Py_ssize_t old = fields.dimensions[0]
    if n <= old:
        fields.dimensions[0] = n
        return 0
    block = getattr(vector, "_block", None)
    if block is not None and len(block) >= n:
        memset(fields.data + old * sizeof(double), 0, (n - old) * sizeof(double))
        fields.dimensions[0] = n
        return 0
    block = _np.zeros(max(n, old + old // 2 + 8))
    fresh = block[:n].view(DoubleVector)
    fresh[:old] = vector
    exchange_memory(vector, fresh)
    try:
        vector._retired.append(fresh)
    except AttributeError:
        vector._retired = [fresh]
    vector._block = block
    return 0


class DoubleVector(_np.ndarray):
    """A 1-d float64 array that can change its length.

    Everything that numpy does with an array works; slices and `np.asarray` are views. Calls that change the length
    (append, extend, insert, pop, remove, clear) move the vector to other memory if they must. Views from before stay
    valid and keep the old samples. `==` of two DoubleVectors gives one truth value.

    Parameters
    ----------
    source
        A number of zeros, or numbers to copy.
    """

    __slots__ = ("_block", "_retired")

    def __new__(cls, source=(), /):
        if isinstance(source, (str, bytes)):
            raise TypeError("a DoubleVector is made of numbers, not of text")
        if hasattr(source, "__index__") and not isinstance(source, _np.ndarray):
            n = _operator.index(source)
            if n < 0:
                raise TypeError(f"a DoubleVector cannot have {n} samples")
            return zeros_vector(n).view(cls)
        if not hasattr(source, "__len__"):
            source = list(source)
        values = _np.asarray(source, dtype=_np.float64)
        if values.ndim != 1:
            raise TypeError(f"a DoubleVector is made of a vector, not of an array of shape {values.shape}")
        out = _np.ndarray.__new__(cls, values.shape)
        out[:] = values
        return out

    def _check_vector(self):
        if self.ndim != 1 or self.dtype != _np.float64 or not self.flags.carray:
            raise ValueError("only a contiguous, writable 1-d float64 vector can change its length, "
                             f"not shape {self.shape} of {self.dtype}")

    def resize(self, n, refcheck=True):
        """Change the length; new samples are zero.

        Parameters
        ----------
        n
            The new length.
        refcheck
            Not used; numpy has this argument.

        Raises
        ------
        ValueError
            The length is negative, or the array is a view.
        """
        self._check_vector()
        n = _operator.index(n[0] if isinstance(n, tuple) and len(n) == 1 else n)
        if n < 0:
            raise ValueError(f"a vector cannot have {n} samples")
        set_length(self, n)

    def append(self, value, /):
        """Add one number at the end.

        Parameters
        ----------
        value
            The number.
        """
        self._check_vector()
        cdef double number = value
        cdef Py_ssize_t n = len(self)
        set_length(self, n + 1)
        self[n] = number

    def extend(self, values, /):
        """Add numbers at the end.

        Parameters
        ----------
        values
            The numbers, 1-d.
        """
        self._check_vector()
        more = DoubleVector(values)
        cdef Py_ssize_t n = len(self)
        set_length(self, n + len(more))
        self[n:] = more

    def insert(self, index, value, /):
        """Put a number before a position.

        Parameters
        ----------
        index
            The position; a negative one counts from the end.
        value
            The number.

        Raises
        ------
        IndexError
            The position is outside the vector.
        """
        self._check_vector()
        cdef double number = value
        cdef Py_ssize_t n = len(self), at = _operator.index(index)
        if at < 0:
            at += n
        if not 0 <= at <= n:
            raise IndexError(f"cannot insert at {index} in a vector of {n}")
        set_length(self, n + 1)
        self[at + 1:] = self[at:n].copy()
        self[at] = number

    def pop(self, index=-1, /):
        """Remove a number and return it.

        Parameters
        ----------
        index
            Position of the number; a negative one counts from the end.

        Returns
        -------
        float
            The number.

        Raises
        ------
        IndexError
            The position is outside the vector.
        """
        self._check_vector()
        cdef Py_ssize_t n = len(self), at = _operator.index(index)
        if at < 0:
            at += n
        if not 0 <= at < n:
            raise IndexError(f"cannot pop number {index} of a vector of {n}")
        value = float(self[at])
        self[at:n - 1] = self[at + 1:].copy()
        set_length(self, n - 1)
        return value

    def remove(self, value, /):
        """Remove the first number that equals a value.

        Parameters
        ----------
        value
            The value.

        Raises
        ------
        ValueError
            The vector does not hold the value.
        """
        at = _np.flatnonzero(_np.asarray(self) == value)
        if not len(at):
            raise ValueError(f"{value} is not in the vector")
        self.pop(int(at[0]))

    def clear(self):
        """Remove all numbers."""
        self._check_vector()
        set_length(self, 0)

    def count(self, value, /):
        """Count the numbers that equal a value.

        Parameters
        ----------
        value
            The value.

        Returns
        -------
        int
            How many there are.
        """
        return int(_np.count_nonzero(_np.asarray(self) == value))

    def __contains__(self, value):
        return self.count(value) > 0

    def __eq__(self, other):
        if isinstance(other, DoubleVector):
            return _np.bool_(_np.array_equal(self, other))
        if isinstance(other, (list, tuple)):
            return False
        return _np.ndarray.__eq__(self, other)

    def __ne__(self, other):
        if isinstance(other, (DoubleVector, list, tuple)):
            return _np.bool_(not (self == other))
        return _np.ndarray.__ne__(self, other)

    __hash__ = None


cdef object new_vector(Py_ssize_t n):
    """A vector of n samples, not initialised."""
    cdef cnp.npy_intp length = n
    return PyArray_New(<PyTypeObject*>DoubleVector, 1, &length, cnp.NPY_DOUBLE, NULL, NULL, 0, 0, NULL)


cdef object zeros_vector(Py_ssize_t n):
    """A new vector of n zeros; the system gives it memory when it is written."""
    try:
        return _np.zeros(n).view(DoubleVector)
    except (ValueError, MemoryError) as error:
        raise MemoryError(f"{n} samples are more than memory can hold") from error


cdef object copy_vector(object source):
    """A new vector with the numbers of `source`, anything 1-d that casts to float64."""
    cdef object values = source
    if not (cnp.PyArray_Check(source) and (cnp.PyArray_ISFLOAT(<cnp.ndarray>source)
                                           or cnp.PyArray_ISINTEGER(<cnp.ndarray>source))):
        values = _np.asarray(source, dtype=_np.float64)
    if cnp.PyArray_NDIM(<cnp.ndarray>values) != 1:
        raise SampleError(f"samples must be a 1-d array, not of shape {values.shape}", what="data")
    cdef Py_ssize_t n = cnp.PyArray_SIZE(<cnp.ndarray>values)
    cdef object vector = new_vector(n)
    if cnp.PyArray_TYPE(<cnp.ndarray>values) == cnp.NPY_DOUBLE and cnp.PyArray_ISCARRAY_RO(<cnp.ndarray>values):
        memcpy(cnp.PyArray_DATA(<cnp.ndarray>vector), cnp.PyArray_DATA(<cnp.ndarray>values), n * sizeof(double))
    else:
        cnp.PyArray_CopyInto(<cnp.ndarray>vector, <cnp.ndarray>values)
    return vector
