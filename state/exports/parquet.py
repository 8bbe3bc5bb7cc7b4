"""Parquet for networks of sites: screenings and answers, in folders by site and month (``site=S01/month=2026-11``).

The month is that of saving, in UTC. Values stand as entered, beside them the exact decimal that the rules compare;
unknown is the word, with no number. One partition is written after the other, so memory stays flat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow import csv, parquet

from state.exports.joined import CELL, ROW, joined_answers
from state.exports.snapshot import Row, Snapshot

SCREENINGS_AT_ONCE: Final = 400
MOMENT: Final = pa.timestamp("ms", tz="UTC")
NUMBER: Final = pa.decimal128(38, 12)
CODES: Final = pa.list_(pa.string())

SCREENINGS: Final = pa.schema(
    [
        ("screening", pa.string()),
        ("sequence", pa.int32()),
        ("started_at", MOMENT),
        ("started_by", pa.string()),
        ("zone", pa.string()),
        ("channel", pa.string()),
        ("earlier", pa.string()),
        ("state", pa.string()),
        ("saved_at", MOMENT),
        ("saved_by", pa.string()),
        ("verdict", pa.string()),
        ("first_failed", pa.string()),
        ("all_failed", CODES),
        ("unresolved", CODES),
        ("questions_asked", pa.int32()),
        ("protocol", pa.string()),
        ("protocol_version", pa.string()),
        ("protocol_sha256", pa.string()),
    ]
)
ANSWERS: Final = pa.schema(
    [
        ("screening", pa.string()),
        ("entry", pa.int32()),
        ("at", MOMENT),
        ("person", pa.string()),
        ("question", pa.string()),
        ("value", pa.string()),
        ("unit", pa.string()),
        ("compared", NUMBER),
        ("compared_unit", pa.string()),
        ("status", pa.string()),
        ("verdict", pa.string()),
        ("first_failed", pa.string()),
        ("all_failed", pa.string()),
        ("unresolved", pa.string()),
        ("protocol", pa.string()),
        ("protocol_version", pa.string()),
        ("protocol_sha256", pa.string()),
    ]
)

_INDEX: Final = "CREATE INDEX temp.chosen_month ON chosen (site, substr(saved_at, 1, 7))"
_PARTITIONS: Final = "SELECT DISTINCT site, substr(saved_at, 1, 7) FROM chosen ORDER BY 1, 2"
_IN_PARTITION: Final = "site = ? AND substr(saved_at, 1, 7) = ?"


def write(snapshot: Snapshot, target: Path, step: Callable[[int], None], as_of: str) -> int:
    """Write both tables into the folder `target`; gives the number of their rows together."""
    snapshot.db.execute(_INDEX)
    rows = 0
    partitions = list(snapshot.query(_PARTITIONS))
    for site, month in partitions:
        rows += _partition(snapshot, target, site, month, step)
    if not partitions:  # the tables and their columns are there all the same
        for name, schema in (("screenings", SCREENINGS), ("answers", ANSWERS)):
            _writer(target / name, schema).close()
    return rows


def _partition(snapshot: Snapshot, target: Path, site: str, month: str, step: Callable[[int], None]) -> int:
    inner = Path(f"site={site}") / f"month={month}"
    chosen = snapshot.rows(_IN_PARTITION, [site, month])
    written = 0
    with (
        _writer(target / "screenings" / inner, SCREENINGS) as screenings,
        _writer(target / "answers" / inner, ANSWERS) as answers,
    ):
        while batch := list(islice(chosen, SCREENINGS_AT_ONCE)):
            screenings.write_table(
                pa.Table.from_pylist([_screening(snapshot, row) for row in batch], schema=SCREENINGS)
            )
            text = "".join(_lines(snapshot, batch))
            if text:
                table = _parse(text)
                answers.write_table(table)
                written += table.num_rows
            written += len(batch)
            step(len(batch))
    return written


def _writer(folder: Path, schema: pa.Schema) -> parquet.ParquetWriter:
    folder.mkdir(parents=True)
    return parquet.ParquetWriter(folder / "part-0.parquet", schema, compression="zstd")


def _screening(snapshot: Snapshot, row: Row) -> dict[str, object]:
    protocol = snapshot.protocols[row.protocol]
    return {
        "screening": row.screening, "sequence": row.sequence, "started_at": _moment(row.started_at),
        "started_by": row.started_by, "zone": row.zone, "channel": row.channel, "earlier": row.earlier,
        "state": row.state, "saved_at": _moment(row.saved_at), "saved_by": row.saved_by,
        "verdict": row.verdict_code, "first_failed": row.first_failed, "all_failed": row.all_failed,
        "unresolved": row.unresolved, "questions_asked": row.asked, "protocol": protocol.id,
        "protocol_version": protocol.version, "protocol_sha256": row.protocol,
    }  # fmt: skip


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


def _lines(snapshot: Snapshot, batch: list[Row]) -> Iterator[str]:
    """Give the answers as lines for Arrow's reader of separated values, which makes columns of them by itself."""
    for row in batch:
        count, text = joined_answers(snapshot, row)
        if count:
            protocol = snapshot.protocols[row.protocol]
            constant = (
                row.verdict_code, row.first_failed or "", " ".join(row.all_failed), " ".join(row.unresolved),
                protocol.id, protocol.version, row.protocol,
            )  # fmt: skip
            begin, end = row.screening + CELL, CELL + CELL.join(constant) + "\n"
            yield begin + text.replace(ROW, end + begin) + end


def _parse(text: str) -> pa.Table:
    return csv.read_csv(
        pa.BufferReader(text.encode()),
        read_options=csv.ReadOptions(column_names=ANSWERS.names, use_threads=False),
        parse_options=csv.ParseOptions(delimiter=CELL, quote_char=False),
        convert_options=csv.ConvertOptions(column_types=ANSWERS, null_values=[""], strings_can_be_null=True),
    )
