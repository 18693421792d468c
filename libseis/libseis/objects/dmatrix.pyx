"""dmatrix: a numpy float64 matrix in Fortran order with the matrix algebra of MsPASS's dmatrix."""

import operator as _operator

import numpy as _np

from libseis.errors import MatrixError


class dmatrix(_np.ndarray):
    """A 2-d float64 array in Fortran order, with the matrix algebra of MsPASS's dmatrix.

    Everything that numpy does with an array works, with the same differences as in MsPASS: `*` of two matrices is the
    matrix product, sizes that do not fit raise MsPASSError, and an index gives a plain array. Without arguments the
    matrix is 0 x 0.

    Parameters
    ----------
    source
        Numbers to copy, 2-d.
    rows
        Number of rows of a matrix of zeros.
    columns
        Number of columns of a matrix of zeros.
    """

    def __new__(cls, *args):
        if not args:
            return zeros_matrix(0, 0).view(cls)
        if len(args) == 2:
            rows, columns = (_operator.index(n) for n in args)
            if rows < 0 or columns < 0:
                raise TypeError(f"a matrix cannot have {rows} x {columns} elements")
            return zeros_matrix(rows, columns).view(cls)
        if len(args) != 1 or isinstance(args[0], (str, bytes)):
            raise TypeError("dmatrix takes (), (rows, columns) or a 2-d array")
        return copy_matrix(args[0]).view(cls)

    def __array_wrap__(self, array, context=None, return_scalar=False):
        # A sum along an axis has another shape, so it becomes a plain numpy array.
        if array.shape == self.shape:
            return array.view(dmatrix)
        return array[()] if return_scalar else array

    def rows(self):
        """Number of rows."""
        return self.shape[0]

    def columns(self):
        """Number of columns."""
        return self.shape[1] if self.ndim > 1 else 0

    def zero(self):
        """Set all elements to zero."""
        self.fill(0.0)

    def transpose(self, *axes):
        """Return the transpose as a new dmatrix.

        Parameters
        ----------
        *axes
            As in numpy.

        Returns
        -------
        dmatrix
            The transpose.
        """
        return dmatrix(_np.asarray(self).transpose(*axes))

    def resize(self, *args, **kwargs):
        """Refuse to change the size, because views on the memory would dangle.

        Parameters
        ----------
        *args
            Not used.
        **kwargs
            Not used.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError("a dmatrix cannot change its size; make a new one")

    def __getitem__(self, key):
        return _np.asarray(self)[key]

    def _apply(self, operation, other):
        if isinstance(other, dmatrix) and other.shape != self.shape:
            raise MatrixError(f"size mismatch: {self.shape} and {other.shape}", shape=other.shape)
        try:
            return operation(self, other)
        except ValueError as error:
            shape = _np.shape(other)
            raise MatrixError(f"size mismatch: {self.shape} and {shape}", shape=shape) from error

    def __add__(self, other):
        return self._apply(_np.ndarray.__add__, other)

    def __sub__(self, other):
        return self._apply(_np.ndarray.__sub__, other)

    def __iadd__(self, other):
        return self._apply(_np.ndarray.__iadd__, other)

    def __isub__(self, other):
        return self._apply(_np.ndarray.__isub__, other)

    def __mul__(self, other):
        if isinstance(other, dmatrix):
            if self.ndim != 2 or other.ndim != 2 or self.shape[1] != other.shape[0]:
                raise MatrixError(f"size mismatch: {self.shape} times {other.shape}", shape=other.shape)
            return dmatrix(_np.asarray(self) @ _np.asarray(other))
        return _np.ndarray.__mul__(self, other)


cdef object zeros_matrix(Py_ssize_t rows, Py_ssize_t columns):
    """A new matrix of zeros; the system gives it memory when it is written."""
    try:
        return _np.zeros((rows, columns), order="F").view(dmatrix)
    except (ValueError, MemoryError) as error:
        raise MemoryError(f"{rows} x {columns} samples are more than memory can hold") from error


cdef object copy_matrix(object source):
    """A new Fortran-order matrix with the numbers of `source`, anything 2-d that casts to float64."""
    values = _np.array(source, dtype=_np.float64, order="F", subok=False)
    if values.ndim != 2:
        raise MatrixError(f"a matrix must be 2-d, not of shape {values.shape}", shape=values.shape)
    return values.view(dmatrix)
