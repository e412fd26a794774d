"""Who answers what the Slack room is asked; who is absent is told to be."""

from dataclasses import dataclass

from bot.ports.asking import QuestionAsks
from bot.ports.checklists import Checklists
from bot.ports.drills import Drills
from bot.ports.gate import Gate
from bot.ports.maintenance import Maintenance
from bot.ports.share_texts import TextAsks
from bot.ports.sharing import OriginalAsks, ShareAsks
from bot.ports.writings import Writings
from bot.slack.feedback_door import Looks
from bot.slack.needs import Drafting, Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerers:
    """Who answers what people ask beside the incident itself.

    Attributes:
        considered: Knows which runbooks were considered.
        drafts: Drafts a runbook from an incident.
    """

    gate: Gate | None = None
    pages: Pages | None = None
    shares: ShareAsks | None = None
    drills: Drills | None = None
    maintenance: Maintenance | None = None
    originals: OriginalAsks | None = None
    texts: TextAsks | None = None
    checklists: Checklists | None = None
    considered: Looks | None = None
    writings: Writings | None = None
    asks: QuestionAsks | None = None
    drafts: Drafting | None = None


NOTHING = Answerers()
"""A room that keeps incidents, and nothing beside."""
