"""Errors a person will read.

    TocsinError
      Refusal             the rules say no; nothing ran; the refusal is logged
        NotAllowed          this person may not do this
        OutOfTurn           the incident is not in a state that allows it
          Frozen              changes are frozen for a while
        TooMany             this person has had as many as one may have in a while
        NotFound            there is no such thing
        BadRequest          what was asked cannot be understood
        SelfApproval        nobody decides on what they asked for themselves
        PlanChanged         what would run is not what was shown or approved
        TooLate             the time for it is over
      Fault               something outside failed
        Unreachable         nothing happened; trying again is safe
        OutcomeUnknown      it may have happened; a person must look
      Unparsed            a payload that its parser does not understand
      BadSettings         the settings cannot be used; nothing was started
      LogError
        Conflict            somebody wrote first; load again and decide again
        Tampered            the log does not match its own hashes; stop

Each message says what did not happen, the fact that caused it, and the next move.
Slack and the command line show the text as it stands and tests pin it, so it is
part of the interface. Stack traces and outside text never go into a message.
"""

from typing import ClassVar


class TocsinError(Exception):
    """Base of every error this project raises on purpose.

    Attributes:
        code: Stable dotted name. Logs, metrics and tests use it; people do not.
        retry_is_safe: True only when we know that nothing happened.
        what: What did not happen, without a full stop.
        because: The fact that caused it, without a full stop.
        next_move: A sentence: what the reader can do now.
    """

    code: ClassVar[str] = "tocsin"
    retry_is_safe: ClassVar[bool] = False

    def __init__(self, what: str, *, because: str, next_move: str) -> None:
        super().__init__(f"{what}: {because}. {next_move}")
        self.what = what
        self.because = because
        self.next_move = next_move


class Refusal(TocsinError):
    """The rules say no. Nothing ran, and the log records who asked."""

    code = "refused"


class NotAllowed(Refusal):
    """This person may not do this."""

    code = "refused.not_allowed"


class OutOfTurn(Refusal):
    """The incident is not in a state that allows it."""

    code = "refused.out_of_turn"


class Frozen(OutOfTurn):
    """Changes are frozen for a while."""

    code = "refused.frozen"


class TooMany(Refusal):
    """This person has had as many as one may have in a while."""

    code = "refused.too_many"


class NotFound(Refusal):
    """There is no such incident, alert, person or step."""

    code = "refused.not_found"


class BadRequest(Refusal):
    """What was asked cannot be understood."""

    code = "refused.bad_request"


class SelfApproval(Refusal):
    """Nobody decides on what they asked for themselves."""

    code = "refused.self_approval"


class PlanChanged(Refusal):
    """What would run is not what was shown or approved."""

    code = "refused.plan_changed"


class TooLate(Refusal):
    """The time for it is over."""

    code = "refused.too_late"


class Fault(TocsinError):
    """Something outside failed."""

    code = "fault"


class Unreachable(Fault):
    """Nothing happened. Trying again is safe."""

    code = "fault.unreachable"
    retry_is_safe = True


class OutcomeUnknown(Fault):
    """It may have happened. A person must look before anyone tries again."""

    code = "fault.outcome_unknown"


class Unparsed(TocsinError):
    """A parser does not understand this payload. It is kept all the same."""

    code = "unparsed"


class BadSettings(TocsinError):
    """The settings cannot be used. Nothing was started."""

    code = "bad_settings"


class LogError(TocsinError):
    """The event log cannot do what was asked."""

    code = "log"


class Conflict(LogError):
    """Somebody wrote to the stream first. Load again and decide again."""

    code = "log.conflict"
    retry_is_safe = True


class Tampered(LogError):
    """The log does not match its own hashes. Stop and look."""

    code = "log.tampered"
