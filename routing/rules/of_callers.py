"""Rules of what callers and agents may do: limits, trusted numbers, kept places, numbers abroad."""

from __future__ import annotations

from routing.rules.rule import Both, Rule, adjustable

CALLERS: tuple[Rule, ...] = (
    adjustable(
        "limit-never-met",
        Both(
            "{ten} calls in ten minutes are never reached: {hour} in an hour come first",
            "十分钟 {ten} 通永远达不到：先达到一小时 {hour} 通",
        ),
        Both("The hour's limit holds before the other one could.", "一小时的限制总是先生效。"),
        Both("Allow more in an hour than in ten minutes, or delete one.", "一小时允许的要多于十分钟，或者删掉一项。"),
        "callers:\n  number: {at_once: 3, per_10m: 10, per_hour: 20}",
    ),
    adjustable(
        "limit-of-trusted",
        Both(
            "the limit of {numbers} holds for nobody: they are all trusted",
            "{numbers} 的限制对谁都不起作用：这些号码都受信任",
        ),
        Both("Trusted and priority numbers have no limits.", "受信任的号码和优先号码不受限制。"),
        Both("Delete the limit, or trust fewer numbers.", "删掉这条限制，或者少信任一些号码。"),
    ),
    adjustable(
        "kept-for-all",
        Both(
            "`{number}` is the number that everybody calls: no place would be kept for anybody",
            "`{number}` 是所有人拨打的号码：这样就没有为任何人保留线路",
        ),
        Both(
            "Every caller would get the kept places, and a flood fills them like all others.",
            "所有来电都会占用保留的线路，大量来电时同样会占满。",
        ),
        Both("List other numbers of yours, which are told to few.", "写另外的、只告诉少数单位的号码。"),
        'callers:\n  direct: ["02200001200"]',
        of="error",
    ),
    adjustable(
        "abroad-closed",
        Both(
            "`{pattern}` is abroad and is not dialled: write numbers in full, or `outbound.international`",
            "`{pattern}` 是境外号码，不会拨打：请写完整号码，或者写 `outbound.international`",
        ),
        Both(
            "A `*` does not open the world by itself: stolen desks are used for calls abroad.",
            "`*` 本身不开放境外号码：盗用座席的人就是往境外打。",
        ),
        Both("Write each number in full.", "逐个写出完整的号码。"),
        'hotline:\n  may_dial: ["022*", "0085200000000"]',
    ),
)
