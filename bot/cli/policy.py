"""`tocsin policy`: runs the test cases of the policies, and says which rule decides.

They read files only, ask nobody and change nothing. Exit status: 0 fine, 1 a case
fails or the policies cannot be read, 2 wrong usage. What a policy may say is in
`bot/gate/policies`, what a case is in `bot/gate/policy_cases.py`. `lint` and
`decisions` are in files of their own.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.guarded import say, say_json
from bot.cli.opening import open_settings
from bot.cli.policy_decisions import decisions
from bot.cli.policy_lint import lint

if TYPE_CHECKING:
    from bot.gate.policy import Answer, Policy
    from bot.gate.policy_cases import Outcome

_DIRECTORY = click.Path(exists=True, file_okay=False, path_type=Path)
_WORDS = {"yes": True, "true": True, "no": False, "false": False}


@click.group()
def policy() -> None:
    """Test the policies and ask them who may do what."""


@policy.command("test")
@click.argument("directory", metavar="[DIR]", type=_DIRECTORY, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def test_policies(directory: Path | None, *, as_json: bool) -> None:
    """Run the test cases: the shipped ones, then those of DIR.

    DIR holds a site's *.cedar files, *.yaml files with cases, or both; cases may also
    stand in DIR/cases. By default it is the folder of gate.policies, or ./policies.

    Exit status: 0 all pass, 1 one fails, 2 wrong usage.
    """
    from bot.gate.policy_cases import case_files, read_cases, run_cases, untested
    from bot.gate.policy_reading import SHIPPED

    site = directory or _site()
    loaded = _load(site)
    cases = read_cases(case_files(SHIPPED, *([site] if site else [])))
    outcomes = run_cases(loaded, cases)
    failed = [one for one in outcomes if not one.passed]
    uncovered = untested(loaded, cases)
    if as_json:
        plain = [_plain_outcome(one) for one in outcomes]
        say_json({"hash": loaded.hash, "cases": plain, "untested": uncovered})
    else:
        _print_outcomes(failed, uncovered)
        say(f"{len(outcomes)} cases, {len(failed)} failed", err=True)
    sys.exit(1 if failed else 0)


@policy.command("explain")
@click.option(
    "--as",
    "who",
    metavar="FACTS",
    default="",
    help="Who asks, e.g. kind=member,groups=approvers+oncall,requester.",
)
@click.option("--verb", required=True, help="What they want to do, e.g. approve.")
@click.option("--level", help="Gate level of the plan: T1, T2 or T3; T2 if not given.")
@click.option(
    "--plan",
    "what",
    metavar="FACTS",
    default="",
    help="The plan, e.g. stage=sandbox,risk_tier=low,human_initiated=no.",
)
@click.option(
    "--when",
    "context",
    metavar="FACTS",
    default="",
    help="The circumstances, e.g. mode=observe,frozen,break_glass_count_24h=3.",
)
@click.option(
    "--site",
    type=_DIRECTORY,
    help="Folder with the site's policies; by default that of gate.policies.",
)
@click.option("--system", metavar="ID", help="Take the plan's facts from the registry.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def explain(
    who: str,
    what: str,
    context: str,
    site: Path | None,
    *,
    verb: str,
    level: str | None,
    system: str | None,
    as_json: bool,
) -> None:
    """Say whether it is allowed, which rule decided, and why.

    What is not given is ordinary: a member of this workspace in the incident's
    channel, a T2 plan for production, a gate that acts. "facts" as --as, --plan or
    --when lists them all. Also says which groups the plan needs beside its level, what
    leaves the place where data must stay, and which waivers are in force today.
    """
    from bot.cli.policy_around import around, registered
    from bot.gate.policy_ordinary import CONTEXT, WHAT, WHO, question_of
    from bot.gate.policy_question import OF_NO_PLAN

    loaded = _load(site or _site())
    known = registered(system) if system else {}
    asked = {"verb": verb.replace("-", "_")} | ({"level": level} if level else {})
    try:
        question = question_of(
            who=_facts(who, WHO),
            what={**known, **_facts(what, WHAT), **asked},
            context=_facts(context, CONTEXT),
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    more = around(loaded, question, registered=system or "")
    answer = loaded.decide(question, waived=more.lifted)
    if as_json:
        say_json({**_plain_answer(loaded, answer), **more.plain})
        return
    about = [str(question.verb)]
    if question.plan and question.verb not in OF_NO_PLAN:
        about.append(question.plan.level)
    _print_answer(loaded, answer, " ".join(about), more.lines)


def _site() -> Path | None:
    """Return the folder that the running bot reads."""
    return open_settings().gate.site


def _load(site: Path | None) -> "Policy":
    from bot.gate.policy import Policy

    return Policy.load(site)


def _facts(text: str, known: Mapping[str, Any]) -> dict[str, object]:
    """Read `a=b,c` as facts; a fact without a value is a yes."""
    if text == "facts":
        raise click.UsageError("the facts are: " + ", ".join(known))
    pairs = [one.strip().partition("=") for one in text.split(",") if one.strip()]
    return {
        key: _value(value if equals else "yes", known.get(key))
        for key, equals, value in pairs
    }


def _value(text: str, usual: object) -> object:
    match usual:
        case bool():
            return _WORDS.get(text.lower(), text)
        case int():
            return int(text) if text.removeprefix("-").isdecimal() else text
        case tuple():
            return [one for one in text.split("+") if one]
        case _:
            return text


def _print_outcomes(failed: "list[Outcome]", uncovered: tuple[str, ...]) -> None:
    for one in failed:
        case, answer = one.case, one.answer
        wanted = "allow" if case.allowed else "deny"
        wanted += f" by {case.rule}" if case.rule else ""
        got = f"{_word(answer)} by {', '.join(answer.reasons)}"
        if case.needs is not None:
            wanted += f" with needs {', '.join(case.needs) or 'none'}"
            got += f" with needs {', '.join(one.needs or ()) or 'none'}"
        say(f"{case.where}: {case.name}: expected {wanted}, got {got}")
    for name in uncovered:
        say(f"note: no case expects the rule {name}")


def _print_answer(
    loaded: "Policy", answer: "Answer", asked: str, more: Iterable[str]
) -> None:
    say(f"{_word(answer).upper()} {asked}")
    for name, because in zip(answer.reasons, answer.because, strict=True):
        rule = loaded.rules.get(name)
        origin = f"  {rule.effect} in {rule.where}" if rule else ""
        by_site = ", of this site" if rule and rule.site else ""
        say(f"  {name}: {because}")
        if origin:
            say(f"  {origin}{by_site}")
    for waiver in answer.waivers:
        say(f"  it would be a no without the waiver {waiver}")
    for line in more:
        say(f"  {line}")
    for error in answer.errors:
        say(f"  error: {error}")
    sites = sum(rule.site for rule in loaded.rules.values())
    shipped = len(loaded.rules) - sites
    say(f"policies {loaded.hash[:12]}: {shipped} shipped, {sites} of this site")


def _plain_answer(loaded: "Policy", answer: "Answer") -> dict[str, object]:
    rules = [loaded.rules[one] for one in answer.reasons if one in loaded.rules]
    return {
        **asdict(answer),
        "rules": [
            {"id": one.id, "effect": one.effect, "where": one.where, "site": one.site}
            for one in rules
        ],
        "hash": loaded.hash,
    }


def _plain_outcome(outcome: "Outcome") -> dict[str, object]:
    case, answer = outcome.case, outcome.answer
    expected: dict[str, object] = {"allowed": case.allowed, "rule": case.rule}
    got: dict[str, object] = {
        "allowed": answer.allowed,
        "reasons": list(answer.reasons),
    }
    if case.needs is not None:
        expected["needs"], got["needs"] = case.needs, outcome.needs
    return {
        "name": case.name,
        "where": case.where,
        "passed": outcome.passed,
        "expected": expected,
        "got": got,
    }


def _word(answer: "Answer") -> str:
    return "allow" if answer.allowed else "deny"


policy.add_command(lint)
policy.add_command(decisions)
