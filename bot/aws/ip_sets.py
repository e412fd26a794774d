"""What the web ACLs of a region do with an IP set: block by it, or let through by it.

The same list blocks in one rule and lets through in another: an address that is put
into the wrong set is let in. Rule groups are not looked into. What is changed of a set
is in the integrations.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.aws.calls import read
from bot.aws.session import AwsSession
from bot.domain.errors import NotFound, Unreachable
from bot.domain.plan import Probe

LIST, GET = "wafv2.ListWebACLs", "wafv2.GetWebACL"
_REGIONAL = {"Scope": "REGIONAL"}
_MOST_ACLS = 100
"""A page; AWS allows so many in a region unless asked for more."""
_USED = "waf.ip_set.used"
_UNREAD = Probe(id=_USED, value="could not be read")
_FEW = 10
"""So many names of web ACLs stand on a card."""
_STOPS = frozenset({"Block", "Captcha", "Challenge"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """Which web ACLs use a set, by name.

    Attributes:
        stops: They block, or ask for proof of a person, by it.
        spares: What is in the set is let through, or all else is stopped.
        is_whole: All ACLs of the region were looked at.
    """

    stops: tuple[str, ...]
    spares: tuple[str, ...]
    is_whole: bool


def uses_of(session: AwsSession, arn: str) -> Uses:
    """Return what the web ACLs of the session's region do with a set.

    Raises:
        NotFound: One was deleted meanwhile.
        Unreachable: They could not be read.
    """
    answer = read(session, LIST, {**_REGIONAL, "Limit": _MOST_ACLS})
    stops: list[str] = []
    spares: list[str] = []
    for one in answer.get("WebACLs") or ():
        named = {"Name": one["Name"], "Id": one["Id"], **_REGIONAL}
        rules = read(session, GET, named)["WebACL"].get("Rules") or ()
        found = {_effect(rule, arn) for rule in rules}
        stops += [one["Name"]] * ("stops" in found)
        spares += [one["Name"]] * ("spares" in found)
    return Uses(
        stops=tuple(sorted(stops)),
        spares=tuple(sorted(spares)),
        is_whole=len(answer.get("WebACLs") or ()) < _MOST_ACLS,
    )


def looked_up(session: AwsSession, arn: str, *, before: Sequence[Probe]) -> Probe:
    """Return as a fact of a plan who blocks, and who lets through, by a set.

    Args:
        before: What was read when people were asked; nothing where they are asked now.
            Who might not list web ACLs then need not do so now.

    Raises:
        NotFound: A web ACL was deleted meanwhile.
        Unreachable: They could be read then, and cannot be now.
    """
    try:
        uses = uses_of(session, arn)
    except (NotFound, Unreachable):
        if before and _UNREAD not in before:
            raise
        return _UNREAD
    told = (("blocked by", uses.stops), ("let through by", uses.spares))
    said = "; ".join(f"{does} {_listed(names)}" for does, names in told if names)
    return Probe(id=_USED, value=said or "by nobody")


def _listed(names: Sequence[str]) -> str:
    """Return names in a row; of many how many they are, and a digest over all."""
    row = " ".join(names)
    if len(names) <= _FEW:
        return row
    return f"{len(names)} web ACLs, {hashlib.sha256(row.encode()).hexdigest()[:16]}"


def _effect(rule: Mapping[str, Any], arn: str) -> str:
    """Return ``stops`` or ``spares``, "" where a rule does neither by the set."""
    turned = set(_references(rule.get("Statement") or {}, arn, is_turned=False))
    if not turned:
        return ""
    does = set(rule.get("Action") or ())
    if "Allow" in does:
        return "stops" if turned == {True} else "spares"
    if not does & _STOPS:
        return ""
    return "spares" if True in turned else "stops"


def _references(statement: Any, arn: str, *, is_turned: bool) -> Iterator[bool]:
    """Yield for each reference to the set whether a NOT turns it round."""
    if isinstance(statement, Mapping):
        for name, inner in statement.items():
            if name == "IPSetReferenceStatement":
                if inner.get("ARN") == arn:
                    yield is_turned
            else:
                turned = is_turned != (name == "NotStatement")
                yield from _references(inner, arn, is_turned=turned)
    elif isinstance(statement, Sequence) and not isinstance(statement, str | bytes):
        for one in statement:
            yield from _references(one, arn, is_turned=is_turned)
