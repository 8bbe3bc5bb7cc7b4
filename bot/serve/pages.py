"""What Datasette's pages show in place of the file's codes: words in both languages, and links from numbers.

A plugin of Datasette. What is downloaded as CSV or JSON keeps the codes, as exports do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from dialogs.answers import decode
from dialogs.errors import AnswerError
from dialogs.protocol import Protocol
from dialogs.wording import describe

NAME: Final = "prescreen"
"""What the file is called in addresses, whatever its own name."""
NUMBERS: Final = frozenset({"screening", "earlier_screening", "编号"})
CRITERIA: Final = frozenset({"first_failed", "all_failed", "unresolved", "criterion", "标准"})
QUESTIONS: Final = frozenset({"question", "问题"})
VALUES: Final = frozenset({"value", "answer", "回答"})
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "potentially eligible": {"en": "potentially eligible", "zh": "可能符合条件"},
    "ineligible": {"en": "ineligible", "zh": "不符合条件"},
    "undetermined": {"en": "undetermined", "zh": "暂不能判定"},
    "completed": {"en": "completed", "zh": "已完成"},
    "cancelled": {"en": "cancelled", "zh": "已取消"},
    "revising": {"en": "opened again", "zh": "重新打开"},
    "open": {"en": "open", "zh": "进行中"},
    "current": {"en": "current", "zh": "有效"},
    "superseded": {"en": "superseded", "zh": "被取代"},
    "set aside": {"en": "set aside", "zh": "不计入"},
    "referred": {"en": "referred", "zh": "已转诊"},
    "consented": {"en": "consented", "zh": "已知情同意"},
    "enrolled": {"en": "enrolled", "zh": "已入组"},
    "not_enrolled": {"en": "not enrolled", "zh": "未入组"},
    "declined": {"en": "declined", "zh": "拒绝参加"},
    "screen_failure": {"en": "screen failure", "zh": "筛选失败"},
    "physician": {"en": "physician's decision", "zh": "医生决定"},
    "other": {"en": "other", "zh": "其他"},
}
"""Codes of columns of their own -> words."""
WORDED: Final = frozenset({"verdict", "state", "status", "outcome", "结果", "reason", "原因"})


class Pages:
    """The plugin. Words come from the protocols of the file, the newest last."""

    __name__ = "prescreen"  # Datasette lists plugins, which to it are modules

    def __init__(self, protocols: Sequence[Protocol]) -> None:
        self._criteria = {code: c.name for p in protocols for code, c in p.criterion_by_code.items()}
        self._questions = {question.id: question for p in protocols for question in p.questions}

    def extra_template_vars(self, request: Any, view_name: str) -> dict[str, object]:
        """Leave out how the views are made."""
        return {"view_definition": None, "table_definition": None}

    def render_cell(self, row: Any, value: object, column: str, table: str | None) -> object:
        """Give a cell's words, or ``None`` for Datasette's own way of showing it."""
        if not isinstance(value, str) or not value:
            return None
        language = None if table else ("en" if column.isascii() else "zh")
        if column in NUMBERS:
            return _link(value)
        if column in CRITERIA:
            return "; ".join(
                f"{code} {_said(self._criteria.get(code), language)}".strip() for code in value.split()
            )
        if column in QUESTIONS and value in self._questions:
            return _said(self._questions[value].short, language)
        if column in VALUES:
            return self._answer(row, value, language)
        if column in WORDED and value in WORDS:
            return _said(WORDS[value], language)
        return None

    def _answer(self, row: Any, value: str, language: str | None) -> str | None:
        held = dict(zip(row.keys(), tuple(row), strict=True))
        question = self._questions.get(str(held.get("question") or held.get("问题")))
        if question is None or (held.get("unit") or held.get("单位")):
            return None
        try:
            answer = decode(value, None)
            return _said({one: describe(question, answer, one) for one in ("en", "zh")}, language)
        except (AnswerError, KeyError):
            return None


def _said(text: Mapping[str, str] | None, language: str | None) -> str:
    """Say a text in a language, or in all where a page is in all of them."""
    if text is None:
        return ""
    if language in text:
        return text[str(language)]
    return " · ".join(dict.fromkeys(text.values()))


def _link(number: str) -> object:
    from markupsafe import Markup, escape  # comes with Datasette

    return Markup('<a href="/{}/answers?screening={}&amp;_sort=entry">{}</a>').format(
        NAME, quote(number, safe=""), escape(number)
    )
