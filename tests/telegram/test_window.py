"""The one rule of delivery, as a property: whatever happens in whatever order, the offset never passes it."""

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.window import RENUMBERED, Window


@given(st.data())
def test_the_offset_never_passes_an_uncommitted_update_and_none_is_taken_twice(data: st.DataObject) -> None:
    window = Window()
    arrived: list[int] = []
    committed: set[int] = set()
    following = data.draw(st.integers(1, 10**9))
    for _ in range(data.draw(st.integers(1, 40))):
        if data.draw(st.booleans()):
            following += data.draw(st.integers(1, 3))
            arrived.append(following)
            assert window.admit(following, 0.0)
        elif in_hand := sorted(set(arrived) - committed):
            number = data.draw(st.sampled_from(in_hand))
            window.commit(number)
            committed.add(number)
        for number in arrived:
            assert not window.admit(number, 0.0)
            assert number in committed or (window.offset is not None and window.offset <= number)
        if arrived and set(arrived) == committed:
            assert window.offset == arrived[-1] + 1
        assert len(window) == len(arrived) - len(committed)


def test_before_the_first_update_there_is_no_offset() -> None:
    assert Window().offset is None


def test_committed_updates_are_remembered_only_above_the_offset() -> None:
    window = Window()
    for number in range(1, 1001):
        window.admit(number, 0.0)
    for number in range(1000, 0, -1):
        window.commit(number)
    assert window.offset == 1001
    assert not window._committed
    assert not window._arrived


def test_the_oldest_is_the_one_that_waits_longest() -> None:
    window = Window()
    window.admit(1, 10.0)
    window.admit(2, 20.0)
    assert window.oldest == 10.0
    window.commit(1)
    assert window.oldest == 20.0
    window.commit(2)
    assert window.oldest is None


def test_numbers_that_start_anew_after_a_quiet_week_are_taken() -> None:
    window = Window()
    window.admit(5 * RENUMBERED, 0.0)
    assert not window.admit(7, 0.0), "not while something is in hand"
    window.commit(5 * RENUMBERED)
    assert not window.admit(4 * RENUMBERED + 1, 0.0), "delivered again"
    assert window.admit(7, 0.0)
    assert window.offset == 7
