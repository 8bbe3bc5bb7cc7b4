"""Turns the bytes of a file into text, or says what the file is instead of a protocol.

A protocol is UTF-8. Another encoding is never guessed for a protocol that is used; it is guessed only to tell the other
mistakes of that file as well.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Final

from dialogs.errors import Fault

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
    b"{": ("JSON", 'Please write TOML: key = "value" in lines of their own, without braces around all'),
    b"```": ("text with the marks of a page around it", "Please delete the lines that begin with ```"),
    b"---\n": ("YAML", 'Please write TOML: key = "value", and [[question]] above each question'),
}
"""First bytes of files that are no protocols -> what each is, and what to do."""
_USUAL: Final = 0.8
_MARKS: Final = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


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
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        return _guessed(content, error)


def _guessed(content: bytes, error: UnicodeDecodeError) -> tuple[str, list[Fault]]:
    remedy = "Please save the file as UTF-8"
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            fault = Fault("file", "is saved as UTF-16 (called Unicode in some editors)", remedy)
            return content.decode(encoding, errors="replace").removeprefix("\ufeff"), [fault]
    line = content.count(b"\n", 0, error.start) + 1
    text = content.decode("gb18030", errors="replace")
    if _is_chinese(text):
        return text, [Fault("file", "is saved in a Chinese encoding (GBK)", remedy, line)]
    byte = content[error.start]
    said = f"is not UTF-8: the first character that cannot be read is byte {byte:#04x} of this line"
    return content.decode("cp1252", errors="replace"), [Fault("file", said, remedy, line)]


def _is_chinese(text: str) -> bool:
    """Say whether nearly all of what is no ASCII are the usual Chinese characters and signs: no other text is so."""
    signs = [sign for sign in text if not sign.isascii()]
    return len("".join(signs).encode("gb2312", errors="ignore")) >= 2 * _USUAL * len(signs)
