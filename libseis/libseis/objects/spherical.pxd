cdef class SphericalCoordinate:
    cdef public double radius
    cdef public double theta    # radians from up
    cdef public double phi      # radians from east (x1) towards north (x2)
