"""Straight lines of least squares, by one pass over the samples for their sums and one that takes it away.

numpy needs a call for each block of samples that fits the caches. Each call lets other threads run and has to wait for
its turn again, which took longer than the sums.
"""

cdef extern from *:
    """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("O3")
    #endif
    """

cdef enum:
    BLOCK = 4096  # samples whose places are counted from the block's first one: sums stay exact enough
    LANES = 8  # sums side by side, for vector instructions


cdef inline void _sums(
    const double* x, Py_ssize_t step, int npts, double* total, double* moment
) noexcept nogil:
    """Give the sum of samples that are `step` values apart, and the sum of their products with 0, 1, 2 ..."""
    cdef double plain[LANES]
    cdef double product[LANES]
    cdef int i = 0, lane
    for lane in range(LANES):
        plain[lane] = product[lane] = 0.0
    while i + LANES <= npts:
        for lane in range(LANES):
            plain[lane] += x[(i + lane) * step]
            product[lane] += x[(i + lane) * step] * <double>(i + lane)
        i += LANES
    while i < npts:
        plain[0] += x[i * step]
        product[0] += x[i * step] * <double>i
        i += 1
    total[0] = moment[0] = 0.0
    for lane in range(LANES):
        total[0] += plain[lane]
        moment[0] += product[lane]


cdef inline void _take_away(
    double* x, Py_ssize_t step, int npts, double slope, double first
) noexcept nogil:
    cdef int i
    for i in range(npts):
        x[i * step] -= slope * <double>i + first


def remove_line(double[:] x):
    """Subtract from `x`, in place, the straight line of least squares.

    Sums over time are known in closed form; time counts from the middle.

    Parameters
    ----------
    x
        Samples, shape (npts,), npts at least 2.

    Returns
    -------
    tuple[float, float]
        Mean and slope of the line, the slope for each sample. If one of them is not finite, `x` is as it was.
    """
    cdef Py_ssize_t npts = x.shape[0], step = x.strides[0] // sizeof(double), begin = 0
    cdef int count
    cdef double middle = 0.5 * (npts - 1)
    cdef double total = 0.0, moment = 0.0, some = 0.0, product = 0.0, mean, slope
    cdef double* at = &x[0]
    with nogil:
        while begin < npts:
            count = <int>min(<Py_ssize_t>BLOCK, npts - begin)
            if step == 1:  # a constant, for which the compiler makes a loop of its own
                _sums(at + begin, 1, count, &some, &product)
            else:
                _sums(at + begin * step, step, count, &some, &product)
            total += some
            moment += product + (begin - middle) * some
            begin += BLOCK
        mean = total / npts
        slope = moment * 12.0 / (npts * (<double>npts * npts - 1.0))
        if slope - slope == 0.0 and mean - mean == 0.0:
            begin = 0
            while begin < npts:
                count = <int>min(<Py_ssize_t>BLOCK, npts - begin)
                if step == 1:
                    _take_away(at + begin, 1, count, slope, mean + slope * (begin - middle))
                else:
                    _take_away(at + begin * step, step, count, slope, mean + slope * (begin - middle))
                begin += BLOCK
    return mean, slope
