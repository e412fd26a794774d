"""Guards about who: what Slack and the policies say about the one who asks.

The same tests are made again for everybody who approved, right before it runs.
"""

from bot.domain.action_asked import Asked, No, mention
from bot.domain.action_facts import Door, Standing
from bot.domain.commands import PersonKind
from bot.domain.decisions import TOCSIN
from bot.domain.errors import BadRequest, NotAllowed, PlanChanged, SelfApproval

_WHY_NOT = {
    PersonKind.GUEST: "guests do not decide",
    PersonKind.EXTERNAL: "people from another organization do not decide",
    PersonKind.BOT: "bots do not decide",
    PersonKind.DEACTIVATED: "the account is deactivated",
    PersonKind.UNKNOWN: "Slack did not say who is asking",
}
_ASK_A_MEMBER = "Ask a full member of this workspace to do it."


def in_slack(asked: Asked) -> No | None:
    """It came from Slack. Nobody approves over another door."""
    if asked.facts.door is Door.SLACK:
        return None
    return asked.no(
        NotAllowed,
        "approvals are given in Slack and nowhere else",
        "Press the button on its card in the incident's channel.",
    )


def known(asked: Asked) -> No | None:
    """What was read is about the one who asks."""
    person = asked.asker.person.id
    if person and person == asked.by:
        return None
    return asked.no(
        NotAllowed, "it is not known who is asking", "Press the button again."
    )


def member(asked: Asked) -> No | None:
    """A human and a full member asks."""
    kind = asked.asker.person.kind
    if kind is PersonKind.MEMBER:
        return None
    return asked.no(NotAllowed, _WHY_NOT[kind], _ASK_A_MEMBER)


def member_or_admin(asked: Asked) -> No | None:
    """A full member asks, or whoever holds the admin token."""
    return None if _is_admin(asked) else member(asked)


def drafter(asked: Asked) -> No | None:
    """A full member asks, or Tocsin itself suggests."""
    is_tocsin = asked.by == TOCSIN and asked.asker.person.kind is PersonKind.BOT
    return None if is_tocsin else member(asked)


def team(asked: Asked) -> No | None:
    """They are of the workspace in which the plan was made."""
    if _is_admin(asked) or _same_team(asked, asked.asker):
        return None
    return asked.no(
        NotAllowed,
        f"{mention(asked.by)} is of another workspace than the plan",
        _ASK_A_MEMBER,
    )


def in_channel(asked: Asked) -> No | None:
    """They are in the incident's channel."""
    if asked.asker.in_channel:
        return None
    return asked.no(
        NotAllowed,
        f"{mention(asked.by)} is not in the incident's channel",
        "Join the channel and read what happened there first.",
    )


def group(asked: Asked) -> No | None:
    """They are in a group of approvers, where any is named, or in one it needs."""
    if _in_group(asked, asked.asker):
        return None
    names = " or ".join(sorted(asked.rules.approver_groups))
    return asked.no(
        NotAllowed,
        f"{mention(asked.by)} is not in the group {names}",
        f"Ask somebody in {names}.",
    )


def policy(asked: Asked) -> No | None:
    """The policies say yes, and without any error."""
    answer = asked.asker.policy
    if answer.allows:
        return None
    because = (
        "the policies could not be evaluated"
        if answer.errors
        else answer.because or f"no policy lets {mention(asked.by)} do that"
    )
    return asked.no(
        NotAllowed,
        because,
        "Ask somebody on call or an approver; `tocsin policy explain` tells why.",
    )


def pinned(asked: Asked) -> No | None:
    """The policies are those in force when the plan was made."""
    if asked.asker.policy.hash == asked.plan.policy_hash:
        return None
    return asked.no(
        PlanChanged,
        "the policies have changed since it was made",
        "Propose it again under the new ones.",
    )


def not_requester(asked: Asked) -> No | None:
    """Another person than the requester decides, but for T3."""
    if asked.by != asked.plan.requester or asked.may_confirm_own(asked.by):
        return None
    return asked.no(
        SelfApproval,
        "who asked for it cannot also approve it",
        "Ask another approver; alone at night, `/incident break-glass` is the way.",
    )


def not_author(asked: Asked) -> No | None:
    """Another person than the author of the message that led to it decides."""
    if asked.by != asked.state.author or asked.may_confirm_own(asked.by):
        return None
    return asked.no(
        SelfApproval,
        "it goes back to a message that the approver wrote",
        "Ask another approver; alone at night, `/incident break-glass` is the way.",
    )


def own_draft(asked: Asked) -> No | None:
    """The plan names the one who asks for it; nobody drafts for others."""
    if asked.plan.requester == asked.by:
        return None
    return asked.no(
        BadRequest, "the plan names another requester", "Propose it yourself."
    )


def may_deny(asked: Asked) -> No | None:
    """They could have approved, or it is theirs to stop."""
    if _may_take_back(asked) or _may_agree(asked, asked.asker):
        return None
    return asked.no(
        NotAllowed,
        f"{mention(asked.by)} could not have approved it either",
        "Ask the requester, the commander or an approver to stop it.",
    )


def may_cancel(asked: Asked) -> No | None:
    """They asked for it, command the incident or hold the admin token."""
    if _may_take_back(asked):
        return None
    return asked.no(
        NotAllowed,
        "only the requester and the commander take a plan back",
        "Reject it with a reason if you could approve it.",
    )


def may_edit(asked: Asked) -> No | None:
    """They asked for it or command the incident."""
    if asked.by in (asked.plan.requester, asked.facts.commander):
        return None
    return asked.no(
        NotAllowed,
        "only the requester and the commander change a plan",
        "Reject it with a reason if you could approve it.",
    )


def may_reconcile(asked: Asked) -> No | None:
    """The policies let them say what happened, or the admin token does."""
    return None if _is_admin(asked) else policy(asked)


def other_eyes(asked: Asked) -> No | None:
    """Another person than the one who broke the glass reviews it."""
    if asked.by != asked.state.glass_by:
        return None
    return asked.no(
        SelfApproval,
        "who broke the glass cannot also review it",
        "Ask somebody else to look at it.",
    )


def still_fit(asked: Asked, standing: Standing) -> bool:
    """Tell whether somebody who approved could do it again right now.

    Breaking the glass needs no group and may be done by the requester, because it
    waives the quorum; everything else about the person is asked all the same.
    """
    person = standing.person
    is_there = person.kind is PersonKind.MEMBER and standing.in_channel
    is_own = person.id in (asked.plan.requester, asked.state.author)
    is_right = not is_own or asked.may_confirm_own(person.id)
    agrees = _may_agree(asked, standing) and is_right
    allowed = standing.policy.allows if asked.state.glass_by else agrees
    return is_there and _same_team(asked, standing) and allowed


def _may_take_back(asked: Asked) -> bool:
    return _is_admin(asked) or asked.by in (
        asked.plan.requester,
        asked.facts.commander,
    )


def _may_agree(asked: Asked, standing: Standing) -> bool:
    return standing.policy.allows and _in_group(asked, standing)


def _same_team(asked: Asked, standing: Standing) -> bool:
    return standing.person.team == asked.state.team


def _in_group(asked: Asked, standing: Standing) -> bool:
    groups = asked.rules.approver_groups
    if standing.policy.group_only:
        return not standing.groups.isdisjoint(asked.plan.groups)
    return not groups or not groups.isdisjoint(standing.groups)


def _is_admin(asked: Asked) -> bool:
    return asked.facts.door is Door.ADMIN
