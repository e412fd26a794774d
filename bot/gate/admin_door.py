"""The admin door: what whoever holds the admin token may ask of the gate.

The token only ever stops things. The policies know people and are not asked about
it; approving, breaking the glass and proposing are refused here and, whatever this
says, by the guards of the domain, which let nobody approve outside of Slack.
"""

from datetime import datetime

from bot.domain.action_asked import ADMIN
from bot.domain.action_facts import PolicyAnswer
from bot.domain.commands import Person, PersonKind
from bot.gate.policy_question import Verb
from bot.ports.gate import Asker

MAY = frozenset({Verb.DENY, Verb.CANCEL, Verb.STOP_ALL, Verb.LIFT, Verb.RECONCILE})
REASON = "admin-door"
_NEVER = "the admin token stops plans and never starts one"


def admin(*, team: str, now: datetime) -> Asker:
    """Return the asker for a shown admin token.

    Nobody is known to stand behind it, so the kind is unknown: whatever asks for a
    person refuses it.

    Args:
        team: Slack workspace whose gate it is.
        now: Aware UTC; the token was checked just now.
    """
    return Asker(
        person=Person(id=ADMIN, team=team, kind=PersonKind.UNKNOWN),
        groups=frozenset(),
        groups_read=False,
        in_channel=False,
        channel_shared=False,
        read_at=now,
    )


def is_admin(asker: Asker) -> bool:
    """Tell whether the admin token asks; no Slack id is spelled like this."""
    return asker.person.id == ADMIN


def answer(verb: Verb, *, policy_hash: str) -> PolicyAnswer:
    """Return what the token itself allows, in the shape of a policy's answer.

    Args:
        policy_hash: SHA-256 hex of the policies in force.
    """
    may = verb in MAY
    return PolicyAnswer(
        allowed=may,
        reasons=(REASON,),
        because="" if may else _NEVER,
        hash=policy_hash,
    )
