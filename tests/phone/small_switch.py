"""A small Asterisk with a handful of extensions, to try the telephones themselves on."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hotline.asterisk_program import AsteriskProgram, find_asterisk
from hotline.phone import free_port
from hotline.settings import Settings

AGENTS = {"agent1": "secret-of-one", "agent2": "secret-of-two"}

_MODULES = """
res_timing_timerfd res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject res_http_websocket
res_pjsip res_pjsip_session res_pjsip_pubsub res_pjsip_sdp_rtp res_pjsip_registrar res_pjsip_rfc3326
res_pjsip_caller_id res_pjsip_authenticator_digest res_pjsip_endpoint_identifier_user
res_pjsip_endpoint_identifier_ip res_rtp_asterisk chan_pjsip pbx_config codec_alaw codec_ulaw codec_g722
codec_resample format_pcm app_echo app_dial app_read app_playback app_playtones bridge_simple
func_callerid
"""

_DIALPLAN = """
[in]
exten => echo,1,Answer()
 same => n,Echo()
exten => keys,1,Answer()
 same => n,Read(KEYS,,4,,1,5)
 same => n,GotoIf($["${KEYS}" = "19*0"]?right)
 same => n,Hangup(21)
 same => n(right),Playtones(1000)
 same => n,Wait(30)
exten => who,1,Answer()
 same => n,GotoIf($["${CALLERID(num)}" = "13900000001"]?right)
 same => n,Hangup(21)
 same => n(right),Playtones(1000)
 same => n,Wait(30)
exten => late,1,Answer()
 same => n,Wait(1)
 same => n,Playtones(1000)
 same => n,Wait(1)
 same => n,Hangup()
exten => busy,1,Hangup(17)
exten => rings,1,Ringing()
 same => n,Wait(30)
exten => agent1,1,Dial(PJSIP/agent1,20)
 same => n,Hangup(${HANGUPCAUSE})
exten => agent2,1,Dial(PJSIP/agent2,2)
 same => n,Hangup(19)
exten => _X.,1,Dial(PJSIP/trunk/sip:${EXTEN}@127.0.0.1:${CALLERID(name)})
exten => menu,1,Answer()
 same => n(ask),Read(KEY,FOLDER/menu,1,,1,2)
 same => n,GotoIf($["${KEY}" = "1"]?one)
 same => n,GotoIf($["${KEY}" = "2"]?two)
 same => n,Playback(FOLDER/sorry)
 same => n,Goto(ask)
 same => n(one),Read(KEY,FOLDER/one,1,,1,5)
 same => n,GotoIf($["${KEY}" = "1"]?two)
 same => n,Hangup()
 same => n(two),Playback(FOLDER/two)
 same => n,Echo()
"""


@asynccontextmanager
async def small_switch(folder: Path) -> AsyncIterator[str]:
    """Asterisk on a free port, until the block ends; its address `host:port`. Prompts are `folder/NAME.alaw`."""
    program = find_asterisk(Settings())
    port = free_port("127.0.0.1")
    for name, text in _files(folder, program, port).items():
        (folder / name).write_text(text, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *program.command, "-fv", "-C", str(folder / "asterisk.conf"), stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
    )
    try:
        async with asyncio.timeout(30):
            await _ready(process)
        yield f"127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _ready(process: asyncio.subprocess.Process) -> None:
    said = b""
    while b"Asterisk Ready" not in said:
        line = await process.stdout.readline() if process.stdout else b""
        if not line:
            raise RuntimeError(f"Asterisk ended before it was ready: {said.decode(errors='replace')}")
        said += line


def _files(folder: Path, program: AsteriskProgram, port: int) -> dict[str, str]:
    phones = "\n".join(
        f"""
[{name}]
type=endpoint
context=in
disallow=all
allow=alaw,ulaw,g722
direct_media=no
aors={name}
auth={name}
[{name}]
type=aor
max_contacts=1
remove_existing=yes
[{name}]
type=auth
username={name}
password={secret}
"""
        for name, secret in AGENTS.items()
    )
    return {
        "asterisk.conf": f"""
[directories]
astetcdir => {folder}
astmoddir => {program.modules}
astvarlibdir => {folder}
astdbdir => {folder}
astkeydir => {folder}
astdatadir => {program.data}
astagidir => {folder}
astspooldir => {folder}
astrundir => {folder}
astlogdir => {folder}
astsbindir => {program.sbin}
""",
        "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load={name}.so\n" for name in _MODULES.split()),
        "logger.conf": "[general]\n[logfiles]\nconsole => warning,error,verbose\n",
        "rtp.conf": "[general]\nrtpstart=12000\nrtpend=19999\n",
        "extensions.conf": _DIALPLAN.replace("FOLDER", str(folder)),
        "pjsip.conf": f"""
[global]
type=global
endpoint_identifier_order=auth_username,username,ip
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{port}
[trunk]
type=endpoint
context=in
disallow=all
allow=alaw,ulaw,g722
direct_media=no
[trunk]
type=identify
endpoint=trunk
match=127.0.0.1/32
{phones}
""",
    }
