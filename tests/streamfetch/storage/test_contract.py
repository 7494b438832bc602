"""How a file is cut into parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfetch.storage.contract import MEBIBYTE, PartPlan, StoredPart
from streamfetch.storage.errors import UploadRefused

MOST = 97 * 1024 * MEBIBYTE


@given(st.integers(1, MOST))
def test_parts_cover_a_file_once_with_one_size(size_bytes: int) -> None:
    plan = PartPlan.for_size(size_bytes)
    assert 1 <= plan.count <= 10_000
    assert plan.part_size_bytes % MEBIBYTE == 0
    last = plan.count
    assert plan.offset_of(last) + plan.size_of(last) == size_bytes
    assert 0 < plan.size_of(last) <= plan.part_size_bytes
    if last > 1:
        assert plan.size_of(1) == plan.size_of(last - 1) == plan.part_size_bytes


def test_parts_grow_where_ten_thousand_are_not_enough() -> None:
    plan = PartPlan.for_size(200 * 1024 * MEBIBYTE)
    assert plan.count <= 10_000
    assert plan.part_size_bytes == 21 * MEBIBYTE


@pytest.mark.parametrize(
    ("size_bytes", "part_size_bytes"),
    [(0, 10), (-1, 10), (10, 0), (10, -1), (10_001, 1), (10, 6 * 1024 * MEBIBYTE)],
)
def test_impossible_plans_are_refused(size_bytes: int, part_size_bytes: int) -> None:
    with pytest.raises(UploadRefused):
        PartPlan(size_bytes, part_size_bytes)


@pytest.mark.parametrize("number", [-1, 0, 4, 10_001])
def test_part_numbers_outside_the_plan_are_refused(number: int) -> None:
    with pytest.raises(UploadRefused) as refused:
        PartPlan(30, 10).size_of(number)
    assert refused.value.code == "part_out_of_range"


def test_parts_of_another_size_are_missing() -> None:
    plan = PartPlan(25, 10)
    parts = [StoredPart(1, 10, "a"), StoredPart(2, 9, "b"), StoredPart(9, 10, "c")]
    assert plan.missing(parts) == [2, 3]
