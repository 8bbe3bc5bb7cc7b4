"""What is understood of records in each language that they are read in: patterns from ``words``."""

from __future__ import annotations

from dialogs.languages import in_every_language


def patterns(key: str) -> tuple[str, ...]:
    """Return a pattern of each language."""
    return tuple(in_every_language("dialogs.drafting", "read", key).values())


def either(key: str) -> str:
    """Return one pattern for what is said in any of the languages."""
    return f"(?:{'|'.join(patterns(key))})"
