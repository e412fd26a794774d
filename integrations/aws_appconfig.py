"""AWS AppConfig: switch a feature flag, and deploy that.

A flag is one entry of a configuration. A new version of it is made in which only that
flag differs, then it is deployed: two steps of one plan. AppConfig compares the number
of the latest version and of the latest deployment itself.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.filling import not_done, step_of
from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, filled, was
from bot.acting.states import Need, State
from bot.aws.action import AwsAction
from bot.aws.calls import write
from bot.aws.carrying import ALL_OTHERS, digest_of
from bot.aws.flags import flags_of, in_force, newest_first, state_of, without
from bot.aws.mint import Grant
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Draft, Level, Probe, Step
from bot.ports.action import ActionManifest, Effect, StepResult
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_appconfig",
    title="AWS AppConfig feature flags",
    docs="https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-configuration-and-profile-feature-flags.html",
    summary="Switches a feature flag and deploys it.",
)

_FLAG = "appconfig.flag.state"
_DEPLOYED = "appconfig.deployed.version"
_DEPLOYMENT, _STATE = "appconfig.deployment.number", "appconfig.deployment.state"
_IN_FORCE_BY = "appconfig.deployed.by"
_OTHERS, _LATEST = "appconfig.other_flags", "appconfig.latest.version"
_MAKE = "appconfig.CreateHostedConfigurationVersion"
_DEPLOY = "appconfig.StartDeployment"
_NAMED = "appconfig.named"
_READ_BY = ("application", "environment", "profile", "flag")
_OVER = frozenset({"COMPLETE", "ROLLED_BACK", "REVERTED"})
_ON_ITS_WAY = frozenset({"VALIDATING", "DEPLOYING", "ROLLING_BACK"})
_STATES = {"on": True, "off": False}
_ID = {"type": "string", "pattern": "^[a-z0-9]{4,7}$", "maxLength": 7}
_MOST = {"MaxResults": "50"}  # of a page, with the newest first
_OF_PROFILE = {"ApplicationId": "application", "ConfigurationProfileId": "profile"}


def _deployment(seen: Seen) -> Texts:
    """Return which version is in force, and whether a deployment is open.

    Raises:
        BadRequest: The configuration was never deployed there.
    """
    every = newest_first(seen.answer["Items"])
    mine = in_force(every, seen.known["profile"])
    if mine is None:
        raise _refused("this configuration was never deployed to that environment")
    return {
        _IN_FORCE_BY: str(mine["DeploymentNumber"]),
        _DEPLOYMENT: str(every[0]["DeploymentNumber"]),
        _STATE: every[0]["State"],
        **{f"{_NAMED}.{name}": seen.known[name] for name in _READ_BY},
    }


def _deployed(seen: Seen) -> Texts:
    """Return the version in force. A list may leave out of which profile one is.

    Raises:
        BadRequest: It is of another one.
    """
    found = seen.answer
    if found["ConfigurationProfileId"] != seen.known["profile"]:
        raise _refused("it cannot be told which deployment is this configuration's")
    return {_DEPLOYED: str(found["ConfigurationVersion"])}


def _deployment_kept(answer: Mapping[str, Any]) -> Any:
    fields = ("DeploymentNumber", "ConfigurationVersion", "State", "StartedAt")
    return [{name: one.get(name) for name in fields} for one in answer["Items"][:10]]


def _content(seen: Seen) -> Texts:
    """Return the flag and, by their digest, all others.

    Raises:
        BadRequest: The configuration has no such flag.
    """
    flags, flag = flags_of(seen.answer["Content"]), seen.known["flag"]
    state = state_of(flags, flag)
    if flags is None or not state:
        raise _refused("the configuration in force has no such flag")
    return {_FLAG: state, _OTHERS: digest_of(without(flags, flag))}


def _latest(seen: Seen) -> Texts:
    numbers = [one["VersionNumber"] for one in seen.answer["Items"]]
    return {_LATEST: str(max(numbers))}


def _refused(because: str) -> BadRequest:
    return BadRequest(
        "The flag was not planned to change",
        because=because,
        next_move="Look at the configuration and its deployments in AppConfig.",
    )


_CONTENT = Reading(
    call="appconfig.GetHostedConfigurationVersion",
    arguments={**_OF_PROFILE, "VersionNumber": _DEPLOYED},
    facts=_content,
)


class SetFlag(AwsAction):
    """Switches a flag on or off, and deploys the configuration with it."""

    ROLE = "tocsin-act-flags"
    RESOURCE = ""
    TARGET = "flag"
    IDENTITY: ClassVar[Texts] = {}
    SECONDS = 600  # a strategy may deploy over as many minutes
    NEEDS = (
        Need(
            fact=_STATE,
            values=_OVER,
            because="a deployment is open there, and AppConfig takes one at a time",
            next_move="Wait for its end, or stop it in AppConfig, then propose again.",
        ),
    )
    STATES = (
        State(
            fact=_STATE,
            moving=_ON_ITS_WAY,
            broken=frozenset({"ROLLED_BACK", "REVERTED"}),
        ),
    )
    WANTED: ClassVar[Texts] = {_FLAG: "{state}"}
    WORDS: ClassVar[Texts] = {_FLAG: "flag {flag} in force"}
    PROMISE = (
        "The deployments are read again: the newest must be at every reader, and the "
        "flag in its version as shown. Readers ask AppConfig at their own pace."
    )
    FACTS = (
        Reading(
            call="appconfig.ListDeployments",
            arguments={"ApplicationId": "application", "EnvironmentId": "environment"},
            always=_MOST,
            facts=_deployment,
            keep=_deployment_kept,
        ),
        Reading(
            call="appconfig.GetDeployment",
            arguments={
                "ApplicationId": "application",
                "EnvironmentId": "environment",
                "DeploymentNumber": _IN_FORCE_BY,
            },
            facts=_deployed,
        ),
        _CONTENT,
        Reading(
            call="appconfig.ListHostedConfigurationVersions",
            arguments=_OF_PROFILE,
            always=_MOST,
            facts=_latest,
        ),
    )
    MANIFEST = ActionManifest(
        name="aws.appconfig.set_flag",
        version=1,
        title="Switch an AppConfig feature flag",
        params=schema(
            application={**_ID, "description": "the id of the application"},
            environment={**_ID, "description": "the id of the environment"},
            profile={**_ID, "description": "the id of the configuration profile"},
            strategy={
                "type": "string",
                "pattern": "^([a-z0-9]{4,7}|AppConfig\\.AllAtOnce)$",
                "maxLength": 20,
                "description": "the id of a deployment strategy; AppConfig.AllAtOnce "
                "blocks the next deployment for ten minutes",
            },
            flag={
                "type": "string",
                "pattern": "^[a-z][a-zA-Z0-9_-]{0,63}$",
                "maxLength": 64,
                "description": "the key of the flag",
            },
            state={
                "type": "string",
                "enum": ["off", "on"],
                "description": "on or off",
            },
        ),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("appconfig.ListDeployments",),
        calls=(_MAKE, _DEPLOY, *(one.call for one in FACTS)),
        rollback="aws.appconfig.set_flag",
    )

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the making of a version in which the flag differs."""
        return _MAKE, {
            "ApplicationId": params["application"],
            "ConfigurationProfileId": params["profile"],
            "ContentType": "application/json",
            f"Content: values.{params['flag']}.enabled": _json(params["state"]),
        }

    def steps(self, params: Texts, compare: tuple[Probe, ...]) -> tuple[Step, ...]:
        """Return the new version, and its deployment."""
        facts = {one.id: one.value for one in compare}
        made = str(int(facts[_LATEST]) + 1)
        _, call = self.writing(params)
        make = {
            **call,
            "LatestVersionNumber": facts[_LATEST],
            f"Content: {ALL_OTHERS}": f"unchanged, {facts[_OTHERS]}",
        }
        deploy = {
            "ApplicationId": params["application"],
            "EnvironmentId": params["environment"],
            "ConfigurationProfileId": params["profile"],
            "DeploymentStrategyId": params["strategy"],
            "ConfigurationVersion": made,
            "LatestDeploymentNumber": facts[_DEPLOYMENT],
        }
        after = {**facts, _LATEST: made}
        return step_of("s1", _MAKE, make, facts), step_of("s2", _DEPLOY, deploy, after)

    def made(self, step: Step, effect: Effect) -> StepResult:
        """Make the version out of the one in force, or deploy the one that was made."""
        if step.call != _MAKE:
            return super().made(step, effect)
        texts = filled(_CONTENT, self._known(step))
        try:
            answer = self.looked(effect.session, _CONTENT.call, texts)
            flags = flags_of(answer["Content"])
        except Exception as error:  # noqa: BLE001 - nothing was written yet
            reason = type(error).__name__
            return not_done(step, f"its other flags could not be read ({reason})")
        given, flag = dict(step.params), self.identity(step)["flag"]
        wanted = given.pop(f"Content: values.{flag}.enabled")
        stated = given.pop(f"Content: {ALL_OTHERS}")
        if not flags or stated != f"unchanged, {digest_of(without(flags, flag))}":
            return not_done(step, "the world is not as planned (other flags)")
        flags["values"][flag]["enabled"] = json.loads(wanted)
        return write(
            effect.session,
            step.call,
            {**given, "Content": json.dumps(flags)},
            idempotency_key=effect.idempotency_key,
        )

    def identity(self, step: Step) -> Texts:
        """Return the parameters that the facts are read by; each is one itself."""
        known = {one.id: one.value for one in step.compare}
        return {name: known[f"{_NAMED}.{name}"] for name in _READ_BY}

    def _known(self, step: Step) -> Texts:
        return {**self.identity(step), **{one.id: one.value for one in step.compare}}

    def grant(self, draft: Draft) -> Grant:
        """Return what the plan needs: one profile, one environment, one strategy."""
        found, given = super().grant(draft), dict(draft.params)
        of = f"appconfig:application/{given['application']}"
        profile = f"{of}/configurationprofile/{given['profile']}"
        environment = f"{of}/environment/{given['environment']}"
        every = (
            *(of, profile, f"{profile}/*", environment),
            *(f"{environment}/*", f"appconfig:deploymentstrategy/{given['strategy']}"),
        )
        return Grant(role=found.role, calls=found.calls, resources=every)

    def blast(self, case: Case) -> Blast:
        """Return whom it reaches, and versions that are passed over."""
        deployed, latest = int(case.facts[_DEPLOYED]), int(case.facts[_LATEST])
        passed = (
            f" {latest - deployed} newer versions that were never deployed are passed "
            "over."
            if latest > deployed
            else ""
        )
        says = f"Everybody who reads the configuration in that environment.{passed}"
        return Blast(systems=-1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the state from before."""
        return {**dict(draft.params), "state": was(draft, _FLAG)}


def _json(state: str) -> str:
    return json.dumps(_STATES[state])


ACTIONS = (SetFlag(),)
