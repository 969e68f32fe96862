"""SIP messages that hurt: one for each section of RFC 4475, in our own bytes, and what else comes from the street.

Each is aimed at the hotline's number and says that it comes from `own`, so that a switch which understands it has
every reason to act on it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

CRLF = b"\r\n"


@dataclass(slots=True)
class Letter:
    """A SIP request in parts, to be bent: `bytes(letter)` puts it together."""

    own: str
    """HOST:PORT where answers are heard."""
    switch: str
    method: str = "INVITE"
    uri: str = ""
    mark: str = "0"
    """Makes branch, tag and Call-ID this letter's own."""
    body: bytes = b""
    kind: str = "application/sdp"
    replaced: dict[str, str | None] = field(default_factory=dict)
    """Header values instead of the usual ones; None leaves it out."""
    more: list[str] = field(default_factory=list)
    """Whole header lines, after the others."""
    first: str | None = None
    """Start line instead of the usual one."""

    def headers(self) -> list[tuple[str, str]]:
        host = self.own.partition(":")[0]
        usual = {
            "Via": f"SIP/2.0/UDP {self.own};branch=z9hG4bK{self.mark}",
            "From": f"<sip:13900000001@{host}>;tag={self.mark}",
            "To": f"<sip:12320@{self.switch}>",
            "Call-ID": f"{self.mark}@{host}",
            "CSeq": f"1 {self.method}",
            "Contact": f"<sip:13900000001@{self.own}>",
            "Max-Forwards": "70",
            "Content-Type": self.kind if self.body else None,
            "Content-Length": str(len(self.body)),
        } | self.replaced
        return [(name, value) for name, value in usual.items() if value is not None]

    def __bytes__(self) -> bytes:
        start = self.first if self.first is not None else f"{self.method} {self.uri or self.to} SIP/2.0"
        lines = [start, *(f"{name}: {value}" for name, value in self.headers()), *self.more, "", ""]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + self.body

    @property
    def to(self) -> str:
        return f"sip:12320@{self.switch}"


def sdp(own: str, port: int = 40000) -> bytes:
    """An offer of A-law."""
    host = own.partition(":")[0]
    lines = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0", f"m=audio {port} RTP/AVP 8"]
    return ("\r\n".join([*lines, "a=sendrecv"]) + "\r\n").encode()


def torture(own: str, switch: str, mark: str) -> Mapping[str, bytes]:
    """Section of RFC 4475 → a message of that kind."""
    host = own.partition(":")[0]
    offer = sdp(own)

    def letter(number: int, method: str = "INVITE", **parts: object) -> Letter:
        one = Letter(own, switch, method, mark=f"{mark}t{number}")
        if method == "INVITE":
            one.body = offer
        for name, value in parts.items():
            setattr(one, name, value)
        return one

    def answer(number: int, start: str, **replaced: str | None) -> bytes:
        one = letter(number, "INVITE", first=start, body=b"")
        one.replaced = {"Content-Type": None, **replaced}
        return bytes(one)

    folded = (
        f"INVITE sip:12320@{switch};unknownparam SIP/2.0\r\nTO :\r\n  <sip:12320@{switch}> ;tag\t= {mark}9\r\n"
        f'from   : "A \\\\\\" B"       <sip:13900000001@{host}>\r\n  ;\r\n  tag = {mark}\r\nmax-forwards: 0068\r\n'
        f"Call-ID: {mark}.fold@{host}\r\ncseq: 0009\r\n  INVITE\r\nVia  : SIP  /   2.0\r\n /UDP\r\n    {own};"
        f'branch=z9hG4bK{mark}fold\r\nSubject :\r\nNewFangled:   a value\r\n folded with ; , and " quotes\r\n'
        f"Content-Type: application/sdp\r\nv:  SIP  / 2.0  / TCP     198.51.100.9 ;\r\n  branch  =   z9hG4bK9 ,\r\n"
        f' SIP  /    2.0   / UDP  198.51.100.8   ; branch=\r\n z9hG4bK8\r\nm:"Quoted \\"\\"" <sip:13900000001@{own}>'
        f" ; newparam = newvalue ;\r\n  secondparam ; q = 0.33\r\nl: {len(offer)}\r\n\r\n"
    ).encode() + offer
    parts = (
        b"--=bound;ary\r\nContent-Type: text/plain\r\n\r\nhello\r\n--=bound;ary\r\n"
        b"Content-Type: application/octet-stream\r\n\r\n\x00\x01\x80\xff\r\n--=bound;ary--\r\n"
    )
    odd = "!Odd-Method42_*+`.%'~"
    return {
        "3.1.1.1 short tortuous INVITE": folded,
        "3.1.1.2 wide range of characters": bytes(
            letter(
                2,
                odd,
                uri=f"sip:o'dd.~(user!)&p+q$/r?,/;;*:&a=1,b!*c$d~_e.(f'g)@{host}",
                replaced={"To": f'"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:odd-one@{switch}>', "Extra{}": "odd"},
            )
        ),
        "3.1.1.3 percent escapes": bytes(letter(3, uri=f"sip:sips%3Auser%40example.com@{switch}")),
        "3.1.1.4 escaped nulls": bytes(
            letter(
                4,
                "REGISTER",
                uri=f"sip:{switch}",
                replaced={
                    "To": f"<sip:null-%00-null@{switch}>",
                    "From": f"<sip:null-%00-null@{switch}>;tag={mark}4",
                    "Contact": f"<sip:%00@{own}>, <sip:%00%00@{own}>",
                },
            )
        ),
        "3.1.1.5 percent that is no escape": bytes(
            letter(5, "RE%47IST%45R", uri=f"sip:{switch}", replaced={"To": f'"%Z%45" <sip:res%6Furce@{switch}>'})
        ),
        "3.1.1.6 no space before the bracket": bytes(
            letter(6, "OPTIONS", replaced={"From": f"caller<sip:13900000001@{host}>;tag={mark}6"})
        ),
        "3.1.1.7 long values": bytes(
            letter(
                7,
                replaced={
                    "To": '"' + "somebody " + "quite " * 200 + f'patient" <sip:12320@{switch}>',
                    "Call-ID": "long" * 400 + mark,
                    "Contact": f"<sip:{'a' * 1500}@{own}>",
                },
                more=[
                    "Via: " + ", ".join(f"SIP/2.0/UDP sip{n}.example.com" for n in range(60)),
                    "Unknown-" + "Header" * 80 + ": x",
                ],
            )
        ),
        "3.1.1.8 a second request behind the first": bytes(letter(8, "REGISTER", uri=f"sip:{switch}"))
        + bytes(letter(88)),
        "3.1.1.9 parameters in the user part": bytes(
            letter(9, "OPTIONS", uri=f"sip:user;par=u%40example.net@{switch}")
        ),
        "3.1.1.10 unknown transports": bytes(
            letter(
                10,
                "OPTIONS",
                more=[
                    "Via: SIP/2.0/SCTP a.example.com;branch=z9hG4bK1",
                    "Via: SIP/2.0/UNKNOWN b.example.com;branch=z9hG4bK2",
                ],
            )
        ),
        "3.1.1.11 multipart body": bytes(
            letter(11, "MESSAGE", body=parts, kind='multipart/mixed;boundary="=bound;ary"')
        ),
        "3.1.1.12 unusual reason": answer(12, "SIP/2.0 200 всё хорошо = 100 % — 一切正常"),
        "3.1.1.13 empty reason": answer(13, "SIP/2.0 100 "),
        "3.1.2.1 extra separators": bytes(
            letter(
                14,
                replaced={
                    "Via": f"SIP/2.0/UDP {own};branch=z9hG4bK{mark}t14;;,;,,",
                    "Contact": f'"Separated" <sip:1@{own}>;;;;',
                },
            )
        ),
        "3.1.2.2 content length too large": bytes(letter(15, replaced={"Content-Length": "9999"})),
        "3.1.2.3 negative content length": bytes(letter(16, replaced={"Content-Length": "-999"})),
        "3.1.2.4 overlarge scalars": bytes(
            letter(
                17,
                "REGISTER",
                uri=f"sip:{switch}",
                replaced={
                    "CSeq": "36893488147419103232 REGISTER",
                    "Max-Forwards": "300",
                    "Expires": "1" + "0" * 40,
                    "Contact": f"<sip:1@{own}>;expires=280297596632815",
                },
            )
        ),
        "3.1.2.5 overlarge scalars in a response": answer(
            18,
            "SIP/2.0 503 Service Unavailable",
            **{
                "CSeq": "9292394834772304023312 OPTIONS",
                "Retry-After": "949302838503028349304023988",
                "Warning": '1812 x "y"',
            },
        ),
        "3.1.2.6 open quotes": bytes(letter(19, replaced={"To": f'"Somebody open <sip:12320@{switch}>'})),
        "3.1.2.7 brackets round the URI": bytes(letter(20, uri=f"<sip:12320@{switch}>")),
        "3.1.2.8 spaces in the URI": bytes(letter(21, uri=f"sip:12320@{switch}; lr")),
        "3.1.2.9 several spaces": bytes(letter(22, first=f"INVITE  sip:12320@{switch}  SIP/2.0")),
        "3.1.2.10 spaces at the end": bytes(letter(23, "OPTIONS", first=f"OPTIONS sip:12320@{switch} SIP/2.0  ")),
        "3.1.2.11 headers in the URI": bytes(letter(24, uri=f"sip:12320@{switch}?Route=%3Csip:example.com%3E")),
        "3.1.2.12 wrong time zone": bytes(letter(25, replaced={"Date": "Fri, 01 Jan 2010 16:00:00 EST"})),
        "3.1.2.13 contact without brackets": bytes(
            letter(
                26,
                "REGISTER",
                uri=f"sip:{switch}",
                replaced={"Contact": f"sip:1@{own}?Route=%3Csip:elsewhere.example%3E"},
            )
        ),
        "3.1.2.14 spaces in an address": bytes(
            letter(27, "OPTIONS", replaced={"To": f'"Spaced" < sip:12320@{switch} >'})
        ),
        "3.1.2.15 odd display name": bytes(
            letter(28, "OPTIONS", replaced={"From": f"Somebody, Else <sip:13900000001@{host}>;tag={mark}28"})
        ),
        "3.1.2.16 unknown version": bytes(letter(29, "OPTIONS", first=f"OPTIONS sip:12320@{switch} SIP/7.0")),
        "3.1.2.17 other method in CSeq": bytes(letter(30, "OPTIONS", replaced={"CSeq": "8 INVITE"})),
        "3.1.2.18 other unknown method in CSeq": bytes(letter(31, "NEWMETHOD", replaced={"CSeq": "9 INVITE"})),
        "3.1.2.19 overlarge status": answer(32, "SIP/2.0 4294967301 Far Too Much"),
        "3.2.1 branch with the cookie alone": bytes(
            letter(33, "OPTIONS", replaced={"Via": f"SIP/2.0/UDP {own};branch=z9hG4bK"})
        ),
        "3.3.1 headers missing": bytes(letter(34, replaced={"Call-ID": None, "From": None, "To": None})),
        "3.3.2 unknown scheme": bytes(letter(35, "OPTIONS", uri="unheardof:opaque-to-all")),
        "3.3.3 atypical scheme": bytes(letter(36, "OPTIONS", uri="soap.beep://192.0.2.103:3002")),
        "3.3.4 unknown schemes in headers": bytes(
            letter(
                37,
                "REGISTER",
                uri=f"sip:{switch}",
                replaced={
                    "To": "isbn:0000000000",
                    "From": f"<http://www.example.com>;tag={mark}37",
                    "Contact": "<name:somebody>",
                },
            )
        ),
        "3.3.5 unknown extensions required": bytes(
            letter(38, "OPTIONS", more=["Require: unheard-of-1, unheard-of-2", "Proxy-Require: unheard-of-3"])
        ),
        "3.3.6 unknown body": bytes(
            letter(39, body=b'<audio>\n <pcmu port="443"/>\n</audio>\n', kind="application/unknownformat")
        ),
        "3.3.7 unknown authorization": bytes(
            letter(40, "REGISTER", uri=f"sip:{switch}", more=["Authorization: Handshake secret=none"])
        ),
        "3.3.8 single headers twice": bytes(
            letter(
                41,
                more=[
                    "CSeq: 59 INVITE",
                    f"Call-ID: other{mark}",
                    f"From: <sip:2@{host}>;tag=x",
                    "To: <sip:a@b>",
                    "Max-Forwards: 5",
                ],
            )
        ),
        "3.3.9 two content lengths": bytes(
            letter(42, "OPTIONS", body=b"which of the two is true\r\n", kind="text/plain", more=["Content-Length: 5"])
        ),
        "3.3.10 response via broadcast": answer(
            43,
            "SIP/2.0 200 OK",
            Via="SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1, SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK2",
        ),
        "3.3.11 no forwards left": bytes(letter(44, "OPTIONS", replaced={"Max-Forwards": "0"})),
        "3.3.12 contact header parameter": bytes(
            letter(45, "REGISTER", uri=f"sip:{switch}", replaced={"Contact": f"sip:+8602200000001@{own};unknownparam"})
        ),
        "3.3.13 contact URI parameter": bytes(
            letter(
                46, "REGISTER", uri=f"sip:{switch}", replaced={"Contact": f"<sip:+8602200000001@{own};unknownparam>"}
            )
        ),
        "3.3.14 contact with a header": bytes(
            letter(
                47,
                "REGISTER",
                uri=f"sip:{switch}",
                replaced={"Contact": f"<sip:user@{own}?Route=%3Csip:elsewhere.example%3E>"},
            )
        ),
        "3.3.15 nothing acceptable": bytes(letter(48, replaced={"Accept": "text/unheard-of"})),
        "3.4.1 RFC 2543 syntax": (
            f"INVITE sip:12320@{switch} SIP/2.0\r\nVia: SIP/2.0/UDP {own}\r\nFrom: <sip:13900000001@{host}>\r\n"
            f"To: <sip:12320@{switch}>\r\nCall-ID: {mark}.2543@{host}\r\nCSeq: 1 INVITE\r\nContact: <sip:1@{own}>\r\n"
            f"Content-Length: {len(offer)}\r\nContent-Type: application/sdp\r\n\r\n"
        ).encode()
        + offer,
    }


NAMES = (
    "\udcff\udcfe\udc80",  # bytes that are no UTF-8
    "\udcc0\udcaf..",
    "\x01\x02\x1b[31m",
    "安娜" * 60,
    "${SHELL(id)}",
    "$[1/0]",
    "'; DROP TABLE entries;--",
    "<script>alert(1)</script>",
    "\u202e\u200b\ufeff",
    "%s%s%n%n",
)
"""Names of callers as nobody should have them; a byte that is no text is a lone surrogate."""


def named(own: str, switch: str, mark: str) -> Mapping[str, bytes]:
    """INVITEs from callers with such names."""
    host = own.partition(":")[0]
    return {
        f"name {ascii(name)[:24]}": bytes(
            Letter(
                own,
                switch,
                mark=f"{mark}n{n}",
                body=sdp(own),
                replaced={"From": f'"{name}" <sip:139000000{n:02d}@{host}>;tag={mark}{n}'},
            )
        )
        for n, name in enumerate(NAMES)
    }


def sizes(own: str, switch: str, mark: str) -> Mapping[str, bytes]:
    """Too long, too short, of another length than they say."""
    whole = bytes(Letter(own, switch, mark=f"{mark}s", body=sdp(own)))
    huge = Letter(own, switch, mark=f"{mark}h", body=sdp(own), more=[f"X-{n}: {'a' * 900}" for n in range(60)])
    return {
        "oversize": bytes(huge)[:60_000],
        "one header of 50 kB": bytes(Letter(own, switch, mark=f"{mark}i", replaced={"Subject": "b" * 50_000})),
        "ten thousand headers": bytes(Letter(own, switch, "OPTIONS", mark=f"{mark}j", more=["a:"] * 10_000)),
        "empty": b"",
        "keep-alive": b"\r\n\r\n",
        "zeros": b"\0" * 1200,
        **{f"cut at {at}": whole[:at] for at in range(5, len(whole), max(1, len(whole) // 24))},
        **{
            f"length {said}": bytes(
                Letter(own, switch, mark=f"{mark}l{n}", body=sdp(own), replaced={"Content-Length": said})
            )
            for n, said in enumerate(("0", "1", "70000", "4294967296", "0x10", "", "1e9"))
        },
    }


def mutants(own: str, switch: str, mark: str, chance: random.Random) -> Iterator[bytes]:
    """Valid INVITE, REGISTER and OPTIONS, each spoiled at some places, without end; the same for the same seed."""
    number = 0
    while True:
        number += 1
        method = chance.choice(("INVITE", "REGISTER", "OPTIONS", "INVITE"))
        body = sdp(own) if method == "INVITE" else b""
        whole = bytearray(bytes(Letter(own, switch, method, mark=f"{mark}m{number}", body=body)))
        for _ in range(chance.randint(1, 6)):
            _spoil(whole, chance)
        yield bytes(whole[:60_000])


_SCRAPS = (
    b"\0",
    b"\r\n",
    b"\r\n ",
    b'"',
    b"<",
    b">",
    b";",
    b",",
    b"%",
    b"%00",
    b"%s%n",
    b"\xff\xfe",
    b"-1",
    b":",
    b"@",
    b"sip:",
    b"4294967296",
    b"Via: SIP/2.0/UDP x\r\n",
    b"[::1]",
    b"a" * 300,
    b"\\",
    b"=",
    b"?",
    b"//",
)


def _spoil(whole: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(whole)) if whole else 0
    end = min(len(whole), at + chance.randint(1, 40))
    match chance.randrange(6):
        case 0 if whole:
            whole[at] = chance.randrange(256)
        case 1:
            whole[at:at] = chance.choice(_SCRAPS)
        case 2:
            del whole[at:end]
        case 3:
            whole[at:at] = whole[at:end] * chance.randint(1, 8)
        case 4:
            lines = bytes(whole).split(b"\r\n")
            chance.shuffle(lines)
            whole[:] = b"\r\n".join(lines)
        case _:
            del whole[end + chance.randrange(len(whole) - end + 1) :]
