"""`tocsin gate`: see plans, say no, take back, stop everything, reconcile.

There is no way to approve here. Reading opens the store beside a running bot.
Writing asks the running bot over HTTP with the admin token; when none runs, the core
is started in this process for the one order. The lock of TOCSIN_HOME tells which.
"""

import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import click

from bot.cli.gate_actions import lint_actions, new_action_key, sign_action
from bot.cli.gate_freezes import on_now
from bot.domain.errors import BadSettings, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import Settings
    from bot.domain.plan_view import PlanView
    from bot.domain.untrusted import Untrusted
    from bot.plans.book import PlanBook
    from bot.ports import Transaction

T = TypeVar("T")
Order = dict[str, Any]

_NOTHING = "Nothing was done"
_NEVER = (
    "Approvals are given in Slack and nowhere else. "
    "Press the button on the plan's card in the incident's channel."
)
_NOT_HERE = ("approve", "break-glass")
_LOOPBACK = "http://127.0.0.1"


class _NeverApproves(click.Group):
    """Tells whoever looks for a way to approve where it is."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] in _NOT_HERE:
            raise click.UsageError(_NEVER, ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_NeverApproves)
def gate() -> None:
    """See, reject, cancel and stop plans. Approving is done in Slack only."""


for _command in (sign_action, lint_actions, new_action_key):
    gate.add_command(_command)


@gate.command("list")
@click.option("--incident", default="", help="Only of one incident, e.g. INC-0001.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_plans(incident: str, *, as_json: bool) -> None:
    """List the plans that are not over, oldest first."""
    from bot.readmodels.plan_export import (
        as_plain,
        freeze_as_plain,
        freeze_line,
        table,
    )

    views, is_stopped = _read(lambda tx, book: _open(tx, book, incident.upper()))
    on = on_now(_read)
    if as_json:
        plans = [as_plain(view) for view in views]
        frozen = [freeze_as_plain(one) for one in on]
        found = {"stopped": is_stopped, "freezes": frozen, "plans": plans}
        click.echo(json.dumps(found, indent=1))
        return
    for one in on:
        click.echo(freeze_line(one))
    if is_stopped:
        click.echo("Everything is stopped; `tocsin gate release` takes that back.")
    click.echo(table(views) if views else _none_open(incident.upper()), nl=False)


@gate.command()
@click.argument("plan")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(plan: str, *, as_json: bool) -> None:
    """Show one PLAN, also one that is over."""
    from bot.readmodels.plan_export import as_plain, text

    view = _read(lambda tx, book: _view(tx, book, plan))
    if view is None:
        raise _no_plan("No plan was shown", plan)
    if as_json:
        click.echo(json.dumps(as_plain(view), indent=1))
        return
    click.echo(text(view), nl=False)


@gate.command()
@click.argument("plan")
def trace(plan: str) -> None:
    """Print what PLAN went through as a trace that AgentAck checks, line by line."""
    from bot.readmodels.plan_trace import trace as traced
    from bot.readmodels.timeline import ACTION_STREAM

    lines = _read(lambda tx, _: traced(tx.log.load(ACTION_STREAM + plan)))
    if not lines:
        raise _no_plan("No trace was printed", plan)
    for line in lines:
        click.echo(json.dumps(line, sort_keys=True))


@gate.command()
@click.argument("plan")
@click.option("--reason", required=True, help="Why; it goes to the timeline.")
def deny(plan: str, reason: str) -> None:
    """Say no to PLAN; one no is enough."""
    _say(_order("deny", plan, {"reason": reason}))


@gate.command()
@click.argument("plan")
@click.option("--reason", help="Why; it goes to the timeline.")
def cancel(plan: str, reason: str | None) -> None:
    """Take PLAN back before it starts."""
    _say(_order("cancel", plan, {"reason": reason} if reason else {}))


@gate.command()
@click.argument("plan")
@click.option(
    "--committed/--not-committed",
    default=None,
    help="What a look at the target showed: it happened, or it did not.",
)
@click.option("--reason", required=True, help="What you saw; it goes to the timeline.")
def reconcile(plan: str, reason: str, *, committed: bool | None) -> None:
    """Say whether PLAN happened, where the bot cannot know."""
    # No default: silence must not count as an answer.
    if committed is None:
        raise click.UsageError("Say --committed or --not-committed, as you saw it.")
    _say(_order("reconcile", plan, {"reason": reason, "committed": committed}))


@gate.command("stop-all")
def stop_all() -> None:
    """Stop every plan, and let none begin until `release`."""
    reached = _order("stop-all", "", {})["reached"]
    click.echo(f"stopped: everything; open plans reached: {reached}")


@gate.command()
def release() -> None:
    """Take a stop back. What was stopped stays so and must be proposed again."""
    done = _order("release", "", {})
    what = "released" if done["was_stopped"] else "nothing was stopped"
    click.echo(f"{what}: plans may be approved and run again")


@gate.command()
@click.option("--for", "lasts", required=True, help="How long, e.g. 2h or 1h30m.")
@click.option("--reason", required=True, help="Why; people read it on every card.")
def freeze(lasts: str, reason: str) -> None:
    """Freeze changes for a while. What already runs goes on; see `stop-all`."""
    from bot.slack.maintenance_wishes import lasting

    length = lasting(lasts)
    if length is None:
        raise click.UsageError("Say how long like 30m, 2h, 1h30m or 1d.")
    minutes = int(length.total_seconds() // 60)
    done = _order("freeze", "", {"minutes": minutes, "reason": reason})
    until = done["until"][:16].replace("T", " ")
    click.echo(f"{done['id']}: frozen until {until} UTC")


@gate.command()
@click.option("--reason", help="Why; it goes to the log.")
def thaw(reason: str | None) -> None:
    """Lift every freeze that is on; a planned one is on again the next time."""
    done = _order("thaw", "", {"reason": reason} if reason else {})
    click.echo(f"lifted: {', '.join(done['lifted'])}")


def _none_open(incident: str) -> str:
    of = f" of {ascii(incident)[1:-1]}" if incident else ""
    return f"No plan{of} is open.\n"


def _no_plan(what: str, plan: str) -> NotFound:
    return NotFound(
        what,
        because=f"there is no plan {plan!a}",
        next_move="See the open ones with `tocsin gate list`.",
    )


def _say(plan: Order) -> None:
    click.echo(f"{plan['id']}: {plan['stage']}")
    if plan["outcome"]:
        click.echo(plan["outcome"])


# --- reading ---


def _read(work: "Callable[[Transaction, PlanBook], T]") -> T:
    """Run `work` on a snapshot of the store, as it stands now."""
    from bot.cli.opening import open_store
    from bot.clock import SystemClock
    from bot.domain.gate_rules import GateRules
    from bot.plans.book import PlanBook

    store, _ = open_store(read_only=True)
    # Loading decides nothing, so neither the clock nor the rules matter.
    book = PlanBook(clock=SystemClock(), rules=GateRules())
    try:
        return store.read(lambda tx: work(tx, book))
    finally:
        store.close()


def _open(
    tx: "Transaction", book: "PlanBook", incident: str
) -> "tuple[list[PlanView], bool]":
    from bot.gate import switch
    from bot.plans.rows import open_ids

    found = [_view(tx, book, one) for one in open_ids(tx, incident)]
    return [view for view in found if view is not None], switch.is_stopped(tx)


def _view(tx: "Transaction", book: "PlanBook", plan: str) -> "PlanView | None":
    from bot.plans.views import view_of

    state, _ = book.load(tx, plan)
    if not state.exists:
        return None
    view = view_of(state.plan, state, book)
    return replace(view, reason=_said(view.reason), said=_said(view.said))


def _said(words: "Untrusted | None") -> "Untrusted | None":
    from bot.cli.guarded import guards

    return None if words is None else guards().words(words)


# --- writing ---


def _order(name: str, plan: str, given: Order) -> Order:
    """Carry out one order: here when no bot runs, else by asking the bot."""
    import asyncio

    from bot.cli.lock import only_process
    from bot.cli.opening import STORE_FILE, open_settings

    settings = open_settings()
    if not (settings.home / STORE_FILE).exists():
        raise BadSettings(
            _NOTHING,
            because=f"there is no log in {settings.home}",
            next_move="Start the bot once with `tocsin run`, or set TOCSIN_HOME.",
        )
    with ExitStack() as held:
        try:
            held.enter_context(only_process(settings.home))
        except BadSettings:
            return _ask(settings.home, name, plan, given)
        return asyncio.run(_here(settings, name, plan, given))


async def _here(settings: "Settings", name: str, plan: str, given: Order) -> Order:
    """Start the core without its doors; cards wait for the bot to run again."""
    from bot.cli.serving import built

    house, _ = built(settings, _LOOPBACK)
    try:
        return house.admin.order(name, plan, given)
    finally:
        house.checkpoints.sign_if_dirty()
        house.store.close()


def _ask(home: Path, name: str, plan: str, given: Order) -> Order:
    """Ask the running bot."""
    from bot.cli import running_bot

    where = f"/admin/gate/plans/{quote(plan, safe='')}/" if plan else "/admin/gate/"
    return running_bot.found(home).ask("POST", where + name, given)
