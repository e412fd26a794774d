"""Thread lines: one sentence per event that people should hear of. Pure.

`SlackPresenter` is how the service asks for messages: the card, its lines and the
digest of a storm. How a card looks is in `cards.py`, the sentences in `words.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.card import CardView
from bot.domain.checklist_events import (
    ChecklistStarted,
    StepFinished,
    StepReopened,
    StepTaken,
)
from bot.domain.events import (
    Acknowledged,
    AlertCleared,
    AlertJoined,
    AlertsCounted,
    CommandRefused,
    Event,
    IncidentOpened,
    Nagged,
    Noted,
    Phase,
    PhaseChanged,
    Reopened,
    Resolved,
    RoleAssigned,
    SeverityChanged,
)
from bot.domain.grouping_events import Woken
from bot.domain.judging_events import Suggested, SuggestionJudged, TextJudged
from bot.domain.plan_view import PlanView
from bot.domain.question_events import QuestionAnswered
from bot.domain.storm_view import StormView
from bot.domain.telling_events import TellingEvent, UpdateLate
from bot.domain.writing_events import Summarized
from bot.ports import Post
from bot.slack import (
    cards,
    exercise,
    grouping_words,
    judging_words,
    plan_card,
    rich,
    step_words,
    storm_card,
    telling_words,
    words,
)
from bot.slack.masks import masked
from bot.slack.sentences import Piece, Who, spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackPresenter:
    """Draws for Slack what the service wants to say.

    Attributes:
        reasons: Code of a severity reason to its sentence, for thread lines; a
            code that is not here is shown as it is.
        proposing: Cards offer to propose an action: there is a gate.
        sharing: Cards offer the diagnostics: they can be sealed.
    """

    reasons: Mapping[str, str] = field(default_factory=dict)
    proposing: bool = False
    sharing: bool = False

    def card(self, view: CardView) -> Post:
        """Return the incident's card."""
        return cards.card(view, proposing=self.proposing, sharing=self.sharing)

    def plan(self, view: PlanView, *, token: str) -> Post:
        """Return a plan's approval card; its key is ``plan/<plan>``.

        Args:
            token: Value of its buttons, made by the gate.
        """
        return plan_card.card(view, token=token)

    def plan_fits(self, view: PlanView) -> bool:
        """Tell whether the whole plan stands on one card, with nothing cut."""
        return plan_card.fits(view)

    def line(self, incident: str, channel: str, seq: int, event: Event) -> Post | None:
        """Return the thread line for an event, None when it deserves none."""
        said = sentence(incident, event, self.reasons)
        if not said:
            return None
        said += masked(said)
        name = rich.BROADCAST if _is_for_everybody(event) else "line"
        return Post(
            key=f"line/{seq}",
            channel=channel,
            text=spoken(said),
            blocks=rich.within_budget([rich.rich_text(name, rich.section(said))]),
            thread=f"card/{incident}",
        )

    def exercise(self, post: Post) -> Post:
        """Return a message marked as part of a drill."""
        return exercise.marked(post)

    def digest(self, view: StormView) -> Post:
        """Return the one message for cards held back in a storm."""
        return storm_card.digest(view)


def sentence(  # noqa: C901, PLR0912 - one case per event, so that mypy finds a gap
    incident: str, event: Event, reasons: Mapping[str, str]
) -> list[Piece]:
    """Return what to say about an event; nothing where the card says it all."""
    match event:
        case IncidentOpened() | AlertsCounted() | CommandRefused():
            return []
        case Summarized() | Suggested() | QuestionAnswered():
            return []  # they stand on the card, or in a message of their own
        case SuggestionJudged():
            return judging_words.judged(event)
        case TextJudged():
            return judging_words.text_judged(event)
        case AlertJoined():
            return grouping_words.joined(event)
        case AlertCleared():
            return words.cleared(event)
        case SeverityChanged():
            return words.severity(event, reasons)
        case Acknowledged(by=by):
            return [Who(by), " acknowledged."]
        case RoleAssigned():
            return words.role(event)
        case PhaseChanged(was=Phase.TRIAGE, phase=Phase.INVESTIGATING):
            return []  # comes with the acknowledgement, which has its own line
        case PhaseChanged(was=was, phase=phase, by=by):
            return [Who(by), f" moved the response from {was} to {phase}."]
        case Noted():
            return words.noted(event)
        case ChecklistStarted() | StepTaken() | StepFinished() | StepReopened():
            return step_words.sentence(event)
        case Resolved():
            return words.resolved(event)
        case Reopened():
            return words.reopened(event)
        case Nagged():
            return words.nagged(incident, event)
        case _ if isinstance(event, TellingEvent):
            return telling_words.sentence(incident, event)
        case _:
            return grouping_words.sentence(event, reasons)


def _is_for_everybody(event: Event) -> bool:
    """Tell whether people who do not follow the thread must hear of it."""
    match event:
        case Nagged() | UpdateLate():
            return True
        case Woken(because=because):
            return because == "worse"
        case Reopened(by=by):
            return by == "tocsin"
        case SeverityChanged(was=was, severity=severity):
            return severity.is_worse_than(was)
        case _:
            return False
