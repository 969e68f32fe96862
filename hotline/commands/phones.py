"""The telephones of the agents."""

from __future__ import annotations

import typer
from rich.table import Column, Table

from hotline.accounts import phones_of, secrets_of
from hotline.secrets import SecretsError
from hotline.terminal import Config, Json, Var, fail, published_in, put, put_table, settings_of

app = typer.Typer()


@app.command()
def phones(config: Config = None, var: Var = None, as_json: Json = False) -> None:
    """The SIP account of each agent: what to type into Linphone, MicroSIP or a desk telephone."""
    settings = settings_of(config, var)
    plan = published_in(settings.config).plan
    try:
        accounts = phones_of(plan, secrets_of(settings, plan))
    except (SecretsError, OSError) as error:
        fail(error)
    server = f"{settings.sip.host}:{settings.sip.port}"
    agents = plan.phones
    if as_json:
        put(
            [
                {"agent": agents[a.username], "phone": a.username, "name": a.name, "server": server, "secret": a.secret}
                for a in accounts
            ]
        )
        return
    headings = ("用户名 username", "密码 password", "服务器 server", "座席 agent", "热线 lines")
    table = Table(*(Column(heading, overflow="fold", no_wrap="password" in heading) for heading in headings))
    for account in accounts:
        lines = "、".join(plan.lines[line].name for line in plan.agents[agents[account.username]].lines)
        table.add_row(account.username, account.secret, server, account.name, lines)
    put_table(table)
