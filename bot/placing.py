"""Where an alert goes, and what follows from it, inside the transaction.

Every alert that was understood comes through `Placing.take`: it opens an incident,
joins one, clears or updates one, or is only counted. Which incident it belongs to is
decided in `bot/domain/grouping.py`; reading the inbox is `bot/intake.py`. Nothing in
here costs more the more incidents there are.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot import silence, turns
from bot.domain.commands import Clear, Join, Offer, Open
from bot.domain.decisions import TOCSIN
from bot.domain.envelope import Alert, Status
from bot.domain.grouping import Placement, in_drill, place
from bot.domain.grouping_events import (
    CategoryChanged,
)
from bot.domain.grouping_rules import GroupingRules
from bot.domain.instants import to_us
from bot.domain.severity import Severity, worst
from bot.domain.together import meanings, most_telling
from bot.offers import Offers, offered
from bot.ports import Transaction
from bot.readmodels import alerts, board, gathering, quiet, sightings
from bot.readmodels.gathering import Known
from bot.service import Service
from bot.turns import Case, Suggested

__all__ = ["MOST_TOLD", "Placed", "Placing", "Suggested"]
# So many problems of one incident stand in the log; the rest are only counted.
MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one alert.

    Attributes:
        outcome: ``opened``, ``joined``, ``cleared``, ``updated``, ``ignored``,
            ``test``, ``flapping``, ``joined, snoozed`` or ``silenced by maintenance
            MW-0001``.
        incident: Its id; "" where the alert belongs to none.
    """

    outcome: str
    incident: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Puts alerts where they belong.

    Attributes:
        offers: What is suggested for an incident.
        channel: The channel that gets every card.
        rules: What grouping goes by.
    """

    service: Service
    offers: Offers
    channel: str
    rules: GroupingRules = field(default_factory=GroupingRules)

    def take(
        self,
        tx: Transaction,
        alert: Alert,
        suggested: Suggested,
        *,
        drill: str = "",
        times: int = 1,
    ) -> Placed:
        """Place one alert and write what follows.

        Args:
            suggested: What the runbooks say to it.
            drill: Id of the drill whose alert it is; "" for the real world.
            times: How many equal alerts it stands for, counted together.
        """
        alert = _counted(in_drill(alert, drill), times)
        one = Case(alert=alert, suggested=suggested, drill=bool(drill))
        match alert.envelope.status:
            case Status.RESOLVED:
                return self._clear(tx, one)
            case Status.UPDATE:
                return self._update(tx, one)
            case Status.TEST:
                return Placed("test")
            case Status.FIRING:
                return self.place(tx, one)

    def place(self, tx: Transaction, case: Case) -> Placed:
        """Place an alert that is firing."""
        alert = case.alert
        if alert.assessment.severity in (Severity.INFO, Severity.NONE):
            return Placed("ignored")
        known = gathering.known(tx, case.dedup, drill=case.drill)
        if known is not None and _is_plain_repeat(known, alert):
            return self._repeat(tx, known, alert)
        window, case = silence.silenced_by(tx, case, known, self.rules)
        if window:
            return Placed(f"silenced by maintenance {window}")
        now = self.service.clock.now()
        if known is not None and turns.came_back(tx, case, known, self.service):
            return Placed("flapping", known.incident)
        rules = self.rules.entities
        found = gathering.candidates(tx, alert, rules, problem=known, drill=case.drill)
        placement = place(alert, found, now=now, enough=rules.enough)
        if not placement.incident:
            return self._open(tx, case, known)
        return self._join(tx, case, placement, known)

    def _open(self, tx: Transaction, case: Case, earlier: Known | None) -> Placed:
        incident, alert = board.next_id(tx), case.alert
        alerts.add(tx, incident, alert)
        self._hold(tx, incident, case, is_new=True)
        category = alert.assessment.category
        found = self.offers.keep(
            tx, incident, case.suggested(), category=category, is_new=True
        )
        opening = Open(
            alert=alert,
            channel=self.channel,
            drill=case.drill,
            earlier=earlier.incident if earlier else "",
            offered=offered(found),
        )
        self.service.apply(tx, incident, opening, actor=_actor(alert))
        return Placed("opened", incident)

    def _repeat(self, tx: Transaction, known: Known, alert: Alert) -> Placed:
        """Count what is known to be firing and has not become worse."""
        alerts.repeat(tx, known.incident, alert)
        at, count = _told_at(alert, known), alert.envelope.stands_for
        gathering.touch(tx, known.incident, at=at, count=count)
        return self._counted(tx, known.incident, is_snoozed=known.is_snoozed)

    def _join(
        self, tx: Transaction, case: Case, placement: Placement, known: Known | None
    ) -> Placed:
        incident, alert = placement.incident, case.alert
        is_new = known is None or known.incident != incident
        is_told = self._is_told(tx, placement, alert) or not is_new
        if is_new:
            alerts.add(
                tx,
                incident,
                alert,
                because=placement.because,
                thing=placement.entity,
                is_told=is_told,
            )
        else:
            alerts.repeat(tx, incident, alert)
        self._hold(tx, incident, case, is_new=is_new)
        if not is_told:
            return self._counted(tx, incident, is_snoozed=False)
        joining = self._joining(tx, placement, alert)
        events = self.service.apply(tx, incident, joining, actor=_actor(alert))
        if any(isinstance(event, CategoryChanged) for event in events):
            self._suggest_anew(tx, incident, case)
        is_snoozed = board.load(tx, incident)[0].is_snoozed
        if not events or is_snoozed:
            return self._counted(tx, incident, is_snoozed=is_snoozed)
        return Placed("joined", incident)

    def _is_told(self, tx: Transaction, placement: Placement, alert: Alert) -> bool:
        """Tell whether the log tells of a further problem of an incident."""
        seen = sightings.seen(tx, placement.incident).get(alert.assessment.category)
        if seen is None or alert.assessment.severity.is_worse_than(seen.severity):
            return True
        return gathering.problems(tx, placement.incident) < MOST_TOLD

    def _joining(self, tx: Transaction, placement: Placement, alert: Alert) -> Join:
        seen = sightings.seen(tx, placement.incident)
        severities = {category: one.severity for category, one in seen.items()}
        found = meanings(seen, self.rules.together, at=alert.detected_at)
        return Join(
            alert=alert,
            because=placement.because,
            entity=placement.entity,
            worst=worst(tuple(severities.values())),
            category=most_telling(severities, self.rules.order),
            seen=tuple(sorted(seen)),
            meanings=found,
        )

    def _hold(
        self, tx: Transaction, incident: str, case: Case, *, is_new: bool
    ) -> None:
        """Count an alert to an incident, and have later ones find it."""
        alert, rules = case.alert, self.rules.entities
        at, count = alert.detected_at, alert.envelope.stands_for
        gathering.touch(tx, incident, at=at, count=count, is_new=is_new)
        gathering.hold(tx, incident, alert, rules, drill=case.drill)

    def _counted(self, tx: Transaction, incident: str, *, is_snoozed: bool) -> Placed:
        """Have the card show the new count, unless it is at rest."""
        if is_snoozed:
            return Placed("joined, snoozed", incident)
        self.service.redraw_soon(tx, incident)
        return Placed("joined", incident)

    def _clear(self, tx: Transaction, case: Case) -> Placed:
        known = gathering.known(tx, case.dedup, drill=case.drill)
        if known is None or known.resolved_at is not None:
            window = "" if case.drill else quiet.over(tx, case.dedup)
            return Placed(f"silenced by maintenance {window}" if window else "ignored")
        incident = known.incident
        alerts.over(tx, incident, case.dedup)
        if turns.is_flapping(tx, case.dedup):
            return Placed("flapping", incident)
        others = alerts.others_firing(tx, incident, case.dedup)
        clearing = Clear(alert=case.alert, others=others, is_told=known.told)
        self.service.apply(tx, incident, clearing, actor=TOCSIN)
        return Placed("cleared", incident)

    def _update(self, tx: Transaction, case: Case) -> Placed:
        known = gathering.known(tx, case.dedup, drill=case.drill)
        if known is None or known.resolved_at is not None:
            return Placed("ignored")
        alerts.update(tx, known.incident, case.alert)
        at, count = _told_at(case.alert, known), case.alert.envelope.stands_for
        gathering.touch(tx, known.incident, at=at, count=count)
        self._counted(tx, known.incident, is_snoozed=known.is_snoozed)
        return Placed("updated", known.incident)

    def _suggest_anew(self, tx: Transaction, incident: str, case: Case) -> None:
        """Suggest what fits the new category, unless somebody follows the old."""
        steps = case.suggested()
        state, _ = board.load(tx, incident)
        if not steps or state.steps:
            return
        judged, category = state.judged, state.category
        found = self.offers.keep(
            tx, incident, steps, category=category, rejected=judged.rejected
        )
        offering = Offer(offered=offered(found))
        if not self.service.apply(tx, incident, offering, actor=TOCSIN):
            self.service.redraw(tx, incident)


def _counted(alert: Alert, times: int) -> Alert:
    if times == 1:
        return alert
    count = alert.envelope.stands_for * times
    return replace(alert, envelope=replace(alert.envelope, stands_for=count))


def _is_plain_repeat(known: Known, alert: Alert) -> bool:
    """Tell whether nothing follows from a repeat but that it is counted."""
    if known.resolved_at is not None or not known.firing or not known.severity:
        return False
    return not alert.assessment.severity.is_worse_than(Severity(known.severity))


def _told_at(alert: Alert, known: Known) -> datetime:
    """Return when a repeat says that something happened.

    A sender that repeats the time at which the problem began says that it is still
    there, so it counts when it comes.
    """
    is_still = to_us(alert.detected_at) <= known.began_us
    return alert.received_at if is_still else alert.detected_at


def _actor(alert: Alert) -> str:
    return f"source:{alert.envelope.source}"
