"""Updates as nobody should send them: real ones with a field or two made wrong, by a seeded generator."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import count
from typing import Any

Json = dict[str, Any]

STRINGS = (
    "",
    " ",
    "\x00",
    "45\x00",
    "🙂" * 5000,
    "‮54",
    "​",
    "</b><script>alert(1)</script>",
    "<b>",
    "&lt;&amp;",
    "*_[`",
    "x" * 65536,
    "４５",
    "-0",
    "1e308",
    "nan",
    "∞",
    "45 or 54",
    "'; DROP TABLE log; --",
    "{question}",
    "%s",
    "\\",
    "/start " + "a" * 64,
    "/new " + "Z" * 4000,
    "/invite " + "Q" * 4000,
    "/query ' OR 1=1",
    "/resume <b>",
    "/" * 99,
    "\ud83d",
    "家" * 2000,
    "١٢٣",
    "½",
    "0x10",
    "13812345678",
    "back",
    "取消",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**31,
    2**63,
    -(2**63),
    10**30,
    1.5,
    [],
    {},
    [[]],
    [{}],
    {"id": {}},
    {"id": 1},
    "1001",
)
FORGED = (
    "answer:{s}:{e}:99",
    "answer:{s}:{e}:-1",
    "answer:S99-0001:1:0",
    "answer:{s}:999999:0",
    "correct:{s}:{e}:400",
    "candidate:{s}:{e}:0",
    "keep:{s}:{e}",
    "finish:{s}:{e}",
    "finish_save:{s}:{e}",
    "copy_record:{s}:{e}",
    "save:{s}:{e}",
    "save_without:{s}:{e}",
    "reopen:{s}:{e}",
    "revise:{s}:{e}",
    "help:{s}:{e}",
    "disagree_why:{s}:{e}:9",
    "query_send:{s}:{e}:0:source",
    "query_confirm:{s}:{e}:@1",
    "query_reason:{s}:{e}:0:@1",
    "outcome_on:{s}:{e}:0:2026-99-99",
    "correct_which:{s}:{e}:x",
    "cancel_yes:{s}:{e}:\x00",
    "suspend:S01-P02",
    "restore:S01-P01",
    "invite_as:2",
    "export:0",
    "export_period:9:csv",
    "language:99",
    "new:99",
    "answer:{s}:{e}:" + "1" * 24,
    "zz",
    ":",
    "::::",
    "answer",
    "x" * 64,
    "o:{s}:{e}:99",
    "on:{s}:{e}:0_20269999",
    "suspend:S01_P02",
    "invite:administrator",  # as the version before wrote
)


def private(person: int, message_id: int, **content: Any) -> Json:
    return {
        "message": {
            "message_id": message_id,
            "date": 1_700_000_000,
            "from": {"id": person, "is_bot": False, "first_name": "A", "language_code": "en"},
            "chat": {"id": person, "type": "private", "first_name": "A"},
            **content,
        }
    }


def pressed(person: int, message_id: int, data: str) -> Json:
    message = private(999, message_id, text="?")["message"]
    message["chat"] = {"id": person, "type": "private", "first_name": "A"}
    user = {"id": person, "is_bot": False, "first_name": "A", "language_code": "en"}
    return {
        "callback_query": {
            "id": str(message_id),
            "from": user,
            "message": message,
            "chat_instance": "1",
            "data": data,
        }
    }


def mutated(dice: random.Random, people: list[int], where: Callable[[], tuple[str, int]]) -> Iterator[Json]:
    """Go on for ever. `where` gives a screening and its newest log entry, for forged presses."""
    for number in count(10_000_000):
        update = _hostile(dice, dice.choice(people), number, *where())
        for _ in range(dice.randint(0, 2)):
            _spoil(dice, update)
        yield update


def _hostile(dice: random.Random, person: int, number: int, screening: str, entry: int) -> Json:
    text, value = dice.choice(STRINGS), dice.choice(VALUES)
    plain = private(person, number, text="45", edit_date=1_700_000_001)["message"]
    file = {"file_id": "f", "file_unique_id": "f", "file_name": "a.csv"}
    kinds = (
        private(person, number, text=text),
        private(person, number, text=text, forward_origin=value),
        private(person, number, caption=text, photo=value),
        private(person, number, contact={"phone_number": text, "first_name": ""}),
        private(person, number, document=file),
        {"edited_message": plain},
        {"channel_post": plain},
        {"inline_query": {"id": "1", "from": {"id": person}, "query": "45", "offset": ""}},
        {"my_chat_member": value},
        pressed(person, number, dice.choice(FORGED).format(s=screening, e=entry)),
        pressed(person, number, text),
    )
    return deepcopy(dice.choice(kinds))


def _spoil(dice: random.Random, update: Json) -> None:
    """Replace, or remove, one field at any depth."""
    at: Any = update
    while True:
        key = dice.choice(list(at))
        inside = at[key]
        if not isinstance(inside, dict) or not inside or dice.random() < 0.15:
            break
        at = inside
    if dice.random() < 0.2:
        del at[key]
        if not update:
            update["message"] = None
    else:
        at[key] = deepcopy(dice.choice(VALUES if dice.random() < 0.6 else STRINGS))
