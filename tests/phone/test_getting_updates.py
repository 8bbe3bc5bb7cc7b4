"""getUpdates, as Telegram does it: the offset is the whole acknowledgement."""

import asyncio
from itertools import pairwise

import pytest
from telegram import Bot
from telegram.error import Conflict, InvalidToken

from bot.phone.server import LocalBotApi
from tests.phone.conftest import bot_for
from tests.phone.person import Person


async def test_what_is_not_acknowledged_comes_again(bot: Bot, person: Person) -> None:
    person.send("one")
    person.send("two")
    first = await bot.get_updates()
    again = await bot.get_updates()
    assert [u.effective_message.text for u in first] == ["one", "two"]
    assert [u.update_id for u in again] == [u.update_id for u in first]
    assert [u.update_id for u in await bot.get_updates(offset=first[0].update_id + 1)] == [first[1].update_id]


async def test_an_offset_forgets_all_below_it_for_good(bot: Bot, server: LocalBotApi, person: Person) -> None:
    person.send("one")
    person.send("two")
    updates = await bot.get_updates()
    assert await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0) == ()
    assert await bot.get_updates(offset=updates[0].update_id) == ()
    assert server.counters["acknowledged"] == 2


async def test_a_negative_offset_keeps_only_the_last(bot: Bot, person: Person) -> None:
    for text in ("one", "two", "three"):
        person.send(text)
    assert [u.effective_message.text for u in await bot.get_updates(offset=-2)] == ["two", "three"]
    assert [u.effective_message.text for u in await bot.get_updates()] == ["two", "three"]


@pytest.mark.parametrize(("limit", "length"), [(1, 1), (3, 3), (100, 100), (0, 100), (500, 100)])
async def test_a_limit_holds_between_1_and_100(bot: Bot, person: Person, limit: int, length: int) -> None:
    for number in range(105):
        person.send(str(number))
    assert len(await bot.get_updates(limit=limit)) == length


async def test_update_numbers_grow_by_one(bot: Bot, person: Person) -> None:
    for number in range(5):
        person.send(str(number))
    ids = [u.update_id for u in await bot.get_updates()]
    assert ids == list(range(ids[0], ids[0] + 5))


async def test_a_long_poll_is_woken_by_a_message(bot: Bot, person: Person) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=9))
    while not person.world.updates.is_polled:
        await asyncio.sleep(0)
    person.send("here")
    assert [u.effective_message.text for u in await poll] == ["here"]


async def test_a_poll_that_nothing_wakes_ends_empty(bot: Bot) -> None:
    assert await bot.get_updates(timeout=0.01) == ()  # type: ignore[arg-type]  # less than a second, to be quick


async def test_the_earlier_of_two_polls_gets_a_conflict(
    bot: Bot, server: LocalBotApi, person: Person
) -> None:
    earlier = asyncio.create_task(bot.get_updates(timeout=9))
    while not server.world.updates.is_polled:
        await asyncio.sleep(0)
    async with bot_for(server) as other:
        later = asyncio.create_task(other.get_updates(timeout=9))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await earlier
        person.send("to the later one")
        assert len(await later) == 1


async def test_only_kinds_asked_for_are_delivered_from_then_on(bot: Bot, person: Person) -> None:
    sent = person.send("before")
    await bot.get_updates(allowed_updates=["edited_message"])
    person.send("not wanted")
    person.edit(sent["message_id"], "after")
    kinds = [(u.message is not None, u.edited_message is not None) for u in await bot.get_updates()]
    assert kinds == [(True, False), (False, True)]
    await bot.get_updates(offset=-1, allowed_updates=[])
    person.send("wanted again")
    assert (await bot.get_updates())[-1].message.text == "wanted again"


async def test_an_injected_update_stands_as_it_is(bot: Bot, server: LocalBotApi) -> None:
    number = server.deliver(
        {
            "poll_answer": {
                "poll_id": "1",
                "option_ids": [],
                "user": {"id": 5, "is_bot": False, "first_name": "E"},
                "option_persistent_ids": [],
            }
        }
    )
    (update,) = await bot.get_updates()
    assert (update.update_id, update.poll_answer.user.id) == (number, 5)
    assert server.deliver({"update_id": 5000}) == 5000
    assert server.deliver({"my": "own"}) == 5001


async def test_every_copy_is_delivered_also_after_the_acknowledgement(bot: Bot, server: LocalBotApi) -> None:
    server.most_copies = 5
    person = server.person(8)
    for number in range(50):
        person.send(str(number))
    seen: list[int] = []
    offset = 0
    while batch := await bot.get_updates(offset=offset, limit=7):
        seen += [u.update_id for u in batch]
        offset = max(offset, *(u.update_id + 1 for u in batch))
    counts = {update_id: seen.count(update_id) for update_id in seen}
    assert len(counts) == 50
    assert set(counts.values()) == {1, 2, 3, 4, 5}
    assert server.counters["deliveries"] == len(seen) == sum(counts.values())
    late = [now for before, now in pairwise(seen) if now < before]
    assert late, "some copies came out of order"


async def test_another_token_is_refused(server: LocalBotApi) -> None:
    stranger = bot_for(server, "123456789:AAF-quite-another_quite-another_an")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_numbers_go_on_growing_after_a_restart() -> None:
    first = LocalBotApi(token="1:a", clock=lambda: 1_700_000_000.0)
    second = LocalBotApi(token="1:a", clock=lambda: 1_700_000_060.0)
    ids = [server.person(1).send("x")["message_id"] for server in (first, second)]
    assert ids[0] < ids[1]
    assert first.world.updates.ids[0] < second.world.updates.ids[0]
