"""Read an XML document element by element; of a damaged one, the complete elements, and a note about the others."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence

from seisbus.archive.oddities import ArchiveFormatError, Oddities

_NAME = rb"(?:[A-Za-z_][\w.-]*:)?"
_XMLNS = re.compile(rb"\sxmlns(?::[\w.-]+)?\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')")
_PREFIXED = re.compile(rb"(</?)[A-Za-z_][\w.-]*:(?=[A-Za-z_])")
_PREFIXED_ATTRIBUTE = re.compile(rb"(\s)([A-Za-z_][\w.-]*):([A-Za-z_][\w.-]*\s*=)")
_CHARACTERS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")


def local(tag: object) -> str:
    """An element's name without its namespace; "" of a comment."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: ET.Element, name: str) -> list[ET.Element]:
    """Elements of a name right below, of any namespace."""
    return [child for child in element if local(child.tag) == name]


def child(element: ET.Element, name: str) -> ET.Element | None:
    """The first element of a name right below."""
    return next(iter(children(element, name)), None)


def text_of(element: ET.Element, name: str) -> str:
    """The stripped text of the first child of a name; "" without one."""
    found = child(element, name)
    return "" if found is None else "".join(found.itertext()).strip()


def document(data: bytes, key: str, root: str, levels: Sequence[str], odd: Oddities) -> ET.Element:
    """The root element, whose name must be `root`.

    If a document is not well-formed, it is built again from its well-formed elements of `levels` (nested in this order,
    like Network, Station and Channel), without namespaces. The others go to `odd`. ArchiveFormatError if the bytes have
    no such element.
    """
    try:
        found = ET.fromstring(data)
    except (ET.ParseError, ValueError, LookupError) as error:  # the latter two for encodings
        rescued = _rescued(data, root, levels, odd)
        if rescued is None:
            raise ArchiveFormatError(key, f"it is not XML ({error}).") from error
        odd.mend(f"it is not XML ({error}), so its elements were read one by one")
        return rescued
    if local(found.tag) != root:
        raise ArchiveFormatError(key, f"it is XML of <{found.tag}>, expected <{root}>.")
    return found


def _tokens(data: bytes, levels: Sequence[str]) -> Iterator[tuple[int, int, str, bool]]:
    """The places of the start and end tags of the levels: (start, end, name, closing)."""
    names = b"|".join(re.escape(level.encode()) for level in levels)
    tag = re.compile(rb"<(/?)" + _NAME + rb"(" + names + rb")(?=[\s>/])[^<>]*>")
    for found in tag.finditer(data):
        yield found.start(), found.end(), found[2].decode(), bool(found[1])


def _rescued(data: bytes, root: str, levels: Sequence[str], odd: Oddities) -> ET.Element | None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", errors="replace").encode()
    data = re.sub(rb"<!--.*?-->", b"", data, flags=re.DOTALL)
    top = ET.Element(root)
    above: dict[int, ET.Element] = {-1: top}
    tokens = list(_tokens(data, levels))
    for number, (start, end, name, closing) in enumerate(tokens):
        level = levels.index(name)
        for deeper in [n for n in above if n >= level]:
            del above[deeper]
        if closing:
            continue
        if level - 1 not in above:
            odd.leave_out(f"the {name} at byte {start} stands in nothing that can be read")
            continue
        last = level == len(levels) - 1
        following = tokens[number + 1] if number + 1 < len(tokens) else (len(data), len(data), "", True)
        whole = following[2:] == (name, True)
        if last and not whole:
            odd.leave_out(f"the {name} at byte {start} has no end")
            continue
        body = data[end : following[0]] if last or not data[start:end].rstrip(b">").endswith(b"/") else b""
        element = _element(data[start:end].rstrip(b"/>") + b">" + body + b"</" + name.encode() + b">", name)
        if element is None and not last:  # the element's values are lost, but its children may be complete
            element = _element(data[start:end].rstrip(b"/>") + b">" + b"</" + name.encode() + b">", name)
        if element is None:
            odd.leave_out(f"the {name} at byte {start} is not XML")
            continue
        above[level - 1].append(element)
        above[level] = element
    return top if len(top) else None


def _element(data: bytes, name: str) -> ET.Element | None:
    for text in (data, data.decode("latin-1").encode()):
        plain = _PREFIXED.sub(rb"\1", _XMLNS.sub(b"", text))
        plain = _PREFIXED_ATTRIBUTE.sub(rb"\1\3", _CHARACTERS.sub(b"", plain))
        try:
            found = ET.fromstring(plain)
        except (ET.ParseError, ValueError):
            continue
        return found if local(found.tag) == name else None
    return None
