"""Show values as rich tables and lines: ledgers, jobs, availability, outcomes, saved data. It does not fetch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from libseis.codes import Channel
from libseis.isotime import iso

from ..model.outcome import Fate, JobState, Ledger

if TYPE_CHECKING:
    from ..client import Archive, Availability, DeadLetter, Estimate, Job, Outcome, Reason, TotalMisfit
    from ..client.capacity import Campaign

STYLES: Mapping[str, str] = {
    "saved": "green",
    "dead": "yellow",
    "missing": "cyan",
    "failed": "red",
    "cancelled": "magenta",
}
_DAYS_SHOWN = 62


def table(*columns: str, right: Sequence[str] = (), long: str = "", title: str = "") -> Table:
    """A plain table with a heading line; columns in `right` are numbers, and only `long` may be wrapped."""
    made = Table(box=None, pad_edge=False, header_style="bold", title=title or None, title_justify="left")
    made.title_style = "bold"
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in right else "left"
        made.add_column(column, justify=justify, no_wrap=column != long, overflow="fold")
    return made


def size_text(size: float) -> str:
    """Bytes with a readable unit."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.2f} TB"


def duration_text(seconds: float) -> str:
    """A duration as people say it: 0.4 s, 42 s, 8 min 23 s, 3 h 5 min, 2 days 4 h."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, name, below, small in ((86400, "days", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            most, rest = divmod(whole, size)
            unit = name.removesuffix("s") if most == 1 else name
            return f"{most:,} {unit} {rest // below} {small}" if rest // below else f"{most:,} {unit}"
    return f"{whole} s"


def moment_text(ns: int) -> str:
    """A time to the second; a dash for None."""
    return iso(ns, 0, zone="").replace("T", " ") if ns else "–"


def state_text(state: JobState) -> Text:
    """A job's state in its colour."""
    colours = {JobState.COMPLETED: "green", JobState.FAILED: "red", JobState.CANCELLED: "magenta"}
    return Text(state.value, style=colours.get(state, "yellow"))


def ledger_line(ledger: Ledger) -> Text:
    """planned = saved + dead + missing + failed + cancelled, with the numbers."""
    line = Text(f"planned {ledger.planned:,} = ")
    for number, fate in enumerate(Fate):
        count = ledger.counts()[fate.value]
        line.append(" + " if number else "")
        line.append(f"{fate.value} {count:,}", style=STYLES[fate.value] if count else "dim")
    open_windows = ledger.planned - ledger.settled
    if open_windows > 0:
        line.append(f" + open {open_windows:,}", style="yellow")
    return line


def jobs_table(jobs: Iterable[Job], title: Callable[[Job], str]) -> Table:
    """Jobs, one per row, with the columns of their kinds."""
    made = table(
        *("job", "state", "kind", "title", "submitted", "planned", "saved", "dead", "missing", "failed", "cancelled"),
        right=("planned", "saved", "dead", "missing", "failed", "cancelled"),
        long="title",
    )
    for job in jobs:
        counts = (f"{count:,}" for count in job.ledger.counts().values())
        made.add_row(job.id, state_text(job.state), job.kind, title(job), moment_text(job.submit_time_ns), *counts)
    return made


def job_table(job: Job) -> Table:
    """One job's facts."""
    made = Table.grid(padding=(0, 2))
    made.add_column(style="bold")
    made.add_column()
    made.add_row("job", job.id)
    if job.title:
        made.add_row("title", job.title)
    state = state_text(job.state)
    state.append(f"  (attempt {job.progress.attempt})", style="dim")
    made.add_row("state", state)
    made.add_row("submitted", moment_text(job.submit_time_ns))
    if job.close_time_ns:
        seconds = (job.close_time_ns - job.submit_time_ns) / 1e9
        made.add_row("closed", f"{moment_text(job.close_time_ns)}  (after {duration_text(seconds)})")
    made.add_row("ledger", ledger_line(job.ledger))
    made.add_row("stored", size_text(job.progress.stored_bytes))
    if job.error:
        made.add_row("error", Text(job.error, style="red"))
    for note in job.notes:
        made.add_row("note", note)
    return made


def reasons_table(reasons: Sequence[Reason], limit: int = 0) -> RenderableType | None:
    """How many windows were not saved, by fate and reason, with one example each; None if all are saved.

    With a limit, the most frequent ones.
    """
    shown = most_frequent(reasons, limit) if limit else reasons
    made = table(
        *("fate", "reason", "windows", "for example"),
        right=("windows",),
        long="for example",
        title="Windows that are not saved",
    )
    for found in shown:
        fate = found.fate.value
        made.add_row(Text(fate, style=STYLES[fate]), found.reason, f"{found.windows:,}", Text(found.example))
    if not made.row_count:
        return None
    hidden = len(reasons) - made.row_count
    return Group(made, Text(f"{hidden:,} rarer reasons are not shown.", style="dim")) if hidden else made


def most_frequent(reasons: Iterable[Reason], number: int) -> list[Reason]:
    """The reasons with most windows, the most frequent first."""
    return sorted(reasons, key=lambda reason: -reason.windows)[:number]


def availability_table(rows: Sequence[Availability], limit: int, page: int = 1) -> Group:
    """One line per channel, one mark per UTC day: all, some or none of its windows saved; `limit` channels a page."""
    days = sorted({row.day_ns for row in rows})
    by_channel: dict[str, dict[int, Availability]] = {}
    for row in rows:
        by_channel.setdefault(str(row.channel), {})[row.day_ns] = row
    shown_days = days if len(days) <= _DAYS_SHOWN else []
    made = table(
        *("channel", "saved", "planned", "days" if shown_days else "", "reasons"),
        right=("saved", "planned"),
        long="reasons",
    )
    first = limit * (page - 1)
    for channel in list(by_channel)[first : first + limit]:
        mine = by_channel[channel]
        saved, planned = sum(r.ledger.saved for r in mine.values()), sum(r.ledger.planned for r in mine.values())
        marks = "".join(_mark(mine.get(day)) for day in shown_days)
        reasons = sorted({reason for row in mine.values() for reason in row.reasons})
        made.add_row(channel, f"{saved:,}", f"{planned:,}", marks, Text(", ".join(reasons), style="dim"))
    span = " to ".join(iso(day)[:10] for day in days[:: max(1, len(days) - 1)])
    parts: list[RenderableType] = [Text(f"Availability by channel and day, {span}", style="bold")]
    if shown_days:
        parts.append(Text("█ all saved  ▒ some  ░ none  · not asked for", style="dim"))
    parts.append(made)
    if hidden := len(by_channel) - made.row_count:
        more = f"--page {page + 1} shows the next, " if len(by_channel) > first + limit else ""
        text = f"{hidden:,} of {len(by_channel):,} channels are not shown ({more}--channels 0 shows all)."
        parts.append(Text(text, style="dim"))
    return Group(*parts)


def _mark(row: Availability | None) -> str:
    if row is None or not row.ledger.planned:
        return "·"
    if row.ledger.saved == row.ledger.planned:
        return "█"
    return "▒" if row.ledger.saved else "░"


def misfits_table(rows: Iterable[TotalMisfit]) -> Table:
    """Total misfits, one row per event and evaluation."""
    made = table(
        *("event", "evaluation", "stations", "sources", "windows", "misfit"),
        right=("stations", "sources", "windows", "misfit"),
    )
    for row in rows:
        counts = (f"{count:,}" for count in (row.stations, row.sources, row.windows))
        made.add_row(Text(row.event), row.path, *counts, f"{row.misfit:.6g}")
    return made


def datasets_table(documents: Iterable[Mapping[str, Any]]) -> Table:
    """The datasets of an export, one per row; paths are below the output folder, or URLs in the bucket."""
    made = table("format", "waveforms", "size", "path", "problems", right=("waveforms", "size"), long="path")
    for document in documents:
        problems = f"{document['problem_count']:,}: {document['problems'][0]}" if document["problems"] else ""
        made.add_row(
            document["format"],
            f"{document['waveforms']:,}",
            size_text(document["size"]),
            Text(document.get("url") or document["path"]),
            Text(problems, style="yellow"),
        )
    return made


def outcomes_table(outcomes: Iterable[Outcome]) -> Table:
    """Outcomes, one per row."""
    made = table("fate", "channel", "start", "end", "about", "reason", "detail", long="detail")
    for outcome in outcomes:
        made.add_row(
            Text(outcome.fate.value, style=STYLES[outcome.fate.value]),
            str(outcome.channel),
            iso(outcome.start_ns),
            iso(outcome.end_ns),
            Text(outcome.subject.text),
            outcome.reason,
            Text(outcome.detail),
        )
    return made


def saved_table(documents: Sequence[Mapping[str, Any]], total: int) -> Table:
    """The places of stored waveforms, from some of their wf documents."""
    made = table(
        *("channel", "first sample (UTC)", "samples", "rate", "bytes", "where"),
        right=("samples", "rate", "bytes"),
        long="where",
        title=f"What was saved and where ({len(documents)} of {total:,})",
    )
    for found in documents:
        channel = str(Channel.of_document(found))
        if found["storage_mode"] == "file":
            where = f"{found['dfile']} at {found['foff']:,}"
        elif found["storage_mode"] == "s3":
            where = f"{found['dir']}/{found['dfile']} at {found['foff']:,}"
        else:
            where = f"GridFS {found['gridfs_id']}"
        made.add_row(
            channel,
            iso(found["t0_ns"]),
            f"{found['npts']:,}",
            f"{found['sampling_rate']:g} Hz",
            f"{found.get('nbytes', 8 * found['npts'] * len(Channel.all_of_document(found))):,}",
            f"{where} ({found.get('format', 'binary')})",
        )
    return made


def estimate_table(estimate: Estimate) -> Group:
    """The estimate for a job; each number has a phrase on how it was made."""
    made = Table.grid(padding=(0, 2))
    made.add_column(style="bold")
    made.add_column(no_wrap=True)
    made.add_column(style="dim", overflow="fold")
    basis = estimate.bases.get
    known_missing = f" ({estimate.missing:,} known to be missing)" if estimate.missing else ""
    if estimate.days:
        made.add_row("days", f"{estimate.days:,}", basis("days", ""))
    if not estimate.days or estimate.days_estimated < estimate.days:
        made.add_row("windows", f"{estimate.windows:,}{known_missing}", basis("windows", ""))
        made.add_row("objects", f"{estimate.objects:,}", basis("objects", ""))
        made.add_row("requests", f"{estimate.requests:,}", basis("requests", ""))
        made.add_row("to fetch", size_text(estimate.fetch_bytes), basis("fetch_bytes", ""))
        made.add_row("on disk", size_text(estimate.disk_bytes), basis("disk_bytes", ""))
        made.add_row("time", duration_text(estimate.hours * 3600), basis("hours", ""))
    rows: list[tuple[str, str]] = [("basis", estimate.basis)]
    if estimate.already is not None:
        rows.insert(0, ("already", estimate.already.text.removeprefix("already: ")))
    below = Table.grid(padding=(0, 2))
    below.add_column(style="bold", min_width=8)
    below.add_column(overflow="fold")
    for row in rows:
        below.add_row(*row)
    return Group(made, below)


def campaign_table(estimate: Estimate, campaign: Campaign) -> Group:
    """The estimate for a campaign, with its stages below."""
    made = Table.grid(padding=(0, 2))
    made.add_column(style="bold")
    made.add_column()
    made.add_row("windows", f"{estimate.windows:,} of {estimate.objects:,} objects")
    made.add_row("to fetch", size_text(estimate.fetch_bytes))
    made.add_row("to store", f"{size_text(estimate.disk_bytes)} and {campaign.documents:,} documents")
    made.add_row("time", f"{duration_text(campaign.hours * 3600)} with these replicas, of one core each:")
    made.add_row("basis", estimate.basis.partition("; at ")[0])
    stages = table("stage", "replicas", "CPU hours", right=("replicas", "CPU hours"))
    for stage, number in campaign.replicas.items():
        stages.add_row(stage.value, str(number), f"{campaign.cpu_seconds[stage] / 3600:.2f}")
    return Group(made, stages)


def archives_table(archives: Iterable[Archive]) -> Table:
    """Archives, one per row."""
    made = table("archive", "bucket", "region", "objects are found by")
    for archive in archives:
        made.add_row(archive.name, archive.bucket, archive.region, archive.index)
    return made


def index_keys_table(documents: Iterable[Mapping[str, Any]]) -> Table:
    """Index keys, one per row."""
    made = table("year", "day", "format", "key", right=("year", "day"), long="key")
    for document in documents:
        made.add_row(str(document["year"]), str(document.get("day") or ""), document["format"], document["s3key"])
    return made


def day_files_table(documents: Iterable[Mapping[str, Any]]) -> Table:
    """Day files, one per row."""
    made = table("channel", "size", "listed", "indexed", "key", right=("size",), long="key")
    for document in documents:
        listed, indexed = (("yes" if document[name] else "no") for name in ("listed", "indexed"))
        made.add_row(_channel(document), size_text(document["size"]), listed, indexed, document["key"])
    return made


def channels_table(documents: Iterable[Mapping[str, Any]]) -> Table:
    """Channel epochs, one per row."""
    made = table(
        *("channel", "from", "to", "lat", "lon", "elev", "azimuth", "dip", "rate"),
        right=("lat", "lon", "elev", "azimuth", "dip", "rate"),
    )
    for document in documents:
        vang = document["vang"]
        made.add_row(
            _channel(document),
            moment_text(document["start_ns"])[:10] if document["start_ns"] > -(2**62) else "–",
            moment_text(document["end_ns"])[:10] if document["end_ns"] else "open",
            f"{document['lat']:.4f}",
            f"{document['lon']:.4f}",
            f"{document['elev'] * 1000:.0f} m",
            "" if document["hang"] is None else f"{document['hang']:g}",
            "" if vang is None else f"{vang - 90:g}",
            f"{document['sample_rate'] or 0:g} Hz",
        )
    return made


def _channel(document: Mapping[str, Any]) -> str:
    return ".".join(document[name] for name in ("net", "sta", "loc", "chan"))


def events_table(events: Iterable[Mapping[str, Any]]) -> Table:
    """A table of `client.event_documents` for people."""
    made = table(
        "id",
        "origin time (UTC)",
        "lat",
        "lon",
        "depth",
        "mag",
        "file",
        right=("lat", "lon", "depth", "mag"),
        long="file",
    )
    for event in events:
        made.add_row(
            event["id"],
            iso(event["time"]).replace("T", " ").removesuffix("Z"),
            f"{event['lat']:.3f}",
            f"{event['lon']:.3f}",
            f"{event['depth_km']:.1f} km",
            "" if event["mag"] is None else f"{event['mag']:.2f} {event['mag_type'] or ''}".rstrip(),
            event["waveform_key"] or "none",
        )
    return made


def dead_letters_table(letters: Iterable[DeadLetter]) -> Table:
    """Dead letters, one per row."""
    made = table("id", "time", "job", "stream", "task", "deliveries", "reason", right=("deliveries",), long="reason")
    for letter in letters:
        made.add_row(
            letter.id,
            moment_text(letter.time_ns),
            letter.job,
            letter.stream,
            letter.task,
            str(letter.deliveries),
            Text(letter.reason),
        )
    return made
