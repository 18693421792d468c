from libc.stdint cimport int64_t


cdef struct Clock:
    double t0            # time of sample 0 in seconds, as it was given
    double dt            # sampling interval in seconds, as it was given
    int64_t t0_ns        # t0 to the nearest ns
    bint t0_exact        # t0_ns / 1e9 rounds to t0
    int64_t num          # samples per second = num / den; num is 0 if dt has no such form
    int64_t den
    int64_t period_ns    # 1e9 den / num if that is whole, else 0


cdef double ns_to_seconds(int64_t ns) noexcept nogil
cdef bint seconds_to_ns(double seconds, int64_t* ns) noexcept nogil
cdef void clock_init(Clock* clock) noexcept nogil
cdef void clock_set_t0(Clock* clock, double t0) noexcept nogil
cdef void clock_set_t0_ns(Clock* clock, int64_t t0_ns) noexcept nogil
cdef int clock_set_dt(Clock* clock, double dt) except -1
cdef int clock_set_rate(Clock* clock, int64_t num, int64_t den) except -1
cdef int clock_move(Clock* clock, double seconds, int sign) except -1
cdef double clock_time(Clock* clock, long long i) except? -1.0
cdef object clock_time_ns(Clock* clock, long long i)
cdef long long clock_sample(Clock* clock, double t) except? -1
cdef void clock_fill_axis(Clock* clock, double* out, Py_ssize_t n) noexcept nogil
cdef tuple clock_state(Clock* clock)
cdef int clock_restore(Clock* clock, tuple state) except -1
