"""Exports of many screenings: seconds, memory, and how many times the sqlite3 shell's own time.

    python -m tests.bench.exports [--screenings 50000] [--folder FOLDER] [--formats csv answers ...] [--repeat 3]

The shell writes the same rows from a plain join, with no guard against formulas and with no look at which answer is
superseded: as fast as these rows can be written from this file at all. The workbook is held against XlsxWriter's own
constant-memory mode with its general `write`, on a file of `--xlsx-screenings`. The best of `--repeat` runs counts.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BASE = 2_000
ANSWERS = """
SELECT
    l.screening, s.site, l.entry, l.at, l.person, l.question, l.value, l.unit, l.compared, l.compared_unit, 'current',
    v.verdict, v.first_failed, v.all_failed, v.unresolved, v.at, t.id, t.version, t.sha256
FROM screenings s
JOIN verdicts v ON v.screening = s.number AND v.entry = (SELECT max(entry) FROM verdicts WHERE screening = s.number)
JOIN protocols t ON t.sha256 = s.protocol
CROSS JOIN log l ON l.screening = s.number AND l.kind = 'answer'
"""
LOGS = """
SELECT l.screening, l.entry, l.at, l.person, l.kind, l.question, l.value, l.unit, l.compared, l.compared_unit, l.detail
FROM screenings s CROSS JOIN log l ON l.screening = s.number
"""
# format -> (shell mode, its rows, times the shell's seconds at most, MiB at most)
GOALS = {
    "csv": (None, None, None, 60),
    "answers": ("csv", ANSWERS, 3.5, 60),
    "log": ("json", LOGS, 1.5, 60),
    "parquet": ("csv", ANSWERS, 3.5, 150),
    "sdtm": (None, None, None, 60),
    "fhir": (None, None, None, 60),
    "xlsx": (None, None, 1.0, 60),
}


def one(format_name: str, database: str, output: str) -> dict[str, float]:
    """Export in this process; memory is the peak of this program alone."""
    from state.exports import export

    began = time.perf_counter()
    exported = export(Path(database), format_name, Path(output), force=True)
    return {
        "seconds": time.perf_counter() - began,
        "mib": peak(),
        "rows": exported.rows,
        "bytes": exported.size,
    }


def plain_workbook(database: str, output: str) -> dict[str, float]:
    """Write the same cells as our workbook's answers and log by XlsxWriter's general `write`, read beforehand."""
    from xlsxwriter import Workbook

    from state.exports.csvs import log_cells
    from state.exports.snapshot import snapshot

    began = time.perf_counter()
    with snapshot(Path(database)) as data:
        book = Workbook(output, {"constant_memory": True})
        log, answers = book.add_worksheet(), book.add_worksheet()
        at = 0
        for number, row in enumerate(data.rows(), 1):
            for place, cell in enumerate(log_cells(data, number, row)):
                log.write(number, place, cell)
            for answer in data.answers(row):
                at += 1
                cells = (
                    answer.entry,
                    answer.at,
                    answer.person,
                    answer.question,
                    answer.value,
                    answer.unit,
                    answer.compared and float(answer.compared),
                    answer.compared_unit,
                    answer.status,
                )
                for place, value in enumerate((row.screening, row.site, *cells, row.shown_verdict)):
                    answers.write(at, place, value)
        book.close()
    return {
        "seconds": time.perf_counter() - began,
        "mib": peak(),
        "rows": at,
        "bytes": Path(output).stat().st_size,
    }


def peak() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def child(*arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.exports", "--one", *arguments]
    measured: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return measured


def shell(database: Path, mode: str, sql: str, output: Path) -> float:
    script = f".mode {mode}\n.headers on\n.output {output}\n{sql};\n"
    began = time.perf_counter()
    subprocess.run(["sqlite3", "-readonly", str(database)], input=script.encode(), check=True)
    return time.perf_counter() - began


def make(folder: Path, screenings: int, base: int) -> Path:
    """Make the file, or take the one that an earlier run left in the folder."""
    path = folder / f"{screenings}.db"
    if not path.exists():
        from tests.state.random_files import fill, multiply

        print(f"making {screenings} screenings ...", file=sys.stderr)
        making = folder / f"{screenings}.making"
        db = fill(making, min(base, screenings))
        multiply(db, max(0, round(screenings / base) - 1))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.conn.close()
        making.rename(path)
    return path


def measure(format_name: str, database: Path, folder: Path, repeat: int) -> str:
    mode, sql, times, mib = GOALS[format_name]
    runs, baseline = [], []
    for _ in range(repeat):
        if format_name == "xlsx":
            baseline.append(child("plain-xlsx", str(database), str(folder / "plain.xlsx"))["seconds"])
        elif mode is not None and sql is not None:
            baseline.append(shell(database, mode, sql, folder / "shell"))
        runs.append(child(format_name, str(database), str(folder / f"out.{format_name}")))
    seconds, memory = min(run["seconds"] for run in runs), max(run["mib"] for run in runs)
    ratio = seconds / min(baseline) if baseline else None
    told = f"{ratio:.2f} (goal {times})" if ratio is not None else ""
    met = memory <= mib and (ratio is None or times is None or ratio <= times)
    return (
        f"{format_name:<9}{runs[0]['rows']:>10.0f}{runs[0]['bytes'] / 1e6:>9.1f}{seconds:>9.2f}"
        f"{min(baseline, default=0):>9.2f}  {told:<18}{memory:>6.0f} (goal {mib})  {'met' if met else 'MISSED'}"
    )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--screenings", type=int, default=50_000)
    options.add_argument("--xlsx-screenings", type=int, default=BASE)
    options.add_argument("--folder", type=Path)
    options.add_argument("--formats", nargs="+", choices=list(GOALS), default=list(GOALS))
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--one", nargs=3, metavar=("FORMAT", "DB", "OUTPUT"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        name, database, output = given.one
        print(
            json.dumps(
                plain_workbook(database, output) if name == "plain-xlsx" else one(name, database, output)
            )
        )
        return
    folder = given.folder or Path(tempfile.mkdtemp(prefix="bench-exports-"))
    folder.mkdir(parents=True, exist_ok=True)
    database = make(folder, given.screenings, BASE)
    small = make(folder, given.xlsx_screenings, BASE)
    print("format         rows       MB  seconds baseline  times baseline    MiB at peak")
    for name in given.formats:
        print(measure(name, small if name == "xlsx" else database, folder, given.repeat), flush=True)
    if given.folder is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
