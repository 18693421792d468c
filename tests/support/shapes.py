"""Whether documents are what the types of their collections say: the type hints of `seisbus.store.documents`, read at
run time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from types import ModuleType, NoneType, UnionType
from typing import Any, NotRequired, Required, Union, Unpack, get_args, get_origin, get_type_hints, is_typeddict

import pymongo

from seisbus.store import collections

# Told of one collection; all of them have the same cause.
_MOST = 5
# documents that have what steps put into the Metadata, under names of the steps' own
_WITH_NAMES_OF_STEPS = {"WaveformDocument", "SeismogramDocument"}


def shapes(module: ModuleType = collections) -> dict[str, Any]:
    """The type of the documents of each collection that a module names, by name of the collection."""
    names = {name: one for name, one in vars(module).items() if isinstance(one, collections.Collection)}
    hints = {name: module.__annotations__[name] for name in names}  # a module's others need not be types
    types = get_type_hints(type("Names", (), {"__annotations__": hints, "__module__": module.__name__}))
    return {str(one): get_args(get_args(types[name])[0])[0] for name, one in names.items()}


def mismatches(value: Any, shape: Any, where: str = "") -> Iterator[str]:
    """What about a value is not as its type says, in sentences that begin with the place."""
    if shape is Any:
        return
    if is_typeddict(shape):
        yield from _fields(value, shape, where)
    elif (origin := get_origin(shape)) in (Union, UnionType):
        found = [list(mismatches(value, one, where)) for one in get_args(shape)]
        if all(found):  # the complaints of the alternative that comes nearest
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
    if isinstance(value, bool):  # which is an int to Python, and something else to BSON
        return wanted is bool
    return isinstance(value, (int, float) if wanted is float else wanted)


def _is_plain(value: Any) -> bool:
    """What steps may put into a datum's Metadata."""
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
    """An array of a fixed shape, whose last place may stand for any number of items."""
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
    """Hold every document of a stack's database against its type; how many there are of each collection.

    AssertionError with the first complaints of each collection, also for a collection that no type is known of.
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
