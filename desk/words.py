"""What the sign-in pages say, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from desk.roles import Permission, Role

ZH: Final[Mapping[str, str]] = {
    "sign_in": "登录",
    "name": "用户名",
    "password": "密码",
    "code": "验证码",
    "code_hint": "手机验证器上的 6 位数字；手机不在身边时，填一个恢复码。",
    "go_on": "继续",
    "sign_out": "退出登录",
    "factor": "第二步：验证码",
    "enrol": "设置第二步验证",
    "enrol_hint": "用手机验证器（支持 TOTP 的应用）扫描二维码，再填写它显示的 6 位数字。",
    "enrol_text": "不能扫描时，手动输入密钥：",
    "picture": "二维码",
    "codes": "恢复码",
    "codes_hint": "手机丢失时用它登录，每个只能用一次。现在就抄下或打印，妥善保管：以后不再显示。",
    "codes_kept": "已保存，继续",
    "change": "更换密码",
    "change_due": "首次登录，请换成自己的密码。",
    "change_hint": "至少 12 个字符；几个词连在一起就好记。",
    "old": "原密码",
    "new": "新密码",
    "you": "您已登录",
    "shown": "姓名",
    "role": "角色",
    "agent": "座席",
    "may": "权限",
    "since": "登录时间",
    "desk": "进入工作台",
    "status": "热线状态",
    "factor_on": "第二步验证",
    "on": "已启用",
    "off": "未启用",
    "turn_on": "启用第二步验证",
    "wrong": "用户名或密码不对。",
    "wrong_code": "验证码不对，或已经用过：请等下一个。",
    "locked": "失败次数太多，请稍等片刻再试。",
    "too_many": "请求太多，请稍等片刻再试。",
    "busy": "登录的人太多，请稍后再试。",
    "weak": "这个密码不合要求：至少 12 个字符，不含用户名，不用常见的词，字符多样，且与原密码不同。",
    "not_due": "这一步已经过去，请重新开始。",
    "failed": "没有成功，请重试。",
}
EN: Final[Mapping[str, str]] = {
    "sign_in": "Sign in",
    "name": "User name",
    "password": "Password",
    "code": "Code",
    "code_hint": "The six digits that your authenticator shows; without your phone, a recovery code.",
    "go_on": "Go on",
    "sign_out": "Sign out",
    "factor": "Second step: a code",
    "enrol": "Set up the second step",
    "enrol_hint": "Scan this with an authenticator app (TOTP), then type the six digits that it shows.",
    "enrol_text": "If you cannot scan it, type the key:",
    "picture": "QR code",
    "codes": "Recovery codes",
    "codes_hint": "They let you in without your phone, each once. Write them down now: they are not shown again.",
    "codes_kept": "I have kept them, go on",
    "change": "Change the password",
    "change_due": "This is your first time here: choose a password of your own.",
    "change_hint": "At least 12 characters; a few words in a row are easy to keep in mind.",
    "old": "Old password",
    "new": "New password",
    "you": "You are signed in",
    "shown": "Name",
    "role": "Role",
    "agent": "Agent",
    "may": "May",
    "since": "Signed in",
    "desk": "To the desk",
    "status": "How the hotline stands",
    "factor_on": "Second step",
    "on": "on",
    "off": "off",
    "turn_on": "Turn on the second step",
    "wrong": "The name or the password is not right.",
    "wrong_code": "The code is not right, or was used already: wait for the next one.",
    "locked": "Too many failures: wait a moment before you try again.",
    "too_many": "Too many requests: wait a moment before you try again.",
    "busy": "Too many sign in at once: try again in a moment.",
    "weak": "This password will not do: at least 12 characters, without your name, no common words, not the old one.",
    "not_due": "This step is over: begin anew.",
    "failed": "It did not work: try again.",
}
ROLES: Final[Mapping[Role, str]] = {
    Role.AGENT: "座席",
    Role.LEADER: "值班长",
    Role.QUALITY: "质检员",
    Role.ADMINISTRATOR: "管理员",
    Role.AUDITOR: "审计员",
}
PERMISSIONS: Final[Mapping[Permission, str]] = {
    Permission.STATUS: "查看热线状态",
    Permission.DESK: "操作自己的座席",
    Permission.LEAD: "值班长操作",
    Permission.FLOOR_OWN: "查看各线路和自己的座席",
    Permission.FLOOR: "查看全场",
    Permission.CALLS_OWN: "查看自己的通话记录",
    Permission.CALLS: "查看通话记录",
    Permission.NUMBERS: "查看完整号码（留痕）",
    Permission.USERS_READ: "查看账号",
    Permission.USERS: "管理账号",
    Permission.METRICS: "读取指标",
    Permission.AUDIT: "查看审计日志",
    Permission.REGISTERS_READ: "查看登记表",
    Permission.REGISTERS: "管理登记表",
    Permission.QUALITY_OWN: "查看自己的质检评分",
    Permission.QUALITY_READ: "查看质检评分",
    Permission.QUALITY: "质检评分",
    Permission.WEBHOOKS: "管理事件推送",
    Permission.ORDERS_OWN: "开出和办理自己的转办单",
    Permission.ORDERS_READ: "查看转办单",
    Permission.ORDERS: "管理转办单",
    Permission.EXCHANGE: "与12345交换工单",
    Permission.REPORTS: "查看报表",
    Permission.ANSWERS_OWN: "填写自己的接听记录单",
    Permission.ANSWERS: "查看接听记录单",
    Permission.ANSWERS_SIGN: "审定接听记录单",
    Permission.RECORDINGS: "收听录音（留痕）",
    Permission.HOLDS: "保全记录和录音",
    Permission.REPORTS_SIGN: "签发报表",
    Permission.RECORDS_IMPORT: "导入和撤回旧数据",
    Permission.NUISANCE_READ: "查看骚扰名单",
    Permission.KNOWLEDGE_READ: "查看知识库",
    Permission.KNOWLEDGE: "管理知识库",
    Permission.PLAN_READ: "查看来电流程，起草修改",
    Permission.PLAN_PUBLISH: "发布来电流程",
}


def language_of(request: web.Request) -> str:
    """`en` where it is asked for by `?lang=en`, or wanted by the browser before Chinese; else `zh`."""
    asked = request.query.get("lang")
    if asked in ("zh", "en"):
        return asked
    for wanted in request.headers.get("Accept-Language", "")[:200].lower().split(","):
        if wanted.strip().startswith("zh"):
            return "zh"
        if wanted.strip().startswith("en"):
            return "en"
    return "zh"


def words_of(language: str) -> Mapping[str, str]:
    return EN if language == "en" else ZH
