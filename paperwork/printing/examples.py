"""One of each form and report as a hotline would fill it, of nobody and nothing real: for pictures and trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from paperwork.orders.sheet import LABELS
from paperwork.printing.form import Form
from paperwork.printing.forms.answer import answer_form
from paperwork.printing.forms.order import order_form
from paperwork.printing.forms.register import agents_report, line_form
from paperwork.registers.sheet import AgentsSheet, Labelled, LineSheet
from paperwork.reports.percent import percent
from paperwork.reports.report import Chart, Column, Look, Period, Report, Row, Shape, Table
from paperwork.sheet import Choice, Entered, Sheet
from routing.calendar import SHANGHAI

HOTLINE = "示例市12320公共卫生热线"
_OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))
_MADE = datetime(2026, 11, 3, 9, 5, tzinfo=SHANGHAI)
_COUNT, _PERCENT = Shape.COUNT, Shape.PERCENT


def examples() -> Mapping[str, Report | Form]:
    """By the name that its file has."""
    return {
        "form-4-line": line_form(_line(), HOTLINE, _MADE),
        "form-5-agents": agents_report(_agents(), HOTLINE, _MADE),
        "form-6-answer": answer_form(_answer(), HOTLINE, _MADE),
        "form-7-line-report": _line_report(),
        "form-8-monthly": _monthly(),
        "form-9-order": order_form(_order(), HOTLINE, _MADE),
        "form-10-assessment": _assessment(),
        "briefing": _briefing(),
    }


# ── registers ───────────────────────────────────────────────────────────────


def _line() -> LineSheet:
    def fields(**named: str) -> tuple[Labelled, ...]:
        return tuple(Labelled(label, value) for label, value in named.items())

    def person(letter: str, digit: int) -> tuple[str, tuple[Labelled, ...]]:
        return f"联络人{letter}", fields(
            姓名=f"联络员{'甲乙'[digit]}",
            **{"科室": "免疫规划科", "职务/职称": ("科长", "主管医师")[digit]},
            办公室电话=f"022-0000{digit}001",
            手机=f"1390000001{digit}",
            电子邮箱=f"liaison-{'ab'[digit]}@example.org",
        )

    own = fields(
        热线名称="预防接种咨询热线",
        热线号码="12320-1-1",
        所属单位="示例市疾病预防控制中心",
        单位地址="示例市示例区示例路1号",
        邮政编码="300000",
        法定代表人="负责人甲",
        负责领导="负责人乙",
    )
    return LineSheet("immunization", "预防接种", own, (person("A", 0), person("B", 1)), 3, _MADE, _MADE)


def _agents() -> AgentsSheet:
    columns = ("编号", "姓名", "科室", "职务/职称", "办公室电话", "手机", "电子邮箱")
    rows = tuple(
        (
            f"1{at:03d}",
            f"受理员{name}",
            "免疫规划科",
            title,
            f"022-0000100{at}",
            f"1390000002{at}",
            f"agent{at}@example.org",
        )
        for at, (name, title) in enumerate(
            zip("甲乙丙丁戊己庚", ("主管医师", "医师", "护师", "主管护师", "医师", "护士", "医师"), strict=True), 1
        )
    )
    heads = (Labelled("热线名称", "预防接种咨询热线"), Labelled("所属单位", "示例市疾病预防控制中心"))
    return AgentsSheet("immunization", "预防接种咨询热线座席员登记表", heads, columns, rows, _MADE)


# ── an answer record ────────────────────────────────────────────────────────


def _answer() -> Sheet:
    boxes = tuple(Choice(label, label == "政策咨询") for label in ("政策咨询", "知识咨询", "举报投诉", "其他"))
    fields = (
        Entered("department", "部门名称", "示例市疾病预防控制中心"),
        Entered("number", "接听单编号", "2026-000123"),
        Entered("agent", "接听人", "受理员甲"),
        Entered("at", "接听时间", "2026年10月9日 09:05"),
        Entered("asked_by", "问询人", "张*"),
        Entered("gender", "性别", "女"),
        Entered("contact", "联系方式", "139****0042"),
        Entered("heard", "接听类别", "政策咨询", boxes),
        Entered(
            "content",
            "主要内容",
            "来电人咨询：孩子满六月龄，随父母由外地来本市居住，尚未办理居住证，能否在居住地的预防接种门诊接种流感疫苗，"
            "需要带哪些证件，是否收费。\n答复：六月龄及以上儿童可在居住地任一预防接种门诊接种，请携带预防接种证；"
            "流感疫苗属非免疫规划疫苗，自愿、自费接种。已告知附近两家门诊的地址和接种日（每周三、周五上午）。"
            "来电人表示清楚，满意。",
        ),
        Entered("opinion", "管理部门审定意见", "答复准确、完整，予以归档。"),
        Entered("signed_by", "审定人签字", "审定人乙"),
        Entered("signed", "审定时间", "2026年10月9日 15:30"),
    )
    more = {
        "line": ("热线", "预防接种"),
        "kind": ("业务类型", "咨询"),
        "category": ("内容分类", "咨询/疾病预防控制/预防接种/接种单位"),
        "place": ("所在地", "示例区"),
        "settled": ("办理方式", "当场答复"),
        "work_order": ("转办单编号", ""),
        "note": ("备注", ""),
        "owner": ("现负责人", ""),
    }
    beside = tuple(Entered(name, label, value) for name, (label, value) in more.items())
    return Sheet("附件6", "接听记录单", "2026-000123", fields, beside, (), False)


# ── a work order ────────────────────────────────────────────────────────────


def _order() -> Sheet:
    def boxed(marked: str, *labels: str) -> tuple[Choice, ...]:
        return tuple(Choice(label, label == marked) for label in labels)

    ticked = {
        "heard": boxed("举报投诉", "政策咨询", "知识咨询", "举报投诉", "其他"),
        "source": boxed("电话", "电话", "其他"),
        "feedback": boxed("承办部门直接答复", "承办部门直接答复", "卫生行政部门答复", "12320管理中心答复"),
        "means": boxed("传真", "电话", "传真", "信件", "电子邮件"),
    }
    written = {
        "department": "示例市卫生监督所",
        "number": "2026-000017",
        "accepted_by": "受理员丙",
        "accepted": "2026年10月9日 11:20",
        "asked_by": "李*",
        "gender": "男",
        "contact": "139****0031",
        "heard": "举报投诉",
        "source": "电话",
        "content": "来电人反映：示例区示例路某餐馆后厨卫生条件差，生熟食品混放，10月8日晚在该处就餐后一家三口"
        "出现腹痛、腹泻，现已好转，未就医。要求有关部门调查处理并给予答复。",
        "feedback": "承办部门直接答复",
        "opinion": "属卫生监督职责，请于七个工作日内办结并反馈。",
        "signed_by": "审定人乙",
        "signed": "2026年10月9日 14:10",
        "handed_by": "受理员丙",
        "handed_on": "2026年10月9日 14:40",
        "means": "传真",
        "unit": "示例区卫生监督所",
        "liaison": "联络员甲",
        "confirmation": "承办部门10月14日到现场检查，责令限期改正，已于10月15日答复来电人。回访：满意。",
        "confirmed_by": "审定人乙",
        "confirmed": "2026年10月16日 10:00",
    }
    more = {
        "state": "已办结",
        "urgency": "一般事项",
        "hand_on_by": "2026年10月12日 16:30",
        "done_by": "2026年10月20日 16:30",
    }
    fields = tuple(Entered(name, LABELS[name], value, ticked.get(name, ())) for name, value in written.items())
    known = tuple(Entered(name, label, more.get(name, "")) for name, label in LABELS.items() if name not in written)
    return Sheet("附件9", "转办单", "2026-000017", fields, known, (), False)


# ── reports in the layout of forms ──────────────────────────────────────────


def _line_report() -> Report:
    said = (
        "咨询六月龄儿童流感疫苗接种地点、时间及费用",
        "咨询被犬咬伤后狂犬病疫苗接种程序，已告知就近动物致伤门诊",
        "反映某接种门诊未按公示时间开诊，已转办",
        "咨询水痘疫苗第二剂次补种",
        "询问外地预防接种证如何转入本市",
        "咨询老年人肺炎疫苗接种禁忌",
    )
    rows = tuple(
        Row((f"2026-{120 + at:06d}", date(2026, 10, 9 + at // 3), f"{9 + at % 6}:{(7 * at) % 60:02d}", words, note))
        for at, words in enumerate(said * 2)
        for note in ("转办单2026-000017" if "转办" in words else "",)
    )
    columns = (
        Column("number", "接听单编号"),
        Column("day", "来电日期", Shape.DAY),
        Column("time", "来电时间"),
        Column("content", "受理内容"),
        Column("note", "备注"),
    )
    return Report(
        "line",
        "受理情况统计报表",
        HOTLINE,
        Period(date(2026, 10, 1), date(2026, 10, 16)),
        _MADE,
        (Table("calls", "", columns, rows),),
        form="附件7",
        heads={"部门名称": "示例市疾病预防控制中心", "统计时段": "2026年10月1日至15日"},
    )


def _monthly() -> Report:
    names = ("举报", "投诉", "咨询", "建议", "其他", "合计")
    first = Table(
        "kinds",
        "一、业务类别（件次）",
        tuple(Column(f"k{at}", name, _COUNT) for at, name in enumerate(names)),
        (Row((212, 318, 12904, 41, 436, 13911)),),
    )
    second = Table(
        "handled",
        "二、举报、建议办理情况",
        (Column("kind", "业务类别"), *_counts("接收数", "转办数", "办结数"), Column("rate", "办结率", _PERCENT)),
        (
            Row(("举报", 212, 180, 203, percent(203, 212, 1))),
            Row(("建议", 41, 12, 41, percent(41, 41, 1))),
        ),
    )
    complaints = {
        "食品安全监督执法": (31, 31, 29),
        "其他公卫监督执法": (18, 23, 21),
        "医疗服务": (79, 39, 36),
        "疾病预防": (24, 9, 8),
        "行政管理": (20, 9, 8),
        "转其他行业": (10, 7, 5),
        "其他(如投诉12320等)": (16, 2, 1),
    }
    sums = tuple(map(sum, zip(*complaints.values(), strict=True)))
    third = Table(
        "complaints",
        "三、投诉情况",
        (
            Column("kind", "投诉类别"),
            *_counts("接收数", "12320处理数", "转出数", "转出办结数"),
            Column("rate", "办结率", _PERCENT),
        ),
        (
            *(_complained(kind, *counts) for kind, counts in complaints.items()),
            replace(_complained("合计", *sums), total=True),
        ),
    )
    fourth = Table(
        "consults",
        "四、咨询情况",
        (
            Column("category", "咨询类别"),
            Column("content", "咨询内容"),
            Column("count", "数量", _COUNT),
            Column("percent", "占上级比例", _PERCENT),
        ),
        (*_consults(), Row(("合计", "", 12904, Decimal("100.0")), total=True)),
    )
    return Report(
        "monthly",
        "12320数据统计月报表",
        HOTLINE,
        _OCTOBER,
        _MADE,
        (first, second, third, fourth),
        form="附件8",
        heads={"填报单位": "示例市卫生热线管理中心", "统计时间": "2026年10月1日至2026年10月31日"},
    )


def _complained(kind: str, settled: int, out: int, done: int) -> Row:
    """What 12320 settled, what went out, what of that is done; the rest is their sum."""
    return Row((kind, settled + out, settled, out, done, percent(settled + done, settled + out, 1)))


def _consults() -> list[Row]:
    """Each category with its contents below it."""
    found = {
        "艾滋病": {"同性": 121, "意外暴露": 208, "输血": 83},
        "免疫预防": {"破伤风疫苗": 475, "狂犬病疫苗": 1902, "乙肝疫苗": 2611},
        "动物致伤": {"狗咬伤": 901, "伤口处理": 307, "猫抓伤": 512},
        "心理援助": {"婚姻情感": 443, "家庭不睦": 300, "青春期问题": 311},
        "妇保咨询": {"妇女常见病": 402, "孕期保健": 611, "更年期保健": 117},
        "儿保咨询": {"新生儿筛查": 443, "多动症咨询": 203, "统合失调": 312},
        "健康知识": {"高血压": 1042, "糖尿病": 929, "吸烟与健康": 671},
    }
    rows = []
    for category, contents in found.items():
        count = sum(contents.values())
        rows.append(Row((category, "", count, percent(count, 12904, 1))))
        rows += [Row(("", name, some, percent(some, count, 1)), level=1) for name, some in contents.items()]
    return rows


def _counts(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(f"n{at}", title, _COUNT) for at, title in enumerate(titles))


def _assessment() -> Report:
    columns = (
        Column("group", "考核项目"),
        Column("item", "考核内容"),
        Column("most", "满分", Shape.POINTS),
        Column("points", "得分", Shape.POINTS),
        Column("behind", "所据记录数", _COUNT),
        Column("why", "得分依据"),
    )
    marks = (
        ("组织管理", "组织领导与制度（5项，每项2分）", "10", "10", None, "由考核人甲录入"),
        ("信息报送", "接听记录完整", "10", "9.8", 3, "接听记录单162份，未填3份"),
        ("信息报送", "报表按时上报", "10", "10", None, "由考核人甲录入"),
        ("电话接听", "接通率", "8", "7.4", 3, "等待15秒以上无人接听3次，每次扣0.2分，最多扣3分"),
        ("电话接听", "服务态度", "4", "3.9", 12, "质检评分12份的平均得分率"),
        ("电话接听", "首问负责，1个工作日内转办", "8", "6", 1, "超过时限转办1件，每件扣2分"),
        ("培训", "人员培训", "15", None, None, "没有可据的记录，须人工录入"),
        ("满意度", "来电人满意", "10", "9.5", 1, "回访20件，不满意1件"),
        ("满意度", "其他评价", "5", None, None, "没有可据的记录，须人工录入"),
    )
    rows = (
        *(
            Row((group, item, Decimal(most), None if points is None else Decimal(points), behind, why))
            for group, item, most, points, behind, why in marks
        ),
        Row(("合计", "", Decimal(80), Decimal("56.6"), None, "已评7项，其中2项未录入"), total=True),
    )
    return Report(
        "assessment",
        "12320热线考核表",
        HOTLINE,
        _OCTOBER,
        _MADE,
        (Table("marks", "12320热线考核表", columns, rows, note="考核标准公布的各项满分合计80分，不是100分"),),
        form="附件10",
        heads={"被考核部门": "预防接种咨询热线", "考核时段": "2026年10月"},
    )


def _briefing() -> Report:
    kinds = Table(
        "kinds",
        "各类来电",
        (Column("kind", "类别"), Column("count", "件数", _COUNT), Column("percent", "占比", _PERCENT)),
        (
            Row(("咨询", 12904, Decimal("92.8"))),
            Row(("投诉", 318, Decimal("2.3"))),
            Row(("举报", 212, Decimal("1.5"))),
            Row(("建议", 41, Decimal("0.3"))),
            Row(("其他", 436, Decimal("3.1"))),
            Row(("合计", 13911, Decimal("100.0")), total=True),
        ),
    )
    hours = tuple(f"{at // 2:02d}:{'30' if at % 2 else '00'}" for at in range(16, 34))
    answered = (212, 318, 402, 455, 431, 388, 350, 297, 240, 262, 301, 344, 371, 360, 318, 270, 198, 121)
    loads = Table(
        "load",
        "半小时来电",
        (Column("time", "时段"), *_counts("接听", "放弃")),
        tuple(Row((hour, one, 3 + one // 19)) for hour, one in zip(hours, answered, strict=True)),
    )
    return Report(
        "briefing",
        "工作简报",
        HOTLINE,
        _OCTOBER,
        _MADE,
        (kinds, loads),
        (
            "本月共受理来电13911件，其中咨询12904件，占92.8%；居前三位的为咨询、其他、投诉。",
            "咨询来电居前三位的为疾病预防控制、寻医问药、妇幼保健。",
        ),
        (
            Chart("各类来电件数", Look.BARS, "kinds", "kind", ("count",)),
            Chart("半小时接听与放弃（件）", Look.STACKED, "load", "time", ("n0", "n1")),
            Chart("半小时接听走势（件）", Look.LINES, "load", "time", ("n0", "n1")),
        ),
    )
