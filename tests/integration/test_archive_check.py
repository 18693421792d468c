"""`seisbus archive check` on an archive as the stack has it, on one by month and day, and on wrong definitions."""

from __future__ import annotations

import json
import shutil
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from seisbus.admin.archive_check import Seen, check_archive, definition_of
from seisbus.cli.application import run as run_cli
from seisbus.testing.make import make_archive
from seisbus.testing.spec import ArchiveSpec
from support.days import Days, pack
from support.servers import LockedS3, S3Server

DAY = date(2023, 3, 1)
MONTHLY = (
    '[mine]\nbucket = "{bucket}"\nendpoint = "{url}"\n'
    'day_key = "{{year}}/{{month}}/{{day}}/{{net}}.{{sta}}.{{loc}}.{{chan}}"\n'
)


def by_month(s3_server: S3Server, bucket: Path, tmp_path: Path) -> Path:
    """A definition with {month} and {day}, and a bucket with one day file of it."""
    days = Days.noise(("XX", "ABC", "", "BHZ"), Fraction(1), DAY, 1)
    (bucket / "2023/03/01").mkdir(parents=True)
    (bucket / "2023/03/01/XX.ABC..BHZ").write_bytes(b"".join(pack(days.codes, days.rate, days.start_ns, days.data)))
    (tmp_path / "mine.toml").write_text(MONTHLY.format(bucket=bucket.name, url=s3_server.url))
    return tmp_path / "mine.toml"


def words(seen: list[Seen]) -> list[bool | None]:
    assert [each.what for each in seen] == ["listing", "index", "object"]
    return [each.good for each in seen]


async def test_the_archive_of_the_stack_is_as_it_says(s3_server: S3Server, tmp_path: Path) -> None:
    spec = ArchiveSpec(channels=3, hours=(0.0, 0.1), event_traces=1, real=False, bucket="checked")
    make_archive(tmp_path / "made", spec)
    shutil.move(tmp_path / "made" / "checked", s3_server.root)
    local = definition_of({"SEISBUS_ARCHIVE_LOCAL_ENDPOINT": s3_server.url}, "local", None)
    path = tmp_path / "checked.toml"
    path.write_text(
        f'[checked]\nbucket = "checked"\nendpoint = "{s3_server.url}"\nindex = "files"\n'
        f'day_key = "{local.day_key.template}"\nwaveform_index_prefix = "continuous_waveforms/index/"\n'
    )
    seen = await check_archive(definition_of({}, "checked", path), date(2011, 3, 11), 30)
    assert words(seen) == [True, True, True], seen
    assert (
        "_2011070.ms is a day file of " in seen[0].text and ", also continuous_waveforms/2011/2011_070/" in seen[1].text
    )
    assert "records in the first" in seen[2].text


def test_month_and_day_and_the_command(
    s3_server: S3Server, s3_bucket: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = by_month(s3_server, s3_bucket, tmp_path)
    with pytest.raises(SystemExit) as ended:
        run_cli(["archive", "check", "mine", "--file", str(path), "--day", "2023-03-01", "--json"])
    assert not ended.value.code
    assert [each["good"] for each in json.loads(capsys.readouterr().out)] == [True, True, True]
    with pytest.raises(SystemExit) as ended:
        run_cli(["archive", "check", "mine", "--file", str(path), "--day", "2023-03-02"])
    assert ended.value.code == 1
    assert "listing wrong no object is under" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "good", "told"),
    [
        ('bucket = "', 'bucket = "not-', [False, None, None], "no bucket not-"),
        ("{month}/{day}", "{doy}", [False, None, None], "the first is 2023/03/01/XX.ABC..BHZ"),
        ("{net}.{sta}", "{sta}.{net}", [True, True, False], "so day_key reads it wrongly"),
    ],
)
async def test_a_wrong_definition_is_told_by_what_was_seen(
    s3_server: S3Server, s3_bucket: Path, tmp_path: Path, old: str, new: str, good: list[bool | None], told: str
) -> None:
    path = by_month(s3_server, s3_bucket, tmp_path)
    path.write_text(path.read_text().replace(old, new))
    seen = await check_archive(definition_of({}, "mine", path), None, 30)
    assert words(seen) == good, seen
    assert any(told in each.text for each in seen), seen


async def test_signed_requests_need_keys(locked_s3: LockedS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    client = locked_s3.client()
    client.create_bucket(Bucket="checked-signed")
    days = Days.noise(("XX", "ABC", "", "BHZ"), Fraction(1), DAY, 1)
    body = b"".join(pack(days.codes, days.rate, days.start_ns, days.data))
    client.put_object(Bucket="checked-signed", Key="2023/03/01/XX.ABC..BHZ", Body=body)
    client.close()
    path = tmp_path / "mine.toml"
    path.write_text(MONTHLY.format(bucket="checked-signed", url=locked_s3.url) + 'auth = "signed"\n')
    definition = definition_of({}, "mine", path)
    seen = await check_archive(definition, None, 30)
    assert words(seen) == [False, None, None] and "needs AWS credentials" in seen[0].text
    for name, value in locked_s3.environment.items():
        monkeypatch.setenv(name, value)
    assert words(await check_archive(definition, None, 30)) == [True, True, True]
