"""Unit: which units a name may mean that is none of theirs."""

from __future__ import annotations

import pytest

from paperwork.orders.likeness import like
from paperwork.orders.units import Unit

REGISTER = (
    Unit("inspection", "市卫生监督所", also=("监督所",)),
    Unit("heping", "和平区卫生监督所"),
    Unit("cdc", "市疾控中心"),
    Unit("hospital", "市第一中心医院"),
    Unit("commission", "天津市卫生健康委员会"),
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("天津市卫生监督所", {"inspection", "heping"}),  # of the city's, or of a district's
        ("卫生监督所", {"inspection", "heping"}),
        ("市卫生监督所食品科", {"inspection", "heping"}),
        ("河西区卫生监督所", {"inspection"}),  # another district's it is not
        ("市第一中心医院急诊科", {"hospital"}),
        ("第一中心医院的李医生", {"hospital"}),
        ("天津市和平区卫生健康委", {"commission"}),
        ("市ＣＤＣ", {"cdc"}),
        ("某餐馆", set()),
        ("和平区某小区", set()),
        ("张三", set()),
        ("所", set()),
    ],
)
def test_a_name_is_like_a_units_when_one_contains_the_other_without_place_and_department(
    name: str, found: set[str]
) -> None:
    assert {unit.id for unit in like(name, REGISTER)} == found


def test_two_departments_of_one_house_are_alike() -> None:
    assert like("天津市卫生监督所稽查科", [Unit("food", "市卫生监督所食品科")])
