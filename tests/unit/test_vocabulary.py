"""One home for each concept: nobody writes again what libseis or a room of the services has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# the generator of archives is held against the rest and shares no code with it
SOURCES = [
    path
    for top in ("libseis/libseis", "services/seisbus")
    for path in sorted((ROOT / top).rglob("*.py"))
    if "testing" not in path.relative_to(ROOT / top).parts
]


@pytest.mark.parametrize(
    ("home", "line"),
    [
        ("libseis/libseis/codes.py", r"class (SourceId|Channel)\b"),
        ("libseis/libseis/segments/span.py", r"class _?Span\b"),
        ("libseis/libseis/enums.py", r"class (GapFill|FillMethod)\b"),
        ("libseis/libseis/signal/design.py", r"class (OutputUnit|Output)\(StrEnum"),
        ("libseis/libseis/wire/channels.py", r".*_pb2\.Channel\(|.*\bpb\.Channel\(|.*\bChannel\((\w+\.)?message\.net"),
        ("libseis/libseis/isotime.py", r"_?(NS|(DAY|SECOND)_NS|NS_PER_\w+)\b[^=]*= ?\d"),
        ("services/seisbus/model/misfit_documents.py", r"class TotalMisfit\b"),
        ("libseis/libseis/isotime.py", r"def iso\(|.*\.strftime\(|.*fromtimestamp\("),
        ("libseis/libseis/durable.py", r".*\bos\.fsync\("),
        ("libseis/libseis/signal/operators.py", r".*\b(iirfilter|butter)\("),
        ("libseis/libseis/obspy/segments.py", r".*UTCDateTime\(ns=segment\.t0_ns"),
        ("libseis/libseis/obspy/inventories.py", r".*read_inventory\(.*STATIONXML"),
        ("libseis/libseis/obspy/events.py", r".*read_events\(.*QUAKEML"),
        ("libseis/libseis/obspy/responses.py", r".*cosine_taper\(.*sactaper"),
        ("services/seisbus/app/events.py", r".*\bOrigin\(e\.time_ns"),
        ("services/seisbus/backoff.py", r".*2\.0 ?\*\* ?|.*(wait \* 2|2 \* wait)\b"),
    ],
)
def test_a_concept_has_one_home(home: str, line: str) -> None:
    pattern = re.compile(line)
    found = {
        str(path.relative_to(ROOT)): None
        for path in SOURCES
        for text in path.read_text().splitlines()
        if pattern.match(text)
    }
    assert list(found) == [home]


def test_memory_is_bounded_by_the_library() -> None:
    by_hand = [path.name for path in SOURCES if "popitem(last=False)" in path.read_text()]
    assert by_hand == []
