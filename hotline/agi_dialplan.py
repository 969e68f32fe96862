"""The part of a dialplan that sends callers to the FastAGI door: what docs/fastagi.md shows, for one's own."""

from __future__ import annotations

ANSWERED = "hotline-answered"
"""The context that runs on a phone that was answered."""


def snippet(address: str) -> str:
    """Text for `extensions.conf`; `address` is the door's, such as `127.0.0.1:4573`."""
    return f"""\
; A caller is sent here: Goto(hotline,${{EXTEN}},1). What comes after AGI() is for calls that the hotline did not serve.
[hotline]
exten => _[+0-9]!,1,Set(HOTLINE_STATUS=)
 same => n,AGI(agi://{address}/)
 same => n,GotoIf($["${{HOTLINE_STATUS}}" = "served" | "${{HOTLINE_STATUS}}" = "refused"]?done)
 same => n,GotoIf($["${{HOTLINE_STATUS}}" = "turned-away" | "${{DIALSTATUS}}" = "ANSWER"]?done)
 same => n,Goto(without-the-hotline,s,1)
 same => n(done),Hangup()

; A phone that the hotline rang was answered.
[{ANSWERED}]
exten => s,1,AGI(agi://{address}/answered?leg=${{ARG1}})
 same => n,ExecIf($["${{AGISTATUS}}" != "SUCCESS"]?Set(GOSUB_RESULT=CONTINUE))
 same => n,Return()

; Yours: nobody listens at the hotline, or it gave the caller back.
[without-the-hotline]
exten => s,1,Answer()
 same => n,Playback(hotline/fallback)
 same => n,Hangup()
"""
