"""`tocsin policy decisions`: who was let or refused what, by which rules, and when.

Read from the log of the store, beside a running bot. Texts of rules are those of
today; where the policies were others then, the line says so.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from bot.cli.guarded import say, say_json
from bot.cli.opening import open_settings, open_store
from bot.domain.errors import BadSettings

if TYPE_CHECKING:
    from bot.gate.policy import Policy
    from bot.readmodels.decisions import Decision

_HASH_CHARS = 12


@click.command()
@click.option("--plan", default="", help="Only about one plan, e.g. pl_….")
@click.option("--incident", default="", help="Only about one incident, e.g. INC-0001.")
@click.option("--person", default="", help="Only of one person, a Slack id.")
@click.option(
    "--since", metavar="TIME", help="From then on: 2026-11-28 or with a time."
)
@click.option("--refused", is_flag=True, help="Only what was refused.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def decisions(
    plan: str,
    incident: str,
    person: str,
    since: str | None,
    *,
    refused: bool,
    as_json: bool,
) -> None:
    """List every answer of the policies that decided something, oldest first.

    Each with its time, the person, what they wanted, the rules that decided with their
    texts, the waivers it rested on, the person's groups and the hash of the policies.
    """
    from bot.readmodels.decisions import decisions as read

    begins = _moment(since) if since else None
    store, _ = open_store(read_only=True)
    try:
        found = store.read(
            lambda tx: tuple(
                read(
                    tx,
                    plan=plan,
                    incident=incident.upper(),
                    person=person,
                    since=begins,
                )
            )
        )
    finally:
        store.close()
    wanted = [one for one in found if not refused or not one.ruling.allowed]
    policy = _in_force()
    if as_json:
        say_json([_plain(one, policy) for one in wanted])
        return
    _print(wanted, policy)


def _in_force() -> "Policy":
    """Return the policies of today; where they cannot be used, the shipped ones."""
    from bot.gate.policy import Policy

    try:
        return Policy.load(open_settings().gate.site)
    except BadSettings as error:
        because = f"note: texts are those of the shipped rules: {error.because}"
        say(because, err=True)
        return Policy.load()


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"--since {text} is no time like 2026-11-28") from None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _print(found: "Iterable[Decision]", policy: "Policy") -> None:
    count = 0
    for count, one in enumerate(found, 1):  # noqa: B007 - counted to the end
        said, about = one.ruling, one.plan or one.incident or "the gate"
        word = "allowed" if said.allowed else "refused"
        action = f" ({one.action})" if one.action else ""
        say(
            f"{one.at:%Y-%m-%d %H:%M:%S}  {word}  {said.by} {said.verb} {about}{action}"
        )
        for name in said.policies:
            say(f"    {name}: {_text(name, policy)}")
        if said.waivers:
            say(f"    rests on waiver {', '.join(said.waivers)}")
        if said.groups:
            say(f"    groups: {', '.join(said.groups)}")
        others = "" if said.hash == policy.hash else ", not those of today"
        say(f"    policies {said.hash[:_HASH_CHARS]}{others}; entry {one.seq}")
    say(f"{count} decision{'s' * (count != 1)}", err=True)


def _plain(one: "Decision", policy: "Policy") -> dict[str, Any]:
    said = one.ruling
    return {
        "at": one.at.isoformat(),
        "seq": one.seq,
        "by": said.by,
        "verb": said.verb,
        "allowed": said.allowed,
        "plan": one.plan,
        "incident": one.incident,
        "action": one.action,
        "event": one.event,
        "code": one.code,
        "policies": [
            {"id": name, "because": _text(name, policy)} for name in said.policies
        ],
        "waivers": list(said.waivers),
        "groups": list(said.groups),
        "hash": said.hash,
        "same_policies": said.hash == policy.hash,
    }


def _text(name: str, policy: "Policy") -> str:
    from bot.gate.policy import SAID

    rule = policy.rules.get(name)
    return rule.because if rule else SAID.get(name, "a rule that is no longer there")
