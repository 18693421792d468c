"""Metadata: names and values with typed and generic access; a base class of every data object.

Keys are text, and iteration sorts them. libseis.mspass.schema and libseis.mspass.metadata_definitions define names,
aliases and types.
"""

import copy as _copy
import numbers as _numbers

import numpy as _np

from libseis.errors import MetadataKeyError, MetadataTypeError

from cpython.dict cimport PyDict_Copy
from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from cpython.object cimport Py_TYPE
from cpython.unicode cimport PyUnicode_CheckExact

cdef extern from "Python.h":
    object PyUnicode_FromObject(object text)

cdef object _generic = _np.generic
cdef object _bool_ = _np.bool_
cdef object _integer = _np.integer
cdef object _floating = _np.floating
cdef object _real = _numbers.Real
cdef object _LONG_MIN = -2**63
cdef object _LONG_MAX = 2**63 - 1
cdef frozenset _TRUE = frozenset(("true", "yes", "1"))
cdef frozenset _FALSE = frozenset(("false", "no", "0"))
cdef set _NOTHING = set()   # objects without changed keys share this set, so nobody may change it


cdef object text_key(object key):
    if PyUnicode_CheckExact(key):
        return key
    if isinstance(key, str):
        return PyUnicode_FromObject(key)
    if isinstance(key, bytes):
        return repr(key)
    raise TypeError(f"a Metadata key must be str, not {type(key).__name__}")


cdef object plain(object value):
    """`value`, with numpy scalars and subclasses of the four native types converted to plain Python."""
    if PyFloat_CheckExact(value) or PyUnicode_CheckExact(value) or PyLong_CheckExact(value) or value is None:
        return value
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return PyUnicode_FromObject(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, _generic):
        if isinstance(value, _bool_):
            return bool(value)
        if isinstance(value, _integer) and not isinstance(value, _np.timedelta64):
            return int(value)
        if isinstance(value, _floating):
            return float(value)
    return value


cdef bint is_immutable(object value):
    return (
        PyFloat_CheckExact(value) or PyUnicode_CheckExact(value) or PyLong_CheckExact(value)
        or isinstance(value, bool) or value is None
    )


cdef dict deep_values(dict source, dict memo):
    """A copy of `source` whose mutable values are deep copies."""
    cdef dict out = PyDict_Copy(source)
    for key, value in source.items():
        if not is_immutable(value):
            out[key] = _copy.deepcopy(value, memo)
    return out


cdef object mismatch(object key, str wanted, object value, str why):
    """The error for a value that cannot be converted to the type `wanted`."""
    return MetadataTypeError(
        f"Metadata '{key}' = {value!r} of type {type(value).__name__} is {why}; {wanted} was asked for",
        key=key, wanted=wanted, found=type(value).__name__,
    )


def rebuild_metadata(cls, values, changed):
    """A Metadata of class `cls` from its pickled parts."""
    cdef Metadata md = cls.__new__(cls)
    md._restore_metadata(values, changed)
    return md


cdef class Metadata(DataState):
    """Names and values, with typed and generic access.

    Float, int, bool and str are native types; any other object is kept by reference. numpy scalars become Python
    values. After construction no name counts as modified.

    Parameters
    ----------
    source
        A Metadata, whose values are shared, or a dict; its keys become text.

    Raises
    ------
    TypeError
        `source` is of another type.
    """

    def __cinit__(self):
        self._md = {}
        self._changed, self._changed_shared = _NOTHING, True

    def __init__(self, source=None, /):
        if source is None:
            return
        if isinstance(source, Metadata):
            self._copy_metadata(<Metadata>source)
        elif isinstance(source, dict):
            for key, value in source.items():
                self._md[key if PyUnicode_CheckExact(key) else str(key)] = plain(value)
        else:
            raise TypeError(f"Metadata takes a Metadata or a dict, not {type(source).__name__}")

    cdef int _restore_metadata(self, object values, object changed) except -1:
        if type(values) is not dict or type(changed) is not set:
            raise TypeError("these are not the parts of a pickled Metadata")
        self._md = values
        self._changed, self._changed_shared = changed, True  # objects that were pickled together may share one set
        return 0

    cdef int _copy_metadata(self, Metadata source) except -1:
        self._md = PyDict_Copy(source._md)
        self._share_changed(source)
        return 0

    cdef int _copy_metadata_deep(self, Metadata source, dict memo) except -1:
        self._md = deep_values(source._md, memo)
        self._share_changed(source)
        return self._copy_attributes(source, memo)

    cdef int _share_changed(self, Metadata source) except -1:
        """Share the set of changed keys with `source` until one of the two changes it."""
        self._changed = source._changed
        self._changed_shared = source._changed_shared = True
        return 0

    cdef set _own_changed(self):
        """The set of changed keys as a set of this object alone, which may be changed."""
        if self._changed_shared:
            self._changed, self._changed_shared = set(self._changed), False
        return self._changed

    cdef int _forget_changes(self) except -1:
        self._changed, self._changed_shared = _NOTHING, True
        return 0

    cdef object _lookup(self, object key):
        key = text_key(key)
        cdef object value = self._md.get(key, self)
        if value is self:
            raise MetadataKeyError(f"Metadata has no key '{key}'; is_defined() tells beforehand", key=key)
        return value

    cdef int _store(self, object key, object value) except -1:
        key = text_key(key)
        self._md[key] = plain(value)
        self._own_changed().add(key)
        return 0

    cdef int _copy_attributes(self, Metadata source, dict memo) except -1:
        """Copy the __dict__ of a Python subclass."""
        if Py_TYPE(source).tp_dictoffset and source.__dict__:
            self.__dict__.update(_copy.deepcopy(source.__dict__, memo))
        return 0

    cdef tuple _reduced(self, object rebuild, tuple parts):
        """The result of __reduce_ex__: the parts, and the __dict__ of a Python subclass."""
        attributes = getattr(self, "__dict__", None)
        return (rebuild, parts, attributes) if attributes else (rebuild, parts)

    cdef int _merge(self, dict values) except -1:
        self._md.update(values)
        self._own_changed().update(values)
        return 0

    # ---- generic access

    def __getitem__(self, key):
        return self._lookup(key)

    def __setitem__(self, key, value):
        self._store(key, value)

    def __delitem__(self, key):
        self.erase(key)

    def get(self, key, /):
        """Return a value.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        Any
            The value.

        Raises
        ------
        MsPASSError
            The name is not defined (severity Invalid).
        """
        return self._lookup(key)

    def put(self, key, value, /):
        """Set a value.

        Parameters
        ----------
        key
            The name.
        value
            Any value.
        """
        self._store(key, value)

    def __contains__(self, key):
        return text_key(key) in self._md

    def is_defined(self, key, /):
        """Return whether a name has a value.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        bool
            True if it has a value.
        """
        return text_key(key) in self._md

    def __len__(self):
        return len(self._md)

    def __iter__(self):
        return iter(sorted(self._md))

    def __reversed__(self):
        raise TypeError(f"'{type(self).__name__}' object is not reversible")

    def keys(self):
        """Return the set of defined names."""
        return set(self._md)

    def todict(self):
        """Return a new dict in the order of the names; values are shared."""
        return {key: self._md[key] for key in sorted(self._md)}

    # ---- typed access

    def get_double(self, key, /):
        """Return a number as float.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        float
            The number.

        Raises
        ------
        MsPASSError
            The name is not defined, or its value is a bool, text or of another type.
        """
        value = self._lookup(key)
        if PyFloat_CheckExact(value):
            return value
        if isinstance(value, (bool, str)) or not isinstance(value, _real):
            raise mismatch(key, "double", value, "not numeric")
        try:
            return float(value)
        except OverflowError:
            raise mismatch(key, "double", "an int of that size", "outside double range") from None

    def get_long(self, key, /):
        """Return a whole number.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        int
            The number, within 64 bits.

        Raises
        ------
        MsPASSError
            The name is not defined, or its value is not a whole number.
        """
        value = self._lookup(key)
        if isinstance(value, (bool, str)) or not isinstance(value, _real):
            raise mismatch(key, "long", value, "not numeric")
        if not isinstance(value, int):
            if not value == value or value in (float("inf"), float("-inf")) or value != int(value):
                raise mismatch(key, "long", value, "not integer-valued")
            value = int(value)
        if not _LONG_MIN <= value <= _LONG_MAX:
            raise mismatch(key, "long", self._md[text_key(key)], "outside long range")
        return value

    def get_int(self, key, /):
        """Return a whole number, as get_long does.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        int
            The number, within 64 bits.

        Raises
        ------
        MsPASSError
            The name is not defined, or its value is not a whole number.
        """
        return self.get_long(key)

    def get_string(self, key, /):
        """Return a text.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        str
            The text.

        Raises
        ------
        MsPASSError
            The name is not defined, or its value is not text.
        """
        value = self._lookup(key)
        if isinstance(value, str):
            return value
        raise mismatch(key, "string", value, "not a string")

    def get_bool(self, key, /):
        """Return a truth value.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        bool
            The value, from a bool, 0 or 1, or the texts true, yes, 1, false, no, 0 in upper or lower case.

        Raises
        ------
        MsPASSError
            The name is not defined, or its value is something else.
        """
        value = self._lookup(key)
        if isinstance(value, bool):
            return value
        if isinstance(value, (int, float)) and value in (0, 1):
            return value == 1
        if isinstance(value, str):
            word = value.strip().lower()
            if word in _TRUE:
                return True
            if word in _FALSE:
                return False
        raise mismatch(key, "bool", value, "not boolean")

    def put_double(self, key, value, /):
        """Set a float.

        Parameters
        ----------
        key
            The name.
        value
            The number; an int is converted.

        Raises
        ------
        TypeError
            The value is not a number.
        """
        if isinstance(value, bool) or not isinstance(value, (float, int, _floating, _integer)):
            raise TypeError(f"put_double wants a number for '{key}', not {type(value).__name__}")
        self._store(key, float(value))

    def put_long(self, key, value, /):
        """Set an int.

        Parameters
        ----------
        key
            The name.
        value
            The number.

        Raises
        ------
        TypeError
            The value is not an int within 64 bits.
        """
        if isinstance(value, bool) or not isinstance(value, (int, _integer)):
            raise TypeError(f"put_long wants an int for '{key}', not {type(value).__name__}")
        if not _LONG_MIN <= value <= _LONG_MAX:
            raise TypeError(f"put_long wants an int of at most 64 bits for '{key}'")
        self._store(key, int(value))

    def put_int(self, key, value, /):
        """Set an int, as put_long does.

        Parameters
        ----------
        key
            The name.
        value
            The number.

        Raises
        ------
        TypeError
            The value is not an int within 64 bits.
        """
        self.put_long(key, value)

    def put_bool(self, key, value, /):
        """Set a bool.

        Parameters
        ----------
        key
            The name.
        value
            The value.

        Raises
        ------
        TypeError
            The value is not a bool.
        """
        if not isinstance(value, (bool, _bool_)):
            raise TypeError(f"put_bool wants a bool for '{key}', not {type(value).__name__}")
        self._store(key, bool(value))

    def put_string(self, key, value, /):
        """Set a text.

        Parameters
        ----------
        key
            The name.
        value
            The text.

        Raises
        ------
        TypeError
            The value is not text.
        """
        if not isinstance(value, str):
            raise TypeError(f"put_string wants a str for '{key}', not {type(value).__name__}")
        self._store(key, value)

    def type(self, key, /):
        """Return the type of a value.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        str
            "double", "long", "bool", "string", or the text of the value's Python class.

        Raises
        ------
        MsPASSError
            The name is not defined.
        """
        value = self._lookup(key)
        if isinstance(value, bool):
            return "bool"
        if PyFloat_CheckExact(value):
            return "double"
        if PyLong_CheckExact(value) and _LONG_MIN <= value <= _LONG_MAX:
            return "long"
        if PyUnicode_CheckExact(value):
            return "string"
        return str(value.__class__)

    # ---- editing

    def modified(self):
        """Return the names that were set or changed since construction or clear_modified()."""
        return set(self._changed)

    def clear_modified(self):
        """Forget which keys were changed."""
        self._forget_changes()

    def erase(self, key, /):
        """Remove a name; a name that is not defined is ignored.

        Parameters
        ----------
        key
            The name.
        """
        key = text_key(key)
        self._md.pop(key, None)
        if key in self._changed:
            self._own_changed().discard(key)

    def clear(self):
        """Remove every key."""
        self._md = {}
        self._forget_changes()

    def change_key(self, old, new, /):
        """Rename a name; nothing happens if it is not defined.

        Parameters
        ----------
        old
            The present name.
        new
            The new name; its present value is overwritten.
        """
        old, new = text_key(old), text_key(new)
        if old in self._md:
            self._md[new] = self._md.pop(old)

    def append_chain(self, key, value, separator=":", /):
        """Append to a text, with a separator, or create it.

        Parameters
        ----------
        key
            The name.
        value
            The text to append.
        separator
            Text between two texts.

        Raises
        ------
        TypeError
            The value or the separator is not text.
        MsPASSError
            The present value is not text.
        """
        if not (isinstance(value, str) and isinstance(separator, str)):
            raise TypeError("append_chain wants str for the value and the separator")
        key = text_key(key)
        if key in self._md:
            present = self._md[key]
            if not isinstance(present, str):
                raise mismatch(key, "string", present, "not a string, so nothing can be appended")
            value = present + separator + value
        self._store(key, value)

    def __add__(self, other):
        if not isinstance(other, (Metadata, dict)):
            return NotImplemented
        cdef Metadata out = Metadata(self)
        out += other
        return out

    def __iadd__(self, other):
        if not isinstance(other, (Metadata, dict)):
            return NotImplemented
        self._merge((<Metadata>other)._md if isinstance(other, Metadata) else (<Metadata>Metadata(other))._md)
        return self

    # ---- text, copies, pickles

    def __repr__(self):
        items = ", ".join(
            f"{key!r}: {format(value, 'f') if PyFloat_CheckExact(value) else repr(value)}"
            for key, value in self.todict().items()
        )
        return f"{self.__class__.__name__}({{{items}}})"

    def __copy__(self):
        return self.__deepcopy__({})

    def __deepcopy__(self, memo):
        cdef Metadata out = self.__class__.__new__(self.__class__)
        out._copy_metadata_deep(self, memo)
        return out

    def __reduce_ex__(self, protocol):
        return self._reduced(rebuild_metadata, (self.__class__, self._md, self._changed))

    def __reduce__(self):
        return self.__reduce_ex__(2)
