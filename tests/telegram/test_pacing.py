"""How long to wait, as arithmetic."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.pacing import ALL_CHATS, LIFTED, ONE_CHAT, Bucket, Ceiling, pauses


def test_pauses_double_up_to_the_longest() -> None:
    assert list(islice(pauses(1, 10, lambda: 1.0), 6)) == [1, 2, 4, 8, 10, 10]
    assert list(islice(pauses(1, 10, lambda: 0.0), 6)) == [0.5, 1, 2, 4, 5, 5]


def test_the_ceilings_are_telegrams() -> None:
    assert (ALL_CHATS.rate, ONE_CHAT.rate) == (30, 1)


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    bucket = Bucket(Ceiling(rate=2, burst=3))
    assert [bucket.take(0.0) for _ in range(6)] == [0, 0, 0, 0.5, 1.0, 1.5]
    assert bucket.take(100.0) == 0


@given(st.floats(0.1, 100), st.integers(1, 50), st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_no_span_of_time_sees_more_than_its_share(rate: float, burst: int, gaps: list[float]) -> None:
    bucket, now, sent = Bucket(Ceiling(rate, burst)), 0.0, []
    for gap in gaps:
        now += gap
        sent.append(now + bucket.take(now))
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            assert last - first + 1 <= burst + rate * (sent[last] - sent[first]) + 1e-6


def test_a_lifted_ceiling_never_waits() -> None:
    bucket = Bucket(LIFTED)
    assert {bucket.take(0.0) for _ in range(1000)} == {0.0}


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_ceiling_that_lets_nothing_through_is_refused(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="ceiling"):
        Ceiling(rate, burst)
