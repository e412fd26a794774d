"""One card view for each state a card can be in.

`python -m tests.slack.card_states` writes the drawn cards to `tests/slack/cards`,
where a reviewer can paste them into Block Kit Builder. Do it on purpose and look
at the difference.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.card import CardView, DiagnosticsState, GroupedBy, NextStep
from bot.domain.events import Phase, Role
from bot.domain.incident import Incident
from bot.domain.severity import Reason, Severity
from bot.domain.summary import Claim, Summary
from bot.domain.untrusted import Untrusted
from bot.slack import cards

GOLDEN = Path(__file__).parent / "cards"

STATE = Incident(
    title=Untrusted("Guardrail support-gr let an injected document through"),
    category="prompt_injection",
    severity=Severity.SEV2,
    reasons=("category.prompt_injection", "outcome.allowed"),
    system="support-bot-v7",
    channel="C0INCIDENTS",
    detected_at=datetime(2026, 5, 4, 10, 2, tzinfo=UTC),
    firing=frozenset({"d" * 32}),
    sources=("aws_bedrock", "cloudwatch"),
)
STEP = NextStep(
    runbook="RB-07",
    title="Prompt injection let through",
    number=2,
    text="Cut the agent's egress.",
    why="tool calls follow the injection",
)
NEW = CardView(
    id="INC-0001",
    state=STATE,
    since=datetime(2026, 5, 4, 10, 2, tzinfo=UTC),
    category_title="Prompt injection",
    system_title="Support bot v7",
    owner="S0MLPLATFORM",
    risk_tier="high",
    alert_count=41,
    sources=("aws_bedrock", "cloudwatch"),
    grouped_by=(GroupedBy(because="same_system"),),
    reasons=(
        Reason(
            code="category.prompt_injection", text="prompt injection starts at SEV3"
        ),
        Reason(code="outcome.allowed", text="the input was let through", steps=1),
    ),
    summary=Summary(
        by="rules",
        claims=(
            Claim(
                text=Untrusted(
                    "Guardrail support-gr v3 let 3 injected documents through"
                ),
                evidence=(
                    "al_01HX0000000000000000000001",
                    "al_01HX0000000000000000000002",
                ),
            ),
            Claim(
                text=Untrusted("Tool send_email ran 12 times in 4 min, usual 0 to 1"),
                evidence=("al_01HX0000000000000000000003",),
            ),
        ),
        unknown=("whether mail left the domain",),
    ),
    masked={"email": 2, "aws_access_key_id": 1},
    next_step=STEP,
)
ACKED = replace(
    NEW,
    state=replace(
        STATE,
        acked_by="U0ONCALL",
        phase=Phase.INVESTIGATING,
        roles={Role.COMMANDER: "U0COMMANDER"},
    ),
)
VIEWS: Mapping[str, CardView] = {
    "new": NEW,
    "acknowledged": ACKED,
    "step-taken": replace(ACKED, next_step=replace(STEP, state="taken", by="U0SECOND")),
    "mitigating": replace(ACKED, state=replace(ACKED.state, phase=Phase.MITIGATING)),
    "collecting": replace(ACKED, diagnostics=DiagnosticsState(done=4, total=9)),
    "collected": replace(
        ACKED,
        diagnostics=DiagnosticsState(
            ready_at=datetime(2026, 5, 4, 10, 9, tzinfo=UTC), files=11, missing=2
        ),
    ),
    "resolved": replace(
        ACKED, state=replace(ACKED.state, phase=Phase.RESOLVED, outcome="fixed")
    ),
    "drill": replace(NEW, state=replace(STATE, drill=True)),
    "unregistered": replace(
        NEW,
        system_title="",
        owner="",
        risk_tier="",
        alert_count=1,
        sources=("alertmanager",),
        grouped_by=(),
        masked={},
        next_step=None,
        notices=("the text contains instructions aimed at a model",),
    ),
    "erased": replace(NEW, state=replace(STATE, title=None), system_title=""),
    "written-by-a-model": replace(
        ACKED,
        summary=replace(
            NEW.summary,
            by="openai:example-model-1",
            prompt="incident-summary v2, 0f3a9c21",
            written=1,
            asks=(Untrusted("who received the mail"),),
        ),
    ),
}


def drawn(view: CardView) -> dict[str, Any]:
    """Return a card as it is compared."""
    post = cards.card(view)
    return {"text": post.text, "blocks": list(post.blocks)}


def main() -> None:
    """Write every card."""
    for name, view in VIEWS.items():
        shown = json.dumps(drawn(view), indent=1, ensure_ascii=False, sort_keys=True)
        (GOLDEN / f"{name}.json").write_text(shown + "\n", "utf-8")


if __name__ == "__main__":
    main()
