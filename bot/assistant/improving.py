"""A summary by rules, improved by the claims of a model that were believed.

A model may say it better and may add; it cannot make a fact disappear. What rules said
stays below what it wrote, unless its claims say all of it.
"""

from dataclasses import replace

from bot.assistant.claims import MOST_CLAIMS
from bot.assistant.facts import facts
from bot.domain.summary import Claim, Summary, Written


def improved(by_rules: Summary, written: Written | None) -> Summary:
    """Return the summary as it stands on a card.

    Args:
        written: Of a model, checked before it was kept; None for none.
    """
    claims = tuple(claim for _, claim in written.standing) if written else ()
    if written is None or not claims:
        return by_rules
    said = frozenset[str]().union(*map(_facts, claims))
    left = [one for one in by_rules.claims if not _facts(one) <= said]
    first = claims[: MOST_CLAIMS - len(left)]
    return replace(
        by_rules,
        by=written.model,
        claims=(*first, *left),
        prompt=written.prompt,
        written=len(first),
    )


def _facts(claim: Claim) -> frozenset[str]:
    return facts(claim.text.for_rules())
