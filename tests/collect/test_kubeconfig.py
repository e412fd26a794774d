"""What a kubeconfig may run: nothing, or the one program that the settings name."""

import pytest

from bot.outside.kubeconfig import complaint


@pytest.mark.parametrize(
    ("user", "program", "says"),
    [
        ({}, "", ""),
        ({"token": "t"}, "", ""),
        ({"exec": {"command": "aws", "args": ["eks"]}}, "aws", ""),
        (
            {"exec": {"command": "aws", "env": [{"name": "AWS_PROFILE"}]}},
            "aws",
            "",
        ),
        ({"exec": {"command": "aws"}}, "", "would run 'aws', which the settings do"),
        ({"exec": {"command": "./aws"}}, "aws", "would run './aws', which"),
        ({"exec": {"command": ["aws"]}}, "aws", "which the settings do not name"),
        ({"exec": "aws"}, "aws", "which the settings do not name"),
        (
            {"exec": {"command": "aws", "env": [{"name": "LD_PRELOAD"}]}},
            "aws",
            "would run 'aws' with another 'LD_PRELOAD'",
        ),
        (
            {"exec": {"command": "aws", "env": [{"name": "PATH"}]}},
            "aws",
            "another 'PATH'",
        ),
        ({"auth-provider": {"name": "gcp"}, "token": "t"}, "aws", "an auth-provider"),
    ],
)
def test_only_the_named_program_is_run(
    user: dict[str, object], program: str, says: str
) -> None:
    found = complaint(user, program)
    assert says in found
    assert bool(says) == bool(found)
