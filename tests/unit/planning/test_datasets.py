"""Datasets of an export: each waveform in every dataset it belongs to, and no path that leaves the export's folder."""

from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from libseis.codes import Channel
from libseis.isotime import DAY_NS
from seisbus.model.kinds.export import Export
from seisbus.planning.datasets import DatasetKey, StoredSpan, dataset_keys, dataset_path, plan_items, safe_name

CHANNEL = Channel("CI", "PAS", "", "BHZ")
DAY = 15_044  # 2011-03-11


def export(format: str, **more: str) -> Export:
    return Export.model_validate({"format": format, "tag": "t"} | more)


def test_a_waveform_over_midnight_belongs_to_two_days() -> None:
    over = StoredSpan(CHANNEL, "e", DAY * DAY_NS - 1, DAY * DAY_NS)
    keys = dataset_keys(export("mseed"), [over, StoredSpan(CHANNEL, "f", DAY * DAY_NS, DAY * DAY_NS + 5)])
    assert keys == {DatasetKey("", CHANNEL, DAY - 1), DatasetKey("", CHANNEL, DAY)}


def test_other_formats_make_a_dataset_an_event() -> None:
    spans = [StoredSpan(CHANNEL, event, 0, 1) for event in ("a", "b", "a", "")]
    for name in ("asdf", "sac", "parquet"):
        assert dataset_keys(export(name), spans) == {DatasetKey("a"), DatasetKey("b"), DatasetKey("")}


def test_sds_paths_are_those_of_seiscomp() -> None:
    path = dataset_path(export("mseed"), DatasetKey("", CHANNEL, DAY).item("j"))
    assert path == PurePosixPath("exports/t/2011/CI/PAS/BHZ.D/CI.PAS..BHZ.D.2011.070")


def test_tasks_are_numbered_and_their_windows_are_the_datasets() -> None:
    keys = [DatasetKey("a"), DatasetKey("b")]
    tasks = list(plan_items("j", [key.item("j") for key in keys], 7))
    assert [task.id for task in tasks] == ["j.000000.000007", "j.000000.000008"]
    assert [task.windows[0].id for task in tasks] == [key.item("j").id for key in keys]
    assert len({task.windows[0].id for task in tasks}) == 2


@given(st.text(max_size=300), st.text(max_size=300))
def test_names_are_safe_and_differ_where_the_texts_do(one: str, other: str) -> None:
    names = safe_name(one), safe_name(other)
    for name in names:
        assert name not in ("", ".", "..")
        assert not name.startswith(".")
        assert "/" not in name
        assert "\0" not in name
        assert len(name.encode()) <= 140
    assert (names[0] == names[1]) == (one == other)


@given(
    st.text(max_size=50),
    st.tuples(*[st.text(max_size=10)] * 4),
    st.sampled_from(["asdf", "mseed", "mseed3", "sac", "parquet"]),
)
def test_no_path_leaves_the_folder(event: str, codes: tuple[str, str, str, str], format: str) -> None:
    key = DatasetKey("", Channel(*codes), DAY) if format in ("mseed", "mseed3") else DatasetKey(event)
    parts = dataset_path(export(format), key.item("j")).parts
    assert parts[:2] == ("exports", "t")
    assert not {"..", "."} & set(parts)
    assert len(parts) >= 3
