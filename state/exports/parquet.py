"""Parquet for networks of sites: screenings and answers, in folders by site and month (``site=S01/month=2026-11``).

The month is that of saving, in UTC. Values stand as entered, beside them the decimal that the rules compare; unknown
is the word, with no number. One partition is written after the other, so memory stays flat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow import compute, csv, parquet

from dialogs.answers import COMPUTED, compact
from dialogs.digits import is_whole
from dialogs.protocol import Question
from state.codes import folder as named
from state.exports.csvs import DATES, LOG_NOTED
from state.exports.healing import HEALING_COLUMNS, healed
from state.exports.joined import CELL, ROW, joined_answers
from state.exports.snapshot import Row, Snapshot

SCREENINGS_AT_ONCE: Final = 400
MOMENT: Final = pa.timestamp("ms", tz="UTC")
NUMBER: Final = pa.decimal128(38, 12)
CODES: Final = pa.list_(pa.string())

PARTS: Final = pa.list_(
    pa.struct([("part", pa.string()), ("verdict", pa.string()), ("failed", CODES), ("unresolved", CODES)])
)

SCREENINGS: Final = pa.schema(
    [
        ("screening", pa.string()),
        ("sequence", pa.int32()),
        ("started_at", MOMENT),
        ("started_by", pa.string()),
        ("zone", pa.string()),
        ("channel", pa.string()),
        ("earlier", pa.string()),
        ("subject", pa.string()),
        ("state", pa.string()),
        ("saved_at", MOMENT),
        ("saved_by", pa.string()),
        ("verdict", pa.string()),
        ("first_failed", pa.string()),
        ("all_failed", CODES),
        ("unresolved", CODES),
        ("parts", PARTS),
        ("questions_asked", pa.int32()),
        ("protocol", pa.string()),
        ("protocol_version", pa.string()),
        ("protocol_sha256", pa.string()),
        *(
            (column, pa.date32() if column in DATES else pa.string())
            for column in (*HEALING_COLUMNS, *LOG_NOTED)
        ),
    ]
)
"""Followed by the questions that the protocols want in the screening log."""
ANSWERS: Final = pa.schema(
    [
        ("screening", pa.string()),
        ("entry", pa.int32()),
        ("at", MOMENT),
        ("person", pa.string()),
        ("question", pa.string()),
        ("value", pa.string()),
        ("unit", pa.string()),
        ("relation", pa.string()),
        ("compared", NUMBER),
        ("compared_unit", pa.string()),
        ("status", pa.string()),
    ]
)
CONSTANT: Final = pa.schema(
    [
        ("verdict", pa.string()),
        ("first_failed", pa.string()),
        ("all_failed", CODES),
        ("unresolved", CODES),
        ("saved_at", MOMENT),
        ("protocol", pa.string()),
        ("protocol_version", pa.string()),
        ("protocol_sha256", pa.string()),
    ]
)
"""What is the same for all answers of a screening; these columns follow the others."""
PARTITIONED: Final = (("site", pa.string()), ("month", pa.string()))

_INDEX: Final = "CREATE INDEX temp.chosen_month ON chosen (site, substr(saved_at, 1, 7))"
_PARTITIONS: Final = "SELECT DISTINCT site, substr(saved_at, 1, 7) FROM chosen ORDER BY 1, 2"
_IN_PARTITION: Final = "site = ? AND substr(saved_at, 1, 7) = ?"


def write(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write both tables into the folder `target`; returns the number of their rows together."""
    snapshot.db.execute(_INDEX)
    tables = _tables(snapshot, as_of)
    partitions = list(snapshot.query(_PARTITIONS))
    if (
        not partitions
    ):  # the tables are there all the same, with all columns that a reader of partitions finds
        for name, schema in tables.items():
            _writer(target / name, pa.schema([*schema, *PARTITIONED], schema.metadata)).close()
    return sum(_partition(snapshot, target, site, month, tables, step) for site, month in partitions)


def _tables(snapshot: Snapshot, as_of: str) -> dict[str, pa.Schema]:
    """Return each table's columns, with the moment and the chain head that the data are of."""
    about = {"prescreen.as_of": as_of, "prescreen.head": snapshot.head or ""}
    questions = [
        (question.id, pa.int32() if is_whole(question) else pa.string())
        for question in snapshot.logged_questions
    ]
    return {
        "screenings": pa.schema([*SCREENINGS, *questions], about),
        "answers": pa.schema([*ANSWERS, *CONSTANT], about),
    }


def _partition(
    snapshot: Snapshot,
    target: Path,
    site: str,
    month: str,
    tables: Mapping[str, pa.Schema],
    step: Callable[[int], None],
) -> int:
    inner = Path(named(f"site={site}")) / named(f"month={month}")
    chosen = snapshot.rows(_IN_PARTITION, [site, month])
    written = 0
    with (
        _writer(target / "screenings" / inner, tables["screenings"]) as screenings,
        _writer(target / "answers" / inner, tables["answers"]) as answers,
    ):
        while batch := list(islice(chosen, SCREENINGS_AT_ONCE)):
            table = _answers(snapshot, batch, tables["answers"])
            answers.write_table(table)
            given = {question.id: _given(question, table) for question in snapshot.logged_questions}
            rows = [_screening(snapshot, row, given) for row in batch]
            screenings.write_table(pa.Table.from_pylist(rows, schema=tables["screenings"]))
            written += len(batch) + table.num_rows
            step(len(batch))
    return written


def _writer(folder: Path, schema: pa.Schema) -> parquet.ParquetWriter:
    folder.mkdir(parents=True)
    return parquet.ParquetWriter(folder / "part-0.parquet", schema, compression="zstd")


def _screening(snapshot: Snapshot, row: Row, given: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    noted = snapshot.outcomes(row)
    return {
        "screening": row.screening,
        "sequence": row.sequence,
        "started_at": _moment(row.started_at),
        "started_by": row.started_by,
        "zone": row.zone,
        "channel": row.channel,
        "earlier": row.earlier,
        "subject": row.subject,
        "state": row.state,
        "saved_by": row.saved_by,
        "parts": [
            {"part": p.part, "verdict": p.verdict_code, "failed": p.failed, "unresolved": p.unresolved}
            for p in row.parts
        ],
        "questions_asked": row.asked,
        **_constant(snapshot, row),
        **{column: _noted(column, value) for column, value in _healed(snapshot, row)},
        **{column: _noted(column, noted.get(column)) for column in LOG_NOTED},
        **{question: known.get(row.screening) for question, known in given.items()},
    }


def _constant(snapshot: Snapshot, row: Row) -> dict[str, object]:
    protocol = snapshot.protocols[row.protocol]
    return {
        "verdict": row.verdict_code,
        "first_failed": row.first_failed,
        "all_failed": row.all_failed,
        "unresolved": row.unresolved,
        "saved_at": _moment(row.saved_at),
        "protocol": protocol.id,
        "protocol_version": protocol.version,
        "protocol_sha256": row.protocol,
    }


def _healed(snapshot: Snapshot, row: Row) -> Iterator[tuple[str, str | None]]:
    return zip(HEALING_COLUMNS, (cell or None for cell in healed(snapshot, row).cells()), strict=True)


def _noted(column: str, value: str | None) -> date | str | None:
    return date.fromisoformat(value) if value and column in DATES else value


def _given(question: Question, answers: pa.Table) -> dict[str, object]:
    """Return the current answers to a question by screening."""
    wanted = compute.and_(
        compute.equal(answers["question"], question.id), compute.equal(answers["status"], "current")
    )
    found = answers.filter(wanted)
    cells = map(partial(_cell, question), found["value"].to_pylist(), found["compared"].to_pylist())
    return dict(zip(found["screening"].to_pylist(), cells, strict=True))


def _cell(question: Question, value: str, number: Decimal | None) -> object:
    """Return an integer, null for one that is unknown; else what was entered, or the number that was worked out."""
    if is_whole(question):
        return None if number is None else int(number)
    return compact(number) if value == COMPUTED.code and number is not None else value


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


def _answers(snapshot: Snapshot, batch: Sequence[Row], schema: pa.Schema) -> pa.Table:
    """Return the answers of screenings as a table, read by Arrow from SQLite's joined text without a loop in Python."""
    counted = [(row, *joined_answers(snapshot, row)) for row in batch]
    lines = "".join(_lines(row.screening, text) for row, count, text in counted if count)
    if not lines:
        return schema.empty_table()
    read = csv.read_csv(
        pa.BufferReader(lines.encode()),
        read_options=csv.ReadOptions(column_names=ANSWERS.names, use_threads=False),
        parse_options=csv.ParseOptions(delimiter=CELL, quote_char=False),
        convert_options=csv.ConvertOptions(column_types=ANSWERS, null_values=[""], strings_can_be_null=True),
    )
    same = pa.Table.from_pylist([_constant(snapshot, row) for row in batch], schema=CONSTANT)
    places = [place for place, (_, count, _) in enumerate(counted) for _ in range(count)]
    repeated = same.take(pa.array(places, pa.int32()))
    return pa.Table.from_arrays([*read.columns, *repeated.columns], schema=schema)


def _lines(screening: str, text: str) -> str:
    begin = screening + CELL
    return begin + text.replace(ROW, f"\n{begin}") + "\n"
