"""Whether an alert opens nothing because a person planned that.

What a window covers is in `bot/domain/maintenance.py`. Alerts of an incident that is
open already go to it: a window hides nothing that people are looking at. Some kinds
are never silenced, and the card says that a window was on.
"""

from dataclasses import replace

from bot.domain.grouping_rules import GroupingRules
from bot.ports import Transaction
from bot.readmodels import quiet
from bot.readmodels.gathering import Known
from bot.turns import Case


def silenced_by(
    tx: Transaction, case: Case, known: Known | None, rules: GroupingRules
) -> tuple[str, Case]:
    """Return the window that keeps an alert quiet, "" if none does, and the alert.

    An alert that is not silenced although a window holds says so. A drill never
    meets a real window.

    Args:
        known: The newest incident that has its problem.
    """
    if case.drill or (known is not None and known.resolved_at is None):
        return "", case
    window = quiet.holding(tx, case.alert)
    if not window:
        return "", case
    assessment = case.alert.assessment
    if assessment.category not in rules.never_silent:
        quiet.silence(tx, window, case.alert)
        return window, case
    notice = f"maintenance {window} is on; it never silences this kind of alert"
    said = replace(assessment, notices=(*assessment.notices, notice))
    return "", replace(case, alert=replace(case.alert, assessment=said))
