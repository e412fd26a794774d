"""Which credentials are taken, and where they lead."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.aws.calls import read
from bot.aws.session import AwsKey, AwsSettings, open_session
from bot.domain.errors import BadSettings
from tests.cloud import Cloud

REGION = "eu-central-1"
KEY = AwsKey(access_key_id="AK" + "IA" + "Q" * 16, secret="s" * 40)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine on which nobody has set AWS up."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


def _refusal(settings: AwsSettings) -> str:
    with pytest.raises(BadSettings) as caught:
        open_session(settings)
    return str(caught.value)


def test_a_key_in_the_settings_works_only_in_practice(bare: object) -> None:
    assert _refusal(AwsSettings(region=REGION, key=KEY)) == (
        "AWS was not connected: the settings hold an access key, and those work only "
        "in the practice cloud. Give the machine a role or use single sign-on; "
        "docs/guides/aws.md."
    )


def test_a_long_lived_key_of_the_environment_is_refused(
    bare: pytest.MonkeyPatch,
) -> None:
    bare.setenv("AWS_ACCESS_KEY_ID", KEY.access_key_id)
    bare.setenv("AWS_SECRET_ACCESS_KEY", KEY.secret)
    assert "a long-lived access key" in _refusal(AwsSettings(region=REGION))


def test_a_long_lived_key_of_a_file_is_refused(
    bare: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "credentials").write_text(
        f"[default]\naws_access_key_id={KEY.access_key_id}\n"
        f"aws_secret_access_key={KEY.secret}\n"
    )
    assert "a long-lived access key" in _refusal(AwsSettings(region=REGION))


def test_a_temporary_key_of_the_environment_is_taken(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("AWS_ACCESS_KEY_ID", KEY.access_key_id)
    bare.setenv("AWS_SECRET_ACCESS_KEY", KEY.secret)
    bare.setenv("AWS_SESSION_TOKEN", "t" * 40)
    session = open_session(AwsSettings(region=REGION))
    assert session.core.get_credentials().token == "t" * 40


def test_a_machine_without_credentials_is_told_what_to_do(bare: object) -> None:
    said = _refusal(AwsSettings(region=REGION))
    assert "no AWS credentials" in said
    assert "docs/guides/aws.md" in said


def test_a_profile_that_is_not_there_is_refused(bare: object) -> None:
    settings = AwsSettings(region=REGION, profile="nobody")
    assert "no such profile" in _refusal(settings)


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1:4566", "https://example.org", "http://localhost.example:1", "x"],
)
def test_an_endpoint_must_be_on_this_machine(bare: object, url: str) -> None:
    settings = AwsSettings(region=REGION, endpoint_url=url, key=KEY)
    assert "may only lead to the practice cloud" in _refusal(settings)


def test_the_environment_cannot_move_the_real_aws(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("AWS_ACCESS_KEY_ID", KEY.access_key_id)
    bare.setenv("AWS_SECRET_ACCESS_KEY", KEY.secret)
    bare.setenv("AWS_SESSION_TOKEN", "t" * 40)
    bare.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    client = open_session(AwsSettings(region=REGION)).client("lambda")
    assert client.meta.endpoint_url == "https://lambda.eu-central-1.amazonaws.com"


@pytest.mark.slow
def test_practice_uses_nothing_of_the_machines_own_settings(
    bare: pytest.MonkeyPatch, cloud: Cloud
) -> None:
    bare.setenv("AWS_PROFILE", "production")
    bare.setenv("AWS_ACCESS_KEY_ID", KEY.access_key_id)
    bare.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    bare.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    arn = read(open_session(cloud.settings), "sts.GetCallerIdentity", {})["Arn"]
    assert arn == "arn:aws:iam::000000000000:user/tocsin"


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = AwsSettings(region=REGION, key=KEY, known_secrets={"a": KEY.secret})
    assert KEY.secret not in repr(settings)


def test_boto3_is_loaded_only_when_a_session_is_opened() -> None:
    script = (
        "import sys, bot.gate.catalogue as c, bot.cli.cloud; c.load_actions(); "
        "sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_another_region_is_the_same_identity_elsewhere(
    bare: pytest.MonkeyPatch,
) -> None:
    bare.setenv("AWS_ACCESS_KEY_ID", KEY.access_key_id)
    bare.setenv("AWS_SECRET_ACCESS_KEY", KEY.secret)
    bare.setenv("AWS_SESSION_TOKEN", "t")
    here = open_session(AwsSettings(region=REGION))
    there = here.in_region("us-east-1")
    assert here.in_region("") is here.in_region(REGION) is here
    assert there is here.in_region("us-east-1")
    assert (
        there.client("sqs").meta.endpoint_url == "https://sqs.us-east-1.amazonaws.com"
    )
    assert here.client("sqs").meta.region_name == REGION


def test_the_regions_of_aws_are_known_and_a_made_up_one_is_not() -> None:
    settings = AwsSettings(region=REGION, endpoint_url="http://127.0.0.1:9", key=KEY)
    session = open_session(settings)
    known = ("eu-central-1", "cn-north-1", "us-gov-west-1", "us-east-1", "xx-attack-1")
    assert [session.has_region(one) for one in known] == [True] * 4 + [False]
