"""What is understood of records in each language that they are read in: patterns from ``words``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dialogs.languages import in_every_language


def patterns(key: str) -> tuple[str, ...]:
    """Return a pattern of each language."""
    return tuple(in_every_language("dialogs.drafting", "read", key).values())


def with_texts(value: Any, written: Callable[[Mapping[str, str]], Any]) -> Any:
    """Return a value of a question with each text that it has in all our languages as it is to be written."""
    if isinstance(value, list):
        return [with_texts(each, written) for each in value]
    if isinstance(value, Mapping):
        return (
            written(value)
            if "en" in value
            else {key: with_texts(each, written) for key, each in value.items()}
        )
    return value


def either(key: str) -> str:
    """Return one pattern for what is said in any of the languages."""
    return f"(?:{'|'.join(patterns(key))})"
