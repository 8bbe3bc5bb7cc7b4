"""Which option a word means: taken only if it is exactly a spelling of one, else offered where it is close.

What is close to one option is offered with all that it is close to, also where that is denied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Final

from dialogs.answers import NONE, UNKNOWN
from dialogs.protocol import YES_OR_NO, Question
from dialogs.reading.numerals import fold
from dialogs.reading.patterns import in_any_language, listed

_CLOSE: Final = 0.8
"""Spellings that share so much of their letters differ by a slip: a letter missing, added or exchanged."""
_LONG_WORD: Final = 4


# what is taken -----------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def spellings_taken(question: Question) -> Mapping[str, frozenset[str]]:
    """Every spelling that is taken, by the code that it means: option, shortcut, or *unknown*.

    A label is. The code and listed words are unless the label of another option begins with them: of *Yes, treated* and
    *Yes, not treated* none is *yes*.
    """
    labels = {code: frozenset(map(fold, text.values())) for code, text in question.buttons.items()}
    others = {
        code: [name for other, names in labels.items() if other != code for name in names] for code in labels
    }
    taken = {
        code: names | {each for each in _words_for(question, code) if not _begins_one_of(each, others[code])}
        for code, names in labels.items()
    }
    unknown = {fold(UNKNOWN.code), *map(fold, question.unknown.values())}
    return {UNKNOWN.code: listed("understood", UNKNOWN.code) | unknown, **taken}


def words_of_answers(question: Question) -> frozenset[str]:
    """Return all that answers by button are called; without *unknown*, which is one of them in every question."""
    taken = spellings_taken(question)
    return frozenset[str]().union(*(words for code, words in taken.items() if code != UNKNOWN.code))


def _words_for(question: Question, code: str) -> frozenset[str]:
    """Return the code of an answer as it is typed, and the words that are listed for it and can mean no other."""
    named = listed("understood", code) | {fold(code), fold(code.replace("_", " "))}
    return named | listed("is_there", code) if _says_whether_there_is(question, code) else named


def _says_whether_there_is(question: Question, code: str) -> bool:
    """Say whether *no* can mean this answer only.

    It does beside a number, and where it is asked whether something is there. Asked whether *No infection* is true,
    somebody who says that there is none may mean *yes*; and to *Smoking?* also former smokers say no.
    """
    if code not in YES_OR_NO:
        return code in question.shortcut_by_code
    asked = [fold(text) for text in question.ask.values()]
    return any(map(_whether_there_is().search, asked)) or not any(map(_negation().search, asked))


def _begins_one_of(word: str, names: list[str]) -> bool:
    return any(re.match(_whole(word), name) for name in names)


def scores_meant(question: Question, said: str) -> list[str]:
    """Name the option that a score stands for, where the codes of all options are digits: *PS 1*, *ECOG评分1分*."""
    if question.kind != "choice" or not all(map(str.isdecimal, question.option_by_code)):
        return []
    scale = "|".join(map(re.escape, map(fold, question.short.values())))
    word, points = in_any_language("score"), in_any_language("points")
    name = rf"(?:{scale})?(?:{word})?(?<=\w)[:=]?"
    score = re.fullmatch(rf"(?:{name})?(?P<code>\d)(?:{points})?", said.replace(" ", ""))
    return [score["code"]] if score and score["code"] in question.option_by_code else []


# what is offered ---------------------------------------------------------------------------------


def likely_options(question: Question, said: str) -> list[str]:
    """Name the options that a word begins, is a part of, or may mean, and all that it resembles then.

    They are offered, never taken. Of several options none is offered alone to a mere denial, as *no*, or if what was
    said is found in it only denied.
    """
    taken = {code: known for code, known in spellings_taken(question).items() if code != UNKNOWN.code}
    wider = _wider(question, said, taken)
    found = {code for code, words in wider.items() if said in words}
    close = {code: _close(said, known if found else known | wider[code]) for code, known in taken.items()}
    as_it_is = bool(found) or any(
        _is_denied(said) == _is_denied(name) for name in set().union(*close.values())
    )
    found |= {code for code, names in close.items() if names or _speaks_of(said, wider[code])}
    if found and not as_it_is:
        found |= {code for code, known in taken.items() if any(_shares_a_word(said, name) for name in known)}
    if question.options and len(found) == 1 and (_is_mere_denial(said) or not as_it_is):
        return []
    return [code for code in taken if code in found]


def _wider(
    question: Question, said: str, taken: Mapping[str, frozenset[str]]
) -> Mapping[str, frozenset[str]]:
    """Return the words that are offered for each option, not where what was said is a part of a label."""
    of_both = frozenset[str]().union(*(listed("is_there", code) for code in YES_OR_NO & taken.keys()))
    wider = {
        code: listed("offered", code) | (of_both if code in YES_OR_NO else frozenset()) for code in taken
    }
    if any(said in words for words in wider.values()):
        return wider
    is_part_of_one = any(said in name for known in taken.values() for name in known)
    return dict.fromkeys(taken, frozenset()) if is_part_of_one else wider


def _close(said: str, spellings: frozenset[str]) -> set[str]:
    """Return the spellings that a text is a part of, or one with a slip; what is denied only those that deny, too."""
    names = {spelling.replace("_", " ") for spelling in spellings}
    if _is_mere_denial(said):
        return {name for name in names if _begins_one_of(said, [name])}
    if len(said) < 2:
        return set()
    if _is_denied(said):
        return {n for n in names if _is_denied(n) and (_is_part(said, n) or _is_slip(said, n))}
    return {name for name in names if any(_is_part(*each) or _is_slip(*each) for each in _bare(said, name))}


def _bare(said: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield what was said and a name without the words that deny the name, and without the syllables that do."""
    yield said, _plainly(name)
    yield _undenied(said), _undenied(name)


def _speaks_of(said: str, words: frozenset[str]) -> bool:
    return not _is_denied(said) and any(re.search(_whole(word), said) for word in words)


def _is_part(said: str, name: str) -> bool:
    """Say whether a text has another one in it, from the beginning of a word, or all its words in their order."""
    words = iter(re.findall(r"\w+", name))
    return bool(re.search(_from_its_beginning(said), name)) or (
        name.isascii() and len(said) >= _LONG_WORD and all(word in words for word in re.findall(r"\w+", said))
    )


def _from_its_beginning(said: str) -> str:
    return rf"(?<![a-z0-9]){re.escape(said)}" if said.isascii() else re.escape(said)


def _whole(word: str) -> str:
    return _from_its_beginning(word) + (r"(?![a-z0-9])" if word.isascii() else "")


def _is_slip(said: str, name: str) -> bool:
    """Say whether two texts share most of their letters, in their order; numbers are no slips of others."""
    if any(map(str.isnumeric, said + name)):
        return False
    if 2 * min(len(said), len(name)) < _CLOSE * (len(said) + len(name)):
        return False
    return SequenceMatcher(None, said, name).ratio() >= _CLOSE


def _shares_a_word(said: str, name: str) -> bool:
    """Say whether a long word stands in both, denied or not; of Chinese, two signs."""
    return not _undenied_words(said).isdisjoint(_undenied_words(name))


@lru_cache(maxsize=4096)
def _undenied_words(text: str) -> frozenset[str]:
    words = re.findall(r"\w+", f"{_plainly(text)} {_undenied(text)}")
    long = {word for word in words if word.isascii() and len(word) >= _LONG_WORD}
    pairs = {word[at : at + 2] for word in words if not word.isascii() for at in range(len(word) - 1)}
    return frozenset(long | pairs)


def _plainly(text: str) -> str:
    """Return a text without the words that deny it."""
    return " ".join(_negation().sub(" ", text).split())


def _undenied(text: str) -> str:
    """Return a text also without syllables that deny or affirm a word: *untreated* as *treated*."""
    return re.sub(in_any_language("negating_prefix"), "", _plainly(text))


def _is_denied(text: str) -> bool:
    return bool(_negation().search(text))


def is_mere_yes_or_no(text: str) -> bool:
    """Say whether a text is no more than a *yes*, a *no* or a *none*; *never* and *unknown* say what they mean."""
    said = fold(text)
    if any(said in listed("understood", code) for code in ("never", UNKNOWN.code)):
        return False
    is_listed = any(
        said in listed(section, code) for section in ("understood", "is_there") for code in (*YES_OR_NO, NONE)
    )
    return bool(said) and (is_listed or _is_mere_denial(said))


def _is_mere_denial(said: str) -> bool:
    denials = (listed("is_there", code) for code in ("never", NONE, "no"))
    return not _plainly(said) or any(said in words for words in denials)


@cache
def _negation() -> re.Pattern[str]:
    return re.compile(in_any_language("negation"))


@cache
def _whether_there_is() -> re.Pattern[str]:
    return re.compile(in_any_language("asks_whether_there_is"))
