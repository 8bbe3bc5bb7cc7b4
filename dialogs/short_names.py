"""Names of questions that do not serve in reviews and reasons: cut off, shared, or of more than is asked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from dialogs.errors import Fault
from dialogs.languages import in_every_language
from dialogs.loading.catalogue import entries, without_copies
from dialogs.loading.ruleless import id_of, question_name
from dialogs.loading.short_forms import with_codes
from dialogs.protocol import Protocol

_Named = tuple[str, Mapping[str, Any] | None]


def unfit_names(protocol: Protocol) -> Iterator[Fault]:
    """Yield what is to be named otherwise, by the names in the trial's first language."""
    language = protocol.languages[0]
    called = {question.id: question.name[language] for question in protocol.questions}
    alike: dict[str, list[str]] = {}
    for name, said in called.items():
        alike.setdefault(said.casefold(), []).append(name)
    named = dict(_named_by_the_file(tomllib.loads(without_copies(protocol.text))))
    for name, said in called.items():
        place, raw = named.get(name, (f"question {name}", None))
        fault = f'is called "{said}" in reviews and reasons'
        others = [each for each in alike[said.casefold()] if each != name and not _same(protocol, name, each)]
        if others and (name in named or _is_to_be_named(name, others, named)):
            remedy = 'Please give each its own: short = "..."'
            if name not in named:
                remedy = f'Please add a [[question]] with use = "{name}" and a short = "..." of its own'
            yield Fault(f"{place}: short", f"{fault}, like {others[0]}", remedy)
        elif raw is not None and (
            _is_no_name(said) or _says_more(said, protocol.question(name).ask[language], raw, language)
        ):
            yield Fault(f"{place}: short", fault, 'Please name it in a few words: short = "..."')


def _same(protocol: Protocol, name: str, other: str) -> bool:
    """Say whether two questions measure the same, as a creatinine that may be *normal* and one that is a number."""
    measures = protocol.question(name).measures
    return measures is not None and measures == protocol.question(other).measures


def _is_to_be_named(name: str, others: Sequence[str], named: Collection[str]) -> bool:
    """Say whether, of questions of the catalogue that the file does not have, this is the one to get another name."""
    return not any(other in named for other in others) and name > max(others)


def _is_no_name(said: str) -> bool:
    """Say whether it is cut off, or a question, which its answer stands behind: *last dose: how long ago: never*."""
    asking = in_every_language("dialogs", "patterns", "asking").values()
    return said.endswith("…") or any(re.search(each, said) for each in asking)


def _says_more(said: str, asked: str, raw: Mapping[str, Any], language: str) -> bool:
    """Say whether the name is that of an entry of the catalogue, and the file's own words leave out some of it."""
    ours = entries().get(str(raw.get("use")), {}).get("ask", {}).get(language, "").casefold()
    return any(word in ours and word not in asked.casefold() for word in re.findall(r"\w+", said.casefold()))


def _named_by_the_file(raw: Mapping[str, Any]) -> Iterator[tuple[str, _Named]]:
    """Yield the questions that the file words: where, and the keys of those that have `ask` without `short`."""
    tables = [(str(question_name(each)), each) for each in raw.get("question", ())]
    for name, each in (*tables, *raw.get("catalogue", {}).items()):
        keys = {"ask": each} if isinstance(each, str) else each
        yield name, (f"question {name}", keys if "ask" in keys and "short" not in keys else None)
    for each in with_codes(dict(raw))["criterion"]:
        if "code" in each and "rule" not in each:
            yield id_of(each["code"]), (f"criterion {each['code']}", None)
