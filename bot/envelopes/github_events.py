"""GitHub's webhooks: which fields of which event matter.

The event's name is in a header; where a proxy lost it, the alert's own shape tells.
What an event means for people is in the rules (`bot/rules/sources/github.yaml`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.envelope import Entity, EntityKind, Envelope, Status
from bot.domain.untrusted import Untrusted
from bot.envelopes.fields import every, first, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.mapping import body, digest, identifier, links_of, word
from bot.envelopes.times import read_time
from bot.envelopes.wording import joined, spoken
from bot.ports.integration import Payload

HEADER = "x-github-event"
_DELIVERY = "x-github-delivery"
_SOURCE = "github"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of event is read; every path is from the top of the payload.

    Attributes:
        says: What happened, the first part of the title.
        names: What it happened to.
        texts: The fields that rules and people read, beside event and action.
        same: What tells two problems of one repository apart.
        severity: The sender's own.
        at: When it happened.
        ends: Actions that say it is over, beside the usual ones.
        updates: Actions that only change something.
    """

    says: str
    names: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    ends: frozenset[str] = frozenset()
    updates: frozenset[str] = frozenset()


_OVER = frozenset({"resolved", "resolve", "fixed", "closed_by_user", "withdrawn"}) | {
    *("dismissed", "dismiss", "auto_dismissed", "revoked"),
}
_NOTED = frozenset({"assigned", "unassigned", "assignees_changed", "updated"}) | {
    *("updated_assignment", "edited", "validated"),
}
_DATED = ("alert.updated_at", "alert.created_at")
_SECRET = Kind(
    says="Secret found",
    names=("alert.secret_type_display_name", "alert.secret_type"),
    texts=(
        *("alert.secret_type", "alert.secret_type_display_name", "alert.state"),
        *("alert.validity", "alert.publicly_leaked", "alert.multi_repo"),
        *("alert.push_protection_bypassed", "alert.resolution", "location.type"),
        "location.details.path",
    ),
    same=("alert.number",),
    at=("location.details.created_at", *_DATED),
)
_ADVISORY = (
    *("ghsa_id", "cve_id", "severity", "summary", "type", "cwes[].cwe_id"),
    *("vulnerabilities[].package.name", "vulnerabilities[].package.ecosystem"),
)
_KINDS: Mapping[str, Kind] = {
    "secret_scanning_alert": _SECRET,
    "secret_scanning_alert_location": _SECRET,
    "dependabot_alert": Kind(
        says="Vulnerable dependency",
        names=("alert.security_advisory.summary", "alert.dependency.package.name"),
        texts=(
            *(f"alert.security_advisory.{name}" for name in _ADVISORY[:4]),
            *("alert.security_advisory.classification",),
            *("alert.security_advisory.cwes[].cwe_id",),
            *("alert.dependency.package.name", "alert.dependency.package.ecosystem"),
            *("alert.dependency.manifest_path", "alert.dependency.scope"),
            *("alert.security_vulnerability.severity", "alert.state"),
            "alert.dismissed_reason",
        ),
        same=("alert.number",),
        severity=(
            "alert.security_vulnerability.severity",
            "alert.security_advisory.severity",
        ),
        at=_DATED,
    ),
    "code_scanning_alert": Kind(
        says="Code scanning",
        names=("alert.rule.description", "alert.rule.name", "alert.rule.id"),
        texts=(
            *("alert.rule.id", "alert.rule.description", "alert.rule.severity"),
            *("alert.rule.security_severity_level", "alert.tool.name"),
            *("alert.state", "alert.most_recent_instance.location.path"),
            *("alert.instances[].location.path", "alert.dismissed_reason"),
        ),
        same=("alert.number",),
        severity=("alert.rule.security_severity_level", "alert.rule.severity"),
        at=_DATED,
    ),
    "repository_vulnerability_alert": Kind(
        says="Vulnerable dependency",
        names=("alert.affected_package_name",),
        texts=(
            *("alert.affected_package_name", "alert.affected_range"),
            *("alert.external_identifier", "alert.ghsa_id", "alert.severity"),
            *("alert.fixed_in", "alert.state"),
        ),
        same=("alert.number", "alert.id"),
        severity=("alert.severity",),
        at=_DATED,
    ),
    "security_advisory": Kind(
        says="Security advisory",
        names=("security_advisory.summary", "security_advisory.ghsa_id"),
        texts=tuple(f"security_advisory.{name}" for name in _ADVISORY),
        same=("security_advisory.ghsa_id",),
        severity=("security_advisory.severity",),
        at=("security_advisory.updated_at", "security_advisory.published_at"),
    ),
    "repository_advisory": Kind(
        says="Advisory of a repository",
        names=("repository_advisory.summary", "repository_advisory.ghsa_id"),
        texts=tuple(f"repository_advisory.{name}" for name in _ADVISORY),
        same=("repository_advisory.ghsa_id",),
        severity=("repository_advisory.severity",),
        at=("repository_advisory.updated_at", "repository_advisory.created_at"),
    ),
    "workflow_run": Kind(
        says="Workflow",
        names=("workflow_run.name", "workflow.name"),
        texts=(
            *("workflow_run.name", "workflow_run.path", "workflow_run.conclusion"),
            *("workflow_run.event", "workflow.name", "workflow.path"),
        ),
        same=("workflow_run.workflow_id", "workflow.id"),
        at=("workflow_run.updated_at", "workflow_run.created_at"),
    ),
    "security_and_analysis": Kind(
        says="Security features changed",
        texts=(
            "changes.from.security_and_analysis.advanced_security.status",
            "changes.from.security_and_analysis.secret_scanning.status",
            "changes.from.security_and_analysis.secret_scanning_push_protection.status",
            "changes.from.security_and_analysis.dependabot_security_updates.status",
        ),
    ),
    "branch_protection_rule": Kind(says="Branch protection rule", names=("rule.name",)),
    "branch_protection_configuration": Kind(says="Branch protection"),
    "repository_ruleset": Kind(
        says="Ruleset",
        names=("repository_ruleset.name",),
        texts=("repository_ruleset.enforcement", "changes.enforcement.from"),
    ),
    "deploy_key": Kind(
        says="Deploy key", names=("key.title",), texts=("key.read_only",)
    ),
    "member": Kind(
        says="Collaborator",
        texts=("changes.permission.to", "changes.role_name.to"),
    ),
    "organization": Kind(says="Organization", texts=("membership.role",)),
    "personal_access_token_request": Kind(says="Access token request"),
    "public": Kind(says="Repository open to everybody"),
    "ping": Kind(says="A ping of GitHub", names=("zen",)),
    "meta": Kind(says="The webhook itself"),
}


def event_name(value: Json, header: str) -> str:
    """Return the event's name: the header's, else what the shape tells; may be ""."""
    if header:
        return identifier(header)
    if member(value, "zen") is not None and member(value, "hook_id") is not None:
        return "ping"
    alert = member(value, "alert")
    if first_text(alert, "secret_type", "secret_type_display_name"):
        located = member(value, "location") is not None
        return "secret_scanning_alert_location" if located else "secret_scanning_alert"
    if member(alert, "dependency") is not None:
        return "dependabot_alert"
    if first_text(alert, "rule.id", "tool.name"):
        return "code_scanning_alert"
    if first_text(alert, "affected_package_name", "affected_range"):
        return "repository_vulnerability_alert"
    return next((name for name in _BY_MEMBER if member(value, name) is not None), "")


# In this order: a pull request's comment holds an issue as well.
_BY_MEMBER = (
    *("security_advisory", "repository_advisory", "workflow_run", "workflow_job"),
    *("check_run", "check_suite", "repository_ruleset", "deployment_status"),
    *("deployment", "release", "comment", "pull_request", "issue", "discussion"),
    *("membership", "forkee", "commits", "repository"),
)


def envelope_of_event(
    value: Json, payload: Payload, notes: tuple[str, ...]
) -> Envelope:
    """Return one webhook; its texts are few and none of them is free text."""
    name = event_name(value, payload.headers.get(HEADER, ""))
    kind = _KINDS.get(name) or Kind(says=spoken(name))
    action = text_of(member(value, "action"))
    repo = first_text(value, "repository.full_name", "organization.login")
    same = first_text(value, *kind.same)
    loose = digest([name, repo, action])
    return Envelope(
        source=_SOURCE,
        source_event_id=identifier(payload.headers.get(_DELIVERY, "")),
        dedup_key=same_alert(repo, name, same) if same else loose,
        status=_status(name, action, kind, value),
        occurred_at=read_time(first(value, *kind.at)),
        title=body(_title(kind, action, value, repo)),
        texts=_texts(name, action, kind, value, repo),
        entities=_entities(value, repo),
        vendor_severity=word(first_text(value, *kind.severity)),
        links=links_of([first_text(value, "alert.html_url", "repository.html_url")]),
        notes=notes,
    )


def same_alert(repo: str, event: str, number: str) -> str:
    """Return one key for an alert, whether a webhook or the audit log tells of it."""
    what = event.removesuffix("_location").replace("_", "-").removesuffix("-alert")
    return identifier(f"{repo} {what} {number}")


def _status(name: str, action: str, kind: Kind, value: Json) -> Status:
    if name == "ping":
        return Status.TEST
    if name == "workflow_run":
        done = text_of(first(value, "workflow_run.conclusion"))
        return Status.RESOLVED if done == "success" else Status.FIRING
    if not kind.same:
        return Status.FIRING
    if action in _OVER | kind.ends:
        return Status.RESOLVED
    return Status.UPDATE if action in _NOTED | kind.updates else Status.FIRING


def _title(kind: Kind, action: str, value: Json, repo: str) -> str:
    named = first_text(value, *kind.names)
    says = (
        f"{kind.says} {spoken(action).lower()}".strip() if not kind.same else kind.says
    )
    what = f"{named} in {repo}" if named and repo else named or repo
    return joined(says, what)


def _texts(
    name: str, action: str, kind: Kind, value: Json, repo: str
) -> dict[str, Untrusted]:
    found = {"event": name, "action": action, "repository": repo}
    for path in kind.texts:
        for place, one in enumerate(every(value, path)[:5], 1):
            key = path.replace("[]", "") + ("" if place == 1 else f"#{place}")
            found[key] = text_of(one)
    found["repository.private"] = first_text(value, "repository.private")
    return {key: body(text) for key, text in found.items() if text.strip()}


def _entities(value: Json, repo: str) -> tuple[Entity, ...]:
    named = (
        (EntityKind.REPO, repo),
        (EntityKind.PRINCIPAL, first_text(value, "sender.login")),
        (EntityKind.ACCOUNT, first_text(value, "organization.login")),
    )
    return tuple(Entity.named(kind, text) for kind, text in named if text)
