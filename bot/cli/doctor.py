"""`tocsin doctor`: looks at everything that can be wrong and says the next move."""

import json
import sys
from dataclasses import replace

import click


@click.command()
@click.argument("parts", nargs=-1, metavar="[PART]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--ask-model", is_flag=True, help="Also ask the model; costs a call.")
@click.option("--quiet", is_flag=True, help="Print nothing; only the exit status.")
def doctor(
    parts: tuple[str, ...], *, as_json: bool, ask_model: bool, quiet: bool
) -> None:
    """Check settings, keys, log, rules, runbooks, sources, model and Slack.

    With PARTs only those: home, log, redaction, rules, runbooks, reader, sources,
    intake, alarms, storage, watch, collect, cluster, model, slack, sign-in, policies.

    Exit status: 0 nothing is broken, 1 something is.
    """
    from bot.cli.checks import FAIL, PARTS, examine, model_asked
    from bot.cli.guarded import masked

    if unknown := [one for one in parts if one not in PARTS]:
        raise click.BadParameter(f"{unknown[0]} is none of {', '.join(PARTS)}.")
    found = [
        replace(one, says=masked(one.says), next_move=masked(one.next_move))
        for one in (*examine(parts), *(model_asked() if ask_model else ()))
    ]
    broken = any(check.state == FAIL for check in found)
    if as_json:
        checks = [
            {
                "check": c.name,
                "state": c.state,
                "says": c.says,
                "next_move": c.next_move,
            }
            for c in found
        ]
        click.echo(json.dumps({"ok": not broken, "checks": checks}))
    elif not quiet:
        for check in found:
            click.echo(f"{check.state:<5} {check.name}: {check.says}")
            if check.next_move:
                click.echo(f"      next: {check.next_move}")
    sys.exit(1 if broken else 0)
