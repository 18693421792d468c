"""Check documents against the types of their collections: the type hints of `seisbus.store.documents`, read at run
time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from types import ModuleType, NoneType, UnionType
from typing import Any, NotRequired, Required, Union, Unpack, get_args, get_origin, get_type_hints, is_typeddict

import pymongo

from seisbus.store import collections

# So many complaints are shown per collection, because they usually have one cause.
_MOST = 5
# these documents also have what steps put into the Metadata, under any names
_WITH_NAMES_OF_STEPS = {"WaveformDocument", "SeismogramDocument"}


def shapes(module: ModuleType = collections) -> dict[str, Any]:
    """The type of the documents of each collection that a module names, by name of the collection."""
    names = {name: one for name, one in vars(module).items() if isinstance(one, collections.Collection)}
    hints = {name: module.__annotations__[name] for name in names}  # other names of a module need not be types
    types = get_type_hints(type("Names", (), {"__annotations__": hints, "__module__": module.__name__}))
    return {str(one): get_args(get_args(types[name])[0])[0] for name, one in names.items()}


def mismatches(value: Any, shape: Any, where: str = "") -> Iterator[str]:
    """How a value differs from its type, in sentences that begin with the place."""
    if shape is Any:
        return
    if is_typeddict(shape):
        yield from _fields(value, shape, where)
    elif (origin := get_origin(shape)) in (Union, UnionType):
        found = [list(mismatches(value, one, where)) for one in get_args(shape)]
        if all(found):  # the complaints of the alternative that fits best
            yield from min(found, key=len)
    elif origin is list:
        yield from _items(value, shape, where)
    elif origin is tuple:
        yield from _places(value, get_args(shape), where)
    elif origin is dict:
        if not isinstance(value, dict):
            yield f"{where}: {value!r} is not a mapping"
            return
        for key, one in value.items():
            yield from mismatches(one, get_args(shape)[1], f"{where}.{key}")
    elif shape is None or shape is NoneType:
        if value is not None:
            yield f"{where}: {value!r} is not None"
    elif not _is(value, shape):
        yield f"{where}: {value!r} is a {type(value).__name__}, not a {shape.__name__}"


def _is(value: Any, wanted: type) -> bool:
    if isinstance(value, bool):  # a bool is an int in Python, but not in BSON
        return wanted is bool
    return isinstance(value, (int, float) if wanted is float else wanted)


def _is_plain(value: Any) -> bool:
    """Whether a value is one that steps may put into Metadata."""
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return isinstance(value, bool | int | float | str)


def _fields(value: Any, shape: Any, where: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{where}: {value!r} is not a mapping"
        return
    hints = get_type_hints(shape, include_extras=True)
    open_to_steps = shape.__name__ in _WITH_NAMES_OF_STEPS
    for name in value:
        if name not in hints and not (open_to_steps and _is_plain(value[name])):
            yield f"{where}.{name} is not a field of {shape.__name__}"
    for name, hint in hints.items():
        needed = name not in shape.__optional_keys__  # those of classes with total=False
        if get_origin(hint) in (NotRequired, Required):
            needed, (hint,) = get_origin(hint) is Required, get_args(hint)
        if name in value:
            yield from mismatches(value[name], hint, f"{where}.{name}")
        elif needed:
            yield f"{where}.{name} of {shape.__name__} is missing"


def _items(value: Any, shape: Any, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where}: {value!r} is not a list"
        return
    for number, one in enumerate(value):
        yield from mismatches(one, get_args(shape)[0], f"{where}[{number}]")


def _places(value: Any, places: tuple[Any, ...], where: str) -> Iterator[str]:
    """Mismatches of an array of fixed shape; its last type may hold for any number of items."""
    if not isinstance(value, list | tuple):
        yield f"{where}: {value!r} is not a list"
        return
    *fixed, last = places
    if get_origin(last) is Unpack:
        repeated, _ = get_args(get_args(last)[0])
        places = (*fixed, *[repeated] * (len(value) - len(fixed)))
    if len(value) != len(places):
        yield f"{where} has {len(value)} items, not {len(places)}"
        return
    for number, (one, shape) in enumerate(zip(value, places, strict=True)):
        yield from mismatches(one, shape, f"{where}[{number}]")


def check_documents(environment: Mapping[str, str]) -> Counter[str]:
    """Check every document of a stack's database against its type. Returns how many there are in each collection.

    AssertionError with the first complaints of each collection, also for a collection without a type.
    """
    known = shapes()
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    with pymongo.MongoClient[dict[str, Any]](environment["SEISBUS_MONGODB_URI"], tz_aware=True) as client:
        database = client[environment["SEISBUS_DATABASE"]]
        for name in database.list_collection_names():
            if name.startswith(("fs.", "system.")):  # GridFS and the server
                continue
            if name not in known:
                wrong.append(f"the collection {name} has no type")
                continue
            told: list[str] = []
            for document in database[name].find():
                counts[name] += 1
                told += [
                    f"{complaint} (in {document['_id']!r})" for complaint in mismatches(document, known[name], name)
                ]
            wrong += told[:_MOST]
    assert not wrong, "\n".join(wrong)
    return counts
