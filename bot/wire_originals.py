"""Puts the opening of originals together; `bot/wire.py` does the rest of the house.

Nothing is decided here: who may is said by the gate's policies, for `open_raw`.
"""

from dataclasses import replace

from bot.domain.action_facts import PolicyAnswer
from bot.domain.incident import Incident
from bot.gate.policy_question import Verb
from bot.plans.house import GateHouse
from bot.ports import Transaction
from bot.ports.gate import Asker
from bot.shares.desk import ShareDesk
from bot.shares.originals import Originals
from bot.wire_ground import Ground


def build_originals(gate: GateHouse, desk: ShareDesk, ground: Ground) -> Originals:
    """Return who opens originals, by the policies of this gate."""
    keeper = gate.gatekeeper

    def may_open(tx: Transaction, incident: Incident, by: Asker) -> PolicyAnswer:
        around = keeper.desk.bare(tx, keeper.book)
        system = keeper.desk.registry.get(incident.system)
        about = replace(around, commander=incident.commander, system=system)
        # Not the desk's answer: whoever holds the admin token is nobody in Slack.
        return keeper.desk.judge.answer(by, Verb.OPEN_RAW, None, about)

    return Originals(
        desk=desk,
        redactor=ground.rulings.redactor,
        may_open=may_open,
        most_per_hour=ground.settings.web.originals_per_hour,
    )
