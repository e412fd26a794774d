"""AWS WAF: how many requests a rate rule lets through.

The limit of a rule that a web ACL has already is set lower, or back. An update replaces
the whole ACL, so everything else is carried along; WAF compares its lock token itself.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.aws.carrying import CarryingAction, Document, digest_of, same_fields
from bot.aws.mint import Grant
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Draft, Level, Step
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_waf_rates",
    title="AWS WAF rate rules",
    docs="https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html",
    summary="Sets the limit of a rate rule of a regional web ACL.",
)

_LIMIT = "waf.rate_rule.limit"
_RULE, _PLACE = "waf.rate_rule.name", "waf.rate_rule.place"
_WINDOW, _BY = "waf.rate_rule.window_s", "waf.rate_rule.counted_by"
_ARN, _TOKEN = "waf.web_acl.arn", "waf.web_acl.lock_token"
_OTHERS, _USES = "waf.web_acl.other_fields", "waf.web_acl.uses"
_REGIONAL = {"Scope": "REGIONAL"}
_UPDATE = "wafv2.UpdateWebACL"
_USUAL_WINDOW_S = 300
_FIELDS = (
    *("DefaultAction", "Description", "Rules", "VisibilityConfig"),
    *("DataProtectionConfig", "CustomResponseBodies", "CaptchaConfig"),
    *("ChallengeConfig", "TokenDomains", "AssociationConfig"),
    *("OnSourceDDoSProtectionConfig", "ApplicationConfig", "MonetizationConfig"),
)


def _carried(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return everything of the ACL that an update takes."""
    return same_fields(answer["WebACL"], *_FIELDS)


def _acl(seen: Seen) -> Texts:
    """Return the rule and the ACL around it.

    Raises:
        BadRequest: There is no rate rule of that name.
    """
    found = seen.answer["WebACL"]
    name = seen.known["rule_name"]
    for place, rule in enumerate(found.get("Rules") or ()):
        rate = rule["Statement"].get("RateBasedStatement")
        if rule["Name"] == name and rate:
            return {
                _ARN: found["ARN"],
                _RULE: name,
                _PLACE: str(place),
                _LIMIT: str(rate["Limit"]),
                _WINDOW: str(rate.get("EvaluationWindowSec") or _USUAL_WINDOW_S),
                _BY: rate["AggregateKeyType"],
                _OTHERS: digest_of(_carried(seen.answer)),
                _USES: " ".join(sorted(set(_arns(found.get("Rules"))))),
                _TOKEN: seen.answer["LockToken"],
            }
    raise BadRequest(
        "The limit was not planned to change",
        because="the web ACL has no rate rule of that name",
        next_move="Propose it again with a rate rule that it has.",
    )


def _arns(value: Any) -> Iterator[str]:
    """Yield what the rules refer to: AWS judges an update by that too."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            if name == "ARN" and isinstance(one, str):
                yield one
            else:
                yield from _arns(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _arns(one)


def _acl_kept(answer: Mapping[str, Any]) -> Any:
    """Return each rule by its name, and limits where it has one."""
    found = answer["WebACL"]
    rules = [
        {
            "name": one["Name"],
            "limit": one["Statement"].get("RateBasedStatement", {}).get("Limit"),
        }
        for one in found.get("Rules") or ()
    ]
    return {"ARN": found["ARN"], "rules": rules}


_READING = Reading(
    call="wafv2.GetWebACL",
    arguments={"Name": "web_acl_name", "Id": "web_acl_id"},
    always=_REGIONAL,
    facts=_acl,
    keep=_acl_kept,
)


class SetRateLimit(CarryingAction):
    """Sets the limit of a rate rule."""

    ROLE = "tocsin-act-waf"
    TARGET = "rule_name"
    RESOURCE = _ARN
    IDENTITY: ClassVar[Texts] = {"web_acl_name": "Name", "web_acl_id": "Id"}
    WANTED: ClassVar[Texts] = {_LIMIT: "{limit}"}
    WORDS: ClassVar[Texts] = {_LIMIT: "limit of the rate rule {rule_name}"}
    PROMISE = "The ACL is read again. WAF needs about a minute until it acts on it."
    FACTS = (_READING,)
    DOCUMENT = Document(call=_UPDATE, reading=_READING, fields=_carried, fact=_OTHERS)
    CARRIED: ClassVar[Texts] = {"LockToken": _TOKEN}
    WRITE = (
        _UPDATE,
        {"Name": "{web_acl_name}", "Id": "{web_acl_id}", **_REGIONAL},
    )
    MANIFEST = ActionManifest(
        name="aws.waf.set_rate_limit",
        version=1,
        title="Set the limit of an AWS WAF rate rule",
        params=schema(
            web_acl_name={
                "type": "string",
                "description": "the name of a regional web ACL",
                "pattern": "^[A-Za-z0-9_-]{1,128}$",
                "maxLength": 128,
            },
            web_acl_id={
                "type": "string",
                "description": "the id of that web ACL",
                "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
                "maxLength": 36,
            },
            rule_name={
                "type": "string",
                "description": "the name of a rate rule in it",
                "pattern": "^[A-Za-z0-9_-]{1,128}$",
                "maxLength": 128,
            },
            limit={
                "type": "string",
                "description": "requests in the rule's window, 10 or more",
                "pattern": "^[1-9][0-9]{1,8}$",
                "maxLength": 9,
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("wafv2.GetWebACL",),
        calls=(_UPDATE, "wafv2.GetWebACL"),
        rollback="aws.waf.set_rate_limit",
    )

    def grant(self, draft: Draft) -> Grant:
        """Return what the plan needs: also what the ACL's rules refer to."""
        found = super().grant(draft)
        uses = tuple(was(draft, _USES).split())
        return Grant(
            role=found.role, calls=found.calls, resources=(*found.resources, *uses)
        )

    def carrying(self, params: Texts, facts: Texts) -> Texts:
        """Return the lock token, and the limit where its rule stands."""
        place = f"Rules.{facts[_PLACE]}.Statement.RateBasedStatement.Limit"
        return {**super().carrying(params, facts), place: params["limit"]}

    def identity(self, step: Step) -> Texts:
        """Return the ACL and the rule; the call names the rule by its place."""
        (name,) = (one.value for one in step.compare if one.id == _RULE)
        return {**super().identity(step), "rule_name": name}

    def blast(self, case: Case) -> Blast:
        """Return who is counted, and in which window."""
        says = (
            f"Every request that the rule counts, by {case.facts[_BY]} in "
            f"{case.facts[_WINDOW]} s, for everything that the ACL stands before."
        )
        return Blast(systems=-1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the limit from before."""
        return {**dict(draft.params), "limit": was(draft, _LIMIT)}


ACTIONS = (SetRateLimit(),)
