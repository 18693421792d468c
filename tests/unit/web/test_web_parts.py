"""The page's parts without a browser: where it may listen, which forms and hosts it takes, words, pace, pictures."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from libseis import TimeSeries
from libseis.coasts import land
from libseis.codes import Channel
from libseis.isotime import DAY_NS
from seisbus.client import Availability, Progress, Transport
from seisbus.errors import UserError
from seisbus.local.ports import free_port
from seisbus.model.job import yaml_content
from seisbus.model.outcome import JobState, Ledger
from seisbus.web.door import own_path
from seisbus.web.drawing.days import days_picture
from seisbus.web.drawing.stations import counts_of, stations_picture
from seisbus.web.form import spec_of
from seisbus.web.memory import Memory
from seisbus.web.pace import Pace
from seisbus.web.serving import server_of
from seisbus.web.site import Site
from seisbus.web.words import as_yaml, parts, rate, share, span

starlette = pytest.importorskip("starlette.testclient", reason="the extra web is not installed")


@pytest.mark.parametrize(
    ("address", "url", "said"),
    [
        ("8787", "", "is not host:port"),
        ("0.0.0.0:8787", "", "beyond this machine"),
        ("127.0.0.1:8787", "ftp://x", "is not the address of a page"),
        ("127.0.0.1:8787", "https://x.org/below", "is not the address of a page"),
    ],
)
def test_a_site_that_cannot_be_is_one_sentence(address: str, url: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        Site.of(address, url)


def test_a_token_of_the_page_itself_is_not_for_everybody() -> None:
    beyond = Site.of("0.0.0.0:8787", "https://page.example.org")
    with pytest.raises(UserError, match="to everybody who reaches the page"):
        server_of(beyond, lambda: "127.0.0.1:1", Transport("system", Path("token")))


def test_secrets_travel_by_tls_or_not_at_all() -> None:
    assert Site.of("127.0.0.1:1").secret
    assert Site.of("0.0.0.0:1", "https://page.example.org").secret
    assert not Site.of("0.0.0.0:1", "http://page.example.org").secret


def client_of(site: Site) -> Any:
    nobody = f"127.0.0.1:{free_port()}"
    server = server_of(site, lambda: nobody, Transport())
    return starlette.TestClient(server.config.app, base_url=site.address, follow_redirects=False)


def test_requests_under_another_name_are_refused() -> None:
    client = client_of(Site.of("127.0.0.1:8787"))
    assert client.get("/login", headers={"host": "evil.example:8787"}).status_code == 421
    assert client.get("/login", headers={"host": "localhost:8787"}).status_code == 200
    assert client.get("/healthz", headers={"host": "10.0.0.7:8787"}).text == "ok\n"


def test_answers_tell_browsers_to_run_nothing_but_the_pages_own_files() -> None:
    answer = client_of(Site.of("0.0.0.0:1", "https://page.example.org")).get("/login")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["script-src"] == "'self'" and policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "max-age" in answer.headers["strict-transport-security"]
    (cookie,) = answer.headers.get_list("set-cookie")
    assert all(flag in cookie for flag in ("HttpOnly", "SameSite=strict", "Secure"))


@pytest.mark.parametrize(
    "path", ["/jobs/x/cancel", "/jobs/x/retry", "/dead-letters/x/replay", "/new", "/login", "/logout"]
)
@pytest.mark.parametrize("wrong", ["origin", "no origin", "mark", "no cookie", "type"])
def test_a_form_of_another_site_does_nothing(path: str, wrong: str) -> None:
    """Control is not there, so that whatever would reach it is another status."""
    site = Site.of("127.0.0.1:8787")
    client = client_of(site)
    mark = client.get("/login").cookies["seisbus_form"]
    headers = {"origin": "https://evil.example" if wrong == "origin" else site.address}
    if wrong == "no origin":
        del headers["origin"]
    if wrong == "no cookie":
        client.cookies.clear()
    content = {"mark": "A" * 43 if wrong == "mark" else mark, "token": "t"}
    body = {"json": content} if wrong == "type" else {"data": content}
    web = client.app.state.web

    async def known(token: str) -> Any:
        from seisbus.client.paged import Caller

        return Caller("anybody", "operator", False)

    object.__setattr__(web.callers, "who", known)
    answer = client.post(path, headers=headers, **body)
    assert answer.status_code == 403
    assert "othing was done" in answer.text


def test_a_login_leads_back_to_this_page_alone() -> None:
    assert own_path("/jobs/x?fate=dead") == "/jobs/x?fate=dead"
    for path in ("//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\r\nb", ""):
        assert own_path(path) == "/"


def test_what_cannot_be_reached_is_said() -> None:
    answer = client_of(Site.of("127.0.0.1:8787")).get("/")
    assert answer.status_code == 503
    assert "No Seisbus control service answers at 127.0.0.1:" in answer.text


def test_words() -> None:
    assert [span(s) for s in (0.25, 42, 503, 3600, 90061)] == ["0.2 s", "42 s", "8 min 23 s", "1 h", "1 d 1 h"]
    assert [share(a, b) for a, b in ((0, 0), (1, 10**6), (999_999, 10**6), (5, 5))] == [
        "0 %",
        "< 0.1 %",
        "> 99.9 %",
        "100 %",
    ]
    assert [rate(v) for v in (271.0, 0.5, 0.001)] == ["271/s", "30/min", "3.6/h"]
    assert rate(2.41, "datasets") == "2.4 datasets/s"
    bar = parts(Ledger(10, 4, 1, 0, 0, 0))
    assert [(name, count) for name, count, _, _ in bar][-1] == ("open", 5)
    assert sum(width for *_, width in bar) == pytest.approx(1000)


def progress(settled: int, planned: int = 100, attempt: int = 1, *, done: bool = True) -> Progress:
    return Progress("j", JobState.RUNNING, attempt, Ledger(planned, settled, 0, 0, 0, 0), done, 10 * settled, 0)


def test_pace_is_of_the_last_half_minute_and_begins_again_with_a_retry() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    for second in range(61):
        now[0] = float(second)
        pace.add(progress(second))
    speed = pace.speed(progress(60))
    assert (speed.windows, speed.bytes, speed.left) == (1.0, 10.0, 40.0)
    assert pace.speed(progress(60, done=False)).left is None
    now[0] = 90.0  # nothing came since
    assert pace.speed(progress(60)).windows == pytest.approx(0.5, rel=0.05)
    pace.add(progress(10, attempt=2))
    assert pace.speed(progress(10)).windows is None


async def test_an_answer_is_made_once_for_all_who_wait_and_a_failure_is_not_kept() -> None:
    memory, made = Memory(60.0), []

    async def make() -> int:
        made.append(1)
        await asyncio.sleep(0)
        if len(made) == 1:
            raise UserError("not yet")
        return len(made)

    found = await asyncio.gather(*(memory.once("k", make) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in found] == [UserError] * 3
    assert [await memory.once("k", make) for _ in range(2)] == [2, 2]


def test_land_is_cut_to_the_box_and_goes_over_the_date_line() -> None:
    for west, east, south, north in (
        (-121.0, -114.0, 32.0, 37.0),
        (170.0, 190.0, -45.0, -30.0),
        (-180.0, 180.0, -90.0, 90.0),
    ):
        found = land(west, east, south, north)
        assert found
        for ring in found:
            assert ring[:, 0].min() >= west - 1e-9 and ring[:, 0].max() <= east + 1e-9
            assert ring[:, 1].min() >= south - 1e-9 and ring[:, 1].max() <= north + 1e-9
    inland, sea = land(-105, -100, 38, 42), land(-150, -145, 20, 24)
    assert area(inland) == pytest.approx(20.0) and sea == []
    earth = sum(area([ring]) for ring in land(-180, 180, -60, 80))
    assert 11_000 < earth < 16_000  # square degrees without the poles


def area(rings: list[Any]) -> float:
    total = 0.0
    for ring in rings:
        x, y = ring.T
        total += float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    return abs(total)


ROWS = [
    Availability(Channel("CI", sta, "", "BHZ"), (15_000 + day) * DAY_NS, Ledger(24, saved, 24 - saved, 0, 0, 0), ())
    for sta, saved in (("AAA", 24), ("BBB", 0)) for day in range(3)
]  # fmt: skip


def test_pictures_say_in_words_what_they_show() -> None:
    days = json.loads(days_picture(ROWS))
    assert days["text"].startswith(
        "Availability of 2 channels from 2011-01-26 to 2011-01-28: 72 of 144 windows are saved"
    )
    assert days["cells"]["names"] == ["CI.AAA..BHZ", "CI.BBB..BHZ"]
    places = {("CI", "AAA"): (-17.0, 179.9)}
    stations = json.loads(stations_picture(counts_of(ROWS), places))
    assert "saved at 1" in stations["text"] and "1 more stations have no known coordinates" in stations["text"]
    both = json.loads(stations_picture(counts_of(ROWS), places | {("CI", "BBB"): (-17.5, -179.9)}))
    (plot,) = both["item"]["doc"]["roots"]
    wide = plot["attributes"]["x_range"]["attributes"]
    assert wide["end"] - wide["start"] < 10  # not around the Earth
    assert "said" in json.loads(days_picture([])) and "said" in json.loads(stations_picture({}, {}))


def test_a_section_and_a_datum_have_units_and_an_order() -> None:
    from seisbus.web.drawing.traces import datum_picture, section_picture

    data = [TimeSeries(500), TimeSeries(500)]
    for number, one in enumerate(data):
        one.data[:] = np.sin(np.arange(500) / (5 + number))
        one.set_live()
        one["net"], one["sta"], one["chan"], one["units"] = "XX", f"S{number}", "BHZ", "m/s"
    assert json.loads(section_picture(data))["text"].startswith("2 waveforms by channel, each drawn to its own largest")
    found = json.loads(datum_picture(data[:1]))
    assert "m/s" in found["text"] and "Amplitude (m/s)" in json.dumps(found["item"])
    assert "said" in json.loads(section_picture([]))


def test_fields_make_a_job_file() -> None:
    fields = {
        "title": "x", "archive": "local", "net": "NO", "sta": "*", "loc": "00", "chan": "BH?", "start": "2023-01-01",
        "end": "2023-01-02", "length": "1h", "gaps": "split", "tag": "",
    }  # fmt: skip
    text = as_yaml(spec_of(fields))
    assert yaml_content(text) == {
        "name": "x", "archive": "local", "select": {"net": "NO", "loc": "00", "chan": "BH?"},
        "windows": {"tile": {"start": "2023-01-01", "end": "2023-01-02", "length": "1h"}}, "gaps": "split",
    }  # fmt: skip
