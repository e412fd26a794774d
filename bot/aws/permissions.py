"""What the IAM permission for a call is called.

Which role has which permission stands in the policies beside this file.

Source:
    Service Authorization Reference, "Actions defined by" AWS Lambda and Amazon
    Bedrock: the APIs of Bedrock's agents share the prefix of Bedrock; API Gateway,
    "Actions": the permission is the HTTP method.
"""

_IAM_NAMES = {
    "lambda.Invoke": "lambda:InvokeFunction",
    # The write names the version that was planned for.
    "s3.PutObjectTagging": "s3:PutObjectVersionTagging",
    # API Gateway judges by the method and the address, not by the operation.
    "apigateway.GetUsagePlan": "apigateway:GET",
    "apigateway.UpdateUsagePlan": "apigateway:PATCH",
}
_PREFIXES = {"bedrock-agent": "bedrock", "bedrock-runtime": "bedrock"}
NOT_NARROWED = frozenset(
    {
        "autoscaling:DescribeAutoScalingGroups",
        "bedrock:DeleteModelInvocationLoggingConfiguration",
        "bedrock:GetModelInvocationLoggingConfiguration",
        "bedrock:ListAgents",
        "bedrock:ListGuardrails",
        "bedrock:ListProvisionedModelThroughputs",
        "bedrock:PutModelInvocationLoggingConfiguration",
        "cloudtrail:LookupEvents",
        "cloudwatch:DescribeAlarmHistory",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:DescribeAlarmsForMetric",
        "cloudwatch:GetMetricData",
        "cloudwatch:ListMetrics",
        "ec2:DescribeInstances",
        "ec2:DescribeSecurityGroups",
        "ecs:DescribeTaskDefinition",
        "ecs:ListTasks",
        "logs:GetQueryResults",
        "sagemaker:ListEndpointConfigs",
        "sagemaker:ListModelPackages",
        "wafv2:ListWebACLs",
    }
)
"""Permissions for which AWS has no resource or, for composite alarms and for lists of
everything, demands all of them: they are given for ``*`` or not at all. Source: Service
Authorization Reference; API reference of DescribeAlarms."""


def permission(call: str) -> str:
    """Return the IAM permission for a call: ``iam.GetUser`` → ``iam:GetUser``."""
    if call in _IAM_NAMES:
        return _IAM_NAMES[call]
    service, _, operation = call.partition(".")
    return f"{_PREFIXES.get(service, service)}:{operation}"
