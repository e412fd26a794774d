"""What conditions ask of the registry: how risky a system is, how far, what it holds.

An operator wrote it, so it is believed like a fact. Which move asks what is data.
"""

from bot.domain.classification_rules import When
from bot.domain.registry import ApprovedChange, System


def registry_holds(
    when: When, system: System | None, change: ApprovedChange | None
) -> bool:
    """Tell whether all that a condition asks of the registry holds.

    Args:
        when: Asks something of it, or nothing.
        system: The registered system of the alert; without one nothing holds.
        change: The approved change of it that was due at the time, if any.
    """
    if not when.asks_registry:
        return True
    if system is None:
        return False
    return (
        (not when.system_tier or system.risk_tier in when.system_tier)
        and (not when.system_stage or system.stage in when.system_stage)
        and (not when.system_tools or not when.system_tools.isdisjoint(system.tools))
        and (not when.system_data or _holds_data(system, when.system_data))
        and (not when.approved_change or change is not None)
    )


def _holds_data(system: System, named: tuple[str, ...]) -> bool:
    return any(_fits(one, name) for one in system.data_classes for name in named)


def _fits(data_class: str, name: str) -> bool:
    folded = "".join(mark for mark in data_class.casefold() if mark.isalnum())
    if name.endswith("*"):
        return folded.startswith(name[:-1])
    return folded == name
