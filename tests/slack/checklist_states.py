"""One checklist for each state it can be in.

`python -m tests.slack.checklist_states` writes them drawn to `tests/slack/checklists`,
where a reviewer can paste them into Block Kit Builder. Do it on purpose and look at the
difference.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.checklist import (
    DONE,
    SKIPPED,
    TAKEN,
    ChecklistView,
    Edition,
    Look,
    Mark,
)
from bot.domain.runbook import Level, Step, StepKind
from bot.domain.untrusted import Untrusted
from bot.slack import checklist_card

GOLDEN = Path(__file__).parent / "checklists"
BEGAN = datetime(2026, 5, 4, 10, 6, tzinfo=UTC)
EDITION = Edition(
    runbook="RB-07",
    version=2,
    title="Agent follows a document",
    steps=(
        Step(
            number=1,
            id="trace",
            text="Save the trace of one affected request.",
            kind=StepKind.READ,
            stop_if="The document is ours and was meant. Close as a false alarm.",
        ),
        Step(
            number=2,
            id="documents",
            text="List the documents that were retrieved.",
            kind=StepKind.READ,
        ),
        Step(
            number=3,
            id="egress",
            text="Cut the agent's egress.",
            kind=StepKind.GATED,
            action="aws.lambda.set_reserved_concurrency",
            params_from=(
                ("function_name", "entity.service"),
                ("reserved_concurrency", "fixed.0"),
            ),
            level=Level.T2,
            verify="0 calls for 5 min",
            rollback="Set the value that the plan recorded.",
        ),
        Step(
            number=4,
            id="purge",
            text="Purge the poisoned documents.",
            kind=StepKind.GATED,
            action="manual",
            level=Level.T1,
            verify="0 hits for 15 min",
            irreversible="A purged document cannot be brought back.",
        ),
        Step(number=5, id="legal", text="Tell the owner.", kind=StepKind.MANUAL),
    ),
    looks={
        1: Look(where="Evidence first", text="mkdir -p evidence\nsave-trace > trace"),
        4: Look(where="Contain", text="Purge copies (step 4) last."),
    },
)
NEW = ChecklistView(
    incident="INC-0001",
    channel="C0INCIDENTS",
    runbook="RB-07",
    version=2,
    digest=EDITION.digest,
    total=5,
    started_by="U0ONCALL",
    started_at=BEGAN,
    edition=EDITION,
    why="category prompt_injection; names agent",
)


def mark(
    n: int, state: str, by: str = "U0ONCALL", reason: str = "", **more: Any
) -> Mark:
    return Mark(
        state=state,
        by=by,
        at=BEGAN + timedelta(minutes=n),
        seq=10 + n,
        reason=Untrusted(reason) if reason else None,
        **more,
    )


GOING = replace(
    NEW,
    marks={
        1: mark(1, DONE),
        2: mark(3, SKIPPED, "U0SECOND", "no store for <!channel> *documents*"),
        3: mark(4, TAKEN, "U0SECOND"),
    },
)
EARLY = replace(NEW, marks={3: mark(1, TAKEN, open_evidence=(1, 2))})
CLOSED = replace(
    GOING,
    outcome="fixed",
    ended_by="U0COMMANDER",
    ended_at=BEGAN + timedelta(hours=1),
)
VIEWS = {
    "new": NEW,
    "going": GOING,
    "early": EARLY,
    "before-a-change": replace(NEW, marks={1: mark(1, DONE), 2: mark(2, DONE)}),
    "evidence-open-by-hand": replace(
        NEW, marks={n: mark(n, TAKEN if n == 1 else DONE) for n in (1, 2, 3)}
    ),
    "all-done": replace(NEW, marks={n: mark(n, DONE) for n in range(1, 6)}),
    "closed": CLOSED,
    "changed": replace(GOING, standing="changed"),
    "lost": replace(GOING, edition=None),
    "drill": replace(NEW, drill=True),
}


def drawn(view: ChecklistView) -> dict[str, Any]:
    """Return a checklist as it is compared."""
    post = checklist_card.card(view, proposing=True, sharing=True)
    return {"text": post.text, "blocks": list(post.blocks)}


def main() -> None:
    """Write every checklist."""
    for name, view in VIEWS.items():
        shown = json.dumps(drawn(view), indent=1, ensure_ascii=False, sort_keys=True)
        (GOLDEN / f"{name}.json").write_text(shown + "\n", "utf-8")


if __name__ == "__main__":
    main()
