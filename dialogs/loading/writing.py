"""Writes values as TOML: what a stored file keeps of the catalogue, and what messages show of a file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def table(kind: str, name: str, value: Any) -> str:
    """Return a table, ``[kind.name]``, or a list of tables, that can stand at the end of any file."""
    if isinstance(value, list):
        return "".join(f"\n[[{kind}.{name}]]\n{_pairs(each)}" for each in value)
    return f"\n[{kind}.{name}]\n{_pairs(value)}"


def _pairs(values: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {value_of(value)}\n" for key, value in values.items())


def value_of(value: Any) -> str:
    """Return a value as it stands in a file."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(key)} = {value_of(each)}' for key, each in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(value_of, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    """A basic string: what JSON escapes is escaped alike in TOML."""
    return json.dumps(text, ensure_ascii=False)
