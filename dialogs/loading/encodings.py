"""Turns the bytes of a file into text, or says what the file is instead of a protocol.

A protocol is UTF-8. Another encoding is never guessed for a protocol that is used; it is guessed only to tell the other
mistakes of that file as well.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import Final

from dialogs.errors import Fault

_NO_JSON: Final = (
    'Please write TOML: key = "value" in lines of their own, without braces around all; of a record of a registry, '
    "prescreen protocol draft FILE makes a protocol"
)
_NO_YAML: Final = 'Please write TOML: key = "value", and [[question]] above each question'
_BEGINNINGS: Final[Mapping[bytes, tuple[str, str]]] = {
    b"PK\x03\x04": ("a Word, Excel or ZIP file", "Please save it as plain text"),
    b"\xd0\xcf\x11\xe0": ("an old Word or Excel file", "Please save it as plain text"),
    b"{\\rtf": ("a rich text file (RTF)", "Please save it as plain text"),
    b"%PDF": ("a PDF", "Please copy its text into a plain text file"),
    b"SQLite format 3": ("a file of screenings", "Please name the trial's TOML file"),
    b"\x1f\x8b": ("a compressed file", "Please unpack it"),
    b"\x89PNG": ("a picture", "Please name the trial's TOML file"),
    b"\xff\xd8\xff": ("a picture", "Please name the trial's TOML file"),
    b"<": ("a web page or XML", "Please name the trial's TOML file"),
    b"{": ("JSON", _NO_JSON),
    b"[{": ("JSON", _NO_JSON),
    b"```": ("text with the marks of a page around it", "Please delete the lines that begin with ```"),
    b"---\n": ("YAML", _NO_YAML),
}
"""First bytes of files that are no protocols -> what each is, and what to do."""
_SAVE_AS_UTF8: Final = "Please save the file as UTF-8"
_USUAL: Final = 0.8
_YAML: Final = re.compile(r"\s*(?:- .*|(?:- +)?[\w-]+:(?: .*)?)")
_WIDE: Final[Mapping[bytes, str]] = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Marks of encodings of two or four bytes a sign."""
_UNMARKED: Final = {
    b"\0\0\0.": "utf-32-be",
    b".\0\0\0": "utf-32-le",
    b"\0.": "utf-16-be",
    b".\0": "utf-16-le",
}
"""How a text of such an encoding without a mark begins, where its first sign is one of ASCII."""


def decode(content: bytes) -> tuple[str, list[Fault]]:
    """Return the text of a file, and what is wrong with the way in which it was saved.

    The text is empty where it cannot be told. A byte order mark is left out.
    """
    content = content.removeprefix(codecs.BOM_UTF8)
    for beginning, (what, remedy) in _BEGINNINGS.items():
        if content.lstrip(b" \t\r\n").startswith(beginning):
            return "", [Fault("file", f"this is {what}, not a protocol", remedy)]
    if not content.strip():
        return "", [Fault("file", "is empty", "Please begin with the lines that the documentation shows")]
    if (wide := _wide(content)) is not None:
        return content.decode(wide, errors="replace").removeprefix("\ufeff"), [_of_wide(wide)]
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guessed(content, error)
    if _is_yaml(text):
        return "", [Fault("file", "this is YAML, not a protocol", _NO_YAML)]
    if "\r" in text and "\n" not in text:
        fault = "has lines that end as on old Macs (CR), and is one long line to others"
        return text.replace("\r", "\n"), [
            Fault("file", fault, "Please save it with line ends of Unix or Windows")
        ]
    return text, []


def _wide(content: bytes) -> str | None:
    """Return the encoding of a text of two or four bytes a sign."""
    for mark, encoding in _WIDE.items():
        if content.startswith(mark):
            return encoding
    return next((name for begin, name in _UNMARKED.items() if re.match(begin, content, re.DOTALL)), None)


def _of_wide(encoding: str) -> Fault:
    called = " (called Unicode in some editors)" if encoding.startswith("utf-16") else ""
    return Fault("file", f"is saved as {encoding[:6].upper()}{called}", _SAVE_AS_UTF8)


def _is_yaml(text: str) -> bool:
    """Say whether every line is a key with a colon, or an item of a list: one colon alone is a slip in TOML."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return len(lines) > 1 and all(map(_YAML.fullmatch, lines))


def _guessed(content: bytes, error: UnicodeDecodeError) -> tuple[str, list[Fault]]:
    line = content.count(b"\n", 0, error.start) + 1
    text = content.decode("gb18030", errors="replace")
    if _is_chinese(text):
        return text, [Fault("file", "is saved in a Chinese encoding (GBK)", _SAVE_AS_UTF8, line)]
    byte = content[error.start]
    said = f"is not UTF-8: the first character that cannot be read is byte {byte:#04x} of this line"
    return content.decode("cp1252", errors="replace"), [Fault("file", said, _SAVE_AS_UTF8, line)]


def _is_chinese(text: str) -> bool:
    """Say whether nearly all of what is no ASCII are the usual Chinese characters and signs: no other text is so."""
    signs = [sign for sign in text if not sign.isascii()]
    return len("".join(signs).encode("gb2312", errors="ignore")) >= 2 * _USUAL * len(signs)
