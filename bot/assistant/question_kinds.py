"""Which typed question asks for which fact: one pattern and one function each.

The first that matches answers. What they answer is in `question_facts.py` and
`question_story.py`.
"""

import re
from collections.abc import Callable

from bot.assistant import question_facts as facts
from bot.assistant import question_story as story
from bot.assistant.question import Asked
from bot.assistant.question_facts import Answer
from bot.domain.passage import Evidence

Rule = Callable[[Asked, Evidence], Answer]


def by_facts(asked: Asked, evidence: Evidence) -> Answer:
    """Return what typed facts answer.

    Returns:
        Nothing where no rule answers; None where one is sure that nobody knows.
    """
    for pattern, rule in _KINDS:
        if pattern.search(asked.text):
            return rule(asked, evidence)
    return ()


def _rule(pattern: str, rule: Rule) -> tuple[re.Pattern[str], Rule]:
    return re.compile(pattern), rule


_IT = r"(?:it|this|that|the incident|the trouble|everything|all this)"
_WE = r"(?:we|you|they|people|anyone|anybody|somebody|someone|responders)"
_IS = r"(?: is|'s)"
_KINDS: tuple[tuple[re.Pattern[str], Rule], ...] = (
    _rule(r"\b\d{1,2}:\d{2}\b", story.in_window),
    _rule(
        r"\bown(?:s|er|ers|ed)\b|\bresponsible for\b|\bdeputy\b|^whose\b", facts.owner
    ),
    _rule(
        r"\bcommander\b|^(?:who )?(?:is |are )?(?:the )?ic\b|\bthe ic\b|\bin charge\b|"
        rf"\bwho{_IS}? (?:leading|leads|runs this)\b|\bscribe\b|\bwho does comms\b|"
        r"\bwho is (?:on |the )?comms\b",
        facts.roles,
    ),
    _rule(
        rf"\back(?:ed|nowledged?)\b|\bwho{_IS} on (?:it|this)\b|"
        r"\bwho has (?:it|this)\b|"
        rf"\b(?:any(?:one|body)|who{_IS}) (?:on this|working|handling|looking)\b",
        facts.acked,
    ),
    _rule(
        r"\bhow many (?:alerts|problems|times did it (?:fire|alert))\b|"
        r"\bnumber of (?:alerts|problems)\b|\balert count\b",
        facts.count,
    ),
    _rule(
        r"\bseverity\b|\bwhy (?:is (?:it|this) )?(?:a )?sev ?\d?\b|"
        r"\b(?:which|what) sev\b|\bpriority\b|"
        r"\bhow (?:bad|severe|serious|critical) is\b|\b(?:so|that) (?:bad|severe)\b",
        facts.severity,
    ),
    _rule(
        rf"\bsince when\b|\bwhen did {_IT}(?: all)? (?:start|begin)\b|"
        rf"\bwhen was {_IT} (?:detected|opened|noticed)\b|\bstart time\b|"
        rf"\bhow long (?:has|is|does|did) {_IT}\b",
        facts.since,
    ),
    _rule(
        r"\bwhat(?:'s| is| comes)? next\b|\bnext step\b|^what now\b|"
        r"^what (?:should|do|can|must) (?:we|i) do(?: next| now)?\W*$",
        facts.next_step,
    ),
    _rule(
        r"\bwhat is (?:still )?(?:unknown|unclear)\b|\bopen questions\b|"
        r"\bwhat (?:do|don't) we (?:not |still )?(?:not )?know\b",
        facts.unknown,
    ),
    _rule(
        r"\bpl_[0-9a-z]|(?<!rollback )(?<!roll back )\bplans?\b(?! to roll)|"
        r"\bproposed\b|\bproposals?\b|"
        r"\b(?:awaiting|waiting for|pending) approvals?\b|"
        r"\bwhat (?:was|were) (?:approved|rejected)\b",
        story.plans,
    ),
    _rule(
        rf"\bwhat (?:was|has been|have {_WE}|has any\w+|had been|did {_WE}) "
        r"(?:already )?(?:tried|try|done|do|attempted?)\b|\bskipped\b|"
        r"\b(?:tried|done) (?:so far|already|yet)\b|"
        r"\b(?:which|what) steps (?:were|was|are|have|has|did)\b",
        story.tried,
    ),
    _rule(
        rf"\bstatus\b|\bis {_IT} (?:over|resolved|fixed|done|still \w+)\b|"
        r"\bstill (?:open|ongoing|going on|firing)\b|\b(?:which|what) phase\b",
        facts.state,
    ),
    _rule(
        r"\bwhat (?:kind|type|sort) of (?:incident|attack|problem)\b|\bcategory\b|"
        rf"\bwhat is {_IT} about\b|\bwhat{_IS} (?:going on|happening|wrong)\b|"
        r"\bwhat was (?:going on|wrong)\b|^what happened\W*$|"
        r"\bsummar(?:y|ise|ize)\b",
        facts.what,
    ),
    _rule(
        r"\b(?:which|what) (?:system|model|bot|service|agent|product)s? "
        r"(?:is|are|was|were) "
        r"(?:\w+ )?(?:affected|involved|hit|it|this|impacted|meant)\b",
        facts.system,
    ),
    _rule(r"\b(?:masked|redacted)\b", facts.masked),
    _rule(
        r"\b(?:which|what) sources?\b|\bwho (?:sent|raised|reported)\b|"
        r"\bwhere (?:did|do) (?:the|this|these|its) alerts?\b",
        facts.sources,
    ),
    _rule(r"\bnotes?\b|\bnoted\b", story.notes),
    _rule(
        r"\bnotif(?:y|ied|ication)\b|\bauthorit(?:y|ies)\b|\bregulators?\b|"
        r"\bgdpr\b|\bhipaa\b|\bai act\b|"
        r"\bwh(?:o|om) (?:must|do|should) (?:we|i) (?:tell|inform)\b",
        facts.duties,
    ),
    _rule(
        r"\bwhat (?:has |have )?changed\b|\b(?:recent|any) changes?\b", story.changes
    ),
)
