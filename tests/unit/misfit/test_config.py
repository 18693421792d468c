"""Config and Evaluation: checks, YAML, names of evaluations and the one before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.misfit import AdjointSettings, Config, ConfigError, Evaluation, Processing, WindowSettings

EVALUATIONS = st.builds(
    Evaluation, st.integers(1, 150), st.one_of(st.none(), st.integers(0, 120))
) | st.just(Evaluation())  # fmt: skip


@given(EVALUATIONS)
def test_paths_name_their_evaluation(evaluation):
    assert Evaluation.from_path(evaluation.path) == evaluation


def test_paths_and_tags_are_pyatoas():
    assert (Config().aux_path, Config().synthetic_waveform_tag) == ("default", "synthetic")
    config = Config(iteration=1, step_count=0)
    assert (config.aux_path, config.synthetic_waveform_tag) == ("i01/s00", "synthetic_i01s00")
    assert Config(iteration=12).aux_path == "i12"
    assert Config(synthetic_tag="mine").synthetic_waveform_tag == "mine"


def test_the_first_evaluation_has_none_before_it():
    known = [Evaluation(1, 0), Evaluation(1, 1), Evaluation(2, 0), Evaluation(10, 0)]
    assert Evaluation(1, 0).previous(known) is None
    assert Evaluation(2, 0).previous(known) == Evaluation(1, 1)
    assert Evaluation(11, 0).previous(known) == Evaluation(10, 0)


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"min_period": 30, "max_period": 10}, "min_period"),
        ({"min_period": -1.0}, "min_period"),
        ({"iteration": 0}, "iteration"),
        ({"step_count": 1}, "step_count"),
        ({"adj_src_type": "fantasy"}, "adj_src_type"),
        ({"unit_output": "FEET"}, "unit_output"),
        ({"unit_output": "DEF"}, "unit_output"),  # which response removal knows: the sensor's own unit
        ({"component_list": ["HHZ"]}, "component_list"),
        ({"win_amp_ratio": 2}, "win_amp_ratio"),
        ({"c_1": 0}, "c_1"),
        ({"edition": "mine"}, "edition"),
        ({"cc_acceptance_level": float("nan")}, "cc_acceptance_level"),
        ({"taper_percentage": 3}, "taper_percentage"),
        ({"unheard_of": 1}, "unheard_of"),
        ({"window": {"unheard_of": 1}}, "window.unheard_of"),
    ],
)
def test_bad_settings_are_named(settings, key):
    with pytest.raises(ConfigError) as caught:
        Config.from_mapping(settings)
    assert caught.value.key == key


def test_yaml_round_trip(tmp_path):
    config = Config(
        min_period=8.0, iteration=2, step_count=3, adj_src_type="multitaper", component_list=("R", "T", "Z"),
        window=WindowSettings(edition="paper", tshift_acceptance_level=4.0), adjoint=AdjointSettings(measure_type="am"),
    )  # fmt: skip
    path = tmp_path / "config.yaml"
    config.write(path)
    assert Config.read(path) == config


def test_pyatoas_flat_yaml_is_read(tmp_path):
    path = tmp_path / "flat.yaml"
    path.write_text(
        "min_period: 10\nmax_period: 30\nadj_src_type: cc_traveltime_misfit\nclient: null\n"
        "tshift_acceptance_level: 8\ndt_sigma_min: 0.5\npaths_waveforms: []\n"
    )
    config = Config.read(path)
    assert config.window.tshift_acceptance_level == 8
    assert config.adjoint.dt_sigma_min == 0.5
    assert config.adj_src_type == "cc_traveltime"
    assert config.processing == "pyatoa_2022"  # later editions have no client


def test_what_names_no_processing_has_that_of_the_current_pyatoa(tmp_path):
    assert Config().processing == Config.from_mapping({"min_period": 5}).processing == "pyatoa"
    path = tmp_path / "config.yaml"
    path.write_text("min_period: 10\nmax_period: 30\n")
    assert Config.read(path).processing == "pyatoa"
    for processing in Processing:
        for read in (Config.from_mapping, Config.from_stored):
            assert read({"processing": processing.value, "client": None}).processing == processing
    with pytest.raises(ConfigError, match="processing"):
        Config(processing="pyatoa_2019")


def test_what_was_stored_without_a_processing_has_that_of_2022():
    assert Config.from_stored({"min_period": 5}).processing == "pyatoa_2022"
    assert Config.from_stored(Config(min_period=5).to_mapping()) == Config(min_period=5)


@pytest.mark.parametrize("content", ["- 1\n- 2\n", "a: [1\n"])
def test_broken_yaml_is_said_to_be(tmp_path, content):
    path = tmp_path / "broken.yaml"
    path.write_text(content)
    with pytest.raises(ConfigError, match=r"broken\.yaml"):
        Config.read(path)
