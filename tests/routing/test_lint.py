"""Unit: a plan that is well written but would serve callers badly is told so; a good one is left in peace."""

from __future__ import annotations

from collections.abc import Container
from datetime import date

import pytest

from routing.check import check
from routing.rules.table import ADJUSTABLE
from tests.routing.broken import HOTLINES

SUMMER, NOVEMBER, WINTER = date(2026, 6, 1), date(2026, 11, 21), date(2028, 2, 1)

GOOD = """\
hotline:
  name: 好热线
  number: 12320
  start: hello
  person: desk
  hours: office
  silence: {say: again, tries: 2, then: desk}
  wrong: {say: wrong, tries: 3, then: desk}
  apology: sorry
nodes:
  hello: {say: welcome, then: main}
  main: {menu: choose, keys: {1: desk, 2: night, 3: library, 4: more}}
  more: {menu: choose-more, keys: {1: ticket, "*": main}}
  ticket: {ask: key-ticket, digits: 4-8, leads: {"9": night}, then: desk}
  library: {information: [news], choices: news-keys, then: message}
  closed: {say: shut, then: message}
  message: {message: speak, thanks: thanks}
lines:
  desk: {name: 座席, closed: closed, overflow: message, record: true, notice: notice}
  night: {name: 夜班, hours: always, closed: closed, overflow: message, outside: {number: "0221"}}
agents:
  ann: {name: 甲, lines: [desk, night]}
calendar:
  hours:
    office: [{on: workdays, open: ["8:30-16:30"]}]
    always: [{on: every day, open: ["0:00-24:00"]}]
prompts:
  welcome: 您好。
  choose: 咨询请按1，夜班请按2，健康知识请按3，查询请按4，人工服务请按0。
  choose-more: 查询工单请按1，返回请按星号键，人工服务请按零。
  key-ticket: 请输入工单号，按井号键结束。
  news: 合理膳食。
  news-keys: 重听请按1，下一条请按2，返回请按＊。
  again: 没有听到。
  wrong: 按键有误。
  sorry: 抱歉。
  shut: 现在不是服务时间，紧急情况请拨打120。
  speak: 请留言，说完请按井号键。
  thanks: 谢谢。
  notice: 本次通话将被录音。
"""


def told(text: str, today: date | None = SUMMER, sounds: Container[str] | None = None) -> list[str]:
    checked = check({"a.yaml": text}, today, None if sounds is None else lambda words: sounds)
    return [str(problem).removeprefix("a.yaml:") for problem in sorted((*checked.errors, *checked.warnings))]


def changed(right: str, wrong: str) -> str:
    assert right in GOOD
    return GOOD.replace(right, wrong)


def test_a_good_hotline_is_left_in_peace() -> None:
    assert told(GOOD) == []


def test_the_shipped_hotline_is_left_in_peace_but_for_the_calendar_in_november() -> None:
    shipped = HOTLINES["plan.yaml"]
    assert [str(problem) for problem in check(shipped, SUMMER).warnings] == []
    assert {problem.rule for problem in check(shipped, NOVEMBER).warnings} <= {"calendar-ends"}
    assert check(shipped, NOVEMBER).errors == ()


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("  closed: {say: shut", "  lost: {end: shut}\n  closed: {say: shut",
         ["16:3: warning: no caller ever gets to `lost` [unreachable]"]),
        ("  welcome: 您好。", "  welcome: 您好。\n  unheard: 没人听。",
         ["29:3: warning: nothing uses the prompt `unheard` [unused]"]),
        ("    office:", "    lunch: [{on: workdays, open: ['12:00-13:00']}]\n    office:",
         ["25:5: warning: nothing uses the hours `lunch` [unused]"]),
        ("prompts:\n", "variants:\n  dialect: {welcome: 侬好}\nprompts:\n",
         ["28:3: warning: nothing uses the variant `dialect` [unused]"]),
        ("查询请按4", "查询请按5", [
            "12:16: the words of `choose` offer key 5, which leads nowhere [key-nowhere]",
            "12:16: warning: the words never tell of the key 4 [key-untold]",
        ]),
        ("welcome: 您好。", "welcome: 您好，投诉请按7。",
         ["11:16: the words of `welcome` offer key 7, which leads nowhere [key-nowhere]"]),
        ("下一条请按2，返回请按＊", "上一条请按6，下一条请按2，返回请按＊",
         ["15:43: the words of `news-keys` offer key 6, which leads nowhere [key-nowhere]"]),
        ("，人工服务请按0", "",
         ["12:16: warning: the words of `main` do not tell that `0` leads to a person [zero-untold]"]),
        ('{1: ticket, "*": main}', '{1: ticket, "*": main, 0: hello}',
         ["13:61: warning: `0` leads to `hello`, where nobody answers [zero-elsewhere]"]),
        ("person: desk", "person: farewell", ["5:11: no node or line is called `farewell` [unknown-name]"]),
        ("  choose: 咨询", f"  choose: {'健康咨询热线' * 40}咨询",
         ["12:16: warning: about 64 s of words before `main` goes on; at most 45 s [long-prompt]"]),
        ("number: \"0221\"", "number: 12320", ["20:89: `night` dials the hotline's own number [dials-itself]"]),
        ("  apology: sorry", "  apology: sorry\n  may_dial: [\"010*\", \"0222\"]",
         ["21:89: `0221` is not among the numbers of `hotline.may_dial`; if it is right, add it there: "
          "a.yaml:10 [may-not-dial]"]),
        ("  ann: {name: 甲, lines: [desk, night]}", "  ann: {name: 甲, lines: []}", [
            "19:3: `desk` has neither agents nor an outside number [unstaffed]",
            "22:3: warning: the agent `ann` is on no line [idle-agent]",
        ]),
        (", notice: notice", "", [
            "19:63: warning: talks on `desk` are recorded and nobody is told [no-notice]",
            "40:3: warning: nothing uses the prompt `notice` [unused]",
        ]),
        ("record: true, notice: notice", "confidential: {listeners: [ann, eve]}", [
            "19:82: `ann` is no shift leader [no-such-leader]",
            "19:87: `eve` is no shift leader [no-such-leader]",
            "40:3: warning: nothing uses the prompt `notice` [unused]",
        ]),
        ("keys: {1: desk, 2: night, 3: library, 4: more}", "wait: 1s, keys: {1: desk, 2: night, 3: library, 4: more}",
         ["12:30: warning: `main` waits 1 s for a key; people need 3 [hurried]"]),
        ("{menu: choose, keys", "{menu: [], keys", [
            "12:3: warning: `main` says nothing [says-nothing]",
            "29:3: warning: nothing uses the prompt `choose` [unused]",
        ]),
        ('leads: {"9": night}', 'leads: {"123456789": night}',
         ["14:50: warning: `123456789` is longer than the 8 digits that are asked for [never-matches]"]),
        ("open: [\"0:00-24:00\"]", "open: [\"0:00-24:00\"], until: 2020-01-01",
         ["26:5: the hours `always` never open within 400 days [never-open]"]),
        ("welcome: 您好。", "welcome: 您好，这里是××热线。",
         ["28:12: warning: the words of `welcome` are not finished: `××` [placeholder]"]),
        ("nodes:\n", "front:\n  flu: {say: welcome, since: 2026-07-02, until: 2026-07-01}\nnodes:\n",
         ["11:49: warning: `flu` ends before it begins [backwards]"]),
        ("nodes:\n", "front:\n  flu: {say: welcome, until: 2026-05-01T12:00}\nnodes:\n",
         ["11:30: warning: `flu` ended on 2026-05-01 [past]"]),
    ],
)  # fmt: skip
def test_what_would_serve_callers_badly_is_told(right: str, wrong: str, expected: list[str]) -> None:
    assert told(changed(right, wrong)) == expected


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("{name: 座席,", "{name: 座席, ring: 0s,",
         ["19:26: `ring` of `desk` is 0 s: nobody can answer or press a key within it [no-time]"]),
        ("{name: 座席,", "{name: 座席, maximum_wait: 0s,",
         ["19:34: `maximum_wait` of `desk` is 0 s: nobody can answer or press a key within it [no-time]"]),
        ('number: "0221"', 'number: "0221", ring: 0s',
         ["20:103: `outside.ring` of `night` is 0 s: nobody can answer or press a key within it [no-time]"]),
        ("hours: office", "hours: office\n  wait: 0s",
         ["7:9: `wait` of `hotline` is 0 s: nobody can answer or press a key within it [no-time]"]),
        ("menu: choose,", "menu: choose, wait: 0s,",
         ["12:30: `wait` of `main` is 0 s: nobody can answer or press a key within it [no-time]"]),
        ("{name: 座席,", "{name: 座席, ring: 4s,",
         ["19:26: warning: a phone of `desk` rings 4 s; people need 5 [short-ring]"]),
        ("{name: 座席,", "{name: 座席, ring: 5s, maximum_wait: 5s,", []),
        ("{name: 座席,", "{name: 座席, maximum_wait: 19s,",
         ["19:34: warning: callers of `desk` are given up after 19 s, while the first phone rings up to 20 s "
          "[gives-up-early]"]),
    ],
)  # fmt: skip
def test_whoever_can_never_answer_or_press_in_time(right: str, wrong: str, expected: list[str]) -> None:
    assert told(changed(right, wrong)) == expected


def test_a_front_message_without_words() -> None:
    assert told(changed("nodes:\n", "front:\n  flu: {say: []}\nnodes:\n")) == [
        "11:3: warning: `flu` says nothing [says-nothing]"
    ]


def test_a_question_that_takes_the_key_of_a_person() -> None:
    recall = "  back: {recall: {desk: once-more}, key: 0, then: main}\n"
    text = changed("then: main}\n", "then: back}\n" + recall).replace(
        "  sorry:", "  once-more: 再接通请按0。\n  sorry:"
    )
    assert told(text) == [
        "12:42: warning: `back` takes `0` for the line of the last talk; elsewhere it leads to a person [zero-taken]"
    ]
    assert told(text.replace("key: 0", "key: 1").replace("再接通请按0", "再接通请按1")) == []


def test_a_greeting_may_not_take_long_but_advice_may() -> None:
    long = "健康咨询热线" * 40
    assert told(changed("welcome: 您好。", f"welcome: 您好。{long}")) == [
        "11:16: warning: about 58 s of words before `hello` goes on; at most 45 s [long-prompt]"
    ]
    assert told(changed("shut: 现在", f"shut: {long}。现在")) == []
    assert told(changed("news: 合理", f"news: {long}。合理")) == []


def test_a_number_dialled_by_two_lines() -> None:
    twice = changed(
        "agents:",
        '  third: {name: 三, hours: always, closed: closed, overflow: message, outside: {number: "0221"}}\nagents:',
    )
    assert told(twice.replace("2: night,", "2: third,").replace("夜班请按2", "外线请按2")) == [
        "21:88: warning: `0221` is dialled by `night` as well [number-twice]"
    ]


def test_menus_whose_keys_only_lead_to_each_other() -> None:
    text = changed("3: library", "3: round").replace("  closed: {say", (
        "  round: {menu: around, keys: {1: again-round, 2: round}}\n"
        "  again-round: {menu: around-again, keys: {1: round, 2: again-round}}\n"
        "  closed: {say"
    )).replace("  library: {information: [news], choices: news-keys, then: message}\n", "")  # fmt: skip
    text = text.replace("  news: 合理膳食。\n", "").replace("  news-keys: 重听请按1，下一条请按2，返回请按＊。\n", (
        "  around: 转圈请按1，重听请按2，人工服务请按0。\n  around-again: 再转请按1，重听请按2，人工服务请按0。\n"
    ))  # fmt: skip
    assert told(text) == [
        "15:3: keys lead only round and round here: round → again-round → round [no-way-out]",
        "16:3: warning: callers have to pass 3 menus to leave `again-round`; at most 2 [too-deep-menus]",
    ]


def test_a_menu_from_which_nobody_is_reached() -> None:
    text = changed("person: desk", "person: farewell").replace("then: desk", "then: farewell")
    text = text.replace("  closed: {say", "  farewell: {end: thanks}\n  closed: {say")
    text = text.replace("{1: desk, 2: night, 3: library, 4: more}", "{1: farewell, 2: farewell, 3: farewell, 4: more}")
    text = text.replace('leads: {"9": night}, ', "").replace(
        "then: message}\n  farewell", "then: farewell}\n  farewell"
    )
    found = told(text)
    assert [line for line in found if "unreachable" not in line] == [
        "5:11: `0` leads to `farewell`, from where no line is reached [nobody-at-zero]",
        *(
            f"{at}: from `{name}` callers reach neither a person nor a message, whatever they press [dead-end]"
            for at, name in (("12:3", "main"), ("13:3", "more"), ("14:3", "ticket"))
        ),
    ]


def test_more_keys_than_people_remember() -> None:
    keys = ", ".join(f"{key}: night" for key in range(2, 10))
    words = "，".join(f"选择请按{key}" for key in range(2, 10))
    text = changed("2: night, 3: library, 4: more", f"{keys}, '*': library, '#': more")
    text = text.replace("夜班请按2，健康知识请按3，查询请按4", f"{words}，知识请按星号键，查询请按井号键")
    assert told(text) == ["12:24: warning: `main` offers 11 keys; callers remember 8 [too-many-keys]"]
    assert told(text + "lint: {most_keys: 12}\n") == []


def test_a_variant_without_words_for_what_its_callers_hear() -> None:
    text = changed("2: night,", "2: english,").replace("夜班请按2", "For English press two")
    text = text.replace("  closed: {say", "  english: {variant: english, say: welcome, then: desk}\n  closed: {say")
    text += "variants:\n  english: {welcome: Hello., shut: We are closed.}\n"
    assert told(text) == [
        "43:3: warning: `english` has no words for 6 prompts that its callers may hear: "
        "again, wrong, sorry, speak, thanks, notice [variant-lacks]"
    ]
    assert told(text.replace("Hello.", "Press 9 now.")) == [
        "11:16: the words of `english--welcome` offer key 9, which leads nowhere [key-nowhere]",
        "16:36: the words of `english--welcome` offer key 9, which leads nowhere [key-nowhere]",
        "43:3: warning: `english` has no words for 6 prompts that its callers may hear: "
        "again, wrong, sorry, speak, thanks, notice [variant-lacks]",
    ]


def test_prompts_that_nobody_recorded_and_no_voice_can_speak() -> None:
    there = {"welcome", "choose", "choose-more", "key-ticket", "news", "news-keys", "again", "wrong", "sorry", "shut"}
    assert told(GOOD, sounds=there | {"speak", "thanks"}) == [
        "40:3: warning: `notice` can't be played: no recording, no master, no voice here [no-sound]"
    ]


@pytest.mark.parametrize(
    ("today", "own", "years"),
    [
        (date(2026, 10, 31), "", []),
        (date(2026, 11, 1), "", [2027]),
        (date(2026, 11, 1), "2027-10-01: {day: day off, why: 国庆节}", []),
        (date(2028, 2, 1), "", [2028]),
        (None, "", []),
    ],
)
def test_a_year_whose_holidays_are_not_known_is_told_from_november_on(
    today: date | None, own: str, years: list[int]
) -> None:
    text = changed("calendar:\n", f"calendar:\n  own_days: {{{own}}}\n")
    assert told(text, today) == [
        f"23:1: warning: the holidays of {year} are not known; update the calendar, or write them under `own_days` "
        "[calendar-ends]"
        for year in years
    ]


def test_a_hotline_that_asks_for_no_holidays_needs_no_calendar() -> None:
    assert told(changed("on: workdays", "on: [mon, tue]"), WINTER) == []


def test_operators_say_how_severe_a_rule_is() -> None:
    lost = changed("  closed: {say: shut", "  lost: {end: shut}\n  closed: {say: shut")
    assert told(lost + "lint: {rules: {unreachable: off}}\n") == []
    assert told(lost + "lint: {rules: {unreachable: error}}\n") == ["16:3: no caller ever gets to `lost` [unreachable]"]
    assert check({"a.yaml": lost}).plan is not None
    assert check({"a.yaml": lost + "lint: {rules: {unreachable: error}}\n"}).plan is None


def test_what_is_wrong_elsewhere_is_not_blamed_on_what_it_hides() -> None:
    text = changed("3: library", "3: libary").replace("tries: 2", "tris: 2")
    assert [line.rpartition("[")[2] for line in told(text)] == ["unknown-key]", "unknown-name]"]


def test_every_rule_of_calling_can_be_adjusted_and_no_other() -> None:
    assert "unreachable" in ADJUSTABLE
    assert not ADJUSTABLE & {"missing", "unknown-name", "silent-round", "syntax"}


def test_a_key_that_leads_to_another_line_than_its_words_say() -> None:
    files = dict(HOTLINES["plan.yaml"])
    swapped = files["plan.yaml"].replace("4: immunization", "4: animal-injury")
    files["plan.yaml"] = swapped.replace("6: animal-injury", "6: immunization")
    told = [str(warning).partition("the words say ")[2] for warning in check(files).warnings]
    assert told == [
        "`预防接种` for key 4, which leads to `animal-injury`; did you mean `immunization`? [key-mixed-up]",
        "`动物致伤` for key 6, which leads to `immunization`; did you mean `animal-injury`? [key-mixed-up]",
    ]
