"""What the template has only where a parameter asks for it, and that nothing of it is there otherwise."""

from typing import Any

import pytest

from local.errors import ParameterError, TemplateError
from local.template.translation import Template
from tests.unit.translated_template import PATH, function_roles, intrinsics_of, resolved, template_with

PRODUCER = "arn:aws:iam::210987654321:role/shop"
HOSTED = {"HostDashboard": "true", "SignIn": "Cognito"}
NETWORK = {
    "VpcId": "vpc-0a1b2c3d",
    "PrivateSubnetIds": "subnet-0a1b2c3d,subnet-1a1b2c3d",
    "PrivateRouteTableIds": "rtb-0a1b2c3d",
}


def of_kind(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    return {name: each["Properties"] for name, each in resolved(template, kind).items()}


def test_a_producer_assumes_a_role_that_may_only_put_to_this_stream() -> None:
    role = of_kind(template_with(ProducerPrincipals=PRODUCER), "AWS::IAM::Role")["ProducerRole"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert (trust["Principal"], trust["Action"]) == ({"AWS": [PRODUCER]}, "sts:AssumeRole")
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert set(statement["Action"]) == {"kinesis:ListShards", "kinesis:PutRecords"}
    assert statement["Resource"] == "<EventStream.Arn>"
    assert "ManagedPolicyArns" not in role


def test_without_producers_named_nobody_may_assume_their_role() -> None:
    assert "ProducerRole" not in of_kind(template_with(), "AWS::IAM::Role")


@pytest.mark.parametrize("principal", ["*", "210987654321", "arn:aws:iam::210987654321:group/all"])
def test_who_can_not_be_a_principal_is_refused(principal: str) -> None:
    with pytest.raises(ParameterError, match="must be ARNs of IAM roles"):
        Template(PATH, {"ProducerPrincipals": principal})


def test_stacks_and_outputs_hold_no_lasting_credentials() -> None:
    everything = template_with(**HOSTED, **NETWORK, Archive="true", ApiKeys="true", ProducerPrincipals=PRODUCER)
    kinds = {each["Type"] for each in everything.translated["Resources"].values()}
    assert not kinds & {
        "AWS::IAM::User",
        "AWS::IAM::AccessKey",
        "AWS::ApiGateway::ApiKey",
        "AWS::SecretsManager::Secret",
    }


def test_functions_are_in_no_vpc_unless_one_is_named() -> None:
    assert not [name for name, each in of_kind(template_with(), "AWS::Lambda::Function").items() if "VpcConfig" in each]
    for kind in ("AWS::EC2::VPCEndpoint", "AWS::EC2::SecurityGroup", "AWS::IAM::ManagedPolicy"):
        assert not of_kind(template_with(), kind)


def test_in_a_vpc_every_function_is_in_its_subnets_and_reaches_what_it_calls() -> None:
    template = template_with(**NETWORK, Archive="true")
    for function in of_kind(template, "AWS::Lambda::Function").values():
        assert function["VpcConfig"] == {
            "SubnetIds": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
            "SecurityGroupIds": ["<FunctionsSecurityGroup>"],
        }
    for role in function_roles(template).values():
        assert role["Properties"]["ManagedPolicyArns"] == ["<NetworkPolicy>"]
    endpoints = of_kind(template, "AWS::EC2::VPCEndpoint").values()
    assert {(each["ServiceName"], each["VpcEndpointType"]) for each in endpoints} == {
        ("com.amazonaws.R.dynamodb", "Gateway"),
        ("com.amazonaws.R.s3", "Gateway"),
        ("com.amazonaws.R.kinesis-streams", "Interface"),
        ("com.amazonaws.R.sns", "Interface"),
        ("com.amazonaws.R.xray", "Interface"),
    }


def test_the_dashboard_is_private_and_read_by_its_distribution_alone() -> None:
    template = template_with(**HOSTED)
    bucket = of_kind(template, "AWS::S3::Bucket")["DashboardBucket"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "WebsiteConfiguration" not in bucket
    allowed, denied = of_kind(template, "AWS::S3::BucketPolicy")["DashboardBucketPolicy"]["PolicyDocument"]["Statement"]
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert allowed["Condition"] == {
        "ArnEquals": {"aws:SourceArn": "arn:aws:cloudfront::A:distribution/<DashboardDistribution>"}
    }
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    control = of_kind(template, "AWS::CloudFront::OriginAccessControl")["DashboardAccess"]
    assert control["OriginAccessControlConfig"]["SigningBehavior"] == "always"


def test_names_that_are_short_on_aws_do_not_grow_with_the_stacks() -> None:
    """A stack's name has up to 128 characters, an origin access control's 64, what a topic's mails are from 100."""
    template = template_with(**HOSTED)
    control = of_kind(template, "AWS::CloudFront::OriginAccessControl")["DashboardAccess"]
    headers = of_kind(template, "AWS::CloudFront::ResponseHeadersPolicy")["DashboardHeaders"]
    assert control["OriginAccessControlConfig"]["Name"] == "penstock-I"
    assert headers["ResponseHeadersPolicyConfig"]["Name"] == "penstock-I"
    for topic in of_kind(template, "AWS::SNS::Topic").values():
        assert topic["DisplayName"] in ("Penstock alerts", "Penstock alarms")


def test_the_distribution_serves_pages_and_passes_the_api_on_uncached_over_tls() -> None:
    template = template_with(**HOSTED)
    found = of_kind(template, "AWS::CloudFront::Distribution")["DashboardDistribution"]["DistributionConfig"]
    pages, api = found["Origins"]
    assert pages["OriginAccessControlId"] == "<DashboardAccess.Id>"
    (stage,) = of_kind(template, "AWS::ApiGateway::Stage").values()
    assert api["OriginPath"] == f"/{stage['StageName']}"
    assert api["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    (routes,) = found["CacheBehaviors"]
    assert (routes["PathPattern"], routes["TargetOriginId"]) == ("/v1/*", api["Id"])
    # CachingDisabled, and AllViewerExceptHostHeader, which passes Authorization on ("Use managed cache policies" and
    # "Use managed origin request policies", CloudFront Developer Guide).
    assert routes["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert routes["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    for behavior in (routes, found["DefaultCacheBehavior"]):
        assert behavior["ViewerProtocolPolicy"] in ("https-only", "redirect-to-https")
        assert behavior["AllowedMethods"] == ["GET", "HEAD"]


def test_pages_come_with_security_headers() -> None:
    template = template_with(**HOSTED, SignInDomain="rivers")
    headers = of_kind(template, "AWS::CloudFront::ResponseHeadersPolicy")["DashboardHeaders"]
    security = headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    policy = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    assert "connect-src 'self' https://rivers.auth.R.amazoncognito.com;" in policy
    assert "unsafe" not in policy
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    assert set(security) == {
        "ContentSecurityPolicy",
        "ContentTypeOptions",
        "FrameOptions",
        "ReferrerPolicy",
        "StrictTransportSecurity",
    }
    assert all(each["Override"] is True for each in security.values())


def test_sign_in_and_alerts_lead_to_the_hosted_dashboard_unless_another_is_named() -> None:
    own = "https://<DashboardDistribution.DomainName>/"
    for parameters, address in (({}, own), ({"DashboardUrl": "https://dash.example/"}, "https://dash.example/")):
        template = template_with(**HOSTED, **parameters)
        assert of_kind(template, "AWS::Cognito::UserPoolClient")["DashboardClient"]["CallbackURLs"] == [address]
        variables = of_kind(template, "AWS::Lambda::Function")["AlertsFunction"]["Environment"]["Variables"]
        assert variables["DASHBOARD_URL"] == address


def test_without_hosting_there_is_no_distribution() -> None:
    assert not of_kind(template_with(), "AWS::CloudFront::Distribution")
    assert "DashboardBucket" not in of_kind(template_with(), "AWS::S3::Bucket")


def test_a_page_can_not_sign_with_iam() -> None:
    (rule,) = template_with().translated["Rules"].values()
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "HostDashboard"}, "true"]}
    assert rule["Assertions"][0]["Assert"] == {"Fn::Equals": [{"Ref": "SignIn"}, "Cognito"]}


def test_the_local_stack_says_what_it_can_not_run() -> None:
    for parameters, complaint in ((HOSTED, "DashboardDistribution"), ({"ApiKeys": "true"}, "checks no API keys")):
        with pytest.raises(TemplateError, match=complaint):
            template_with(**parameters).data_template()


@pytest.mark.parametrize("sign_in", [{}, {"SignIn": "Cognito"}])
def test_a_key_meters_and_never_replaces_sign_in(sign_in: dict[str, str]) -> None:
    template = template_with(**sign_in, ApiKeys="true")
    (api,) = of_kind(template, "AWS::ApiGateway::RestApi").values()
    for path, methods in api["Body"]["paths"].items():
        (required,) = methods["get"]["security"]
        assert len(required) == 2, path
        assert "Key" in required
    (plan,) = of_kind(template, "AWS::ApiGateway::UsagePlan").values()
    assert plan["Throttle"] == {"RateLimit": "10", "BurstLimit": "10"}
    assert plan["Quota"] == {"Limit": "100000", "Period": "DAY"}


def test_without_keys_there_is_no_usage_plan() -> None:
    assert not of_kind(template_with(), "AWS::ApiGateway::UsagePlan")


def test_access_logs_hold_no_payload_no_value_and_no_address() -> None:
    template = template_with()
    (stage,) = of_kind(template, "AWS::ApiGateway::Stage").values()
    logged = stage["AccessLogSetting"]
    assert logged["DestinationArn"] == "<ApiLogs.Arn>"
    for named in ("$context.requestId", "$context.resourcePath", "$context.status", "$context.identity.caller"):
        assert f'"{named}"' in logged["Format"]
    for kept_out in ("sourceIp", "userAgent", "$context.path", "querystring", "email", "$input"):
        assert kept_out not in logged["Format"]
    (settings,) = stage["MethodSettings"]
    assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("OFF", False)


def test_the_accounts_role_for_access_logs_is_left_alone_where_it_is_set_already() -> None:
    setting = resolved(template_with(), "AWS::ApiGateway::Account")["ApiLogging"]
    assert setting["Properties"] == {"CloudWatchRoleArn": "<ApiLoggingRole.Arn>"}
    assert setting["DeletionPolicy"] == "Retain"
    (stage,) = of_kind(template_with(), "AWS::ApiGateway::Stage").values()
    assert stage["Variables"] == {"LogsBy": "<ApiLogging>"}  # it waits for the setting
    template = template_with(ApiLogRole="account")
    assert not resolved(template, "AWS::ApiGateway::Account")
    assert "ApiLoggingRole" not in resolved(template, "AWS::IAM::Role")


def test_outputs_of_what_is_not_there_are_not_there() -> None:
    template = template_with()
    intrinsics = intrinsics_of(template)
    resources = template.translated["Resources"]
    for name, output in template.translated["Outputs"].items():
        if "Condition" in output and not intrinsics.holds(output["Condition"]):
            continue
        value = str(intrinsics.resolve(output["Value"]))
        for resource in (each for each in resources if f"<{each}" in value):
            condition = resources[resource].get("Condition")
            assert condition is None or intrinsics.holds(condition), name
