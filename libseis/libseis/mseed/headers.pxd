from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t


cdef packed struct Header:
    int64_t offset
    int64_t length         # 0 where unknown
    int64_t start_ns       # blockette 1001 and a time correction that waits are in it
    int64_t correction_ns  # that correction
    int64_t npts
    int64_t payload
    int32_t factor
    int32_t multiplier
    float actual_rate      # blockette 100, 0 without
    uint8_t codes[12]      # station, location, channel, network
    uint8_t encoding
    uint8_t big_endian     # of the samples
    uint8_t activity
    uint8_t quality
    uint8_t plausible      # every field is what the manual allows
    uint8_t tolerable      # or nearly, so that a record which others lead to may be believed
    uint16_t odd           # flags of Odd


# `header.offset` says where; the rest must be zero. What is not there, or implausible, is marked
cdef void read_header(const uint8_t* data, int64_t size, Header* header) noexcept nogil
