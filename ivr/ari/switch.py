"""Asterisk as the switch, over ARI: what can be done with callers, legs, bridges, playbacks and recordings.

It stands on the link (`ivr.ari.link`), which tells what happens, and that on the orders (`ivr.ari.orders`), each of
which may be sent again. Nothing that a caller sent reaches an endpoint, a file name or a variable name: see `PLAIN`,
`DIGITS`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from ivr.ari.link import TRIES, Link
from ivr.ari.orders import TRY_EVERY, ThereAlready
from ivr.ari.shapes import APPLICATION, DIGITS, EAR, EAR_NAME, LEG, PLAIN, kind_of, of_known_shape, plain
from ivr.switch import (
    BEEP,
    RING_AT_MOST,
    RINGING,
    TURNED_AWAY,
    Census,
    ChannelGone,
    Kind,
    Phone,
    Recorded,
    Seen,
    SwitchError,
)

YIELDS = 0.1
"""Seconds at most that an order which ends something waits for those that ring a phone."""

_OWN_SOUNDS = {BEEP: "sound:beep", RINGING: "tone:ring"}

_HAS_RUNG = frozenset({"Ringing", "Up"})

_FEW = 4
"""Phones that are asked for one by one; of more the whole list is taken."""

_WAV_HEADER, _WAV_RATE = 44, 16_000
"""Bytes before the sound of a recording, and bytes of each second of it: 8 kHz, 16 bits."""
RETURNS = "PJSIP_HEADER(add,X-Hotline-Return)"
"""With the call's id as its value: a page that is rung with this header answers by itself."""
CODECS = "alaw,ulaw"
"""Of a leg that is rung before anybody's channel exists."""


class AriSwitch(Link):
    """One Asterisk. `async with` it; read `events()` from one task."""

    def __init__(
        self, url: str, user: str, password: str, *, phones: Sequence[str] = (), caller_id: str | None = None
    ) -> None:
        """`url` like `http://127.0.0.1:8088`; `phones` are those to watch; `caller_id` is shown to outside numbers."""
        super().__init__(url, user, password, phones=phones)
        self._caller_id = caller_id
        self._ringing = 0
        """Phones that are just being called."""
        self._calm = asyncio.Event()
        self._calm.set()

    async def let_in(self, phone: str, secret: str) -> None:
        """Let a phone register with this secret, and no longer with the one before. Raises SwitchError."""
        fields = {"auth_type": "digest", "username": plain(phone), "password": secret}
        body = {"fields": [{"attribute": name, "value": value} for name, value in fields.items()]}
        await self._order("PUT", f"/asterisk/config/dynamic/res_pjsip/auth/{plain(phone)}", body=body)

    async def let_out(self, phone: str) -> None:
        """Take the secret of a phone away: it is asked in vain from now on. Raises SwitchError."""
        with suppress(ChannelGone):  # it has none
            await self._order("DELETE", f"/asterisk/config/dynamic/res_pjsip/auth/{plain(phone)}")

    # ── orders ──────────────────────────────────────────────────────────────

    async def answer(self, channel: str) -> None:
        await self._order("POST", f"/channels/{quote(channel)}/answer")

    async def play(self, channel: str, playback: str, sounds: Sequence[str]) -> None:
        media = ",".join(_OWN_SOUNDS.get(sound, f"sound:hotline/{sound}") for sound in sounds)
        there = f"/playbacks/{quote(playback)}"  # a second one of this name would be said after the first
        await self._order("POST", f"/channels/{quote(channel)}/play/{quote(playback)}", there=there, media=media)

    async def stop_playing(self, playback: str) -> None:
        await self._order("DELETE", f"/playbacks/{quote(playback)}")

    async def plays(self, playback: str) -> bool:
        try:
            await self._order("GET", f"/playbacks/{quote(playback)}")
        except ChannelGone:
            return False
        return True

    async def start_music(self, channel: str) -> None:
        await self._order("POST", f"/channels/{quote(channel)}/moh")

    async def stop_music(self, channel: str) -> None:
        await self._order("DELETE", f"/channels/{quote(channel)}/moh")

    async def record(self, channel: str, recording: str, *, limit: float, silence: float) -> None:
        await self._order(
            "POST",
            f"/channels/{quote(channel)}/record",
            name=recording,
            format="wav",
            maxDurationSeconds=str(round(limit)),
            maxSilenceSeconds=str(round(silence)),
            beep="true",
            terminateOn="#",
            ifExists="fail",
        )

    async def ring(
        self, leg: str, phone: Phone, *, caller: str, like: str, returns: str = "", at_most: float = RING_AT_MOST
    ) -> None:
        del at_most  # it is told to stop
        shape = DIGITS if phone.trunk else PLAIN
        if not shape.fullmatch(phone.name):
            raise SwitchError(f"not a phone: {phone.name!r}")
        endpoint = f"PJSIP/{phone.name}@trunk" if phone.trunk else f"PJSIP/{phone.name}"
        shown = (self._caller_id or caller) if phone.trunk else caller
        if phone.is_browser:
            shown = f"<{leg}>"
        self._channels.add(leg)
        self._ringing += 1
        self._calm.clear()
        try:
            await self._order(
                "POST",
                f"/channels/{quote(leg)}",
                endpoint=endpoint,
                app=APPLICATION,
                appArgs=LEG,
                callerId=shown,
                **({"originator": like} if like else {"formats": CODECS}),
                timeout=str(round(RING_AT_MOST)),
                body={"variables": {RETURNS: returns}} if returns else None,
            )
        except SwitchError:
            self._channels.discard(leg)
            raise
        finally:
            self._ringing -= 1
            if not self._ringing:
                self._calm.set()

    def is_fixed(self, channel: str) -> bool:
        del channel
        return False

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        with suppress(ThereAlready):
            await self._order("POST", f"/bridges/{quote(bridge)}", type="mixing,dtmf_events")
        for _ in range(TRIES if any(map(EAR_NAME.search, channels)) else 0):
            with suppress(ChannelGone):
                await self._add(bridge, channels)
                return
            await asyncio.sleep(TRY_EVERY)  # a new ear is told of before it has entered Stasis
        await self._add(bridge, channels)

    async def _add(self, bridge: str, channels: Sequence[str]) -> None:
        await self._order("POST", f"/bridges/{quote(bridge)}/addChannel", channel=",".join(channels))

    async def part(self, bridge: str, channel: str) -> None:
        for _ in range(TRIES):
            with suppress(ThereAlready):
                await self._unless_gone("POST", f"/bridges/{quote(bridge)}/removeChannel", channel=channel)
                return
            await asyncio.sleep(TRY_EVERY)  # a bridge that was just made may not be known to Stasis for a moment
        raise SwitchError(f"bridge {bridge}: a channel could not be taken out")

    async def snoop(self, ear: str, channel: str, *, whispers: bool) -> None:
        self._channels.add(ear)
        try:
            await self._order(
                "POST",
                f"/channels/{quote(channel)}/snoop/{quote(ear)}",
                spy="both",
                whisper="out" if whispers else "none",
                app=APPLICATION,
                appArgs=EAR,
            )
        except SwitchError:
            self._channels.discard(ear)
            raise

    async def census(self) -> Census:
        channels, bridges, endpoints = await asyncio.gather(
            self._order("GET", "/channels"), self._order("GET", "/bridges"), self._order("GET", "/endpoints/PJSIP")
        )
        with of_known_shape("what exists"):
            seen = {channel["id"]: Seen(kind_of(channel), channel["state"] == "Up") for channel in channels}
            return Census(
                {name: one for name, one in seen.items() if one.kind is not Kind.OTHER},
                {
                    bridge["id"]: frozenset(
                        name for name in bridge["channels"] if name not in seen or seen[name].kind is not Kind.OTHER
                    )
                    for bridge in bridges
                },
                frozenset(
                    endpoint["resource"]
                    for endpoint in endpoints
                    if endpoint["state"] == "online" and endpoint["resource"] in self._phones
                ),
            )

    async def there(self, phones: Collection[str]) -> frozenset[str]:
        if len(phones) > _FEW:
            told = await self._order("GET", "/endpoints/PJSIP")
        else:
            told = [one for one in await asyncio.gather(*map(self._endpoint, phones)) if one is not None]
        with of_known_shape("the phones"):
            up = {endpoint["resource"] for endpoint in told if endpoint["state"] == "online"}
        return frozenset(up.intersection(phones))

    async def _endpoint(self, phone: str) -> Any:
        try:
            return await self._order("GET", f"/endpoints/PJSIP/{quote(phone)}")
        except ChannelGone:
            return None  # the switch has no such phone

    async def rings(self, leg: str) -> bool:
        told = await self._order("GET", f"/channels/{quote(leg)}")
        with of_known_shape("a leg"):
            return told["state"] in _HAS_RUNG

    async def packets(self, leg: str) -> int | None:
        try:
            told = await self._order("GET", f"/channels/{quote(leg)}/rtp_statistics")
        except ChannelGone:
            return None
        count = told.get("rxcount") if isinstance(told, dict) else None
        return count if isinstance(count, int) else None

    async def recorded(self, recording: str) -> Recorded | None:
        name = quote(recording, safe="")
        with suppress(ChannelGone):
            await self._order("GET", f"/recordings/live/{name}")
            return None
        try:
            length = await self._length(f"/recordings/stored/{name}/file")
        except ChannelGone:
            return None
        seconds = max(0.0, (length - _WAV_HEADER) / _WAV_RATE)
        return Recorded(recording, seconds, seconds)

    async def set_variable(self, name: str, value: str) -> None:
        """Set a variable of the whole switch, for its dialplan to read."""
        await self._order("POST", "/asterisk/variable", variable=name, value=value)

    async def record_bridge(self, bridge: str, recording: str) -> None:
        await self._order("POST", f"/bridges/{quote(bridge)}/record", name=recording, format="wav", ifExists="append")

    async def stop_recording(self, recording: str) -> None:
        with suppress(ChannelGone):  # whoever was recorded left first
            await self._order("POST", f"/recordings/live/{quote(recording, safe='')}/stop")

    async def drop_bridge(self, bridge: str) -> None:
        await self._let_rings_go_first()
        await self._unless_gone("DELETE", f"/bridges/{quote(bridge)}")

    async def hang_up(self, channel: str) -> None:
        await self._let_rings_go_first()
        await self._unless_gone("DELETE", f"/channels/{quote(channel)}", reason_code="16")

    async def turn_away(self, channel: str, sentence: str) -> None:
        if sentence not in TURNED_AWAY:
            raise SwitchError(f"not a sentence: {sentence!r}")
        await self._unless_gone(
            "POST", f"/channels/{quote(channel)}/continue", context="busy", extension=sentence, priority="1"
        )

    async def refuse(self, channel: str) -> None:
        await self._unless_gone("DELETE", f"/channels/{quote(channel)}", reason_code="17")

    async def release(self, channel: str) -> None:
        await self._unless_gone(
            "POST", f"/channels/{quote(channel)}/continue", context="fallback", extension="s", priority="1"
        )

    async def _let_rings_go_first(self) -> None:
        """What is taken apart can wait a moment: the agent who has just become free is rung by the same switch."""
        with suppress(TimeoutError):
            async with asyncio.timeout(YIELDS):
                await self._calm.wait()
