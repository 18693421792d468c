"""Schemas: what the packaged files define, aliases, changes that stay in one instance, errors, construction cost."""

import pickle
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from libseis import Seismogram, TimeSeries
from libseis.mspass.schema import DatabaseSchema, DBSchemaDefinition, MDSchemaDefinition, MetadataSchema, locating
from libseis.mspass.schema.attributes import python_type
from libseis.mspass.utility import ErrorSeverity, Metadata, MsPASSError

KINDS = ("TimeSeries", "Seismogram")


def test_collections_and_defaults() -> None:
    schema = DatabaseSchema()
    assert isinstance(schema.wf_TimeSeries, DBSchemaDefinition)
    assert schema.default_name("wf") == "wf_TimeSeries"
    assert schema.default("wf") is schema["wf_TimeSeries"]
    assert schema.default_name("site") == "site"
    schema.set_default("wf_Seismogram")
    assert schema.default_name("wf") == "wf_Seismogram"
    schema.set_default("site", "place")
    schema.unset_default("place")
    schema.unset_default("place")
    with pytest.raises(MsPASSError, match="no default"):
        schema.default("place")
    assert DatabaseSchema().default_name("wf") == "wf_TimeSeries"


def test_items_of_a_schema() -> None:
    schema = DatabaseSchema()
    site = schema["site"]
    del schema["site"]
    assert "site" not in schema
    for call in (lambda: schema["site"], lambda: schema.__delitem__("site")):
        with pytest.raises(MsPASSError, match="not defined") as caught:
            call()
        assert caught.value.severity == ErrorSeverity.Invalid
    with pytest.raises(AttributeError):
        _ = schema.site
    with pytest.raises(MsPASSError, match="not a DBSchemaDefinition"):
        schema["site"] = MetadataSchema().TimeSeries
    schema["site"] = site
    assert schema.site is site


def test_types_and_references() -> None:
    schema = DatabaseSchema()
    object_id = schema.wf_TimeSeries.type("_id")
    assert object_id is not None
    assert object_id.__name__ in ("ObjectId", "str")
    assert schema.wf_TimeSeries.type("site_id") is object_id
    assert schema.wf_TimeSeries.reference("site_id") == "site"
    assert schema.wf_TimeSeries.reference("npts") == "wf_TimeSeries"
    assert schema.wf_Seismogram.type("channel_id") is list
    assert schema.history_object.type("processing_history") is bytes
    assert schema.wf_TimeSeries.data_type() is TimeSeries
    assert schema.wf_Seismogram.data_type() is Seismogram
    assert schema.site.data_type() is None
    assert set(schema.wf_TimeSeries.keys()) <= set(schema.wf_Seismogram.keys())
    with pytest.raises(KeyError):
        schema.site.type("site_lat")
    with pytest.raises(MsPASSError, match="not defined"):
        schema.site.reference("nothing")


@pytest.mark.parametrize("kind", KINDS)
def test_metadata_agrees_with_the_collections(kind: str) -> None:
    """Every name that lives in a collection has the type that the collection gives it."""
    database, definition = DatabaseSchema(), MetadataSchema()[kind]
    for key in definition.keys():  # noqa: SIM118
        collection = definition.collection(key)
        if collection is not None:
            assert definition.type(key) == python_type(database[collection].lookup(key).type)
        assert definition.concept(key)


def test_metadata_names() -> None:
    definition = MetadataSchema().TimeSeries
    assert definition.collection("sta") == "site"
    assert MetadataSchema().Seismogram.collection("npts") == "wf_Seismogram"
    assert definition.unique_name("CMPINC") == "channel_vang"
    assert definition.is_defined("dt") and definition.is_alias("dt") and not definition.is_alias("delta")
    assert definition.has_alias("delta") and not definition.has_alias("_id")
    assert definition.aliases("_id") is None
    assert definition.readonly("net") and definition.writeable("delta")
    definition.set_readonly("delta")
    definition.set_writeable("net")
    assert definition.readonly("delta") and definition.writeable("net")
    assert MetadataSchema().TimeSeries.writeable("delta")
    for call in (definition.set_readonly, definition.set_writeable, definition.readonly, definition.unique_name):
        with pytest.raises(MsPASSError, match="not defined"):
            call("nothing")


def test_collections_can_be_swapped() -> None:
    database, definition = DatabaseSchema(), MetadataSchema().TimeSeries
    aliases = definition.aliases("npts")
    definition.swap_collection("wf_TimeSeries", "elsewhere")
    assert definition.collection("_id") == definition.collection("calib") == "elsewhere"
    for alias in aliases or []:
        definition.remove_alias(alias)
    assert definition.aliases("npts") is None
    definition.swap_collection("elsewhere", "wf_TimeSeries", database)
    assert definition.aliases("npts") == aliases
    definition.set_collection("channel_id", "wf_Seismogram", database)
    assert definition.type("channel_id") is list
    with pytest.raises(MsPASSError, match="not defined"):
        definition.set_collection("nothing", "site")


def test_constraints() -> None:
    site = DatabaseSchema().site
    assert {"net", "sta", "lat", "lon", "elev"} <= set(site.required_keys())
    assert DatabaseSchema().wf_TimeSeries.xref_keys() == [
        "site_id",
        "channel_id",
        "source_id",
        "history_object_id",
        "elog_id",
    ]
    assert site.constraint("lat") == "required" and site.is_required("lat")
    assert site.is_normal("loc") and site.is_optional("edepth") and not site.is_xref_key("lat")


def test_add_and_aliases() -> None:
    definition = DatabaseSchema().site
    definition.add("vault", {"type": "boolean", "aliases": "cellar", "constraint": "optional"})
    assert definition.type("vault") is bool
    definition.add_alias("vault", "tunnel")
    assert definition.aliases("vault") == ["cellar", "tunnel"]
    definition.remove_alias("cellar")
    definition.remove_alias("unknown")
    assert definition.aliases("vault") == ["tunnel"]
    with pytest.raises(MsPASSError, match="already means 'vault'"):
        definition.add_alias("lat", "tunnel")
    with pytest.raises(MsPASSError, match="not defined"):
        definition.add_alias("nothing", "x")
    with pytest.raises(MsPASSError) as caught:
        definition.concept("vault")
    assert caught.value.severity == ErrorSeverity.Complaint
    with pytest.raises(MsPASSError, match="type must be one of"):
        definition.add("bad", {"type": "quaternion"})
    assert not definition.is_defined("bad")
    assert not DatabaseSchema().site.is_defined("vault")


@pytest.mark.parametrize("name", ["sac.yaml", "css3.0.yaml"])
@pytest.mark.parametrize("kind", KINDS)
def test_alias_sets_map_out_and_in(name: str, kind: str) -> None:
    definition = MetadataSchema()[kind]
    aliases = yaml.safe_load((locating.DATA / name).read_text())
    before = {key: index for index, key in enumerate(aliases)}
    md = Metadata(before)
    definition.apply_aliases(md, name)
    assert dict(md) == {aliases[key]: value for key, value in before.items()}
    definition.clear_aliases(md)
    assert dict(md) == before


@given(st.dictionaries(st.sampled_from(["npts", "delta", "starttime", "calib", "sta", "site_lat"]), st.integers()))
def test_any_subset_of_names_survives_aliases(values: dict[str, int]) -> None:
    definition = MetadataSchema().TimeSeries
    md = Metadata(values)
    definition.apply_aliases(md, "sac.yaml")
    definition.apply_aliases(md, {"dt": "interval", "npts": "n"})
    definition.clear_aliases(md)
    assert dict(md) == values


def test_an_alias_beside_its_unique_name_is_dropped() -> None:
    definition = MetadataSchema().TimeSeries
    md = Metadata({"dt": 1.0, "delta": 2.0})
    definition.clear_aliases(md)
    assert dict(md) == {"delta": 2.0}
    with pytest.raises(MsPASSError, match="is not recognized; it must be a dict or a file") as caught:
        definition.apply_aliases(md, 3)  # type: ignore[arg-type]
    assert caught.value.severity == ErrorSeverity.Fatal
    with pytest.raises(MsPASSError, match="not defined"):
        definition.apply_aliases(md, {"nothing": "x"})


def test_a_schema_file_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "own.yaml"
    with pytest.raises(MsPASSError, match="Cannot open schema definition file") as caught:
        MetadataSchema(path)
    assert caught.value.severity == ErrorSeverity.Fatal
    path.write_text("Database: [unclosed")
    with pytest.raises(MsPASSError, match="Cannot parse schema definition file"):
        MetadataSchema(path)
    content = {
        "Database": {
            "wf": {
                "data_type": "TimeSeries",
                "schema": {"_id": {"type": "objectid"}, "site_lat": {"reference": "site"}},
            },
            "elog": {"schema": {}},
            "history_object": {"schema": {}},
            "site": {"schema": {"lat": {"type": "double", "concept": "latitude"}}},
        },
        "Metadata": {"TimeSeries": {"schema": {"site_lat": {"collection": "site"}}}},
    }
    path.write_text(yaml.safe_dump(content))
    assert DatabaseSchema(path).wf.type("site_lat") is float
    assert MetadataSchema(path).TimeSeries.concept("site_lat") == "latitude"
    folder = tmp_path / "data" / "yaml"
    folder.mkdir(parents=True)
    path.rename(folder / "mspass.yaml")
    monkeypatch.setenv("MSPASS_HOME", str(tmp_path))
    assert isinstance(MetadataSchema().TimeSeries, MDSchemaDefinition)
    assert set(MetadataSchema().TimeSeries.keys()) == {"site_lat"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: c.pop("Metadata"), "top keys"),
        (lambda c: c["Database"].pop("elog"), "'elog' must be a collection"),
        (lambda c: c["Database"]["wf"]["schema"].update(x={"type": "odd"}), "attribute 'x' of 'wf'"),
        (lambda c: c["Database"]["wf"]["schema"].update(x={"reference": "nowhere"}), "needs a `type`"),
        (lambda c: c["Database"]["wf"].update(base="wf"), "its own base"),
        (lambda c: c["Database"]["wf"].update(data_type="Trace"), "data_type"),
        (lambda c: c["Metadata"]["TimeSeries"]["schema"].update(y={"collection": "wf"}), "'y' is not defined in 'wf'"),
    ],
)
def test_what_is_wrong_with_a_schema_file(tmp_path: Path, change, reason: str) -> None:  # type: ignore[no-untyped-def]
    content = {
        "Database": {name: {"schema": {}} for name in ("wf", "elog", "history_object")},
        "Metadata": {"TimeSeries": {"schema": {}}},
    }
    change(content)
    path = tmp_path / "bad.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(MsPASSError, match="The schema definition is not valid") as caught:
        DatabaseSchema(path)
    assert reason in caught.value.message
    assert caught.value.severity == ErrorSeverity.Fatal


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    text = "Database: {wf: {schema: {}}, elog: {schema: {}}, history_object: {schema: {}}}\n"
    text += "Metadata: {Other: {schema: %s}}"
    path.write_text(text % "{a: {type: int}}")
    assert set(MetadataSchema(path).Other.keys()) == {"a"}
    path.write_text(text % "{a: {type: int}, b: {type: int}}")
    assert set(MetadataSchema(path).Other.keys()) == {"a", "b"}


def test_pickles_with_changes() -> None:
    schema = MetadataSchema()
    schema.TimeSeries.add_alias("npts", "count")
    copy = pickle.loads(pickle.dumps(schema))
    assert copy.TimeSeries.unique_name("count") == "npts"
    assert copy.TimeSeries.keys() == schema.TimeSeries.keys()


def test_construction_costs_a_tenth_of_parsing_at_most() -> None:
    text = (locating.DATA / locating.DEFAULT_FILE).read_text()
    MetadataSchema()

    def best(call, times: int) -> float:  # type: ignore[no-untyped-def]
        durations = []
        for _ in range(times):
            start = time.perf_counter()
            call()
            durations.append(time.perf_counter() - start)
        return min(durations)

    assert best(MetadataSchema, 20) <= 0.1 * best(lambda: yaml.safe_load(text), 3)
