"""One incident and one board with everything on them, for the pages.

`python -m tests.web.page_states` writes the drawn pages to `tests/web/pages`, where
a reviewer can open them. Do it on purpose and look at the difference.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.action_table import Stage
from bot.domain.envelope import (
    Alert,
    Assessment,
    Entity,
    EntityKind,
    Envelope,
    Mask,
    Outcome,
)
from bot.domain.events import Phase
from bot.domain.freeze import Freeze
from bot.domain.links import LinkHosts
from bot.domain.registry import Registry, System
from bot.domain.runbook_history import Record
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from bot.ports.gate import Standstill, Stopped
from bot.readmodels.alerts import Problem
from bot.readmodels.board import BoardRow
from bot.readmodels.checklists import Progress
from bot.readmodels.learned import Counts, Feedback, Forgotten, Learned, Written
from bot.readmodels.plan_record import CallMade, Look, PersonAnswer, PlanRecord
from bot.readmodels.postmortem import postmortem
from bot.readmodels.timeline import Line
from bot.web import rendering
from bot.web.dossier import BoardView, Dossier, LogState, StepRow, board_line
from tests.slack.card_states import ACKED
from tests.slack.plan_states import PLAN

GOLDEN = Path(__file__).parent / "pages"
BEGAN = datetime(2026, 5, 4, 10, 2, tzinfo=UTC)
NAMES = {
    "U0ONCALL": Untrusted("Olu Adeyemi"),
    "U0COMMANDER": Untrusted("Dana <b>Ruiz</b>"),
    "U0LEAD": Untrusted("Lee Novak"),
}
NOTE = "tocsin/0a1b\n31\nZm9v\n\n\N{EM DASH} tocsin/0a1b YmFy\n"


def at(seconds: int) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def line(seq: int, seconds: int, text: str, words: str | None = None) -> Line:
    return Line(
        seq=seq,
        at=at(seconds),
        occurred_at=None,
        kind="incident.noted.v1",
        actor="U0ONCALL",
        text=text,
        words=None if words is None else Untrusted(words),
    )


def alert(title: str, texts: dict[str, str]) -> Alert:
    return Alert(
        id="al_01HX0000000000000000000001",
        received_at=at(70),
        envelope=Envelope(
            source="aws_bedrock",
            dedup_key="k",
            occurred_at=BEGAN,
            title=Untrusted(title),
            texts={path: Untrusted(text) for path, text in texts.items()},
            entities=(Entity(EntityKind.GUARDRAIL, "support-gr"),),
            vendor_severity="HIGH",
            outcome=Outcome.ALLOWED,
            links=("https://evil.example/x", "https://grafana.example/d/1?a=b&c=d"),
        ),
        assessment=Assessment(
            category="prompt_injection",
            rule="injection.allowed",
            severity=Severity.SEV2,
            reasons=ACKED.reasons,
            notices=("the text contains instructions aimed at a model",),
            origin="kinds/injection.yaml",
            confidence=0.9,
            owasp=("LLM01", "ASI01"),
            atlas=("AML.T0051.001",),
        ),
        masks=(Mask(kind="email", count=2, path="description"),),
        system="support-bot-v7",
    )


RECORD = PlanRecord(
    plan=PLAN,
    stage=Stage.VERIFIED,
    digest=PLAN.digest(),
    reason=Untrusted("the key leaked"),
    asked_at=at(200),
    asked_seq=5,
    answers=(
        PersonAnswer(
            by="U0ONCALL",
            said="was refused: approve (self approval)",
            at=at(220),
            seq=7,
        ),
        PersonAnswer(
            by="U0SECOND", said="agreed", at=at(230), seq=8, words=Untrusted("yes")
        ),
    ),
    evidence="e" * 64,
    calls=(
        CallMade(
            step="s1",
            began_at=at(240),
            outcome="ok",
            ended_at=at(241),
            request_id="req-1",
            says=Untrusted("iam.UpdateAccessKey was carried out."),
        ),
    ),
    looks=(Look(verdict="as promised", at=at(243), says=Untrusted("Inactive.")),),
)
WAITS = replace(
    RECORD,
    plan=replace(PLAN, id="pl_01HX0000000000000000000002"),
    stage=Stage.PENDING,
    approve_by=at(1200),
    answers=(),
    evidence="",
    calls=(),
    looks=(),
    reason=None,
)
DOSSIER = Dossier(
    at=at(3725),
    card=ACKED,
    resolved_at=None,
    story=(
        replace(
            line(0, 75, "Opened as SEV2, by an alert from aws_bedrock.", "A title"),
            occurred_at=BEGAN,
            observed_at=at(70),
        ),
        line(1, 90, "<@U0ONCALL> acknowledged."),
        line(4, 95, "<@U0SECOND> noted:", "mail left\nat ten"),
        line(5, 200, f"{PLAN.id}: drafted, digest 0123."),
        line(9, 50_400, "<@U0COMMANDER> is commander."),
    ),
    plans=(RECORD, WAITS),
    problems=(
        Problem(
            alert=alert("Injected documents", {"description": "let through"}),
            count=41,
            because="same_system",
            last_at=at(300),
        ),
    ),
    hidden_problems=3,
    checklists=(Progress(runbook="RB-07", done=1, skipped=0, total=8),),
    links=LinkHosts.of(["grafana.example"]),
    steps=(
        StepRow(
            runbook="RB-07",
            title="Prompt injection let through",
            number=1,
            text="Save the documents.",
            state="done",
            by="U0ONCALL",
        ),
        StepRow(
            runbook="RB-07",
            title="Prompt injection let through",
            number=2,
            text="Cut the agent's egress.",
            state="",
            by="",
        ),
    ),
    log=LogState(
        definition="version 1, 753 rules for 615 kinds, sha256 3d3c629f85c3",
        size=31,
        root="ab" * 32,
        note=NOTE,
        signed_size=31,
        vkey="tocsin/0a1b+0badcafe+Zm9v",
    ),
)
SYSTEM = System(id="support-bot-v7", title="Support bot v7", owner="@ml-platform")
ROW = BoardRow(
    id="INC-0001",
    title=Untrusted("Injected documents let through"),
    severity=Severity.SEV2,
    phase=Phase.INVESTIGATING,
    category="prompt_injection",
    commander="U0COMMANDER",
    acked_by="U0ONCALL",
    since=BEGAN,
    system="support-bot-v7",
    alert_count=41,
    drill=False,
    channel="C0INCIDENTS",
    resolved_at=None,
)


def board_of(*rows: BoardRow, resolved: tuple[BoardRow, ...] = ()) -> BoardView:
    known = Registry((SYSTEM,))
    lines = [
        board_line(
            row,
            registry=known,
            category="Prompt injection",
            pending=1,
            followed=(Progress(runbook="RB-07", done=3, skipped=1, total=8),),
        )
        for row in rows
    ]
    ended = [
        board_line(row, registry=known, category="Prompt injection", pending=0)
        for row in resolved
    ]
    return BoardView(at=at(3725), open=tuple(lines), resolved=tuple(ended))


FEEDBACK = Feedback(
    counts=Counts(incidents=9, offered=8, accepted=5, wrong=2, rejected=3, none_fits=1),
    runbooks=(
        Learned(
            category="prompt_injection",
            runbook="RB-02",
            record=Record(
                offered=6,
                taken=4,
                done=4,
                decided=5,
                worked=3,
                rejected=1,
                wrong=1,
                wrong_by=1,
            ),
            changed_at=BEGAN,
        ),
        Learned(
            category="prompt_injection",
            runbook="RB-06",
            record=Record(offered=2, decided=3, wrong=3, wrong_by=3),
            changed_at=BEGAN,
        ),
    ),
    texts=(
        Written(
            prompt="incident-summary v1, 0f3a9c21",
            model="openai:<b>m</b>",
            up=4,
            down=1,
            taken_back=2,
        ),
    ),
    forgotten=(
        Forgotten(
            runbook="RB-05",
            by="admin",
            at=BEGAN,
            reason=Untrusted("written anew <script>"),
        ),
    ),
)


BOARD = replace(
    board_of(
        ROW,
        replace(
            ROW,
            id="INC-0003",
            title=None,
            commander="",
            acked_by="",
            system="",
            alert_count=1,
            drill=True,
            phase=Phase.TRIAGE,
        ),
        resolved=(
            replace(ROW, id="INC-0002", phase=Phase.RESOLVED, resolved_at=at(3600)),
        ),
    ),
    feedback=FEEDBACK,
    still=Standstill(
        frozen=(
            Freeze(
                id="FZ-0001",
                until=at(9000),
                by="U0LEAD",
                reason=Untrusted("the year is closed <script>"),
            ),
            Freeze(id="year-end", until=at(90_000), owner="finance"),
        ),
        stopped=Stopped(by="U0COMMANDER", since=at(3600)),
    ),
)


def pages() -> dict[str, str]:
    """Return every page as it is compared."""
    return {
        "incident": rendering.incident_page(
            DOSSIER,
            names=NAMES,
            reader="U0LEAD",
            mask=str,
            address="https://tocsin.example/incidents/INC-0001",
        ),
        "incident-file": rendering.incident_file(DOSSIER, mask=str),
        "board": rendering.board_page(BOARD, names=NAMES, reader="U0LEAD", mask=str),
        "board-empty": rendering.board_page(
            board_of(), names={}, reader="U0LEAD", mask=str
        ),
        "sign-in": rendering.sign_in_page("A" * 22),
        "postmortem": _postmortem(),
    }


def _postmortem() -> str:
    # The incident is made of this one's parts.
    from tests.readmodels.account_states import ENDED, LATE, account

    made = account(LATE, ENDED)
    return rendering.postmortem_page(
        postmortem(made),
        cast=made.cast(),
        at=made.now,
        note=NOTE,
        names=NAMES,
        reader="U0LEAD",
        mask=str,
    )


def main() -> None:
    """Write every page."""
    for name, page in pages().items():
        (GOLDEN / f"{name}.html").write_text(page, "utf-8")


if __name__ == "__main__":
    main()
