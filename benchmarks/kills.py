"""A sender killed with signal 9 at random instants, many times: what was lost, and what came twice."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.report import Options, Section, Table, figure
from tests.faults.killing import SUBSCRIPTIONS, killed

KILLS = 100


def run(options: Options) -> Section:
    """Kill, let one finish, and count."""
    kills = 3 if options.quick else KILLS
    with TemporaryDirectory(prefix="kills") as folder:
        left = killed(
            Path(folder), kills, lambda number: options.progress(f"kill {number + 1} of {kills}", number / kills)
        )
    gaps = [event.seq for event in left.events] != list(range(1, len(left.events) + 1))
    claim = (
        f"A process publishes news without pause, judges rounds of {len(left.cells)} cells at a provider that refuses "
        f"one of them now and then, and delivers to {SUBSCRIPTIONS} receivers; it is killed within 1.5 s of its "
        "start. Where the cause is gone, the model answers again before the next start. The last process only delivers."
    )
    rows = (
        ("kills", figure(left.kills)),
        ("of them with the cause gone before the restart", figure(left.gone)),
        ("events committed", figure(len(left.events))),
        ("of them verdicts that changed", figure(left.told)),
        ("events lost: gaps in seq", "YES" if gaps else "0"),
        ("events lost: cells whose changes are not all told", figure(left.untold)),
        ("deliveries owed", figure(len(left.owed))),
        ("deliveries lost", figure(len(left.lost))),
        ("duplicates", figure(left.duplicates)),
        ("requests with other bytes than were committed", figure(left.altered)),
    )
    return Section("kills", claim, (Table("Kill -9", ("what", "count"), rows),))
