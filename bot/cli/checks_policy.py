"""What `tocsin doctor` looks at in the policies: can they be used, what is remarked."""

from collections.abc import Iterator

from bot.cli.checks import OK, WARN, Check
from bot.config import Settings

_HASH_CHARS = 12


def look(settings: Settings) -> Iterator[Check]:
    """Read the policies as the bot would, and count what lint remarks.

    Raises:
        BadSettings: They cannot be used; the bot would not start.
    """
    from bot.cli.policy_lint import remarks
    from bot.gate.policy import Policy

    site = settings.gate.site
    policy = Policy.load(site)
    ours = sum(rule.site for rule in policy.rules.values())
    waivers = len(policy.waivers.all)
    yield Check(
        name="policies",
        state=OK,
        says=f"{policy.hash[:_HASH_CHARS]}: {len(policy.rules) - ours} shipped, "
        f"{ours} of this site, {waivers} waivers",
    )
    for about, problem in remarks(policy, settings, site=site):
        yield Check(
            name=f"policies, {about}",
            state=WARN,
            says=problem,
            next_move="See docs/guides/groups-and-waivers.md; `tocsin policy lint` "
            "lists all.",
        )
