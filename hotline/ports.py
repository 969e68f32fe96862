"""Is an address free that we are about to listen on?"""

from __future__ import annotations

import errno
import socket

from hotline.settings import Settings

_KINDS = {
    "udp": (socket.SOCK_DGRAM, "UDP"),
    "tcp": (socket.SOCK_STREAM, "TCP"),
    "tls": (socket.SOCK_STREAM, "TCP"),
}


def taken(settings: Settings, *, asterisk: bool = True, web: bool = False) -> list[str]:
    """One line per address that Asterisk (and the engine, with `web`) cannot listen on; each names the setting."""
    wanted = []
    if asterisk:
        wanted += [
            (socket.SOCK_DGRAM, "UDP", settings.sip.host, settings.sip.port, "sip"),
            (socket.SOCK_STREAM, "TCP", settings.sip.host, settings.sip.port, "sip"),
            (socket.SOCK_STREAM, "TCP", settings.ari.host, settings.ari.port, "ari"),
        ]
        if listen := settings.trunk.listen:
            kind, protocol = _KINDS[settings.trunk.transport]
            wanted.append((kind, protocol, listen.host, listen.port, "trunk.listen"))
        if settings.webrtc.enabled and settings.webrtc.certificate:
            wanted.append((socket.SOCK_STREAM, "TCP", settings.webrtc.host, settings.webrtc.port, "webrtc"))
    if web:
        wanted.append((socket.SOCK_STREAM, "TCP", settings.web.host, settings.web.port, "web"))
        if settings.agi.enabled:
            wanted.append((socket.SOCK_STREAM, "TCP", settings.agi.host, settings.agi.port, "agi"))
    return [line for want in wanted if (line := _line(*want))]


def _line(kind: socket.SocketKind, protocol: str, host: str, port: int, part: str) -> str | None:
    with socket.socket(socket.AF_INET, kind) as trial:
        if kind is socket.SOCK_STREAM:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
            if kind is socket.SOCK_STREAM:
                trial.listen(1)
        except socket.gaierror:
            return f"{part}.host {host} is no address: mend {part}.host in settings.yaml"
        except OSError as error:
            variable = f"HOTLINE_{part.upper().replace('.', '__')}__"
            if error.errno == errno.EADDRINUSE:
                return (
                    f"{protocol} port {port} on {host} is taken by another program: end it, or set {part}.port "
                    f"in settings.yaml ({variable}PORT)"
                )
            return (
                f"cannot listen on {protocol} {host}:{port} ({error.strerror}): mend {part} in settings.yaml "
                f"({variable}HOST, {variable}PORT)"
            )
    return None
