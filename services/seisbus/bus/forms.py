"""Forms: one description of how a value of the model is written into a message and read again.

A form finds the fields of a dataclass in a message by their names, and the conversion of each by its type. Numbers,
texts and bytes stay as they are; members of a StrEnum are their texts; other enums, channels, and values with a form
are converted by theirs. All of them may be single values, in tuples, or optional. Only fields with another name or
another shape are described. If a form forgets a field of the dataclass or of the message, that is an error when the
module is imported.

To write, a value becomes a dictionary of dictionaries, and the whole message is made of that at once. Messages inside
messages would be copied; dictionaries are not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from enum import Enum, StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, Generic, Protocol, TypeVar, get_args, get_origin, get_type_hints

from google.protobuf.message import DecodeError, Message

from libseis.errors import MsPASSError

from ..errors import PoisonError

V = TypeVar("V")
E = TypeVar("E", bound=Enum)
Plain = Mapping[str, Any]
Convert = Callable[[Any], Any]

# Errors of reading fields with wrong content.
_MALFORMED: Final = (DecodeError, MsPASSError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Item:
    """A field of the dataclass that is one field of the message, with its conversions; None if it needs no
    conversion."""

    put: Convert | None = None
    take: Convert | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """A field of the dataclass that is several fields of the message, or one with another structure, or one that may be
    absent.

    `names` are its fields in the message, and `take` reads them. `put` gives what to add to the dictionary; `fill`
    writes the value into the message after that is made.
    """

    names: tuple[str, ...]
    put: Callable[[Any], Plain] | None
    take: Convert
    fill: Callable[[Any, Any], None] | None = None


Place = Item | Spread


class Conversion(Protocol):
    """Converts values of a type."""

    @property
    def plain(self) -> Convert:
        """Convert to what the dictionary for a message holds."""

    @property
    def value(self) -> Convert:
        """Convert from what a message holds."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A conversion by two functions, for a type without a form."""

    plain: Convert
    value: Convert


_AS_THEY_ARE: Final = (str, int, float, bool, bytes)
_CONVERSIONS: Final[dict[object, Conversion]] = {}


def converted(kind: object, plain: Convert, value: Convert) -> None:
    """Register how values of a type are converted, for all forms that are made later."""
    _CONVERSIONS[kind] = Pair(plain, value)


def numbered(kind: type[E], table: Mapping[E, int]) -> None:
    """Register the numbers for the members of an enum; any other number is malformed."""
    converted(kind, table.__getitem__, {number: member for member, number in table.items()}.__getitem__)


def one_of(kind: type[Enum]) -> Item:
    """A conversion for texts that must be values of an enum."""
    return Item(take=lambda text: kind(text).value)


class Form(Generic[V]):
    """How values of a dataclass are written into a message, and read.

    Parameters
    ----------
    kind, message : type
        The dataclass and the message.
    apart : names
        The last fields of the dataclass, which are not in the message; the reader may pass them.
    others : names
        Fields of the message that do not belong to this value, or that only older versions wrote.
    renamed : mapping
        Names in the message of fields of the dataclass, where they differ.
    **places : Item or Spread
        Fields of the dataclass whose type alone does not tell the conversion.
    """

    def __init__(
        self,
        kind: type[V],
        message: type[Message],
        *,
        apart: Iterable[str] = (),
        others: Iterable[str] = (),
        renamed: Mapping[str, str] = MappingProxyType({}),
        **places: Place,
    ) -> None:
        hints = get_type_hints(kind)
        names = [f.name for f in fields(kind) if f.name not in set(apart)]  # type: ignore[arg-type]
        chosen = {name: places.get(name) or _by_type(name, hints[name]) for name in names}
        stands = {n: p.names if isinstance(p, Spread) else (renamed.get(n, n),) for n, p in chosen.items()}
        self.names = frozenset(name for there in stands.values() for name in there)
        if differing := (self.names ^ set(message.DESCRIPTOR.fields_by_name)) - set(others) | places.keys() - set(
            names
        ):
            raise TypeError(f"{kind.__name__} and {message.DESCRIPTOR.full_name} differ in {sorted(differing)}")
        self._message, self._kind = message, _maker(kind, names)
        # what is written, under its key in the dictionary: of what spreads, its name in the dataclass at first
        keys = {n: n if isinstance(p, Spread) else stands[n][0] for n, p in chosen.items() if _written(p)}
        self._keys, self._values = tuple(keys.values()), _getter(keys)
        self._puts = [(keys[n], p.put) for n, p in chosen.items() if isinstance(p, Item) and p.put]
        self._spreads = [(n, p.put) for n, p in chosen.items() if isinstance(p, Spread) and p.put]
        self._fills = [(n, p.fill) for n, p in chosen.items() if isinstance(p, Spread) and p.fill]
        self._fields = _getter([there[0] for there in stands.values()])
        self._takes = [(at, p.take) for at, p in enumerate(chosen.values()) if isinstance(p, Item) and p.take]
        self._wholes = [(at, p.take) for at, p in enumerate(chosen.values()) if isinstance(p, Spread)]
        self.filled = bool(self._fills)  # a form that contains this one must call `fill` too
        _CONVERSIONS[kind] = self

    def plain(self, value: V) -> dict[str, Any]:
        """The dictionary that the message is made of; `fill` adds the rest."""
        made = dict(zip(self._keys, self._values(value), strict=True))
        for key, put in self._puts:
            made[key] = put(made[key])
        for key, spread in self._spreads:
            made |= spread(made.pop(key))
        return made

    def fill(self, message: Any, value: V) -> None:
        """Write the fields that were not in the dictionary into the message."""
        for name, fill in self._fills:
            fill(message, getattr(value, name))

    def value(self, message: Any, *apart: Any) -> V:
        """The value of a message; fields that are not in the message are passed."""
        found = list(self._fields(message))
        for at, take in self._takes:
            found[at] = take(found[at])
        for at, whole in self._wholes:
            found[at] = whole(message)
        return self._kind(*found, *apart)

    def encode(self, value: V) -> bytes:
        """A value as the bytes of its message; the same bytes for equal values."""
        message = self._message(**self.plain(value))
        self.fill(message, value)
        return bytes(message.SerializeToString(deterministic=True))

    def decode(self, body: bytes) -> V:
        """Inverse of `encode`; PoisonError for bytes that are not such a message, or fields with impossible values."""
        try:
            return self.value(self._message.FromString(body))
        except _MALFORMED as error:
            name = self._message.DESCRIPTOR.full_name
            raise PoisonError(f"A body that is not a {name}: {type(error).__name__}: {error}.") from error


def inside(form: Form[Any]) -> Spread:
    """A value with a form of its own, whose fields are among those of the message itself."""
    return Spread(tuple(sorted(form.names)), form.plain, form.value)


def _maker(kind: type[V], names: Collection[str]) -> Callable[..., V]:
    """A function that makes the dataclass out of its fields in order."""
    if not any(f.kw_only for f in fields(kind)):  # type: ignore[arg-type]
        return kind
    return lambda *values: kind(**dict(zip(names, values, strict=True)))


def _written(place: Place) -> bool:
    """Whether a field is in the dictionary."""
    return isinstance(place, Item) or place.put is not None


def _getter(names: Collection[str]) -> Callable[[Any], tuple[Any, ...]]:
    """A function that reads attributes of an object, always as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda found: tuple(getattr(found, name) for name in names)


def _by_type(name: str, hint: Any) -> Place:
    """How a field of this type is written under its own name."""
    if hint in _AS_THEY_ARE:
        return Item()
    if hint in _CONVERSIONS and not getattr(_CONVERSIONS[hint], "filled", False):
        return Item(_CONVERSIONS[hint].plain, _CONVERSIONS[hint].value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Item(str, hint)
    inner = get_args(hint)
    if get_origin(hint) is tuple and inner[1:] == (Ellipsis,):
        item = _by_type(name, inner[0])
        if isinstance(item, Item):
            return _many(item)
    elif len(inner) == 2 and inner[1] is type(None):
        item = _by_type(name, inner[0])
        if isinstance(item, Item):
            return _maybe(name, item)
    raise TypeError(f"The type of {name}, {hint}, does not say how it stands in a message.")


def _many(item: Item) -> Item:
    put, take = item.put, item.take
    return Item(
        None if put is None else lambda values: [put(value) for value in values],
        tuple if take is None else lambda found: tuple([take(one) for one in found]),
    )


def _maybe(name: str, item: Item) -> Spread:
    put, take = item.put, item.take

    def written(value: Any) -> Plain:
        return {name: value if value is None or put is None else put(value)}  # None is not written

    def read(message: Any) -> Any:
        if not message.HasField(name):
            return None
        found = getattr(message, name)
        return found if take is None else take(found)

    return Spread((name,), written, read)
