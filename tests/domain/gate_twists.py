"""One move of the model, and everything that can be wrong with one.

At most one thing about a move is wrong, and the model knows which; the gate has to
find out by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.action_commands import ActionCommand, DraftPlan
from bot.domain.action_facts import NOBODY, Click, Door, GateFacts, PolicyAnswer
from bot.domain.commands import Person, PersonKind
from bot.domain.gate_rules import GateRules, Mode
from bot.domain.untrusted import Untrusted
from tests.domain.action_spec import (
    CARD,
    CHANNEL,
    GUEST,
)
from tests.spec import NOON, SAM, person

# At the start; after a silent minute; after the window to apply; after all windows.
MOMENTS = tuple(NOON + timedelta(minutes=m) for m in (0, 2, 6, 16))
WHY = Untrusted("The key is used from two places and nobody answers.")
RULES = GateRules(
    mode=Mode.ACT, approver_groups=frozenset({"approvers"}), verify_attempts=2
)


@dataclass(frozen=True)
class Move:
    """One question to the gate.

    Attributes:
        wrong: What is not as it should be; "" if everything is.
        changed: The stored plan was changed behind the gate's back.
        clock: What the clock says.
    """

    command: ActionCommand
    facts: GateFacts
    clock: datetime
    who: Person = NOBODY.person
    wrong: str = ""
    rules: GateRules = RULES
    changed: bool = False

    def __str__(self) -> str:
        name, minute = type(self.command).__name__, (self.clock - NOON).seconds // 60
        return f"{name} {self.who.id} {self.wrong or 'rightly'} at minute {minute}"


Twist = Callable[[Move], Move]
Twists = dict[str, Twist]


def knowing(**changes: Any) -> Twist:
    return lambda move: replace(move, facts=replace(move.facts, **changes))


def asking(**changes: Any) -> Twist:
    return lambda move: replace(move, command=replace(move.command, **changes))


def clicking(**changes: Any) -> Twist:
    click = Click(channel=CHANNEL, message=CARD, mac_ok=True)
    return knowing(click=replace(click, **changes))


def asker(**changes: Any) -> Twist:
    return lambda move: replace(
        move, facts=replace(move.facts, asker=replace(move.facts.asker, **changes))
    )


def approver(**changes: Any) -> Twist:
    """Change what is read again about the first who agreed."""

    def twist(move: Move) -> Move:
        read = tuple(replace(each, **changes) for each in move.facts.approvers)
        return replace(move, facts=replace(move.facts, approvers=read))

    return twist


def planning(**changes: Any) -> Twist:
    """Change the plan that is handed in."""

    def twist(move: Move) -> Move:
        if not isinstance(move.command, DraftPlan):
            return move
        return asking(plan=replace(move.command.plan, **changes))(move)

    return twist


def clock_back(move: Move) -> Move:
    return replace(move, clock=NOON - timedelta(seconds=3))


def left(group: str) -> Twist:
    """Let everybody who agreed be no longer in a group."""

    def twist(move: Move) -> Move:
        read = tuple(
            replace(each, groups=each.groups - {group}) for each in move.facts.approvers
        )
        return replace(move, facts=replace(move.facts, approvers=read))

    return twist


NO = PolicyAnswer(hash="p1")
FAILED = PolicyAnswer(allowed=True, hash="p1", errors=("no such attribute",))
OTHERS = PolicyAnswer(allowed=True, hash="p2")
OLD: Twists = {"old facts": knowing(read_at=NOON - timedelta(hours=1))}
CLOCK: Twists = {"clock": clock_back}
STOPPED: Twists = {"stopped": knowing(stopped=True)}
CHANGED: Twists = {"body": lambda move: replace(move, changed=True)}
POLICY: Twists = {
    "policy": asker(policy=NO),
    "policy failed": asker(policy=FAILED),
    "policies changed": asker(policy=OTHERS),
}
PRESS: Twists = {
    **(OLD | CLOCK | STOPPED | POLICY | CHANGED),
    "digest": asking(digest="0" * 64),
    "token": clicking(mac_ok=False),
    "channel": clicking(channel="C0OTHER"),
    "typed": asking(typed="yes"),
    "door": knowing(door=Door.ADMIN),
    "shared": knowing(channel_shared=True),
    "not in channel": asker(in_channel=False),
    "somebody else": asker(person=person("U0ELSE")),
    "team": lambda m: asker(person=replace(m.who, team="T0OTHER"))(m),
    "guest now": lambda m: asker(person=replace(m.who, kind=PersonKind.GUEST))(m),
    "frozen": knowing(frozen=True),
    "drill": knowing(drill=True),
    "overdue": knowing(overdue_reviews=1),
    "observe": lambda m: replace(m, rules=replace(m.rules, mode=Mode.OBSERVE)),
}
APPROVE: Twists = {
    **PRESS,
    "card": clicking(message="1.2"),
    "group": asker(groups=frozenset({"others"})),
    "reason": asking(reason=None),
    "own off": lambda m: replace(m, rules=replace(m.rules, own_t3=False)),
}
GLASS: Twists = {
    **PRESS,
    "reason": asking(reason=Untrusted("short")),
    "limit": knowing(glass_broken=3),
}
CLAIM: Twists = {
    **(OLD | CLOCK | STOPPED | CHANGED),
    "lost: policy": approver(policy=NO),
    "lost: channel": approver(in_channel=False),
    "lost: group": approver(groups=frozenset()),
    "lost: engineering": left("engineering"),
    "lost: guest": approver(person=replace(GUEST, id=SAM.id)),
    "lost: unread": knowing(approvers=()),
    "policies changed": approver(policy=OTHERS),
    "commander": knowing(commander="U0NEW"),
    "runs": knowing(runner=NOBODY),
    "catalogue": knowing(catalogued=False),
    "level": knowing(level=None),
    "groups": knowing(groups=None),
    "drift": knowing(probes=()),
    "unread": knowing(probes=None),
    "frozen": knowing(frozen=True),
    "drill": knowing(drill=True),
    "overdue": knowing(overdue_reviews=1),
    "suggest": lambda m: replace(m, rules=replace(m.rules, mode=Mode.SUGGEST)),
    "limit": knowing(within_limits=False),
    "proof": knowing(proven=False),
    "evidence": asking(evidence=""),
}
STEP: Twists = {
    **(OLD | CLOCK | STOPPED | CHANGED),
    "worker": asking(worker="w2"),
    "fence": asking(fence=7),
}
DRAFT: Twists = {
    **(OLD | POLICY),
    "unsound": planning(quorum=0),
    "another requester": planning(requester=SAM.id),
    "catalogue": knowing(catalogued=False),
    "level": knowing(level=None),
    "proposals": knowing(may_propose=False),
    "groups": knowing(groups=None),
    "drill": knowing(drill=True),
    "somebody else": asker(person=person("U0ELSE")),
}
HUMAN: Twists = {
    **OLD,
    "somebody else": asker(person=person("U0ELSE")),
    "team": lambda m: asker(person=replace(m.who, team="T0OTHER"))(m),
    "guest now": lambda m: asker(person=replace(m.who, kind=PersonKind.GUEST))(m),
}
