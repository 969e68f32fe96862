"""Who is banned from the switch: bans list, add, remove."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated

import typer

from hotline.bans.ban import Ban, change, kept, lifted, trimmed, wall_clock
from hotline.bans.knocks import Doorkeeper
from hotline.bans.watch import never_banned
from hotline.settings import Settings
from hotline.terminal import Config, Json, Var, fail, people, put, settings_of
from routing.calendar import SHANGHAI

app = typer.Typer()
bans_app = typer.Typer(no_args_is_help=True, help="Addresses that Asterisk refuses.")
app.add_typer(bans_app, name="bans")


@bans_app.command("list")
def list_(
    nft: Annotated[bool, typer.Option("--nft", help="Print commands for nftables, for who is root.")] = False,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Who is banned now, until when and why."""
    now = wall_clock()
    bans = [ban for ban in _kept(settings_of(config, var)).values() if ban.holds(now)]
    bans.sort(key=lambda ban: ban.until)
    if as_json:
        put([_json(ban) for ban in bans])
    elif nft:
        _print_nft(bans, settings_of(config, var))
    else:
        for ban in bans:
            until = ban.until.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
            people.print(f"{ban.address}  → {until}  ×{ban.times}  {ban.reason}", markup=False)
        if not bans:
            people.print("nobody is banned")


@bans_app.command("add")
def add(
    address: Annotated[str, typer.Argument(help="An IP address.")],
    hours: Annotated[float, typer.Option(min=0.01, max=8760, help="How long.")] = 24.0,
    reason: Annotated[str, typer.Option(help="For whoever reads the list.")] = "by hand",
    config: Config = None,
    var: Var = None,
) -> None:
    """Ban an address; a running hotline takes it up at once."""
    settings, now = settings_of(config, var), wall_clock()
    place = _address(address)
    if Doorkeeper(never_banned(settings), after=settings.bans.after, within=settings.bans.within).spared(place):
        fail(f"{place} is the carrier's, this machine's or in bans.never: take it out of the settings first")
    ban = Ban(place, now, now + timedelta(hours=hours), reason)
    try:
        change(settings.var, lambda bans: trimmed([*({**bans, place: ban}).values()], now, settings.bans.most))
    except (OSError, ValueError) as error:
        fail(error)
    people.print(f"{place} is banned for {hours:g} h", markup=False)


@bans_app.command("remove")
def remove(
    address: Annotated[str | None, typer.Argument(help="An IP address.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All addresses.")] = False,
    config: Config = None,
    var: Var = None,
) -> None:
    """Lift a ban."""
    settings, now = settings_of(config, var), wall_clock()
    if (address is None) is not every:
        raise typer.BadParameter("name an address, or write --all", param_hint="ADDRESS")
    place = None if address is None else _address(address)
    found = {} if every else _kept(settings)
    if place is not None and (place not in found or not found[place].holds(now)):
        people.print(f"{place} is not banned", markup=False)
        return
    try:
        if place is None:
            change(settings.var, lambda bans: bans, anew=True)
        else:
            change(settings.var, lambda bans: bans | {place: lifted(bans[place], now)} if place in bans else bans)
    except (OSError, ValueError) as error:
        fail(error)
    people.print("nobody is banned" if place is None else f"{place} is not banned any more", markup=False)


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no IP address", param_hint="ADDRESS") from None


def _kept(settings: Settings) -> dict[str, Ban]:
    try:
        return kept(settings.var)
    except (OSError, ValueError) as error:
        fail(error)


def _json(ban: Ban) -> dict[str, object]:
    return {
        "address": ban.address,
        "since": ban.since.isoformat(),
        "until": ban.until.isoformat(),
        "reason": ban.reason,
        "times": ban.times,
    }


def _print_nft(bans: list[Ban], settings: Settings) -> None:
    """Commands that drop the packets before Asterisk sees them, and keep silent connections from filling it."""
    ports = sorted({settings.sip.port, *([settings.trunk.listen.port] if settings.trunk.listen else [])})
    doors = ", ".join(map(str, ports))
    typer.echo("nft add table inet hotline")
    typer.echo("nft 'add set inet hotline banned { type ipv4_addr; flags timeout; }'")
    typer.echo("nft 'add set inet hotline banned6 { type ipv6_addr; flags timeout; }'")
    typer.echo("nft 'add set inet hotline held { type ipv4_addr; flags dynamic; }'")
    typer.echo("nft 'add chain inet hotline input { type filter hook input priority -10; }'")
    typer.echo("nft 'flush chain inet hotline input'")
    typer.echo("nft 'add rule inet hotline input ip saddr @banned drop'")
    typer.echo("nft 'add rule inet hotline input ip6 saddr @banned6 drop'")
    typer.echo(
        f"nft 'add rule inet hotline input tcp dport {{ {doors} }} ct state new "
        "add @held { ip saddr ct count over 20 } reject'"
    )
    now = wall_clock()
    for ban in bans:
        name = "banned6" if ":" in ban.address else "banned"
        left = max(1, round((ban.until - now).total_seconds()))
        typer.echo(f"nft 'add element inet hotline {name} {{ {ban.address} timeout {left}s }}'")
