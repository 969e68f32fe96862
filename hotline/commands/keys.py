"""The master keys of recordings: keys list, keys rotate."""

from __future__ import annotations

from datetime import UTC, datetime

import typer
from rich.table import Column, Table

from hotline.audited import Reason, reason_of, write_down
from hotline.sealing import keys_of
from hotline.terminal import Config, Json, Var, fail, people, put, put_table, settings_of
from records.audit import Act
from records.vault.ciphers import CIPHERS
from records.vault.keys import KeyFile, KeysError

app = typer.Typer()
keys = typer.Typer(no_args_is_help=True, help="The master keys that recordings are sealed with.")
app.add_typer(keys, name="keys")


@keys.command("list")
def list_(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """The ids of the keys, the newest last: it seals what is recorded from now on. No key is ever printed."""
    settings = settings_of(config, var)
    try:
        found = keys_of(settings).all()
    except KeysError as error:
        fail(error)
    if as_json:
        for key in found:
            put({"key": key.id, "cipher": key.cipher.name, "made": key.made, "seals": key is found[-1]})
        return
    table = Table(*(Column(heading) for heading in ("密钥", "算法", "生成", "")), box=None, pad_edge=False)
    for key in found:
        table.add_row(key.id, key.cipher.name, key.made, "加密新录音" if key is found[-1] else "只读旧录音")
    put_table(table)


@keys.command()
def rotate(
    reason: Reason = None,
    config: Config = None,
    var: Var = None,
    as_json: Json = False,
) -> None:
    """Make a new key; it seals what is recorded from now on. Keep the file's copy: old keys read old recordings."""
    settings = settings_of(config, var)
    why = reason_of(reason, "a new key")
    source = keys_of(settings)
    if not isinstance(source, KeyFile):
        fail("the keys come from `sealing.key_command`: make the new one there")
    cipher = CIPHERS[settings.sealing.cipher]
    write_down(settings, Act.KEY_MADE, about=str(source.path.name), reason=why, cipher=cipher.name)
    try:
        key = source.rotate(cipher, datetime.now(UTC))
    except (KeysError, OSError) as error:
        fail(error)
    if as_json:
        put({"key": key.id, "cipher": key.cipher.name, "made": key.made})
    else:
        people.print(f"{key.id} seals from now on; copy {source.path} to where you keep the others", markup=False)
