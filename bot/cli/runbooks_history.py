"""What people's judgements of suggestions say, read from the store; and forgetting it.

Reading opens the store beside a running bot. Forgetting asks the running bot over HTTP
with the admin token; when none runs, the core is started in this process for it.
"""

import asyncio
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.domain.errors import BadSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.config import Settings
    from bot.readmodels.learned import Counts, Feedback

_LOOPBACK = "http://127.0.0.1"
_HEAD = (
    f"{'category':<24}{'runbook':<9}{'offered':>8}{'taken':>7}{'worked':>8}{'of':>4}"
    f"{'rejected':>10}{'wrong':>7}{'weight':>8}  last changed"
)
Answer = dict[str, Any]


def read() -> Answer:
    """Return everything that was learned, as scripts read it.

    Raises:
        BadSettings: There is no store yet.
    """
    from bot.cli.opening import open_settings, open_store
    from bot.readmodels import learned

    mode = open_settings().assistant.history
    store, _ = open_store(read_only=True)
    try:
        return plain(store.read(learned.feedback), mode=mode)
    finally:
        store.close()


def plain(found: "Feedback", *, mode: str) -> Answer:
    """Return what was learned with its keys; scripts depend on them."""
    from bot.cli.guarded import guards

    return {
        "mode": mode,
        "suggestions": {**asdict(found.counts), **_rates(found.counts)},
        "runbooks": [
            {
                "category": one.category,
                "runbook": one.runbook,
                **asdict(one.record),
                "weight": one.record.weight,
                "doubted": one.record.is_doubted,
                "says": one.record.told(one.category),
                "changed_at": one.changed_at.isoformat(),
            }
            for one in found.runbooks
        ],
        "texts": [asdict(one) for one in found.texts],
        "forgotten": [
            {
                "runbook": one.runbook,
                "by": one.by,
                "at": one.at.isoformat(),
                "because": (
                    guards().words(one.reason).for_html_line() if one.reason else None
                ),
            }
            for one in found.forgotten
        ],
    }


def table(found: Answer) -> str:
    """Return the same for people, line by line."""
    lines = [_sum(found), "", _HEAD, *map(_row, found["runbooks"])]
    if not found["runbooks"]:
        lines.append("nothing yet")
    lines += [
        f"{one['prompt']} · {one['model']}: {one['up']} up, {one['down']} down, "
        f"{one['taken_back']} statements taken back"
        for one in found["texts"]
    ]
    lines += [
        f"forgotten {one['at'][:16]} by {one['by']}: {one['runbook']}: "
        f"{one['because'] or '(erased)'}"
        for one in found["forgotten"]
    ]
    return "\n".join(lines)


def _sum(found: Answer) -> str:
    told = found["suggestions"]
    return (
        f"history: {found['mode']} · {told['incidents']} incidents, "
        f"a runbook offered in {told['offered']}: "
        f"the first taken in {_percent(told['accept_rate'])}, "
        f"called wrong in {_percent(told['wrong_rate'])} · "
        f"none fits in {_percent(told['none_fits_rate'])}"
    )


def _row(one: Answer) -> str:
    doubted = "  gives way" if one["doubted"] else ""
    return (
        f"{one['category']:<24}{one['runbook']:<9}{one['offered']:>8}"
        f"{one['taken']:>7}{one['worked']:>8}{one['decided']:>4}"
        f"{one['rejected']:>10}{one['wrong']:>7}{one['weight']:>+8.2f}  "
        f"{one['changed_at'][:16]}{doubted}"
    )


def forgotten(runbook: str, because: str) -> Answer:
    """Have what was learned of a runbook forgotten.

    Raises:
        BadSettings: There is no store yet.
        Refusal: It is no runbook.
    """
    from bot.cli import running_bot
    from bot.cli.lock import only_process
    from bot.cli.opening import STORE_FILE, open_settings
    from bot.web.history import PATH

    settings = open_settings()
    if not (settings.home / STORE_FILE).exists():
        raise BadSettings(
            "Nothing was forgotten",
            because=f"there is no log in {settings.home}",
            next_move="Start the bot once with `tocsin run`, or set TOCSIN_HOME.",
        )
    with ExitStack() as held:
        try:
            held.enter_context(only_process(settings.home))
        except BadSettings:
            given = {"runbook": runbook, "because": because}
            return running_bot.found(settings.home).ask("POST", PATH, given)
        return dict(asyncio.run(_here(settings, runbook, because)))


async def _here(
    settings: "Settings", runbook: str, because: str
) -> "Mapping[str, Any]":
    """Start the core without its doors for this one change."""
    from bot.cli.serving import built
    from bot.web.history import ADMIN

    house, _ = built(settings, _LOOPBACK)
    try:
        assert house.forget is not None  # noqa: S101 - wiring sets it
        return house.forget(runbook, because, ADMIN)
    finally:
        house.checkpoints.sign_if_dirty()
        house.store.close()


def _rates(counts: "Counts") -> dict[str, float | None]:
    return {
        "accept_rate": counts.accept_rate,
        "wrong_rate": counts.wrong_rate,
        "none_fits_rate": counts.none_fits_rate,
    }


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
