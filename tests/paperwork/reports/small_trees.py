"""Three small trees, published as the real ones are, for figures that must not change when those do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from paperwork.kind import Kind

Path = tuple[str, ...]

NATIONAL = (
    "咨询/寻医问药/就医引导/专家查询",
    "咨询/寻医问药/就医引导/其他",
    "咨询/寻医问药/疾病知识",
    "咨询/疾病预防控制/预防接种",
    "咨询/疾病预防控制/其他",
    "咨询/其他",
    "投诉/公共卫生",
    "投诉/其他",
    "举报",
    "建议",
    "预约挂号/预约/儿科",
    "预约挂号/退约",
    "其他",
)
PROVINCIAL = (
    "预约挂号", "寻医问药", "政策法规", "妇幼卫生", "传染病", "免疫预防", "慢性病", "精神卫生", "环境卫生",
    "社会服务项目", "职业卫生", "营养", "食品安全", "放射卫生", "意外伤害", "地方病", "学校卫生", "其他",
)  # fmt: skip
TIANJIN = (
    "举报",
    "投诉/食品安全监督执法",
    "投诉/医疗服务",
    "咨询/免疫预防/狂犬病疫苗",
    "咨询/免疫预防/乙肝疫苗",
    "咨询/健康知识",
    "建议",
    "其他",
)
CODES: Mapping[str, Mapping[str, str]] = {
    "Z01": {"national": "咨询/寻医问药", "provincial": "寻医问药"},
    "Z0101": {"national": "咨询/寻医问药/就医引导", "provincial": "寻医问药"},
    "Z02": {"national": "咨询/疾病预防控制/预防接种", "provincial": "免疫预防", "tianjin": "咨询/免疫预防/乙肝疫苗"},
    "T01": {"national": "投诉/公共卫生", "provincial": "食品安全", "tianjin": "投诉/食品安全监督执法"},
    "Y01": {"national": "预约挂号/预约/儿科", "provincial": "预约挂号"},
    "X01": {},
}


class SmallTrees:
    def __init__(self) -> None:
        self._paths = {"national": _ordered(NATIONAL), "provincial": _ordered(PROVINCIAL), "tianjin": _ordered(TIANJIN)}

    def path(self, code: str, tree: str, kind: Kind | None = None) -> Path | None:
        found = CODES[code].get(tree)
        return None if found is None else _reported(tuple(found.split("/")), kind)

    def place(self, tree: str, path: Path, into: str, kind: Kind | None = None) -> Path | None:
        if tree == into:
            return path
        for places in CODES.values():
            if places.get(tree) == "/".join(path) and into in places:
                return _reported(tuple(places[into].split("/")), kind)
        return None

    def roots(self, tree: str) -> Sequence[str]:
        return [path[0] for path in self._paths[tree] if len(path) == 1]

    def below(self, tree: str, path: Path) -> Sequence[str]:
        return [one[-1] for one in self._paths[tree] if one[:-1] == path]

    def known(self, tree: str, path: Path) -> bool:
        return path in self._paths[tree]

    def position(self, tree: str, path: Path) -> int:
        path = ("投诉", *path[1:]) if path[0] == "举报" and path not in self._paths[tree] else path
        return self._paths[tree].index(path) if path in self._paths[tree] else len(self._paths[tree])


def _ordered(paths: Sequence[str]) -> list[Path]:
    every = (tuple(path.split("/")[: end + 1]) for path in paths for end in range(path.count("/") + 1))
    return list(dict.fromkeys(every))


def _reported(path: Path, kind: Kind | None) -> Path:
    return ("举报", *path[1:]) if kind is Kind.REPORT and path[0] == "投诉" else path
