"""Show values as rich tables and lines: ledgers, jobs, availability, outcomes, saved data. It does not fetch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from libseis.codes import Channel
from libseis.isotime import iso

from ..client.capacity import Campaign
from ..model.outcome import Fate, JobState, Ledger

if TYPE_CHECKING:
    from ..client import Availability, DeadLetter, Estimate, Job, Outcome, Reason, TotalMisfit

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


def moment_text(ns: int) -> str:
    """A time to the second; a dash for none."""
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
        made.add_row("closed", f"{moment_text(job.close_time_ns)}  (after {seconds:,.1f} s)")
    made.add_row("ledger", ledger_line(job.ledger))
    made.add_row("stored", size_text(job.progress.stored_bytes))
    if job.error:
        made.add_row("error", Text(job.error, style="red"))
    for note in job.notes:
        made.add_row("note", note)
    return made


def reasons_table(reasons: Iterable[Reason]) -> Table | None:
    """How many windows were not saved, by fate and reason, with one example each; None if all are saved."""
    made = table(
        *("fate", "reason", "windows", "for example"),
        right=("windows",),
        long="for example",
        title="Windows that are not saved",
    )
    for found in reasons:
        fate = found.fate.value
        made.add_row(Text(fate, style=STYLES[fate]), found.reason, f"{found.windows:,}", Text(found.example))
    return made if made.row_count else None


def availability_table(rows: Sequence[Availability], limit: int) -> Group:
    """One line per channel, one mark per UTC day: all, some or none of its windows saved; at most `limit` channels."""
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
    for channel in list(by_channel)[:limit]:
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
    if len(by_channel) > limit:
        parts.append(Text(f"{len(by_channel) - limit:,} more channels; --channels 0 shows all.", style="dim"))
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


def estimate_table(estimate: Estimate) -> Table:
    """The estimate for a job."""
    made = Table.grid(padding=(0, 2))
    made.add_column(style="bold")
    made.add_column()
    known_missing = f"  ({estimate.missing:,} of them known to be missing)" if estimate.missing else ""
    made.add_row("windows", f"{estimate.windows:,}{known_missing}")
    made.add_row("objects", f"{estimate.objects:,}  ({estimate.requests:,} requests)")
    made.add_row("to fetch", size_text(estimate.fetch_bytes))
    made.add_row("on disk", size_text(estimate.disk_bytes))
    made.add_row("time", f"{estimate.hours:.2f} h" if estimate.hours >= 0.1 else f"{estimate.hours * 3600:.0f} s")
    if estimate.already is not None:
        made.add_row("already", estimate.already.text.removeprefix("already: "))
    made.add_row("basis", estimate.basis)
    return made


def campaign_table(estimate: Estimate, campaign: Campaign) -> Group:
    """The estimate for a campaign, with its stages below."""
    made = Table.grid(padding=(0, 2))
    made.add_column(style="bold")
    made.add_column()
    made.add_row("windows", f"{estimate.windows:,} of {estimate.objects:,} objects")
    made.add_row("to fetch", size_text(estimate.fetch_bytes))
    made.add_row("to store", f"{size_text(estimate.disk_bytes)} and {campaign.documents:,} documents")
    made.add_row("time", f"{campaign.hours:.2f} h with these replicas, of one core each:")
    made.add_row("basis", estimate.basis.partition("; at ")[0])
    stages = table("stage", "replicas", "CPU hours", right=("replicas", "CPU hours"))
    for stage, number in campaign.replicas.items():
        stages.add_row(stage.value, str(number), f"{campaign.cpu_seconds[stage] / 3600:.2f}")
    return Group(made, stages)


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
