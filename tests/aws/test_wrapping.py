"""Keys of shares wrapped by KMS, with the rights of the shipped role."""

from typing import Any

import pytest

from bot.aws.practice_seed import WRAPPING_KEY
from bot.aws.session import AwsSession
from bot.aws.wrapping import KmsWrapping
from bot.domain.errors import Unreachable
from bot.sharing import seal
from tests.cloud import Cloud
from tests.fakes.clock import FakeClock
from tests.store.contract.wrapping_contract import CONTEXT, WrappingContract

pytestmark = pytest.mark.slow


@pytest.fixture
def wrapping(cloud: Cloud) -> KmsWrapping:
    return wrapper(cloud)


def wrapper(cloud: Cloud, key: str = WRAPPING_KEY) -> KmsWrapping:
    return KmsWrapping(session=cloud.mint().store, key=key, clock=FakeClock())


class TestKms(WrappingContract):
    """By a key of KMS."""


def new_key(cloud: Cloud) -> str:
    made = cloud.root().client("kms").create_key(Description="another")
    return str(made["KeyMetadata"]["Arn"])


def test_kms_itself_refuses_another_context(
    cloud: Cloud, wrapping: KmsWrapping
) -> None:
    """The context is KMS's, not only ours: CloudTrail shows it."""
    wrapped = wrapping.wrap(seal.new_key(), CONTEXT)
    length = int.from_bytes(wrapped[1:3], "big")
    kms, blob = cloud.root().client("kms"), wrapped[3 + length :]
    context = {
        "share": CONTEXT.share,
        "incident": CONTEXT.incident,
        "expires": CONTEXT.expires_at.isoformat(),
    }
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"]
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext={**context, "share": "x"})


def test_after_the_settings_name_another_key_the_first_still_opens(
    cloud: Cloud, wrapping: KmsWrapping
) -> None:
    key = seal.new_key()
    wrapped = wrapping.wrap(key, CONTEXT)
    later = KmsWrapping(session=cloud.root, key=new_key(cloud), clock=FakeClock())
    assert later.unwrap(wrapped, CONTEXT) == key
    assert not later.is_current(wrapped)
    assert later.is_current(later.wrap(key, CONTEXT))


def test_an_alias_that_leads_elsewhere_makes_the_first_key_old(cloud: Cloud) -> None:
    kms, clock = cloud.root().client("kms"), FakeClock()
    alias = "alias/tocsin-moved"
    kms.create_alias(AliasName=alias, TargetKeyId=new_key(cloud))
    wrapping = KmsWrapping(session=cloud.root, key=alias, clock=clock)
    wrapped = wrapping.wrap(seal.new_key(), CONTEXT)
    kms.update_alias(AliasName=alias, TargetKeyId=new_key(cloud))
    clock.go_on(30)
    assert not wrapping.is_current(wrapped)
    assert wrapping.unwrap(wrapped, CONTEXT)


def test_a_disabled_key_opens_nothing_and_says_that_aws_refused(cloud: Cloud) -> None:
    key = new_key(cloud)
    wrapping = KmsWrapping(session=cloud.root, key=key, clock=FakeClock())
    wrapped = wrapping.wrap(seal.new_key(), CONTEXT)
    cloud.root().client("kms").disable_key(KeyId=key)
    with pytest.raises(Unreachable, match="DisabledException"):
        wrapping.unwrap(wrapped, CONTEXT)


def test_a_key_that_is_not_there_names_the_setting(cloud: Cloud) -> None:
    wrapping = KmsWrapping(session=cloud.root, key="alias/none", clock=FakeClock())
    with pytest.raises(Unreachable, match=r"store\.kms_key"):
        wrapping.wrap(seal.new_key(), CONTEXT)


def test_a_silent_kms_is_unreachable() -> None:
    def silent() -> AwsSession:
        raise Unreachable("Nothing was read", because="no answer", next_move="Wait.")

    wrapping = KmsWrapping(session=silent, key="alias/x", clock=FakeClock())
    asks: tuple[Any, ...] = (
        lambda: wrapping.wrap(seal.new_key(), CONTEXT),
        lambda: wrapping.unwrap(b"\x03\x00\x01a", CONTEXT),
        wrapping.arn,
    )
    for ask in asks:
        with pytest.raises(Unreachable):
            ask()
