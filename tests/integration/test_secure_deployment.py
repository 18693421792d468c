"""A deployment with TLS, users and tokens everywhere: the main job runs on it, and nobody can do more than they should.

What each service may do comes from the same data as the servers' configuration; here the real servers decide.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import nats
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from nats.js.errors import APIError
from pymongo.errors import OperationFailure

from seis.control.v1 import control_pb2 as pb
from seis.control.v1 import control_pb2_grpc
from seisbus.admin.health import serving
from seisbus.admin.secrets.certificates import Certificate, issue, make_authority
from seisbus.admin.server_checks import mongodb_problem, nats_problem
from seisbus.bus import Bus
from seisbus.bus import Login as BusLogin
from seisbus.client import AsyncClient, ClientError, Transport, UnreachableError
from seisbus.client.connection import Connection
from seisbus.errors import JobFileError, UnavailableError, UserError
from seisbus.local.ports import free_port
from seisbus.local.servers import embedded_servers
from seisbus.model.job import parse_job
from seisbus.model.service import WORKING, ServiceUser
from seisbus.running import Place
from seisbus.settings import AllSettings
from seisbus.store.client import Store
from seisbus.store.login import Login as StoreLogin
from support.browser import asked, visit, web_page
from support.secure import Process, SecureDeployment, secure_deployment
from support.waiting import eventually

# NATS's client leaves the socket of a refused handshake to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

_ARCHIVE = "local"
_JOB = {
    "name": "secured",
    "archive": _ARCHIVE,
    "windows": {
        "absolute": [{"start": "2011-03-11T06:00:00", "end": "2011-03-11T06:10:00"}],
    },
}


@pytest.fixture(scope="module")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecureDeployment]:
    """Everything on, over a small archive on an S3 server of its own."""
    root = tmp_path_factory.mktemp("secure-archive")
    command = [sys.executable, "-m", "seisbus.cli", "archive", "make", "--root", str(root), "--preset", "tiny"]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    async with embedded_servers(
        tmp_path_factory.mktemp("secure-s3"), nats=False, mongodb=False, s3_root=root
    ) as servers:
        extra = {"SEISBUS_ARCHIVE_LOCAL_ENDPOINT": servers.s3.url, "SEISBUS_STREAMS_PER_CLIENT": "2"}
        async with secure_deployment(tmp_path_factory.mktemp("secure"), extra) as running:
            yield running


def settings_of(deployment: SecureDeployment, user: ServiceUser, **changes: Any) -> AllSettings:
    """A service's settings, read as the service reads them."""
    values = {k.removeprefix("SEISBUS_").lower(): v for k, v in deployment.environment(user).items() if k[:3] == "SEI"}
    return AllSettings(**{**values, **changes})


async def test_the_main_job_runs_and_no_service_is_refused_anything(deployment: SecureDeployment) -> None:
    async with deployment.client("submitter") as client:
        await client.wait((await client.sync_index(_ARCHIVE)).id)
        for storage in ("file", "gridfs"):
            job = await client.submit({**_JOB, "output": {"storage": storage}})
            done = await client.wait(job.id)
            assert done.state == "completed", (done.error, done.notes)
            assert done.ledger.balanced
            assert done.ledger.saved > 0
            ensemble = await client.read(job=job.id, limit=3)
            assert len(ensemble.member) > 0
        cancelled = await client.submit(_JOB)
        try:
            await client.cancel(cancelled.id)
        except ClientError as error:  # it was faster than the cancel
            assert error.code == "FAILED_PRECONDITION"
        else:
            closed = await client.wait(cancelled.id)
            assert closed.ledger.balanced
            if closed.ledger.cancelled:
                assert (await client.wait((await client.retry(cancelled.id)).id)).ledger.balanced
    assert_nothing_was_refused(deployment)


async def test_services_have_the_rights_to_export_and_purge(deployment: SecureDeployment) -> None:
    doomed = []
    async with deployment.client("submitter") as client:
        await client.wait((await client.sync_index(_ARCHIVE)).id)
        for storage in ("file", "gridfs"):
            job = await client.wait((await client.submit({**_JOB, "output": {"storage": storage}})).id)
            export = await client.wait((await client.export("sac", job=job.id)).id)
            assert (export.state, export.ledger.saved) == ("completed", 1), export.error
            doomed += [job.id, export.id]
        with pytest.raises(ClientError, match="needs an operator"):
            await client.purge(doomed)
    async with deployment.client("operator") as client:
        purge, _ = await client.purge(doomed)
        assert purge is not None
        assert (await client.wait(purge.id)).ledger.saved == len(doomed)
        assert not set(doomed) & {job.id for job in await client.jobs()}
    assert_nothing_was_refused(deployment)


def assert_nothing_was_refused(deployment: SecureDeployment) -> None:
    said = deployment.logs().lower()
    assert "permissions violation" not in said
    assert "not authorized" not in said


# -- NATS -----------------------------------------------------------------------------------------

_FORBIDDEN = {
    ServiceUser.CONTROL: ("seis.write.store.j", "seis.fetch.local.j", "$JS.API.STREAM.PURGE.SEIS_FETCH"),
    ServiceUser.INDEXER: ("seis.window.cut.j", "$JS.API.STREAM.DELETE.SEIS_PLAN", "$JS.ACK.SEIS_WRITE.x.1.1.1.1.1"),
    ServiceUser.FETCHER: ("seis.plan.j", "seis.fetch.local.j", "$JS.API.CONSUMER.MSG.NEXT.SEIS_WRITE.write-store"),
    ServiceUser.WINDOWER: ("seis.window.cut.j", "seis.plan.j", "$JS.API.CONSUMER.DELETE.SEIS_WINDOW.window-cut"),
    ServiceUser.WRITER: ("seis.write.store.j", "seis.window.cut.j", "$JS.API.STREAM.CREATE.MINE"),
    ServiceUser.TOPOLOGY: ("seis.plan.j", "seis.write.store.j"),
}


@pytest.mark.parametrize("user", list(ServiceUser))
async def test_nats_refuses_each_user_what_is_not_its_own(deployment: SecureDeployment, user: ServiceUser) -> None:
    refused: list[str] = []

    async def note(error: Exception) -> None:
        refused.append(str(error))

    login = BusLogin.of(settings_of(deployment, user))
    connection = await nats.connect(deployment.nats_url, error_cb=note, **login.options())
    try:
        for subject in _FORBIDDEN[user]:
            refused.clear()
            await connection.publish(subject, b"{}")
            await connection.flush()
            await eventually(lambda: any("permissions violation for publish" in text.lower() for text in refused))
        for subject in ("seis.write.>", "_INBOX.>", ">"):
            refused.clear()
            await connection.subscribe(subject)
            await connection.flush()
            await eventually(lambda: any("permissions violation for sub" in text.lower() for text in refused))
    finally:
        await connection.close()


async def test_nats_refuses_wrong_passwords_nobody_and_plain_text(deployment: SecureDeployment, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-password")
    for changes, sentence in (
        ({"nats_password_file": wrong}, "refuses the login"),
        ({"nats_user": "", "nats_password_file": None}, "refuses the login"),
        ({"nats_tls_ca_file": deployment.secrets / "services.crt"}, "TLS handshake"),
    ):
        settings = settings_of(deployment, ServiceUser.WRITER, **changes)
        with pytest.raises(UnavailableError, match=sentence) as caught:
            await Bus.connect(settings.nats_url, name="test", login=BusLogin.of(settings), connect_timeout=3)
        assert "not-the-password" not in caught.value.message
    with pytest.raises(UnavailableError):
        await Bus.connect(f"nats://localhost:{deployment.nats_port}", name="test", connect_timeout=3)


async def test_nats_keeps_replies_of_one_service_from_another(deployment: SecureDeployment) -> None:
    settings = settings_of(deployment, ServiceUser.WRITER)
    async with await Bus.connect(settings.nats_url, name="test", login=BusLogin.of(settings)) as bus:
        with pytest.raises((APIError, TimeoutError)):
            await bus.connection.jetstream(timeout=1).purge_stream("SEIS_PLAN")


# -- MongoDB --------------------------------------------------------------------------------------

# What holds on the embedded server, too, which takes a role's actions for the whole database.
_NOT_ALLOWED = {
    ServiceUser.CONTROL: ("delete", "drop", "create_user"),
    ServiceUser.INDEXER: ("drop", "create_user"),
    ServiceUser.FETCHER: ("delete", "drop", "create_user"),
    ServiceUser.WINDOWER: ("delete", "drop", "create_user"),
    ServiceUser.WRITER: ("drop", "create_user"),
}


@pytest.mark.parametrize("user", WORKING)
async def test_mongodb_refuses_each_user_what_is_not_its_own(deployment: SecureDeployment, user: ServiceUser) -> None:
    settings = settings_of(deployment, user)
    async with await Store.connect(settings.mongodb_uri, settings.database, login=StoreLogin.of(settings)) as store:
        jobs = store["job"]
        attempts = {
            "delete": lambda: jobs.delete_one({"_id": "none"}),
            "update": lambda: jobs.update_one({"_id": "none"}, {"$set": {"state": "closed"}}),
            "drop": lambda: jobs.drop(),
            "create_user": lambda: store.database.command({"createUser": "me", "pwd": "x", "roles": []}),
        }
        await jobs.find_one({"_id": "none"})
        for name in _NOT_ALLOWED[user]:
            with pytest.raises(OperationFailure) as caught:
                await attempts[name]()
            assert caught.value.code == 13, name


async def test_mongodb_refuses_wrong_passwords_nobody_and_plain_text(
    deployment: SecureDeployment, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-password")
    for changes, sentence in (
        ({"mongodb_password_file": wrong}, "refuses the login"),
        ({"mongodb_tls_ca_file": deployment.secrets / "services.crt"}, "TLS handshake"),
    ):
        settings = settings_of(deployment, ServiceUser.WRITER, **changes)
        with pytest.raises(UnavailableError, match=sentence) as caught:
            await Store.connect(settings.mongodb_uri, "seisbus", login=StoreLogin.of(settings), timeout=2)
        assert "not-the-password" not in caught.value.message
    # A process of its own: pymongo forgets a socket that it was opening when it was closed, and the embedded server,
    # which shakes hands with one client after the other, would wait for that one as long as this process lives.
    settings_of_writer = deployment.environment(ServiceUser.WRITER)
    plain = {k: v for k, v in settings_of_writer.items() if not k.startswith("SEISBUS_MONGODB_TLS")}
    writer = await Process.start("plain", [sys.executable, "-m", "seisbus.writer"], plain, tmp_path)
    assert await asyncio.wait_for(writer.child.wait(), 60) != 0
    assert "No MongoDB server answers" in writer.log.read_text()


# -- gRPC -----------------------------------------------------------------------------------------


async def refusal(client: AsyncClient, call: str = "jobs", *arguments: Any) -> ClientError:
    """The error that a call of a client ends with."""
    async with client:
        with pytest.raises(ClientError) as caught:
            await getattr(client, call)(*arguments)
    return caught.value


async def test_a_call_needs_a_valid_token(deployment: SecureDeployment, tmp_path: Path) -> None:
    address, good = deployment.control_address, deployment.transport()
    wrong = tmp_path / "token"
    wrong.write_text("x" * 43)
    for transport in (replace(good, token_file=None), replace(good, token_file=wrong)):
        error = await refusal(AsyncClient(address, transport))
        assert (error.code, error.failure) == ("UNAUTHENTICATED", "user")
        assert "x" * 43 not in error.message
    assert "refused: not authenticated - ListJobs" in deployment.services["control"].log.read_text()
    assert "x" * 43 not in deployment.logs()
    for role in ("reader", "submitter", "operator"):
        assert (deployment.secrets / f"token-{role}").read_text() not in deployment.logs()


async def test_roles_decide_what_a_caller_may_do(deployment: SecureDeployment) -> None:
    error = await refusal(deployment.client("reader"), "submit", _JOB)
    assert error.code == "PERMISSION_DENIED"
    assert error.message == "reader is a reader; this call needs a submitter."
    async with deployment.client("reader") as client:
        before = [(job.id, job.state) for job in await client.jobs()]
    error = await refusal(deployment.client("reader"), "cancel", before[0][0] if before else "none")
    assert error.code == "PERMISSION_DENIED"
    error = await refusal(deployment.client("submitter"), "replay", "none")
    assert error.code == "PERMISSION_DENIED"
    error = await refusal(deployment.client("operator"), "replay", "none")
    assert error.code == "NOT_FOUND"
    async with deployment.client("reader") as client:
        assert [(job.id, job.state) for job in await client.jobs()] == before
    assert "refused: needs submitter reader SubmitJob" in deployment.services["control"].log.read_text()


def test_a_token_is_never_sent_in_the_clear(deployment: SecureDeployment) -> None:
    with pytest.raises(UserError, match="only sent over TLS"):
        Transport(token_file=deployment.secrets / "token-reader").channel(deployment.control_address, [])


async def test_plain_text_and_foreign_authorities_do_not_get_in(deployment: SecureDeployment, tmp_path: Path) -> None:
    address = deployment.control_address
    error = await refusal(AsyncClient(address, Transport()))
    assert isinstance(error, UnreachableError)
    assert "--tls-ca" in error.message
    other = tmp_path / "other.crt"
    other.write_bytes(make_authority("somebody else", timedelta(days=1)).cert)
    foreign = replace(deployment.transport(), tls_ca=str(other))
    error = await refusal(AsyncClient(address, foreign))
    assert "certificate is not accepted" in error.message


async def test_an_expired_certificate_is_refused(deployment: SecureDeployment, tmp_path: Path) -> None:
    folder = deployment.secrets
    authority = Certificate((folder / "ca.crt").read_bytes(), (folder / "ca.key").read_bytes())
    old = issue(authority, "services", ["localhost", "127.0.0.1"], timedelta(minutes=-1))
    server = grpc.aio.server()
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(old.key, old.cert)]))
    await server.start()
    try:
        error = await refusal(AsyncClient(f"127.0.0.1:{port}", deployment.transport()))
    finally:
        await server.stop(0)
    assert "certificate is not accepted" in error.message


async def services_by_reflection(channel: grpc.aio.Channel) -> list[str]:
    """Names of the services that a server says it has."""
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    answers = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([request]))
    return [service.name async for answer in answers for service in answer.list_services_response.service]


async def refusal_of_reflection(channel: grpc.aio.Channel) -> grpc.StatusCode:
    """The code with which reflection is refused.

    A refusal that comes while the request is still being sent shows as INTERNAL in the client; the next call tells.
    """
    while True:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await services_by_reflection(channel)
        if caught.value.code() is not grpc.StatusCode.INTERNAL:
            return caught.value.code()


async def test_only_readers_see_reflection_and_everybody_sees_health(deployment: SecureDeployment) -> None:
    roots = grpc.ssl_channel_credentials((deployment.secrets / "ca.crt").read_bytes())
    async with grpc.aio.secure_channel(deployment.control_address, roots) as channel:
        assert (await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())).status == 1
        assert await refusal_of_reflection(channel) is grpc.StatusCode.UNAUTHENTICATED
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await channel.unary_unary("/seis.control.v1.ControlService/Guess")(b"")
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    async with deployment.transport("reader").channel(deployment.control_address, []) as channel:
        assert "seis.control.v1.ControlService" in await services_by_reflection(channel)


async def test_only_operators_pause_a_service(deployment: SecureDeployment) -> None:
    address = f"localhost:{deployment.health_ports['fetcher']}"
    for role, code in (("submitter", grpc.StatusCode.PERMISSION_DENIED), ("operator", None)):
        async with deployment.transport(role).channel(address, []) as channel:
            stub = control_pb2_grpc.WorkerServiceStub(channel)
            if code is None:
                await stub.Pause(pb.PauseRequest())
                assert (await stub.GetStatus(pb.GetStatusRequest())).state == "paused"
                await stub.Resume(pb.ResumeRequest())
            else:
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await stub.Pause(pb.PauseRequest())
                assert caught.value.code() is code


async def test_the_probe_of_the_image_works_over_tls(deployment: SecureDeployment) -> None:
    settings = settings_of(deployment, ServiceUser.WRITER)
    target = f"127.0.0.1:{deployment.health_ports['writer']}"
    assert await asyncio.to_thread(serving, settings, target)
    assert not await asyncio.to_thread(serving, settings, "127.0.0.1:1")


async def test_a_caller_holds_a_limited_number_of_streams(deployment: SecureDeployment) -> None:
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    async with deployment.transport("reader").channel(deployment.control_address, []) as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        calls = [stub.ServerReflectionInfo() for _ in range(2)]
        for call in calls:
            await call.write(request)
            await call.read()
        third = stub.ServerReflectionInfo()
        assert await third.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        calls[0].cancel()
        await asyncio.gather(calls[0].code())
        for _ in range(50):
            again = stub.ServerReflectionInfo()
            await again.write(request)
            if await again.read() is not grpc.aio.EOF:
                break
        else:
            pytest.fail("the closed stream still counts")
        again.cancel()


async def test_changes_are_on_the_audit_log_as_json(deployment: SecureDeployment) -> None:
    async with deployment.client("submitter") as client:
        await client.submit(_JOB)
    lines = [json.loads(line) for line in deployment.services["control"].log.read_text().splitlines() if line[0] == "{"]
    audit = [line for line in lines if line["logger"] == "seisbus.audit"]
    assert any(line["message"].startswith("allowed submitter SubmitJob from ") for line in audit)


@pytest.mark.parametrize(
    "extra",
    [{"endpoint": "http://169.254.169.254/"}, {"bucket": "theirs"}, {"output": {"dir": "/etc"}}, {"archive": "../x"}],
)
async def test_a_job_names_no_endpoint_bucket_or_path(deployment: SecureDeployment, extra: dict[str, Any]) -> None:
    request = pb.SubmitJobRequest(spec=json.dumps({**_JOB, **extra}))  # the client would refuse it before
    connection = Connection(Place(deployment.control_address), deployment.transport("submitter"))
    with pytest.raises(ClientError) as caught:
        await connection.call("SubmitJob", request)
    assert caught.value.code in ("INVALID_ARGUMENT", "NOT_FOUND")


@pytest.mark.parametrize(
    "text",
    ["!!python/object/apply:os.system ['true']", "a: &a [1]\nb: *a"],
)
async def test_a_job_file_makes_no_objects_and_has_no_aliases(deployment: SecureDeployment, text: str) -> None:
    with pytest.raises(JobFileError, match="not valid YAML"):
        parse_job(text)


async def test_a_certificate_in_place_of_a_token(deployment: SecureDeployment, tmp_path: Path) -> None:
    """Control that demands client certificates, started beside the deployment's own."""
    folder = deployment.secrets
    authority = Certificate((folder / "ca.crt").read_bytes(), (folder / "ca.key").read_bytes())
    tokens = tmp_path / "tokens"
    tokens.write_text("alice reader certificate\n")
    paths = {}
    for name in ("alice", "mallory"):
        made = issue(authority, name, [], timedelta(hours=1))
        paths[name] = (tmp_path / f"{name}.crt", tmp_path / f"{name}.key")
        paths[name][0].write_bytes(made.cert)
        paths[name][1].write_bytes(made.key)
    extra = {
        "SEISBUS_GRPC_TLS_CLIENT_CA_FILE": str(folder / "ca.crt"),
        "SEISBUS_TOKENS_FILE": str(tokens),
        "SEISBUS_CONTROL_ADDRESS": "127.0.0.1:0",
    }
    beside = replace(deployment, extra={**deployment.extra, **extra}, services={}, health_ports={}, folder=tmp_path)
    beside.control_port = free_port()
    beside.extra = {**beside.extra, "SEISBUS_CONTROL_ADDRESS": f"127.0.0.1:{beside.control_port}"}
    process = await beside.start(ServiceUser.CONTROL)
    try:
        alice = Transport(str(folder / "ca.crt"), None, *paths["alice"])
        async with AsyncClient(beside.control_address, alice) as client:
            await client.jobs()
        error = await refusal(AsyncClient(beside.control_address, alice), "submit", _JOB)
        assert error.code == "PERMISSION_DENIED"
        error = await refusal(
            AsyncClient(beside.control_address, Transport(str(folder / "ca.crt"), None, *paths["mallory"]))
        )
        assert error.code == "UNAUTHENTICATED"
        error = await refusal(AsyncClient(beside.control_address, Transport(str(folder / "ca.crt"))))
        assert isinstance(error, UnreachableError)
    finally:
        await process.end()


def test_old_tls_versions_are_refused(deployment: SecureDeployment) -> None:
    context = BusLogin.of(settings_of(deployment, ServiceUser.WRITER)).tls
    assert context is not None
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


async def test_doctor_says_what_is_wrong_with_each_hop(deployment: SecureDeployment, tmp_path: Path) -> None:
    good = deployment.environment(ServiceUser.CONTROL)
    assert await nats_problem(good, 8.0) == ""
    assert await mongodb_problem(good, 8.0) == ""
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-password")
    assert "refuses the login" in await nats_problem({**good, "SEISBUS_NATS_PASSWORD_FILE": str(wrong)}, 8.0)
    assert "refuses the login" in await mongodb_problem({**good, "SEISBUS_MONGODB_PASSWORD_FILE": str(wrong)}, 8.0)
    absent = {**good, "SEISBUS_NATS_TLS_CA_FILE": str(tmp_path / "none"), "SEISBUS_DATABASE": "another"}
    assert "SEISBUS_NATS_TLS_CA_FILE" in await nats_problem(absent, 8.0)
    assert await mongodb_problem(absent, 8.0) != ""


async def test_the_page_asks_for_a_token_and_shows_each_role_what_it_may_do(
    deployment: SecureDeployment, chromium: Any, tmp_path: Path
) -> None:
    """Over TLS, each with a token of their own: a reader sees no button that changes anything, and control refuses."""
    secrets = deployment.secrets
    async with deployment.client() as client:
        job = await client.submit({**_JOB, "name": "for the page"})
    environment = {
        "SEISBUS_CONTROL_ADDRESS": deployment.control_address,
        "SEISBUS_TLS_CA": str(secrets / "ca.crt"),
        "SEISBUS_WEB_TLS_CERT_FILE": str(secrets / "web.crt"),
        "SEISBUS_WEB_TLS_KEY_FILE": str(secrets / "web.key"),
    }
    async with web_page(tmp_path, environment, scheme="https", cafile=secrets / "ca.crt") as url:
        status, _, headers = await asked(f"{url}/jobs/{job.id}", cafile=secrets / "ca.crt")
        assert (status, headers["location"]) == (303, f"/login?back=%2Fjobs%2F{job.id}")
        for role, changes in (("reader", False), ("submitter", True)):
            refused = ("403",)
            async with visit(chromium, url, expected=refused, ignore_https_errors=True) as visitor:
                page = visitor.page
                await visitor.open(f"/jobs/{job.id}")
                await page.get_by_label("Token of this deployment").fill("wrong")
                await page.get_by_role("button", name="Log in").click()
                await page.get_by_text("Control does not know this token.").wait_for()
                await page.get_by_label("Token of this deployment").fill((secrets / f"token-{role}").read_text())
                await page.get_by_role("button", name="Log in").click()
                await page.get_by_role("heading", name="for the page").wait_for()
                await page.get_by_text(f"{role}, {role}").wait_for()
                assert (await page.get_by_role("link", name="New job like this").count() > 0) is changes
                assert (await page.get_by_role("link", name="New job", exact=True).count() > 0) is changes
                (token,) = [k for k in await page.context.cookies() if k["name"] == "seisbus_token"]
                assert token["httpOnly"] and token["secure"] and token["sameSite"] == "Lax"
                assert "token" not in await page.evaluate("() => document.cookie")
                if not changes:  # who makes the form by hand is refused by control
                    said = await page.evaluate(
                        """async (job) => {
                            const mark = document.querySelector("[name=mark]").value;
                            const body = new URLSearchParams({mark});
                            const answer = await fetch(`/jobs/${job}/cancel`, {method: "POST", body});
                            return [answer.status, await answer.text()];
                        }""",
                        job.id,
                    )
                    assert said[0] == 403 and "this call needs a submitter" in said[1]
                await page.get_by_role("button", name="Log out").click()
                await page.get_by_label("Token of this deployment").wait_for()
                await visitor.open(f"/jobs/{job.id}")
                await page.get_by_label("Token of this deployment").wait_for()
