"""The sample clock: the first sample's time in integer nanoseconds and a rational sampling rate.

Sample i is exactly at t0_ns / 1e9 + i den / num seconds, so that times do not drift at any rate. A float time is this
number, correctly rounded. Values that have no such form (finer than a nanosecond, beyond int64 nanoseconds, NaN, an
interval that is not positive) use t0 + i dt in double precision.
"""

cimport cython
from libc.math cimport fabs, floor, isfinite, llround, round as c_round

from libseis.errors import SampleError

cdef extern from "<math.h>":
    long long llroundl(long double x) noexcept nogil

cdef double NS_LIMIT = 9.2e9              # seconds; int64 nanoseconds end at 9.223e9 s (year 2262)
cdef double EXACT = 9007199254740992.0    # 2**53, below which every whole number is a double
cdef int64_t BILLION = 1000000000
cdef int64_t EXACT_NS = 9007199254740992
cdef int64_t MAX_DEN = 9000000000          # den * BILLION stays below 2**63
# Headers give the interval with about ten digits, so a rate this near to a small fraction counts as the fraction.
cdef double RATE_TOLERANCE = 1e-9
cdef double SMALL_DENOMINATOR = 1000.0


cdef double ns_to_seconds(int64_t ns) noexcept nogil:
    """`ns` / 1e9 correctly rounded.

    Below 2**53 ns one division of exact numbers is correctly rounded. Above, the whole seconds h are at least 2**23, so
    that doubles are spaced by at least 2**-29 and the result is rounded the wrong way only if the sum is within the
    fraction's rounding error (5.6e-17) of a multiple of 2**-30. A fraction of whole nanoseconds is either such a
    multiple, or at least 2**-30 / 5**9 = 4.8e-16 away from it.
    """
    cdef int64_t whole, rest
    if -EXACT_NS <= ns <= EXACT_NS:
        return <double>ns / 1e9
    whole = <int64_t>floor(<double>ns / 1e9)
    rest = ns - whole * BILLION
    if rest < 0:
        whole -= 1
        rest += BILLION
    elif rest >= BILLION:
        whole += 1
        rest -= BILLION
    return <double>whole + <double>rest / 1e9


cdef bint seconds_to_ns(double seconds, int64_t* ns) noexcept nogil:
    """The nearest nanosecond (or microsecond, as in headers), and whether it gives back `seconds`."""
    cdef double micro = seconds * 1e6
    if not fabs(seconds) < NS_LIMIT:
        ns[0] = 0
        return False
    micro = c_round(micro)
    if fabs(micro) <= EXACT and micro / 1e6 == seconds:
        ns[0] = <int64_t>micro * 1000
        return True
    ns[0] = llroundl(<long double>seconds * <long double>1e9)
    return ns_to_seconds(ns[0]) == seconds


cdef void clock_init(Clock* clock) noexcept nogil:
    clock.t0 = 0.0
    clock.t0_ns = 0
    clock.t0_exact = True
    clock.dt = 1.0
    clock.num = clock.den = 1
    clock.period_ns = BILLION


cdef void clock_set_t0(Clock* clock, double t0) noexcept nogil:
    clock.t0 = t0
    clock.t0_exact = seconds_to_ns(t0, &clock.t0_ns)


cdef void clock_set_t0_ns(Clock* clock, int64_t t0_ns) noexcept nogil:
    clock.t0_ns = t0_ns
    clock.t0 = ns_to_seconds(t0_ns)
    clock.t0_exact = True


@cython.cdivision(True)  # both numbers are positive
cdef void _set_fraction(Clock* clock, int64_t num, int64_t den) noexcept nogil:
    cdef int64_t a = num, b = den, rest
    while b:
        rest = a % b
        a = b
        b = rest
    clock.num = num // a
    clock.den = den // a
    clock.period_ns = 0
    if clock.den <= MAX_DEN and (clock.den * BILLION) % clock.num == 0:
        clock.period_ns = clock.den * BILLION // clock.num


cdef bint _small_fraction(double x, int64_t* p, int64_t* q) noexcept nogil:
    """The first continued fraction of x >= 1 that is within RATE_TOLERANCE and has a small denominator."""
    cdef double h0 = 1.0, h1 = floor(x), k0 = 0.0, k1 = 1.0, rest = x - floor(x), term, swap
    while k1 <= SMALL_DENOMINATOR and h1 < EXACT:
        if fabs(h1 / k1 - x) <= RATE_TOLERANCE * x:
            p[0] = <int64_t>h1
            q[0] = <int64_t>k1
            return True
        if rest < 1e-12:
            return False
        rest = 1.0 / rest
        term = floor(rest)
        rest -= term
        swap = term * h1 + h0
        h0 = h1
        h1 = swap
        swap = term * k1 + k0
        k0 = k1
        k1 = swap
    return False


cdef int _interval_fraction(double dt, int64_t* num, int64_t* den) except -1:
    """Samples per second for an interval of `dt` seconds, as a fraction that is not reduced; 0 / 0 if there is none.

    All code uses this one rule. It takes the first that fits: a whole rate or whole period within RATE_TOLERANCE, whole
    nanoseconds that give `dt` back, a small fraction within RATE_TOLERANCE, the first continued fraction that gives
    `dt` back.
    """
    cdef int64_t p = 0, q = 0, ns = 0
    num[0] = den[0] = 0
    if not (isfinite(dt) and dt > 0.0):
        return 0
    cdef double x = dt if dt >= 1.0 else 1.0 / dt
    if not x < EXACT:
        return 0
    if fabs(c_round(x) - x) <= RATE_TOLERANCE * x:
        p, q = <int64_t>c_round(x), 1
    elif seconds_to_ns(dt, &ns) and ns > 0:
        p, q = (ns, BILLION) if dt >= 1.0 else (BILLION, ns)
    elif not _small_fraction(x, &p, &q):
        whole, part = _equal_fraction(dt)
        if whole >= 2**63 or part >= 2**63:
            return 0
        num[0], den[0] = part, whole
        return 0
    num[0], den[0] = (q, p) if dt >= 1.0 else (p, q)
    return 0


cdef tuple _equal_fraction(double dt):
    """The first continued fraction of `dt` that gives it back, bit for bit; Python ints."""
    top, bottom = dt.as_integer_ratio()
    h0, h1, k0, k1 = 0, 1, 1, 0
    while bottom:
        term, rest = divmod(top, bottom)
        h0, h1 = h1, term * h1 + h0
        k0, k1 = k1, term * k1 + k0
        if h1 and h1 / k1 == dt:
            break
        top, bottom = bottom, rest
    return h1, k1


def interval_rate(double dt, /):
    """(numerator, denominator) of the samples per second for an interval of `dt` seconds, reduced.

    (0, 0) if the interval is not finite or not positive, or if one of the two does not fit 64 bits.
    """
    cdef Clock clock
    clock_init(&clock)
    clock_set_dt(&clock, dt)
    return clock.num, clock.den


cdef int clock_set_dt(Clock* clock, double dt) except -1:
    """Set the interval; the rate becomes the fraction that `rate_of` finds for `dt`."""
    cdef int64_t num = 0, den = 0
    clock.dt = dt
    clock.num = clock.den = clock.period_ns = 0
    _interval_fraction(dt, &num, &den)
    if num:
        _set_fraction(clock, num, den)
    return 0


cdef int clock_set_rate(Clock* clock, int64_t num, int64_t den) except -1:
    """Set the rate to exactly num / den samples per second, both positive."""
    if num <= 0 or den <= 0:
        raise SampleError(f"a sampling rate must be a positive fraction, not {num}/{den}", what="rate")
    _set_fraction(clock, num, den)
    clock.dt = (<object>clock.den) / (<object>clock.num)
    return 0


cdef int clock_move(Clock* clock, double seconds, int sign) except -1:
    """t0 += sign * seconds; exact if both are whole nanoseconds."""
    cdef int64_t ns
    if clock.t0_exact and seconds_to_ns(seconds, &ns):
        moved = clock.t0_ns + sign * (<object>ns)
        if -2**63 <= moved < 2**63:
            clock_set_t0_ns(clock, moved)
            return 0
    clock_set_t0(clock, clock.t0 + sign * seconds)
    return 0


cdef double clock_time(Clock* clock, long long i) except? -1.0:
    """Time of sample i in seconds."""
    if clock.t0_exact and clock.num:
        if clock.period_ns and fabs(<double>clock.t0_ns + <double>i * <double>clock.period_ns) < 9.2e18:
            return ns_to_seconds(clock.t0_ns + i * clock.period_ns)
        num = <object>clock.num
        # Python rounds int / int correctly for integers of any size
        return (<object>clock.t0_ns * num + <object>i * <object>clock.den * BILLION) / (num * BILLION)
    return clock.t0 + <double>i * clock.dt


cdef object clock_time_ns(Clock* clock, long long i):
    """Time of sample i in whole nanoseconds, as a Python int; halves round to even."""
    cdef double value
    if not (clock.num and (clock.t0_exact or fabs(clock.t0) < NS_LIMIT)):
        value = (clock.t0 + <double>i * clock.dt) * 1e9
        if not isfinite(value):
            raise SampleError(f"sample {i} has no time in nanoseconds: t0 is {clock.t0}, dt is {clock.dt}", what="time")
        return round(<object>value)
    if clock.period_ns:
        return <object>clock.t0_ns + <object>i * <object>clock.period_ns
    whole, rest = divmod(<object>i * <object>clock.den * BILLION, <object>clock.num)
    twice = 2 * rest
    if twice > clock.num or (twice == clock.num and (whole + clock.t0_ns) % 2):
        whole += 1
    return clock.t0_ns + whole


cdef long long clock_sample(Clock* clock, double t) except? -1:
    """Number of the sample nearest to time t; halves are rounded away from zero. It may be outside the data."""
    cdef int64_t ns = 0
    cdef double x
    if clock.t0_exact and clock.num and seconds_to_ns(t, &ns):
        offset = (<object>ns - <object>clock.t0_ns) * <object>clock.num
        unit = <object>clock.den * BILLION
        number = (2 * abs(offset) + unit) // (2 * unit)
        if number < 2**63:
            return -number if offset < 0 else number
    x = (t - clock.t0) / clock.dt if clock.dt != 0.0 else float("nan")
    if not fabs(x) < 9.2e18:
        raise SampleError(f"time {t} is not within 2**63 samples of t0 {clock.t0} at dt {clock.dt}", what="time")
    return llround(x)


cdef void clock_fill_axis(Clock* clock, double* out, Py_ssize_t n) noexcept nogil:
    """t0 + i dt in double precision for samples 0 to n - 1; two rounding errors away from clock_time at most."""
    cdef Py_ssize_t i
    cdef double step = <double>clock.den / <double>clock.num if clock.num else clock.dt
    for i in range(n):
        out[i] = clock.t0 + <double>i * step


cdef tuple clock_state(Clock* clock):
    """The values of the clock that a pickle stores."""
    return clock.t0, clock.dt, clock.t0_ns, clock.t0_exact, clock.num, clock.den


cdef int clock_restore(Clock* clock, tuple state) except -1:
    cdef int64_t num, den
    clock.t0, clock.dt, clock.t0_ns, clock.t0_exact, num, den = state
    clock.num = clock.den = clock.period_ns = 0
    if num > 0 and den > 0:
        _set_fraction(clock, num, den)
    return 0
