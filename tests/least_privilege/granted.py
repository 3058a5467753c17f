"""What the template grants the functions' roles, on a stack whose data is in moto; and what Lambda does with them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from local.template.intrinsics import Intrinsics
from local.template.translation import Template
from tests.least_privilege.calls import ACCOUNT, REGION
from tests.least_privilege.policy import Decision, Request, Statement, decide, listed
from tests.unit.translated_template import function_roles, template_with

TEMPLATE = template_with(Archive="true")
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KEYED = template_with(Archive="true", DataKeyArn=KEY)
"""The same, with a key of one's own."""

READS_KINESIS = ("DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards")
"""What a mapping without fan-out does ("Lambda permissions required", Using Lambda to process Kinesis records)."""
READS_TABLE_STREAM = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
"""The same, Using AWS Lambda with Amazon DynamoDB."""
FUNCTION_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
"""AWSLambdaBasicExecutionRole, without the right to make groups, which the template makes."""
TRACES = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
"""AWSXRayDaemonWriteAccess, without the rights to read sampling rules, which Lambda's own sampling does without."""


class Grant(NamedTuple):
    """One action on one resource, as a role's policy has it."""

    action: str
    resource: str


class Granted:
    """The roles' policies, with the ARNs of one stack."""

    def __init__(self, arns: Mapping[str, str], template: Template = TEMPLATE) -> None:
        """Resolve a template with the ARN of each of its data resources."""
        self._template = template
        self._names: dict[str, str] = {
            **{
                f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*": name for name in template.translated["Resources"]
            },
            **{arn: name for name, arn in arns.items()},
        }

        def attribute(resource: str, name: str | None) -> str:
            if resource.endswith("Logs") and name == "Arn":
                return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{resource}:*"
            if resource not in arns:
                return resource if name is None else f"{resource}.{name}"
            return f"{arns[resource]}/stream/2026" if name == "StreamArn" else arns[resource]

        references = {
            **template.parameters,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::Region": REGION,
            "AWS::StackName": "penstock",
            "AWS::URLSuffix": "amazonaws.com",
        }
        self._intrinsics = Intrinsics(template.translated, references, attribute)
        self.policies: dict[str, list[Statement]] = {
            role: [
                statement
                for policy in self._properties(role)["Policies"]
                for statement in policy["PolicyDocument"]["Statement"]
            ]
            for role in function_roles(template)
        }

    def grants(self, role: str) -> set[Grant]:
        """Return what a role may do."""
        return {
            Grant(action, resource)
            for statement in self.policies[role]
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        }

    def needed(self, role: str, asked: set[Request]) -> set[Grant]:
        """Return those grants without which one of the requests would be refused."""
        return {
            grant
            for grant in self.grants(role)
            if any(decide(_without(grant, self.policies[role]), each) is not Decision.ALLOWED for each in asked)
        }

    def key_uses(self, role: str) -> set[Request]:
        """Return what a role may do with a key of one's own, service by service."""
        return {
            Request(action, statement["Resource"], {"kms:ViaService": (service,)})
            for statement in self.policies[role]
            for action in listed(statement["Action"])
            if action.startswith("kms:")
            for service in listed(statement["Condition"]["StringEquals"]["kms:ViaService"])
        }

    def place(self, resource: str) -> str:
        """Return a resource as a person knows it: by its logical id, with what follows."""
        if resource == "*":
            return "everything"
        for arn, name in self._names.items():
            if resource == arn:
                return name
            if resource.startswith(f"{arn}/"):
                rest = resource.removeprefix(arn)
                return f"{name}, its stream" if rest.startswith("/stream/") else f"{name}{rest}"
        raise LookupError(f"{resource} is no resource of the template")

    def by_lambda(self, role: str) -> Iterator[Request]:
        """Yield what Lambda itself asks for with the role: streams, keeping what it gives up, logs, traces."""
        function = f"{role.removesuffix('Role')}Function"
        assert self._properties(function)["Role"] == f"{role}.Arn"
        group = self._properties(function)["LoggingConfig"]["LogGroup"]
        for action in FUNCTION_LOGS:
            yield Request(action, f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:1")
        for action in TRACES:
            yield Request(action, "*")
        for name, resource in self._template.translated["Resources"].items():
            if resource["Type"] != "AWS::Lambda::EventSourceMapping" or not name.startswith(function):
                continue
            mapping = self._properties(name)
            source, bucket = mapping["EventSourceArn"], mapping["DestinationConfig"]["OnFailure"]["Destination"]
            service = source.split(":")[2]
            for operation in READS_KINESIS if service == "kinesis" else READS_TABLE_STREAM:
                yield Request(f"{service}:{operation}", source)
            # "Retain discarded batch records", both pages.
            yield Request("s3:PutObject", f"{bucket}/aws/lambda/mapping/shard/2026/11/22/batch")
            yield Request("s3:ListBucket", bucket)

    def _properties(self, resource: str) -> Mapping[str, Any]:
        properties: Mapping[str, Any] = self._intrinsics.resolve(self._template.translated["Resources"][resource])[
            "Properties"
        ]
        return properties


def _without(grant: Grant, statements: list[Statement]) -> Iterator[Statement]:
    """Yield statements that say the same but for one grant."""
    for each in statements:
        actions, resources = listed(each["Action"]), listed(each["Resource"])
        if grant.action not in actions or grant.resource not in resources:
            yield each
            continue
        yield {**each, "Action": [action for action in actions if action != grant.action]}
        yield {**each, "Resource": [resource for resource in resources if resource != grant.resource]}
