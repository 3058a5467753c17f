"""The deployable template keeps its promises: encrypted, closed, least privilege, nothing lost in an outage."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from fnmatch import fnmatchcase
from importlib.util import find_spec

import pytest

from consumers.alerts.rules import Rules
from consumers.alerts.settings import AlertsSettings
from consumers.counts import DIMENSIONS
from consumers.ingest.settings import Settings as IngestSettings
from consumers.rebuild.tables import Names
from consumers.redrive.settings import Settings as RedriveSettings
from consumers.rollup.corrections import BEGIN_SECONDS
from consumers.rollup.settings import RollupSettings
from consumers.tables import (
    ALERTS_STATE,
    HORIZON,
    LEVELS_STATE,
    Level,
    change_key,
    list_key,
    strip_directory_key,
    strip_key,
    trend_key,
)
from consumers.views.settings import ViewsSettings
from local.errors import ParameterError
from local.template.intrinsics import Json
from local.template.resources import MockAnswer, Route, StackResources, Throttling
from local.template.translation import Template
from reporting.settings import Settings as ReportingSettings
from simulation.event_source_mapping.configuration import MappingConfig, StreamKind
from tests.unit.translated_template import PATH, function_roles, listed, resolved, statements, template_with

FUNCTIONS = {
    "IngestFunction",
    "RedriveFunction",
    "RollupFunction",
    "SweepFunction",
    "ViewsFunction",
    "AlertsFunction",
    "ReportingFunction",
}
DATA = {"EventStream", "PaneLogTable", "TrendsTable", "FailedEventsBucket"}

ARNS: dict[tuple[str, str | None], str] = {
    ("EventStream", "Arn"): "arn:aws:kinesis:us-east-1:123456789012:stream/events",
    ("PaneLogTable", "StreamArn"): "arn:aws:dynamodb:us-east-1:123456789012:table/log/stream/2026",
    ("TrendsTable", "StreamArn"): "arn:aws:dynamodb:us-east-1:123456789012:table/trends/stream/2026",
    ("FailedEventsBucket", "Arn"): "arn:aws:s3:::failed-events",
}


@pytest.fixture(scope="module")
def template() -> Template:
    """The template with its defaults."""
    return template_with()


@pytest.fixture(scope="module")
def stack(template: Template) -> StackResources:
    """What it runs."""
    _, attributes = template.data_template()
    return template.resources({key: ARNS.get(key, f"<{key[0]}>") for key in attributes.values()})


def test_it_has_the_functions_of_the_design(stack: StackResources) -> None:
    assert set(stack.functions) == FUNCTIONS


def test_functions_are_traced_arm64_with_a_handler_that_exists(template: Template) -> None:
    for function in resolved(template, "AWS::Lambda::Function").values():
        properties = function["Properties"]
        assert properties["Architectures"] == ["arm64"]
        assert properties["TracingConfig"] == {"Mode": "Active"}
        assert properties["Handler"].endswith(".handler.handler")
        assert find_spec(properties["Handler"].rpartition(".")[0])
        assert function["Metadata"]["BuildMethod"] == "makefile"


def test_settings_are_read_from_what_the_template_sets(stack: StackResources) -> None:
    ingest = IngestSettings.read(stack.functions["IngestFunction"].environment)
    assert (ingest.dedup_days, ingest.stream_retention_hours) == (7, 24)
    of_ingest = stack.functions["IngestFunction"].environment
    of_redrive = stack.functions["RedriveFunction"].environment
    assert RedriveSettings.read(of_redrive).stream == "<EventStream>"
    # Or else it would fold to other addresses.
    assert {**of_redrive, "POWERTOOLS_SERVICE_NAME": "ingest"} == {**of_ingest, "STREAM": "<EventStream>"}
    for name in ("RollupFunction", "SweepFunction"):
        assert RollupSettings.read(stack.functions[name].environment).dedup_days == 7
    views = ViewsSettings.read(stack.functions["ViewsFunction"].environment)
    assert views.trends_table == RollupSettings.read(stack.functions["RollupFunction"].environment).trends_table
    assert AlertsSettings.read(stack.functions["AlertsFunction"].environment).rules == Rules(DIMENSIONS)
    reporting = ReportingSettings.read(stack.functions["ReportingFunction"].environment)
    assert reporting.schedule.at(0) == ingest.schedule.at(0)


def test_every_function_logs_under_its_own_name_for_a_limited_time(template: Template, stack: StackResources) -> None:
    services = [function.environment["POWERTOOLS_SERVICE_NAME"] for function in stack.functions.values()]
    assert sorted(services) == ["alerts", "ingest", "redrive", "reporting", "rollup", "sweep", "views"]
    groups = resolved(template, "AWS::Logs::LogGroup")
    assert {group["Properties"]["LogGroupName"] for group in groups.values()} == {"/penstock/S/api"} | {
        function.log_group.replace("/penstock/penstock/", "/penstock/S/") for function in stack.functions.values()
    }
    assert all(int(group["Properties"]["RetentionInDays"]) == 30 for group in groups.values())


def test_no_log_level_drops_metrics_or_shows_payloads(template: Template) -> None:
    # Lambda takes metric lines for INFO; below INFO the AWS SDK logs requests.
    for function in resolved(template, "AWS::Lambda::Function").values():
        assert function["Properties"]["LoggingConfig"]["ApplicationLogLevel"] == "INFO"
    assert "DEBUG" not in template.translated["Parameters"]["LogLevel"]["AllowedValues"]


def test_each_function_has_a_role_of_its_own(template: Template) -> None:
    roles = [each["Properties"]["Role"] for each in resolved(template, "AWS::Lambda::Function").values()]
    assert len(set(roles)) == len(FUNCTIONS)
    for role in function_roles(template).values():
        assert "ManagedPolicyArns" not in role["Properties"]


def test_policies_name_resources_but_where_aws_has_none(template: Template) -> None:
    for role, statement in statements(template):
        actions, resources = listed(statement["Action"]), listed(statement["Resource"])
        assert statement["Effect"] == "Allow"
        assert not [action for action in actions if "*" in action], role
        if all(action.startswith("xray:") for action in actions):
            assert resources == ["*"]
        else:
            assert all(re.match(r"<\w+\.(Arn|StreamArn|TopicArn)>", resource) for resource in resources), (
                role,
                resources,
            )


def test_ingest_and_reporting_cannot_touch_each_others_table(template: Template) -> None:
    touched: dict[str, set[str]] = {}
    for role, statement in statements(template):
        if statement["Sid"] == "ReadHowLongTheLogRemembers":
            continue  # see the next test
        for resource in listed(statement["Resource"]):
            touched.setdefault(role, set()).add(resource.split(".")[0].strip("<"))
    assert "TrendsTable" not in touched["IngestRole"]
    assert "PaneLogTable" not in touched["ReportingRole"]
    assert "TrendsTable" not in touched["RedriveRole"]
    assert "EventStream" not in touched["RollupRole"] | touched["SweepRole"] | touched["ReportingRole"]


def test_ingest_and_redrive_read_of_the_trends_only_for_how_long_the_log_remembers(template: Template) -> None:
    reads = {role: each for role, each in statements(template) if each["Sid"] == "ReadHowLongTheLogRemembers"}
    assert set(reads) == {"IngestRole", "RedriveRole"}
    for statement in reads.values():
        assert (statement["Action"], statement["Resource"]) == ("dynamodb:GetItem", "<TrendsTable.Arn>")
        assert statement["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [HORIZON.bucket]}}


def test_only_reporting_reads_without_writing(template: Template) -> None:
    actions = [
        action for role, each in statements(template) if role == "ReportingRole" for action in listed(each["Action"])
    ]
    assert {action for action in actions if action.startswith("dynamodb:")} == {
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:Query",
    }


def test_what_holds_data_is_kept_when_the_stack_goes(template: Template) -> None:
    for name in DATA:
        resource = template.translated["Resources"][name]
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_what_holds_data_is_encrypted(template: Template) -> None:
    stream = resolved(template, "AWS::Kinesis::Stream")["EventStream"]["Properties"]
    assert stream["StreamEncryption"] == {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}
    for table in resolved(template, "AWS::DynamoDB::Table").values():
        assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True}
    bucket = resolved(template, "AWS::S3::Bucket")["FailedEventsBucket"]["Properties"]
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_tables_are_on_demand_protected_and_expire_items(template: Template) -> None:
    tables = resolved(template, "AWS::DynamoDB::Table")
    for table in tables.values():
        properties = table["Properties"]
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["TimeToLiveSpecification"] == {"AttributeName": "x", "Enabled": True}
        assert properties["DeletionProtectionEnabled"] == "true"
    assert tables["PaneLogTable"]["Properties"]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert tables["TrendsTable"]["Properties"]["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    recovery = tables["TrendsTable"]["Properties"]["PointInTimeRecoverySpecification"]
    assert recovery == {"PointInTimeRecoveryEnabled": True}


def test_failed_events_are_private_over_tls_alone_and_expire(template: Template) -> None:
    bucket = resolved(template, "AWS::S3::Bucket")["FailedEventsBucket"]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert {rule["Id"]: rule.get("ExpirationInDays") for rule in bucket["LifecycleConfiguration"]["Rules"]} == {
        "expire": "30",
        "abandon-uploads": None,
    }
    policy = resolved(template, "AWS::S3::BucketPolicy")["FailedEventsBucketPolicy"]["Properties"]
    (statement,) = [each for each in policy["PolicyDocument"]["Statement"] if each["Sid"] == "EncryptedConnectionsOnly"]
    assert (statement["Effect"], statement["Action"]) == ("Deny", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(statement["Resource"]) == 2


def test_rollup_and_views_can_not_write_where_functions_keep_failed_events(template: Template) -> None:
    policy = resolved(template, "AWS::S3::BucketPolicy")["FailedEventsBucketPolicy"]["Properties"]
    (statement,) = [each for each in policy["PolicyDocument"]["Statement"] if "AWS" in each["Principal"]]
    assert (statement["Effect"], statement["Action"]) == ("Deny", "s3:PutObject")
    assert statement["Principal"] == {"AWS": ["<RollupRole.Arn>", "<ViewsRole.Arn>"]}
    assert statement["Resource"] == [f"<FailedEventsBucket.Arn>/{each}/*" for each in ("failed-events", "redriven")]


def mapping_configs(stack: StackResources) -> dict[str, MappingConfig]:
    """Return the event source mappings by their function."""
    return {mapping.function: MappingConfig.from_properties(mapping.properties) for mapping in stack.mappings}


def test_mappings_retry_until_the_stream_forgets_and_keep_what_they_give_up(stack: StackResources) -> None:
    configs = mapping_configs(stack)
    assert {name: config.stream_kind for name, config in configs.items()} == {
        "IngestFunction": StreamKind.KINESIS,
        "RollupFunction": StreamKind.DYNAMODB,
        "ViewsFunction": StreamKind.DYNAMODB,
    }
    for name, config in configs.items():
        assert config.maximum_retry_attempts == -1
        assert config.maximum_record_age == 23 * 3600
        # Views take a batch as a whole, whatever is in it.
        assert config.bisect_on_error == config.report_batch_item_failures == (name != "ViewsFunction")
        assert config.on_failure is not None


@pytest.mark.parametrize("hours", ["24", "48", "72", "168"])
def test_records_are_given_up_an_hour_before_the_stream_drops_them(hours: str) -> None:
    template = Template(PATH, {"StreamRetentionHours": hours})
    mapping = resolved(template, "AWS::Lambda::EventSourceMapping")["IngestFunctionStream"]["Properties"]
    assert int(mapping["MaximumRecordAgeInSeconds"]) == (int(hours) - 1) * 3600
    assert resolved(template, "AWS::Kinesis::Stream")["EventStream"]["Properties"]["RetentionPeriodHours"] == hours


def test_only_new_segments_reach_rollup(stack: StackResources) -> None:
    (pattern,) = mapping_configs(stack)["RollupFunction"].filters
    assert pattern.matches({"eventName": "INSERT"})
    assert not pattern.matches({"eventName": "REMOVE"})
    assert not mapping_configs(stack)["IngestFunction"].filters


def test_only_change_notes_reach_views(stack: StackResources) -> None:
    (pattern,) = mapping_configs(stack)["ViewsFunction"].filters
    for key, reaches in ((change_key(0), True), (list_key("5m", 0), False), (trend_key(Level.MINUTE, 0, 0), False)):
        assert pattern.matches({"eventName": "MODIFY", "dynamodb": {"Keys": key.attributes}}) == reaches


def test_views_write_nothing_but_views(template: Template) -> None:
    writes = [each for role, each in statements(template) if role == "ViewsRole" and each["Sid"] == "WriteViews"]
    (statement,) = writes
    patterns = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    keys = (list_key("5m", 0), strip_key("hour", "", 0, 1), strip_directory_key("hour", ""), LEVELS_STATE)
    allowed = [any(fnmatchcase(key.bucket, each) for each in patterns) for key in keys]
    assert (statement["Action"], allowed) == (["dynamodb:PutItem", "dynamodb:UpdateItem"], [True, True, True, False])
    assert not any(fnmatchcase(trend_key(level, 0, 0).bucket, each) for each in patterns for level in Level)


def test_a_tables_stream_has_two_readers_at_most(stack: StackResources) -> None:
    """More than two a shard are throttled ("Simultaneous readers", Using AWS Lambda with Amazon DynamoDB)."""
    configs = (MappingConfig.from_properties(mapping.properties) for mapping in stack.mappings)
    readers = Counter(config.stream_arn for config in configs if config.stream_kind is StreamKind.DYNAMODB)
    assert readers
    assert max(readers.values()) <= 2


def test_batching_leaves_room_for_the_latency_goal(stack: StackResources) -> None:
    # Events are to be in the trends within 10 s: windows may take half of it, polls and work need the rest.
    configs = mapping_configs(stack)
    assert sum(configs[name].batching_window for name in ("IngestFunction", "RollupFunction")) <= 5


ROUTES = {
    "/v1/trends/{dimension}",
    "/v1/trends/{dimension}/search",
    "/v1/trends/{dimension}/{value}",
    "/v1/trends/{dimension}/{value}/series",
    "/v1/compare/{dimension}",
    "/v1/summary",
    "/v1/health",
    "/openapi.json",
    "/docs",
}
OF_NO_EVENT = {"/openapi.json", "/docs"}
USERS_SIGN_IN = {
    "SignIn": "Cognito",
    "DashboardUrl": "https://dash.example/",
    "DashboardOrigin": "https://dash.example",
}


def api_routes(**parameters: str) -> list[Route]:
    """Return the routes that the API has with those parameters."""
    template = template_with(**parameters)
    _, attributes = template.data_template()
    api = template.resources({key: ARNS.get(key, f"<{key[0]}>") for key in attributes.values()}).api
    assert api is not None
    return list(api.routes)


def test_every_route_of_the_api_ends_in_reporting_which_it_may_invoke(template: Template) -> None:
    routes = {(route.method, route.path, route.integration) for route in api_routes() if route.method != "OPTIONS"}
    assert routes == {("GET", path, "ReportingFunction") for path in ROUTES}
    allowed = {
        each["Properties"]["SourceArn"].rpartition("GET")[2]
        for each in resolved(template, "AWS::Lambda::Permission").values()
        if each["Properties"]["Principal"] == "apigateway.amazonaws.com"
    }
    assert allowed == {re.sub(r"\{\w+\}", "*", path) for path in ROUTES}


@pytest.mark.parametrize(
    ("parameters", "authorization", "scopes"),
    [({}, "AWS_IAM", ()), (USERS_SIGN_IN, "COGNITO_USER_POOLS", ("penstock/read",))],
)
@pytest.mark.parametrize("public_docs", [False, True])
def test_no_route_is_open_by_accident(
    parameters: dict[str, str], authorization: str, scopes: tuple[str, ...], *, public_docs: bool
) -> None:
    routes = api_routes(**parameters, PublicDocs=str(public_docs).lower())
    opened = {route.path for route in routes if route.method != "OPTIONS" and route.authorization == "NONE"}
    assert opened == (OF_NO_EVENT if public_docs else set())
    closed = [route for route in routes if route.method != "OPTIONS" and route.path not in opened]
    assert {(route.authorization, route.scopes) for route in closed} == {(authorization, scopes)}


def test_a_caller_needs_no_right_to_invoke_the_function_itself(template: Template) -> None:
    body = resolved(template, "AWS::ApiGateway::RestApi")["ReportingApi"]["Properties"]["Body"]
    for methods in body["paths"].values():
        assert "credentials" not in methods["get"]["x-amazon-apigateway-integration"]


def test_a_preflight_is_answered_without_sign_in_and_without_the_function() -> None:
    preflights = [route for route in api_routes(**USERS_SIGN_IN) if route.method == "OPTIONS"]
    assert {route.path for route in preflights} == ROUTES
    for route in preflights:
        assert isinstance(route.integration, MockAnswer)
        assert route.integration.headers["Access-Control-Allow-Origin"] == "https://dash.example"
        assert "Authorization" in route.integration.headers["Access-Control-Allow-Headers"]


def test_no_origin_may_read_the_api_unless_one_is_named(stack: StackResources) -> None:
    for route in api_routes():
        if isinstance(route.integration, MockAnswer):
            assert "Access-Control-Allow-Origin" not in route.integration.headers
    assert stack.api is not None
    for response in stack.api.responses.values():
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("origin", ["https://dash.example/", "*", "dash.example", "null", "https://a b", "https://a'b"])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ParameterError, match="must be an origin like"):
        Template(PATH, {"DashboardOrigin": origin})


def test_the_dashboards_client_keeps_no_secret_and_gets_codes_alone() -> None:
    template = template_with(**USERS_SIGN_IN)
    client = resolved(template, "AWS::Cognito::UserPoolClient")["DashboardClient"]["Properties"]
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert client["AllowedOAuthScopes"] == ["openid", "penstock/read"]
    assert client["CallbackURLs"] == client["LogoutURLs"] == ["https://dash.example/"]
    pool = resolved(template, "AWS::Cognito::UserPool")["UserPool"]
    assert pool["Properties"]["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert (pool["DeletionPolicy"], pool["Properties"]["DeletionProtection"]) == ("Retain", "ACTIVE")


def test_a_stack_without_sign_in_has_no_user_pool(template: Template) -> None:
    for kind in ("UserPool", "UserPoolClient", "UserPoolDomain", "UserPoolResourceServer"):
        assert not resolved(template, f"AWS::Cognito::{kind}")


def test_values_to_compare_are_asked_for_by_the_gateway_itself(stack: StackResources) -> None:
    assert {route.path: route.required for route in api_routes() if route.required} == {
        "/v1/compare/{dimension}": ("values",)
    }
    assert stack.api is not None
    body = stack.api.responses["BAD_REQUEST_PARAMETERS"].body.replace("$context.error.messageString", '"why"')
    assert json.loads(body)["errors"] == [{"in": "query", "name": "values", "detail": "is required"}]


def test_long_answers_are_compressed(stack: StackResources) -> None:
    assert stack.api is not None
    assert stack.api.minimum_compression == 1024


def test_the_api_is_traced_throttled_and_has_one_stage(template: Template) -> None:
    (stage,) = resolved(template, "AWS::ApiGateway::Stage").values()
    assert stage["Properties"]["TracingEnabled"] is True
    (settings,) = stage["Properties"]["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == ("50", "100")


def test_an_unknown_path_and_an_unsigned_request_are_a_problem_document(stack: StackResources) -> None:
    # API Gateway sends the same for both, so it can't be a 404.
    assert stack.api is not None
    response = stack.api.responses["MISSING_AUTHENTICATION_TOKEN"]
    assert (response.status, response.headers["Content-Type"]) == (403, "'application/problem+json'")
    problem = json.loads(response.body)
    assert problem["status"] == 403
    assert problem["detail"] == "no such route, or the request is not signed (IAM, service execute-api)"


@pytest.mark.parametrize(
    ("kind", "status", "title"),
    [
        ("UNAUTHORIZED", 401, "Unauthorized"),
        ("ACCESS_DENIED", 403, "Forbidden"),
        ("BAD_REQUEST_PARAMETERS", 400, "Bad Request"),
        ("THROTTLED", 429, "Too Many Requests"),
    ],
)
def test_a_refusal_says_what_it_is(stack: StackResources, kind: str, status: int, title: str) -> None:
    assert stack.api is not None
    response = stack.api.responses[kind]
    problem = json.loads(response.body.replace("$context.error.messageString", '"why"'))
    assert (response.status, problem["status"], problem["title"]) == (status, status, title)
    assert response.headers["Content-Type"] == "'application/problem+json'"
    assert response.headers["X-Request-Id"] == "context.requestId"


def test_who_is_throttled_is_told_when_to_come_back(stack: StackResources) -> None:
    assert stack.api is not None
    assert stack.api.responses["THROTTLED"].headers["Retry-After"] == "'1'"
    assert stack.api.throttling == Throttling(rate=50, burst=100)


@pytest.mark.parametrize("kind", ["DEFAULT_4XX", "DEFAULT_5XX"])
def test_whatever_the_gateway_answers_by_itself_is_a_problem_document(stack: StackResources, kind: str) -> None:
    assert stack.api is not None
    response = stack.api.responses[kind]
    assert response.headers["Content-Type"] == "'application/problem+json'"
    # This one variable comes with its quotes ("$context variables for gateway responses", API Gateway guide).
    problem = json.loads(response.body.replace("$context.error.messageString", '"why"'))
    assert {"title", "detail", "instance", "request_id"} == set(problem)


def test_the_sweep_views_and_alerts_run_by_the_clock(stack: StackResources) -> None:
    assert {(schedule.function, schedule.seconds) for schedule in stack.schedules} == {
        ("SweepFunction", 900),
        ("ViewsFunction", 60),
        ("AlertsFunction", 60),
    }


@pytest.mark.parametrize("function", ["Rollup", "Sweep"])
def test_the_shortest_timeout_has_time_to_apply_what_came_late(function: str) -> None:
    """The sweep spends half of its time on that; rollup does it after its batch."""
    assert template_with().translated["Parameters"][f"{function}TimeoutSeconds"]["MinValue"] >= 3 * BEGIN_SECONDS


def test_a_run_of_alerts_ends_before_the_next_begins(stack: StackResources) -> None:
    assert stack.functions["AlertsFunction"].timeout_seconds < 60


def test_runs_that_can_not_begin_do_not_pile_up(template: Template) -> None:
    configured = resolved(template, "AWS::Lambda::EventInvokeConfig")
    assert {
        each["Properties"]["FunctionName"]: each["Properties"]["MaximumEventAgeInSeconds"]
        for each in configured.values()
        if "MaximumEventAgeInSeconds" in each["Properties"]
    } == {"<SweepFunction>": 60, "<ViewsFunction>": 60, "<AlertsFunction>": 60}


@pytest.mark.parametrize(
    "parameters",
    [
        {"AlertWindowMinutes": "2.5"},
        {"AlertWindowMinutes": "16"},
        {"AlertCoolDownMinutes": "0.5"},
        {"AlertCoolDownMinutes": "1441"},
        {"AlertLeastCount": "5.5"},
        {"AlertLeastCount": "4"},
        {"DashboardUrl": "https://dash.example/?a=b"},
        {"DashboardUrl": "https://dash.example/#a"},
    ],
)
def test_what_alerts_can_not_use_is_refused_before_anything_is_deployed(parameters: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        Template(PATH, parameters)


def test_what_alerts_can_use_is_taken() -> None:
    Template(PATH, {"AlertWindowMinutes": "15", "AlertCoolDownMinutes": "1440", "AlertLeastCount": "5"})
    Template(PATH, {"AlertCoolDownMinutes": "1", "AlertLeastCount": "1000", "DashboardUrl": "https://d.example/~a%20b"})


def test_without_dimensions_alerts_do_not_run() -> None:
    template = Template(PATH, {"AlertDimensions": ""})
    rules = resolved(template, "AWS::Events::Rule")
    assert {name: rule["Properties"].get("State", "ENABLED") for name, rule in rules.items()} == {
        "SweepFunctionRate": "ENABLED",
        "ViewsFunctionRate": "ENABLED",
        "AlertsFunctionRate": "DISABLED",
    }


def test_alerts_can_write_nothing_of_the_trends_but_their_own_item(template: Template) -> None:
    writes = [
        (statement["Resource"], statement["Action"], statement["Condition"])
        for role, statement in statements(template)
        if role == "AlertsRole"
        for action in listed(statement["Action"])
        if action.startswith("dynamodb:") and action not in {"dynamodb:GetItem", "dynamodb:Query"}
    ]
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [ALERTS_STATE.bucket]}}
    assert writes == [("<TrendsTable.Arn>", "dynamodb:PutItem", condition)]


def test_only_the_function_publishes_alerts_over_tls_encrypted_at_rest(template: Template) -> None:
    topic = resolved(template, "AWS::SNS::Topic")["AlertsTopic"]
    assert topic["Properties"]["KmsMasterKeyId"] == "alias/aws/sns"
    policy = resolved(template, "AWS::SNS::TopicPolicy")["AlertsTopicPolicy"]
    denied = policy["Properties"]["PolicyDocument"]["Statement"]
    assert [(each["Effect"], each["Principal"], each["Action"]) for each in denied] == [
        ("Deny", "*", "sns:Publish")
    ] * 2
    assert [each["Condition"] for each in denied] == [
        {"ArnNotEquals": {"aws:PrincipalArn": "<AlertsRole.Arn>"}},
        {"Bool": {"aws:SecureTransport": "false"}},
    ]


def test_alerts_go_by_email_to_who_is_named() -> None:
    def subscriptions(email: str) -> list[Mapping[str, Json]]:
        data, _ = Template(PATH, {"AlertEmail": email}).data_template()
        return [each["Properties"] for each in data["Resources"].values() if each["Type"] == "AWS::SNS::Subscription"]

    assert subscriptions("") == []
    (subscription,) = subscriptions("someone@example.com")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", {"Ref": "AlertEmail"})
    assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": ["UndeliveredAlertsQueue", "Arn"]}}


def test_what_can_not_be_delivered_is_kept_encrypted_and_comes_from_the_topic_alone(template: Template) -> None:
    (queue,) = resolved(template, "AWS::SQS::Queue").values()
    assert queue["Properties"] == {"MessageRetentionPeriod": 14 * 86_400, "SqsManagedSseEnabled": True}
    (policy,) = resolved(template, "AWS::SQS::QueuePolicy").values()
    allowed, denied = policy["Properties"]["PolicyDocument"]["Statement"]
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": "<AlertsTopic.TopicArn>"}}
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.fixture(scope="module")
def archiving() -> Template:
    """The template with the archive switched on."""
    return Template(PATH, {"Archive": "true", "ArchiveRetentionDays": "400"})


def test_without_the_archive_nothing_of_it_is_made(template: Template, stack: StackResources) -> None:
    assert "ArchiveFunction" not in stack.functions
    for kind in ("AWS::S3::Bucket", "AWS::IAM::Role", "AWS::Logs::LogGroup", "AWS::S3::BucketPolicy"):
        assert not [name for name in resolved(template, kind) if name.startswith("Archive")]


def test_the_archive_is_private_encrypted_kept_with_the_stack_and_expires(archiving: Template) -> None:
    bucket = resolved(archiving, "AWS::S3::Bucket")["ArchiveBucket"]
    failed_events = resolved(archiving, "AWS::S3::Bucket")["FailedEventsBucket"]["Properties"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
    for name in ("BucketEncryption", "OwnershipControls", "PublicAccessBlockConfiguration"):
        assert bucket["Properties"][name] == failed_events[name]
    # What is erased must be gone: no old version keeps it.
    assert "VersioningConfiguration" not in bucket["Properties"]
    rules = {
        rule["Id"]: rule.get("ExpirationInDays") for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    }
    assert rules == {"expire": "400", "abandon-uploads": None}
    (statement,) = resolved(archiving, "AWS::S3::BucketPolicy")["ArchiveBucketPolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_archive_function_may_read_the_stream_and_write_the_archive(archiving: Template) -> None:
    actions = {
        action: resource
        for role, each in statements(archiving)
        if role == "ArchiveRole"
        for action in listed(each["Action"])
        for resource in listed(each["Resource"])
    }
    assert {name: where for name, where in actions.items() if name.startswith(("s3:", "dynamodb:"))} == {
        "s3:PutObject": "<ArchiveBucket.Arn>/*",
        "s3:ListBucket": "<ArchiveBucket.Arn>",
    }
    assert {where for name, where in actions.items() if name.startswith("kinesis:")} == {"<EventStream.Arn>"}


def test_the_archive_gives_nothing_up_but_into_itself(archiving: Template) -> None:
    mapping = resolved(archiving, "AWS::Lambda::EventSourceMapping")["ArchiveFunctionStream"]["Properties"]
    assert int(mapping["MaximumRecordAgeInSeconds"]) == 23 * 3600
    assert mapping["MaximumRetryAttempts"] == -1
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": "<ArchiveBucket.Arn>"}}
    assert mapping["StartingPosition"] == "TRIM_HORIZON"


def test_a_stack_that_uses_rebuilt_tables_leaves_its_own_alone() -> None:
    stream = "arn:aws:dynamodb:us-east-1:123456789012:table/penstock-rebuilt-log/stream/2026"
    of_trends = stream.replace("-log", "-trends")
    template = Template(
        PATH,
        {
            "RebuiltTables": "penstock-rebuilt",
            "RebuiltLogStreamArn": stream,
            "RebuiltTrendsStreamArn": of_trends,
        },
    )
    own = re.compile(r"<(PaneLogTable|TrendsTable)[.>]")
    for kind in (
        "AWS::Lambda::Function",
        "AWS::IAM::Role",
        "AWS::Lambda::EventSourceMapping",
        "AWS::CloudWatch::Alarm",
    ):
        for name, resource in resolved(template, kind).items():
            assert not own.search(json.dumps(resource)), name
    mapping = resolved(template, "AWS::Lambda::EventSourceMapping")["RollupFunctionLog"]["Properties"]
    assert mapping["EventSourceArn"] == stream
    mapping = resolved(template, "AWS::Lambda::EventSourceMapping")["ViewsFunctionNotes"]["Properties"]
    assert mapping["EventSourceArn"] == of_trends
    variables = resolved(template, "AWS::Lambda::Function")["RollupFunction"]["Properties"]["Environment"]["Variables"]
    assert (variables["LOG_TABLE"], variables["TRENDS_TABLE"]) == tuple(Names.of("penstock-rebuilt"))


def test_outputs_are_what_a_client_needs(stack: StackResources) -> None:
    assert set(stack.outputs) == {
        "StreamName",
        "StreamArn",
        "ApiUrl",
        "FailedEventsBucketName",
        "TrendsTableName",
        "PaneLogTableName",
        "RedriveFunctionName",
        "AlarmsTopicArn",
        "AlertsTopicArn",
        "UndeliveredAlertsQueueArn",
    }


def test_parameters_are_described_constrained_and_grouped() -> None:
    translated = template_with().translated
    for name, parameter in translated["Parameters"].items():
        assert parameter["Description"], name
        assert {"AllowedValues", "AllowedPattern", "MinValue"} & set(parameter), name
        assert "Default" in parameter, name
    groups = translated["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(translated["Parameters"])


def test_nothing_uses_what_cloudformation_does_not_read() -> None:
    # Aliases and anchors are YAML, and CloudFormation refuses them.
    assert not re.search(r"(^|\s)[&*][A-Za-z]\w*(\s|$)", PATH.read_text())
