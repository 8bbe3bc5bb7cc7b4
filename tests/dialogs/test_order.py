"""The order of asking, where a file gives one: it says when something is asked, never whether."""

from __future__ import annotations

import pytest

from dialogs.loading import parse_protocol, parse_stored
from dialogs.protocol import Protocol
from tests.dialogs.test_format import HEAD, criterion, faults, question, trial
from tests.dialogs.test_warnings import HEAD as HEAD_OF_WARNINGS
from tests.dialogs.test_warnings import warned

TABLES = (
    question('id = "fever"\nask = "Fever?"'),
    question('id = "cough"\nask = "Cough?"'),
    criterion('code = "I1"\ninclusion = "x"\nrule = \'alt <= "2 {xULN}" and bmi < 30\''),
    criterion('code = "E1"\nexclusion = "x"\nrule = "fever or cough"'),
    criterion('code = "E2"\nexclusion = "asked as it stands"'),
)  # fmt: skip
FILE = ["alt", "alt_uln", "body_weight", "height", "bmi", "fever", "cough", "e2"]


def asked(protocol: Protocol) -> list[str]:
    return [each.id for each in protocol.questions]


def ordered(*names: str) -> Protocol:
    listed = ", ".join(f'"{name}"' for name in names)
    return trial(f"order = [{listed}]\n", *TABLES)


def test_without_one_it_is_that_of_the_file() -> None:
    assert asked(trial(*TABLES)) == FILE


_PARTS = ["body_weight", "height", "bmi"]
_ALT = ["alt", "alt_uln"]
ORDERS = {
    "all are named": (FILE[::-1], ["e2", "cough", "fever", "height", "body_weight", "bmi", "alt_uln", "alt"]),
    "the others come after": (["e2", "cough"], ["e2", "cough", *_ALT, *_PARTS, "fever"]),
    "a limit follows its value": (["fever", "alt", "e2"], ["fever", *_ALT, "e2", *_PARTS, "cough"]),
    "parts come before their number": (["fever", "bmi"], ["fever", *_PARTS, *_ALT, "cough", "e2"]),
    "a name twice counts once": (["e2", "fever", "e2"], ["e2", "fever", *_ALT, *_PARTS, "cough"]),
    "a name of nothing moves nothing": (["nothing"], FILE),
    "none at all": ([], FILE),
}  # fmt: skip


@pytest.mark.parametrize(("order", "comes_to"), ORDERS.values(), ids=ORDERS)
def test_it_is_that_of_the_names(order: list[str], comes_to: list[str]) -> None:
    assert asked(ordered(*order)) == comes_to


def test_a_stored_text_keeps_it() -> None:
    protocol = ordered("e2", "bmi")
    assert asked(parse_stored(protocol.text, "stored")) == asked(protocol) != FILE


def test_what_is_no_list_of_names_is_refused() -> None:
    (fault,) = faults('order = "e2"\n', *TABLES)
    assert (fault.place, fault.line) == ("protocol: order", 4)


def test_names_that_mean_nothing_are_warned_of() -> None:
    found = warned(head=f'{HEAD_OF_WARNINGS}order = ["fever", "coughs", "fever"]\n')
    assert [(each.line, each.fault, each.remedy) for each in found] == [
        (4, "fever stands twice", "Please keep one: the first one counts"),
        (4, "there is no question coughs", "Please write cough"),
    ]


def test_it_can_stand_anywhere_at_the_top() -> None:
    assert asked(parse_protocol(f'order = ["e2"]\n{HEAD}' + "\n".join(TABLES), "t.toml"))[0] == "e2"
