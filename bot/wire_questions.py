"""Puts together who answers questions; `bot/wire.py` does the rest of the house.

With a model configured a second thread asks it; without one it does not exist.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.answering import Answering, AnswerNeeds
from bot.drafts import Drafts
from bot.house import House, Worker
from bot.ports import Transaction
from bot.ports.model import Model
from bot.questions import Questions
from bot.readmodels import summaries
from bot.slack.question_voice import SlackQuestionVoice
from bot.speaking import Speaking
from bot.web.figures import Family
from bot.wire_ground import Ground

_MARGIN = timedelta(seconds=60)


@dataclass(kw_only=True)
class QuestionHouse:
    """Who hears and who answers questions.

    Attributes:
        model: The one way to a model; one that is none is not asked.
        asks: What the Slack door hands questions to.
    """

    ground: Ground
    model: Model
    asks: Questions = field(init=False)
    drafts: Drafts = field(init=False)
    _answering: Answering = field(init=False)

    def __post_init__(self) -> None:
        """Build both."""
        ground = self.ground
        is_slow = ground.settings.model.provider is not None
        within = timedelta(seconds=ground.settings.model.within_s)
        speaking = Speaking(clock=ground.clock, voice=SlackQuestionVoice())
        self._answering = Answering(
            AnswerNeeds(
                store=ground.store,
                clock=ground.clock,
                book=ground.service.book,
                viewing=ground.viewing,
                registry=ground.rulings.registry,
                runbooks=ground.rulings.runbooks,
                speaking=speaking,
                model=self.model if is_slow else None,
                lease=within + _MARGIN,
            )
        )
        self.drafts = drafts_of(ground)
        self.asks = Questions(
            store=ground.store,
            clock=ground.clock,
            book=ground.service.book,
            redactor=lambda: ground.rulings.redactor,
            kept=self._answering.wake,
            looking=speaking.looking,
            is_slow=is_slow,
        )

    def join(self, house: House) -> None:
        """Add the threads and the figures."""
        answering = self._answering
        workers = [
            Worker(
                name="questions", run_until=answering.run_until, wake=answering.hang_up
            )
        ]
        if self.asks.is_slow:
            asking = Worker(name="questions-model", run_until=answering.ask_until)
            workers.append(asking)
        house.workers = (*house.workers, *workers)
        house.figures.more.append(figures)


def drafts_of(ground: Ground) -> Drafts:
    """Return who drafts runbooks from incidents; it names nobody of the workspace."""

    def mask(text: str) -> str:
        return ground.roster.masking(ground.rulings.redactor).redact(text).text

    return Drafts(
        store=ground.store,
        clock=ground.clock,
        runbooks=ground.rulings.runbooks,
        titles=ground.rulings.category_titles(),
        mask=mask,
    )


def figures(tx: Transaction) -> tuple[Family, ...]:
    """Return how questions were answered, over the life of the store."""
    counted = summaries.counts(tx, "question")
    return (
        Family(
            name="tocsin_questions_total",
            help="Questions about incidents by how they were answered.",
            labels=("how",),
            values={(how,): n for how, n in counted.items()},
        ),
    )
