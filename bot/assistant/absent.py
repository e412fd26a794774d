"""The model where there is none: every question is answered with that."""

from bot.ports.model import A, Answered, NoAnswer, Question, Why


class NoModel:
    """Keeps `bot.ports.model.Model`."""

    def ask(self, question: Question[A]) -> Answered[A] | NoAnswer:  # noqa: ARG002 - the port's
        """Say that there is no model."""
        return NoAnswer(
            why=Why.MISSING,
            says="no model is configured",
            next_move="Set model.provider and model.name.",
        )

    def close(self) -> None:
        """There is nothing to hang up."""
