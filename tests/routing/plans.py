"""A small plan for tests, as an operator would write it."""

from __future__ import annotations

SMALL = """\
hotline:
  name: 小热线
  number: 12320
  start: hello
  person: desk
  hours: office
  silence: {say: again, tries: 2, then: desk}
  wrong: {say: no-such-key, tries: 3, then: desk}
  apology: sorry
nodes:
  hello: {say: welcome, then: main}
  main:
    menu: choose
    keys: {1: desk, 2: night, 3: partner, 4: bye}
  bye: {end: goodbye}
  closed: {say: shut, then: message}
  message: {message: speak, thanks: thanks, limit: 1m, silence: 4s}
lines:
  desk: {name: 座席, closed: closed, overflow: message, connecting: connecting, record: true, notice: notice}
  night: {name: 夜班, hours: always, closed: closed, overflow: message, outside: {number: "0221", simultaneous: 2}}
  partner: {name: 合作单位, hours: always, closed: closed, overflow: message, outside: {number: "0222"}}
agents:
  ann: {name: 甲, lines: [desk, night]}
calendar:
  hours:
    office: [{on: workdays, open: ["8:30-16:30"]}]
    always: [{on: every day, open: ["0:00-24:00"]}]
prompts:
  welcome: 您好。
  choose: 请选择。
  again: 没有听到。
  no-such-key: 按键有误。
  sorry: 抱歉。
  goodbye: 再见。
  shut: 现在不是服务时间。
  speak: 请留言。
  thanks: 谢谢。
  connecting: 正在转接。
  notice: 本次通话将被录音。
"""
