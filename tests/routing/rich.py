"""A plan that uses the whole language, as an operator would write it."""

from __future__ import annotations

RICH = """\
hotline:
  name: 大热线
  number: 12320
  start: gate
  direct: {on: false, start: straight}
  person: desk
  hours: office
  wait: 5s
  silence: {say: again, tries: 2, then: desk}
  wrong: {say: no-such-key, tries: 3, then: desk}
  survey: rating
  apology: sorry
front:
  outbreak: {say: front-outbreak, until: 2026-11-25T18:00}
  drill: {say: front-drill, then: bye}
nodes:
  gate:
    switch:
      - {caller: ["0755*", withheld], then: sister}
      - {dates: 2026-10-01..2026-10-08, then: library}
      - {unstaffed: desk, hours: office, then: library}
      - {wait: {line: desk, over: 2m}, then: library}
      - {open: night, hours: always, then: before}
    otherwise: main
  before:
    recall: {desk: again-desk}
    days: 2
    then: main
  main:
    menu: choose
    keys: {1: desk, 2: library, 3: ticket, 4: english, 5: night, "*": straight}
  english: {variant: english, say: hello, then: main}
  library:
    information: [news-1, news-2]
    choices: news-keys
    then: message
  ticket:
    ask: key-ticket
    digits: 4-8
    confirm: you-keyed
    choices: right-or-again
    leads: {"9": sister, "99": night}
    then: library
  straight: {say: hello, then: desk}
  rating:
    survey: rate-us
    answers: {1: 满意, 2: 不满意}
    then: bye
  bye: {end: goodbye}
  closed: {say: shut, then: message}
  message: {message: speak, thanks: thanks, limit: 1m, silence: 4s}
lines:
  desk: {name: 座席, closed: closed, overflow: message, connecting: connecting, at_closing: leave}
  night: {name: 夜班, hours: always, closed: closed, overflow: message, survey: false, outside: {number: "0221"}}
  sister: {name: 外省, hours: always, closed: closed, overflow: message, outside: {number: "0222"}}
agents:
  ann: {name: 甲, lines: [desk, night]}
calendar:
  hours:
    office: [{on: workdays, open: ["8:30-16:30"]}]
    always: [{on: every day, open: ["0:00-24:00"]}]
prompts:
  choose: 请选择，人工服务请按0。
  again: 没有听到。
  no-such-key: 按键有误。
  sorry: 抱歉。
  hello: 您好。
  again-desk: 您昨天打过座席，再接通请按1。
  news-1: 第一条。
  news-2: 第二条。
  news-keys: 重听请按1，下一条请按2。
  key-ticket: 请输入工单号，按井号结束。
  you-keyed: 您输入的是
  right-or-again: 正确请按1，重新输入请按2。
  rate-us: 满意请按1，不满意请按2。
  goodbye: 再见。
  shut: 现在不是服务时间。
  speak: 请留言。
  thanks: 谢谢。
  connecting: 正在转接。
  front-outbreak: 近期流感高发。
  front-drill: 正在演练。
variants:
  english:
    choose: Press 1 for an agent.
    hello: Hello.
    connecting: Please wait.
"""
