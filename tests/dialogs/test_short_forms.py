"""Questions in one line, of a file's own catalogue; and what is told where one of them is wrong."""

from __future__ import annotations

import pytest

from dialogs.errors import ProtocolError
from dialogs.loading import parse_protocol, parse_stored
from dialogs.protocol import Protocol

HEAD = 'format = 2\nid = "FICTIONAL"\ntitle = "A fictional trial"\n'
CRITERION = """
[[criterion]]
code = "I1"
inclusion = "words"
rule = 'RULE'
"""
OWN = """
[catalogue]
consented = "Consented?"
relapse = { ask = "Which relapse?", options = ["First", "Second", "Later"] }
washout = { use = "last_chemotherapy", at = "at the first dose" }
"""


def trial(rule: str, own: str = OWN) -> Protocol:
    return parse_protocol(HEAD + CRITERION.replace("RULE", rule) + own, "trial.toml")


def told(rule: str, own: str = OWN) -> list[str]:
    with pytest.raises(ProtocolError) as refused:
        trial(rule, own)
    return [line.removeprefix("trial.toml:") for line in refused.value.told()]


def test_a_text_alone_is_a_question_of_yes_or_no() -> None:
    (asked,) = trial("consented").questions
    assert (asked.id, asked.ask["en"], list(asked.option_by_code)) == (
        "consented",
        "Consented?",
        ["yes", "no"],
    )


def test_what_is_stored_of_it_loads_again() -> None:
    protocol = trial('consented and relapse == "first" and washout >= "2 wk"')
    again = parse_stored(protocol.text, "stored.toml")
    assert [question.id for question in again.questions] == ["consented", "relapse", "washout"]


def test_a_criterion_without_a_code_has_the_next_of_its_side() -> None:
    sides = [
        "inclusion",
        "exclusion",
        "inclusion",
        "I6c",
        "inclusion",
        "exclusion",
        "E10",
        "exclusion",
        "X-1",
        "exclusion",
    ]
    text = HEAD + "".join(
        f'[[criterion]]\n{side} = "words {number}"\n'
        if side in ("inclusion", "exclusion")
        else f'[[criterion]]\ncode = "{side}"\n{"inclusion" if side[0] == "I" else "exclusion"} = "words {number}"\n'
        for number, side in enumerate(sides)
    )
    protocol = parse_protocol(text, "trial.toml")
    codes = [criterion.code for criterion in protocol.criteria]
    assert codes == ["I1", "E1", "I2", "I6c", "I7", "E2", "E10", "E11", "X-1", "E13"]
    assert [criterion.code for criterion in parse_stored(protocol.text, "stored.toml").criteria] == codes


def test_a_mistake_of_a_criterion_without_a_code_has_its_line() -> None:
    text = f"{HEAD}[[criterion]]\ninclusion = 'words'\n[[criterion]]\ninclusion = 'words'\nrule = 'age_year >= 18'\n"
    with pytest.raises(ProtocolError) as refused:
        parse_protocol(text, "trial.toml")
    assert refused.value.told()[0].startswith(
        "trial.toml:8: criterion I2: rule: there is no question age_year."
    )


MISTAKES = {
    "option": ('relapse == "secnd"', OWN, '8: criterion I1: rule: relapse has no option "secnd". Please write "second"'),
    "name": (
        "consentd", OWN,
        "8: criterion I1: rule: there is no question consentd. Please write consented, a question of this file's own [catalogue]",
    ),
    "key": (
        'relapse == "first"', OWN.replace("ask =", "aks ="),
        "12: question relapse: aks: there is no key aks here. Please write ask",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "own", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_one_is_told_with_its_line(rule: str, own: str, said: str) -> None:
    assert said in told(rule, own)
