from libseis.objects.base cimport DataState


cdef class Metadata(DataState):
    cdef dict _md        # str -> value
    cdef set _changed    # keys set or changed since construction
    cdef bint _changed_shared    # other objects share the set, so it is copied before a change

    cdef object _lookup(self, object key)
    cdef int _store(self, object key, object value) except -1
    cdef int _restore_metadata(self, object values, object changed) except -1
    cdef int _copy_attributes(self, Metadata source, dict memo) except -1
    cdef tuple _reduced(self, object rebuild, tuple parts)
    cdef int _share_changed(self, Metadata source) except -1
    cdef set _own_changed(self)
    cdef int _forget_changes(self) except -1
    cdef int _merge(self, dict values) except -1
    cdef int _copy_metadata(self, Metadata source) except -1
    cdef int _copy_metadata_deep(self, Metadata source, dict memo) except -1


cdef dict deep_values(dict source, dict memo)
