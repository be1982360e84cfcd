from hypothesis import given
from hypothesis import strategies as st

from cnn.core.shares import percent


@given(st.floats(0, 1), st.integers(0, 3))
def test_none_and_all_are_said_of_none_and_all_only(share: float, digits: int) -> None:
    text = percent(share, digits)
    number = float(text.strip("<>% "))
    assert (number == 0) <= (share == 0)
    assert (number == 100) <= (share == 1)
    assert abs(number - 100 * share) <= 10.0**-digits


@given(st.lists(st.floats(0, 1), min_size=10, max_size=10))
def test_ten_shares_of_one_whole_do_not_contradict_it(parts: list[float]) -> None:
    """Where one is all, the others are none; else none is all."""
    total = sum(parts) or 1.0
    texts = [percent(part / total) for part in parts]
    if "100.0 %" in texts:
        assert sorted(texts)[:-1].count("0.0 %") == 9 or sum(text == "0.0 %" for text in texts) == 9
    assert abs(sum(float(text.strip("<>% ")) for text in texts) - (100 if sum(parts) else 0)) <= 1
