"""The base class of all data objects, with the fields that Metadata, ProcessingHistory and DataGap share.

An extension type can inherit fields from one base class only. With the few optional fields in this class,
ProcessingHistory and DataGap need no fields, so that they can be further base classes of the data objects.
"""


cdef class DataState:
    """Base class of all libseis objects with state; it has no public methods."""
