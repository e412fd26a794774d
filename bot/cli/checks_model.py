"""What `tocsin doctor` says of the model: who is asked, what leaves, what is left.

Only `asked` asks it, and only when a person wants it to: that costs a call, which no
budget counts.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.cli.asking import uncounted_model
from bot.cli.checks import FAIL, OK, WARN, Check
from bot.cli.opening import STORE_FILE
from bot.config import Settings
from bot.ports.model import Spent, Usage

if TYPE_CHECKING:
    from bot.assistant.backends import Backend

_NOBODY = Usage()
_DIGITS = 12
_SCOPE = "doctor"


def look(settings: Settings) -> Iterator[Check]:
    """Say which model is asked where, exactly what leaves, and what is left for it.

    Raises:
        BadSettings: The settings of the model are not complete, or it is where words
            may not go.
    """
    from bot.assistant.backends import backends_of
    from bot.assistant.residency import refuse_strangers

    backends = backends_of(settings.model, aws_region=settings.aws.region)
    refuse_strangers(backends, settings.model)
    if not backends:
        says = "none is configured; everything works without one, and nothing leaves"
        yield Check(name="model", state=OK, says=says)
        return
    order = ", then ".join(_place(one) for one in backends)
    yield Check(name="model", state=OK, says=f"asked in this order: {order}")
    if not settings.model.summaries:
        says = "off by model.summaries: rules write every bullet of a card"
        yield Check(name="model summaries", state=OK, says=says)
    hosts = ", ".join(dict.fromkeys(one.host for one in backends))
    yield Check(name="model data", state=OK, says=f"to {hosts} go {_leaves()}")
    for name, prompt in _prompts():
        yield Check(name=f"prompt {name}", state=OK, says=prompt)
    yield _budget(settings)


def asked(settings: Settings) -> Iterator[Check]:
    """Ask the model the smallest question and say whether it answered.

    Raises:
        BadSettings: As `look`.
    """
    from bot.assistant.shapes import IsItThere
    from bot.ports.model import Answered, Question
    from bot.rulings import read_rulings

    # Nothing of anybody is sent, so no placeholder is ever made with this key.
    redactor = read_rulings(settings, key=bytes(32)).redactor
    model = uncounted_model(settings, redactor)
    question = Question(
        prompt="is-it-there", incident=_SCOPE, told=(), answer=IsItThere
    )
    try:
        found = model.ask(question)
    finally:
        model.close()
    if isinstance(found, Answered):
        says = f"{found.model} answered, for {found.usage.tokens:,} tokens"
        yield Check(name="model answers", state=OK, says=says)
        return
    says = f"no answer, {found.why.value}: {found.says}"
    yield Check(name="model answers", state=FAIL, says=says, next_move=found.next_move)


def _place(one: "Backend") -> str:
    from bot.assistant.residency import regions_of

    where = f" ({', '.join(regions_of(one))})" if one.region else ""
    guarded = f", guardrail {one.guardrail}" if one.guardrail else ""
    return f"{one.label} at {one.host}{where}{guarded}"


def _leaves() -> str:
    from bot.assistant.assembling import MOST_CHARACTERS, MOST_TOLD

    return (
        "a prompt of those below, the shape of the answer, and of one incident at most "
        f"{MOST_TOLD} parts with {MOST_CHARACTERS:,} characters in all: ids, names of "
        "fields and texts of its alerts, masked; with each call the key for that host, "
        "and what the client says of itself (its version, Python's, the system's). "
        "Nothing else: no chat, no notes, no original of an alert"
    )


def _prompts() -> Iterator[tuple[str, str]]:
    from bot.assistant.prompts import shipped_prompts

    for name, one in shipped_prompts().items():
        yield (
            name,
            f"version {one.version} of {one.owner}, sha256 {one.digest[:_DIGITS]}",
        )


def _budget(settings: Settings) -> Check:
    from bot.assistant.budget import Budget

    budget, spent = Budget.of(settings.model), _spent(settings)
    limit, *now = budget.left(spent)
    says = f"left in this {'; '.join(now)}; for each {limit}"
    if budget.fits(spent, Usage(calls=1, tokens=1)):
        return Check(name="model budget", state=OK, says=says)
    return Check(
        name="model budget",
        state=WARN,
        says=says,
        next_move="The model is not asked now. Wait, or raise the limits in [model].",
    )


def _spent(settings: Settings) -> Spent:
    from bot.spending import StoredLedger
    from bot.store.sqlite import SqliteStore

    path = settings.home / STORE_FILE
    if not path.exists():
        return Spent(incident=_NOBODY, hour=_NOBODY, month=_NOBODY)
    store = SqliteStore(path, read_only=True)
    try:
        now = datetime.now(UTC)  # noqa: TID251 - the check is about now
        return StoredLedger(store).spent("", now)
    finally:
        store.close()
