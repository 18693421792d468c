cdef class SlownessVector:
    cdef public double ux      # s/km, east
    cdef public double uy      # s/km, north
    cdef double _azimuth0      # radians, the azimuth of a zero vector
