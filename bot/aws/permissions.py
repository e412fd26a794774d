"""What the IAM permission for a call is called.

Which role has which permission stands in the policies beside this file.

Source:
    Service Authorization Reference, "Actions defined by" AWS Lambda and Amazon
    Bedrock: the APIs of Bedrock's agents share the prefix of Bedrock.
"""

_IAM_NAMES = {"lambda.Invoke": "lambda:InvokeFunction"}
_PREFIXES = {"bedrock-agent": "bedrock"}


def permission(call: str) -> str:
    """Return the IAM permission for a call: ``iam.GetUser`` → ``iam:GetUser``."""
    if call in _IAM_NAMES:
        return _IAM_NAMES[call]
    service, _, operation = call.partition(".")
    return f"{_PREFIXES.get(service, service)}:{operation}"
