"""The common root of the data objects: the state that Metadata, ProcessingHistory and DataGap share.

An extension type has one line of bases with fields. Keeping the few optional fields at its root lets
ProcessingHistory and DataGap be classes without fields, and so second bases of the data objects.
"""


cdef class DataState:
    """Root of all libseis objects with state; has no public interface of its own."""
