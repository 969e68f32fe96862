"""What a page says into its microphone, and what comes out of its loudspeaker."""

from __future__ import annotations

import asyncio
import math
import struct
import wave
from pathlib import Path

from playwright.async_api import BrowserContext, Page

RATE = 48_000

_LISTEN = """
window.heard = [];
const Connection = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Connection {
  constructor(...given) {
    super(...given);
    this.addEventListener('track', ({ track }) => {
      const context = new AudioContext();
      const node = context.createAnalyser();
      node.fftSize = 8192;
      node.smoothingTimeConstant = 0;
      const stream = new MediaStream([track]);
      new Audio().srcObject = stream;  // Chromium decodes for an element alone
      context.createMediaStreamSource(stream).connect(node);
      context.resume();
      window.heard.push({ track, node, rate: context.sampleRate });
    });
  }
};
window.loud = (hertz) => {
  const live = window.heard.filter(({ track }) => track.readyState === 'live').at(-1);
  if (live === undefined) return -200;
  const bins = new Float32Array(live.node.frequencyBinCount);
  live.node.getFloatFrequencyData(bins);
  const at = Math.round((hertz * live.node.fftSize) / live.rate);
  return Math.max(...bins.slice(at - 2, at + 3));
};
"""


def spoken(file: Path, hertz: float) -> Path:
    """A microphone's sound: a tone that comes and goes, as speech does, for what never changes is taken for noise."""
    frames = bytearray()
    for number in range(4 * RATE):
        at = number / RATE
        swell = 0.5 * (1 - math.cos(2 * math.pi * 3 * at)) if at % 1 < 0.67 else 0.0
        frames += struct.pack("<h", round(12_000 * swell * math.sin(2 * math.pi * hertz * at)))
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(bytes(frames))
    return file


async def with_ears(context: BrowserContext) -> None:
    """Lets the pages of this profile measure what they hear."""
    await context.add_init_script(_LISTEN)


async def hears(page: Page, hertz: float, *, above: float = -60.0, within: float = 20.0) -> None:
    """Wait until a tone comes out of the page, in dB of full scale. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while await _loud(page, hertz) <= above:
            await page.wait_for_timeout(100)


async def hears_no(page: Page, hertz: float, *, below: float = -75.0, within: float = 20.0) -> None:
    """Wait until a tone is gone."""
    async with asyncio.timeout(within):
        while await _loud(page, hertz) >= below:
            await page.wait_for_timeout(100)


async def _loud(page: Page, hertz: float) -> float:
    """By asking: the pages' policy lets nobody wait for an expression."""
    return float(await page.evaluate(f"window.loud({hertz})"))
