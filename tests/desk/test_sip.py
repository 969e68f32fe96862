"""Unit: which SIP a browser may say to the switch."""

from __future__ import annotations

import pytest

from desk.sip import objection

PHONE = "web-ann"
OWN = {
    "Via": "SIP/2.0/WS k3.invalid;branch=z9hG4bK1",
    "Max-Forwards": "69",
    "To": "<sip:web-ann@hotline.invalid>",
    "From": '"疾控一号座席" <sip:web-ann@hotline.invalid>;tag=a1b2',
    "Call-ID": "c1",
    "CSeq": "1 REGISTER",
    "Contact": '<sip:web-ann@k3.invalid;transport=ws>;+sip.ice;reg-id=1;+sip.instance="<urn:uuid:1>";expires=120',
    "Content-Length": "0",
}


def sip(first: str = "REGISTER sip:hotline.invalid SIP/2.0", **changed: str | None) -> str:
    headers = {**OWN, **{name.replace("_", "-"): value for name, value in changed.items()}}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([first, *lines, "", ""])


IN_A_TALK = {
    "To": '"139****0011" <sip:13900000011@127.0.0.1>;tag=as1',
    "Contact": "<sip:web-ann@k3.invalid;transport=ws;ob>",
}


@pytest.mark.parametrize(
    "message",
    [
        sip(),
        sip(Authorization='Digest algorithm=MD5, username="web-ann", realm="hotline", nonce="1", uri="sip:x"'),
        sip("BYE sip:13900000011@127.0.0.3:8088;transport=ws SIP/2.0", **IN_A_TALK),
        sip("INVITE sip:127.0.0.3:8088;transport=ws SIP/2.0", **IN_A_TALK),
        sip("ACK sip:asterisk@127.0.0.1 SIP/2.0", To="<sip:anonymous@anonymous.invalid>;tag=1"),
        sip("INFO sip:x@127.0.0.1 SIP/2.0", To="<sip:127.0.0.1>;tag=1"),
        "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/WS x\r\n\r\n",
        "SIP/2.0 200 OK\r\nFrom: <sip:13900000011@127.0.0.1>;tag=9\r\n\r\nv=0\r\n",
    ],
)
def test_what_a_telephone_of_ours_says_passes(message: str) -> None:
    assert objection(message, PHONE) is None


HOSTILE = {
    "the carrier's name": sip(From="<sip:trunk@hotline.invalid>;tag=1"),
    "a caller's number": sip(From="<sip:13900000011@hotline.invalid>;tag=1"),
    "another agent": sip(From="<sip:web-bob@hotline.invalid>;tag=1"),
    "another's registration": sip(To="<sip:web-bob@hotline.invalid>"),
    "an escaped name": sip(From="<sip:web%2Dann@hotline.invalid>;tag=1"),
    "a name with a secret": sip(From="<sip:web-ann:x@hotline.invalid>;tag=1"),
    "a name in quotes": sip(From='"<sip:web-ann@hotline.invalid>" <sip:trunk@hotline.invalid>;tag=1'),
    "a name behind an escape": sip(From='"a\\" <sip:web-ann@x>;" <sip:trunk@hotline.invalid>;tag=1'),
    "no brackets": sip(From="sip:trunk@hotline.invalid;tag=1"),
    "nobody": sip(From=None),
    "two names": sip(F="<sip:trunk@hotline.invalid>;tag=1"),
    "two names in one": sip(From="<sip:web-ann@x>;tag=1, <sip:trunk@x>;tag=2"),
    "a folded line": sip(From="<sip:web-ann@x>;tag=1\r\n <sip:trunk@x>"),
    "half a line's end": sip(From="<sip:web-ann@x>;tag=1\nFrom: <sip:trunk@x>;tag=2"),
    "the other half": sip(From="<sip:web-ann@x>;tag=1\rFrom: <sip:trunk@x>;tag=2"),
    "another's secret": sip(Authorization='Digest username="web-bob", realm="hotline"'),
    "two secrets": sip(Authorization='Digest username="web-ann", username="web-bob"'),
    "an encoded name of a secret": sip(Authorization="Digest username*=UTF-8''web-bob, username=web-ann"),
    "another's secret for a proxy": sip(Proxy_Authorization='Digest username="web-bob"'),
    "no digest": sip(Authorization="Basic d2ViLWFubjp4"),
    "who it claims to be": sip(P_Asserted_Identity="<sip:13900000011@x>"),
    "who it was for": sip(Diversion="<sip:110@x>"),
    "another's talk": sip("INVITE sip:12320@x SIP/2.0", Replaces="c2;to-tag=1;from-tag=2"),
    "another way": sip(Route="<sip:192.0.2.1;lr>"),
    "a call of its own": sip("INVITE sip:12320@hotline SIP/2.0"),
    "an order to call": sip("REFER sip:12320@hotline SIP/2.0"),
    "a message": sip("MESSAGE sip:web-bob@hotline SIP/2.0"),
    "a subscription": sip("SUBSCRIBE sip:web-bob@hotline SIP/2.0"),
    "two addresses": sip(M="<sip:192.0.2.1>"),
    "two addresses in one": sip(Contact="<sip:web-ann@k3.invalid>, <sip:192.0.2.1>"),
    "no SIP": "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "half a message": "REGISTER sip:hotline SIP/2.0\r\nFrom: <sip:web-ann@x>",
    "a zero": sip().replace("c1", "c\0"),
    "another version": sip("REGISTER sip:hotline SIP/3.0"),
    "small letters": sip("register sip:hotline SIP/2.0"),
    "a header that is none": sip().replace("Max-Forwards: 69", "Max Forwards 69"),
    "nothing": "",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_speaks_for_others_does_not_pass(what: str) -> None:
    assert objection(HOSTILE[what], PHONE) is not None


def test_a_browser_that_may_dial_does_it_in_its_own_name() -> None:
    assert objection(sip("INVITE sip:12320@hotline SIP/2.0"), PHONE, dials=True) is None
    assert objection(sip("CANCEL sip:12320@hotline SIP/2.0"), PHONE, dials=True) is None
    assert objection(sip("INVITE sip:12320@hotline SIP/2.0", From="<sip:trunk@x>;tag=1"), PHONE, dials=True)


def test_what_is_objected_to_is_not_repeated() -> None:
    for message in HOSTILE.values():
        assert "13900000011" not in str(objection(message, PHONE))
