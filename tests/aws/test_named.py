"""What an alert names of AWS: by its form, or not at all."""

import pytest

from bot.aws.forms import read_arn
from bot.aws.named import MOST_EACH, Named, is_elsewhere, named, speaks_of_bedrock
from tests.aws.alerts import GUARDRAIL, MODEL, SESSION, alert, thing

HOSTILE = (
    '" | fields @message | filter "a" like "',
    "x' or 1=1 --",
    "../../etc/passwd",
    "claims\nscorer",
    "claims scorer",
    "{{7*7}}",
    "$(reboot)",
    "a" * 3_000,
    "",
    "<!channel>",
    "SEARCH('{AWS/Bedrock}', 'Sum')",
    "arn:aws:iam::444455556666:user/*",
    "arn:aws:iam::1:user/dana",
    'arn:aws:iam::444455556666:user/a" | fields @message',
    "*",
)
KINDS = ("model", "endpoint", "guardrail", "agent", "key", "principal", "service")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_name_without_the_form_of_one_is_not_there(hostile: str) -> None:
    things = [one for kind in KINDS for one in thing(kind, hostile)]
    fields = {
        "region": hostile,
        "functionName": hostile,
        "Dimensions.ClusterName": hostile,
        "Dimensions.ServiceName": hostile,
        "logGroup": f"/aws/lambda/{hostile}",
    }
    found = named(alert(*things, source="aws_cloudtrail", **fields))
    assert found == Named()


def test_what_has_the_form_is_there_once_and_in_order() -> None:
    function = "arn:aws:lambda:eu-west-1:444455556666:function:claims:7"
    things = [
        *thing("model", MODEL, f"eu.{MODEL}", "gpt-4.1", MODEL),
        *thing("guardrail", "a1b2c3d4e5f6", GUARDRAIL, "support-in"),
        *thing("principal", "claims-app", SESSION, "dana", "AKIAEXAMPLE:x"),
        *thing("service", function, "claims-bucket"),
    ]
    found = named(alert(*things, source="aws_guardduty"))
    assert found.models == (MODEL, f"eu.{MODEL}")
    assert found.guardrails == (GUARDRAIL,)
    assert found.guardrail_names == ("a1b2c3d4e5f6", "support-in")
    assert (found.users, found.roles) == (("dana",), ("claims-app",))
    assert found.functions == ("claims",)
    assert found.region == "eu-west-1"


def test_beside_the_id_of_a_role_the_principal_is_one() -> None:
    things = thing("principal", "claims-batch", "AROAEXAMPLE:batch")
    found = named(alert(*things, source="aws_guardduty"))
    assert (found.users, found.roles) == ((), ("claims-batch",))


def test_an_alias_of_an_agent_is_no_agent() -> None:
    arn = "arn:aws:bedrock:eu-west-1:444455556666:agent-alias/AGENT12345/ALIAS12345"
    found = named(alert(*thing("agent", "AGENT12345", "ALIAS12345", arn, "claims-bot")))
    assert found.agents == ("AGENT12345",)
    assert found.agent_names == ("claims-bot",)


def test_a_service_of_a_cluster_is_told_by_alarm_event_and_arn() -> None:
    pair = ("prod", "claims-api")
    dimensions = {"Dimensions.ClusterName": pair[0], "Dimensions.ServiceName": pair[1]}
    task = {
        "detail.clusterArn": "arn:aws:ecs:eu-west-1:444455556666:cluster/prod",
        "detail.group": "service:claims-api",
    }
    arn = "arn:aws:ecs:eu-west-1:444455556666:service/prod/claims-api"
    for about in (
        alert(**dimensions),
        alert(source="eventbridge", **task),
        alert(source="eventbridge", resource=arn),
    ):
        assert named(about).services == (pair,)


def test_an_arn_counts_as_a_whole_field_and_never_in_a_sentence() -> None:
    assert named(alert(note=f"see {GUARDRAIL} please")).guardrails == ()
    assert named(alert(note=GUARDRAIL)).guardrails == (GUARDRAIL,)


def test_plain_names_of_another_provider_are_not_looked_up_and_arns_are() -> None:
    things = [*thing("endpoint", "chat"), *thing("agent", "AGENT12345")]
    about = alert(*things, *thing("guardrail", GUARDRAIL), source="azure_monitor")
    assert is_elsewhere(alert(*things, source="azure_monitor"))
    assert not is_elsewhere(about)
    found = named(about)
    assert (found.endpoints, found.agents) == ((), ())
    assert found.guardrails == (GUARDRAIL,)


def test_a_gateway_may_name_a_model_of_bedrock() -> None:
    for name in (MODEL, f"bedrock/{MODEL}", f"bedrock/converse/{MODEL}"):
        about = alert(*thing("model", name), source="litellm")
        assert named(about).models == (MODEL,)
        assert speaks_of_bedrock(about)
        assert not is_elsewhere(about)
    for name in ("openai/gpt-4o", "fraud.pkl", "gpt-4.1"):
        assert is_elsewhere(alert(*thing("model", name), source="litellm"))


def test_the_alarms_own_region_comes_before_that_of_a_thing() -> None:
    arn = "arn:aws:cloudwatch:us-east-1:444455556666:alarm:a b"
    about = alert(
        *thing("guardrail", GUARDRAIL), AlarmArn=arn.replace(" ", "-"), Region="EU (I)"
    )
    assert named(about).region == "us-east-1"


def test_no_kind_has_more_than_a_few() -> None:
    things = thing("endpoint", *(f"scorer-{number}" for number in range(50)))
    assert len(named(alert(*things)).endpoints) == MOST_EACH


def test_what_is_masked_is_counted() -> None:
    assert named(alert(*thing("key", "\u2039aws_access_key_id:2b4f\u203a"))).masked == 1


def test_bedrock_is_known_by_space_source_and_things() -> None:
    assert speaks_of_bedrock(alert(Namespace="AWS/Bedrock/Guardrails"))
    trail = alert(source="aws_cloudtrail", eventSource="bedrock.amazonaws.com")
    assert speaks_of_bedrock(trail)
    assert speaks_of_bedrock(alert(*thing("model", MODEL), source="alertmanager"))
    assert not speaks_of_bedrock(alert(*thing("model", "gpt-4o"), source="datadog"))


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("arn:aws:lambda:eu-west-1:444455556666:function:f:7", "function", "f:7"),
        (SESSION, "assumed-role", "claims-app/i-0a1b"),
        (
            "arn:aws:bedrock:eu-west-1::foundation-model/a.b:0",
            "foundation-model",
            "a.b:0",
        ),
    ],
)
def test_an_arn_is_taken_apart(text: str, kind: str, name: str) -> None:
    found = read_arn(text)
    assert found is not None
    assert (found.kind, found.name) == (kind, name)
