"""CDISC Dataset-JSON 1.1: one dataset a file, rows streamed one after the other.

https://github.com/cdisc-org/DataExchange-DatasetJson: attributes in the documented order, a row an array in the order
of the columns, missing is null, decimals are strings. The number of records stands before the rows and is known only
after them, so its place is kept free.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Final

VERSION: Final = "1.1.0"
_COUNT_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Column:
    """A variable: name, label and data type; ``key`` is its place in the dataset's key, from 1."""

    name: str
    label: str
    type: str = "string"
    key: int | None = None

    def described(self, dataset: str) -> dict[str, object]:
        extra: dict[str, object] = {"targetDataType": "decimal"} if self.type == "decimal" else {}
        if self.key is not None:
            extra["keySequence"] = self.key
        oid = f"IT.{dataset}.{self.name}"
        return {"itemOID": oid, "name": self.name, "label": self.label, "dataType": self.type, **extra}


class Dataset:
    """A dataset that is being written. `add` takes a row as values by column name; the others are null."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        self.records = 0
        self._file = file
        self._names = [column.name for column in columns]

    def add(self, values: Mapping[str, Any]) -> None:
        strangers = values.keys() - set(self._names)
        if strangers:
            raise KeyError(f"no columns {sorted(strangers)}")
        row = _json([values.get(name) for name in self._names])
        self._file.write(b"," + row if self.records else row)
        self.records += 1


@contextmanager
def dataset(
    folder: Path, name: str, label: str, columns: Sequence[Column], about: Mapping[str, str], as_of: str
) -> Iterator[Dataset]:
    """Write ``<name>.json``, created ``as_of``. ``about`` holds optional attributes of the study and the chain head."""
    system = {"name": "prescreen", "version": version("prescreen-bot")}
    head = {
        "datasetJSONCreationDateTime": as_of,
        "datasetJSONVersion": VERSION,
        "fileOID": ".".join(("prescreen", about.get("studyOID", "none"), name, *_head(about))),
        "dbLastModifiedDateTime": min(about.get("modified", as_of), as_of),
        "originator": "prescreen",
        "sourceSystem": system,
        **({"studyOID": about["studyOID"]} if "studyOID" in about else {}),
        "itemGroupOID": f"IG.{name}",
    }
    tail = {"name": name, "label": label, "columns": [column.described(name) for column in columns]}
    with (folder / f"{name.lower()}.json").open("wb") as file:
        file.write(_json(head)[:-1] + b',"records":')
        place = file.tell()
        file.write(b" " * _COUNT_DIGITS + b"," + _json(tail)[1:-1] + b',"rows":[')
        written = Dataset(file, columns)
        yield written
        file.write(b"]}\n")
        file.seek(place)
        file.write(str(written.records).rjust(_COUNT_DIGITS).encode())


def _head(about: Mapping[str, str]) -> tuple[str, ...]:
    """The head of the register's chain tells this state of the data from every other."""
    return (about["head"],) if "head" in about else ()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
