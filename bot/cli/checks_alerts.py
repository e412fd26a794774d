"""What `tocsin doctor` looks at about alerts: who sends them, and how they come."""

from collections.abc import Iterator

from bot.cli.checks import FAIL, OK, WARN, Check
from bot.config import Settings, secret
from bot.domain.errors import BadSettings


def intake(settings: Settings) -> Iterator[Check]:
    """Look whether the bot that runs keeps alerts."""
    from bot.cli.check_running import refusing

    told = refusing(settings)
    if told == "":
        yield Check(name="intake", state=OK, says="the running bot keeps every alert")
    elif told:
        yield Check(
            name="intake",
            state=FAIL,
            says=told,
            next_move="Look at the disk of TOCSIN_HOME: its free room, its speed.",
        )


def sources(settings: Settings) -> Iterator[Check]:
    """Look whose alerts are taken, and what proves who sent them."""
    from bot.named_sources import signing_of, sources_of
    from bot.triage import load_integrations

    integrations = load_integrations()
    others = {n for n, one in integrations.items() if not one.MANIFEST.ours}
    names = ", ".join(sorted(others | set(settings.sources)))
    own = [name for name, source in settings.sources.items() if secret(source.token)]
    signed: list[str] = []
    try:
        found = sources_of(integrations, settings.sources)
        signed = [
            name
            for name, given in settings.sources.items()
            if name in found and signing_of(name, given, found[name])
        ]
    except BadSettings as error:
        says, next_move = error.because, error.next_move
        yield Check(name="sources", state=FAIL, says=says, next_move=next_move)
        return
    says = f"{names}; with a token of their own: {', '.join(own) or 'none'}"
    says += f"; signed by their sender: {', '.join(signed) or 'none'}"
    yield Check(name="sources", state=OK, says=says)


def alarms(settings: Settings) -> Iterator[Check]:
    """Look at how alarms of CloudWatch come in: by a queue, by topics, by a token."""
    given = settings.sources.get("cloudwatch")
    if given is None or not (given.queues or given.dead_letter_urls or given.topics):
        return
    if (given.queues or given.dead_letter_urls) and not settings.aws.region:
        yield Check(
            name="alarms",
            state=FAIL,
            says="a queue is named, but no account: it is not read",
            next_move="Set aws.region; docs/guides/aws.md says which role it needs.",
        )
        return
    if given.certificates and not given.certificates.is_dir():
        yield Check(
            name="alarms",
            state=FAIL,
            says="the directory of pinned certificates is not there",
            next_move="Make it, or unset certificates so that AWS is asked.",
        )
        return
    number = len(given.queues)
    ways = ["the queue" if number == 1 else f"{number} queues"] * bool(number)
    dead = len(given.dead_letter_urls)
    ways += [f"dead-letter queues ({dead})"] * bool(dead)
    ways += [f"signed topics ({len(given.topics)})"] * bool(given.topics)
    yield Check(name="alarms", state=OK, says=f"they come by {' and '.join(ways)}")
    if number and not dead:
        yield Check(
            name="dead letters",
            state=WARN,
            says="no dead-letter queue is read; what others do not take stays unseen",
            next_move="Name them in sources.cloudwatch.dead_letter_urls.",
        )
