"""AWS Lambda, row by row, with boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from zipfile import ZipFile, ZipInfo

import pytest

from tests.cloud.real.across import Across, crossed
from tests.cloud.real.harness import Need, Row, World, a_world, check, without_entry

HERE = "arn:aws:lambda:us-east-1:111122223333"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
)


def _zip() -> bytes:
    """Pack a function that says hello; the same bytes every time."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr(ZipInfo("index.py"), "def handler(event, context):\n    return 'hello'\n")
    return packed.getvalue()


CODE = _zip()
MADE = {"Runtime": "python3.13", "Handler": "index.handler", "Code": {"ZipFile": CODE}}


def a_role(world: World) -> Mapping[str, Any]:
    """Make an execution role, and give the name of a function that does not exist."""
    role, name = world.name("role"), world.name("function")
    arn = world.admin("iam").create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    return {"role": arn, "name": name, "arn": f"{HERE}:function:{name}"}


def a_function(world: World) -> Mapping[str, Any]:
    """Make a function with a tag, a version, an alias and a statement in its policy."""
    made, functions = a_role(world), world.admin("lambda")
    name = made["name"]
    functions.create_function(FunctionName=name, Role=made["role"], Tags={"team": "red"}, **MADE)
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)
    functions.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    functions.add_permission(
        FunctionName=name, StatementId="first", Action="lambda:GetPolicy", Principal="444455556666"
    )
    return {**made, "version": version}


def a_url(world: World) -> Mapping[str, Any]:
    """Make a function with a URL."""
    made = a_function(world)
    world.admin("lambda").create_function_url_config(FunctionName=made["name"], AuthType="AWS_IAM")
    return made


def a_layer(world: World) -> Mapping[str, Any]:
    """Make a layer with one version and a statement in its policy, beside a role and a function."""
    layer, functions = world.name("layer"), world.admin("lambda")
    made = functions.publish_layer_version(LayerName=layer, Content={"ZipFile": CODE})
    functions.add_layer_version_permission(
        LayerName=layer, VersionNumber=1, StatementId="first", Action="lambda:GetLayerVersion", Principal="444455556666"
    )
    return {
        **a_function(world),
        "layer": layer,
        "layer_arn": made["LayerArn"],
        "layer_version": f"{made['LayerArn']}:1",
    }


def a_new_function_in_a_vpc(world: World) -> Mapping[str, Any]:
    """Find the default VPC's first subnet and its security group."""
    ec2 = world.admin("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    found = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}])
    return {
        **a_role(world),
        "subnet": subnet["SubnetId"],
        "vpc": subnet["VpcId"],
        "group": found["SecurityGroups"][0]["GroupId"],
    }


def a_mapping(world: World) -> Mapping[str, Any]:
    """Send a queue's messages to a function; make another function, and another queue."""
    made, functions, sqs = a_function(world), world.admin("lambda"), world.admin("sqs")
    queues = [world.name("queue"), world.name("queue")]
    for queue in queues:
        sqs.create_queue(QueueName=queue)
    first, second = (f"arn:aws:sqs:us-east-1:111122223333:{queue}" for queue in queues)
    mapping = functions.create_event_source_mapping(FunctionName=made["name"], EventSourceArn=first)["UUID"]
    another = a_function(world)
    return {
        **made,
        "queue": second,
        "uuid": mapping,
        "mapping": f"{HERE}:event-source-mapping:{mapping}",
        "second": another["name"],
        "second_arn": another["arn"],
    }


RED = {"aws:ResourceTag/team": "red"}
NEW_TAG = {"aws:RequestTag/team": "blue", "aws:TagKeys": ["team"]}
PASSED = {"iam:PassedToService": "lambda.amazonaws.com"}
ON, NAMED = {"FunctionName": "{name}"}, {"FunctionName": "{name}", "Name": "live"}


def on_function(operation: str, parameters: Mapping[str, Any] | None = None, action: str = "", **more: Any) -> Row:
    """Write the entry of an operation that needs one action on a function with a tag, or on a version of it."""
    need = Need(f"lambda:{action or operation}", "{arn}" + more.pop("below", ""), {**RED, **more.pop("keys", {})})
    return Row("lambda", operation, {**ON, **(parameters or {})}, (need,), more.pop("prepare", a_function), **more)


def on_layer(operation: str, parameters: Mapping[str, Any], below: str = "", **more: Any) -> Row:
    """Write the entry of an operation on a layer, or on its version."""
    return Row("lambda", operation, parameters, (Need(f"lambda:{operation}", "{layer_arn}" + below),), a_layer, **more)


def on_mapping(operation: str, parameters: Mapping[str, Any], *functions: str) -> Row:
    """Write the entry of an operation on a mapping, which policies know by its functions."""
    needs = tuple(Need(f"lambda:{operation}", "{mapping}", {"lambda:FunctionArn": each}) for each in functions)
    return Row("lambda", operation, {"UUID": "{uuid}", **parameters}, needs, a_mapping)


VERSION = {"LayerName": "{layer}", "VersionNumber": 1}
OF_ALIAS = {"Qualifier": "live"}
URL = {"lambda:FunctionArn": "{arn}", "lambda:FunctionUrlAuthType": "AWS_IAM"}
FUNCTIONS = (
    Row(
        "lambda",
        "CreateFunction",
        {**ON, "Role": "{role}", **MADE},
        (Need("lambda:CreateFunction", "{arn}"), Need("iam:PassRole", "{role}", PASSED)),
        a_role,
    ),
    Row(
        "lambda",
        "CreateFunction",
        {**ON, "Role": "{role}", **MADE, "Tags": {"team": "blue"}},
        (
            Need("lambda:CreateFunction", "{arn}", {**NEW_TAG, "aws:ResourceTag/team": "blue"}),
            Need("lambda:TagResource", "{arn}", NEW_TAG),
            Need("iam:PassRole", "{role}", PASSED),
        ),
        a_role,
        note="tagged",
    ),
    Row(
        "lambda",
        "CreateFunction",
        {"FunctionName": "{name}-2", "Role": "{role}", **MADE, "Layers": ["{layer_version}"]},
        (
            Need("lambda:CreateFunction", "{arn}-2", {"lambda:Layer": ["{layer_version}"]}),
            Need("lambda:GetLayerVersion", "{layer_version}"),
            Need("iam:PassRole", "{role}", PASSED),
        ),
        a_layer,
        note="layer",
    ),
    Row(
        "lambda",
        "CreateFunction",
        {**ON, "Role": "{role}", **MADE, "VpcConfig": {"SubnetIds": ["{subnet}"], "SecurityGroupIds": ["{group}"]}},
        (
            Need(
                "lambda:CreateFunction",
                "{arn}",
                {"lambda:SubnetIds": ["{subnet}"], "lambda:SecurityGroupIds": ["{group}"], "lambda:VpcIds": ["{vpc}"]},
            ),
            Need("iam:PassRole", "{role}", PASSED),
        ),
        a_new_function_in_a_vpc,
        note="vpc",
    ),
    on_function("UpdateFunctionConfiguration", {"MemorySize": 256}),
    Row(
        "lambda",
        "UpdateFunctionConfiguration",
        {**ON, "Role": "{role}", "Layers": ["{layer_version}"]},
        (
            Need("lambda:UpdateFunctionConfiguration", "{arn}", {**RED, "lambda:Layer": ["{layer_version}"]}),
            Need("lambda:GetLayerVersion", "{layer_version}"),
            Need("iam:PassRole", "{role}", PASSED),
        ),
        a_layer,
        note="role",
    ),
    on_function("UpdateFunctionCode", {"ZipFile": CODE}),
    on_function("GetFunction"),
    on_function("GetFunction", OF_ALIAS, below=":live", note="alias"),
    on_function("GetFunction", {"FunctionName": "{account}:function:{name}"}, note="partial-arn"),
    on_function("GetFunctionConfiguration", {"FunctionName": "{arn}"}, note="arn"),
    Row(
        "lambda",
        "GetFunction",
        ON,
        (Need("lambda:GetFunction", "{arn}"),),
        a_role,
        "ResourceNotFoundException",
        "unknown",
    ),
    on_function("Invoke", None, "InvokeFunction"),
    on_function("Invoke", OF_ALIAS, "InvokeFunction", below=":live", note="alias"),
    on_function("DeleteFunction"),
    on_function("PublishVersion"),
    on_function("ListVersionsByFunction"),
    on_function("CreateAlias", {"Name": "next", "FunctionVersion": "{version}"}),
    on_function("GetAlias", NAMED),
    on_function("UpdateAlias", {**NAMED, "Description": "what is live"}),
    on_function("DeleteAlias", NAMED),
    on_function("ListAliases"),
    on_function(
        "AddPermission",
        {"StatementId": "second", "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"},
        keys={"lambda:Principal": "sns.amazonaws.com"},
    ),
    on_function("RemovePermission", {"StatementId": "first"}),
    on_function("GetPolicy"),
    on_function("PutFunctionConcurrency", {"ReservedConcurrentExecutions": 1}),
    on_function("GetFunctionConcurrency"),
    on_function("DeleteFunctionConcurrency"),
    on_function("PutFunctionEventInvokeConfig", {"MaximumRetryAttempts": 0}),
    on_function("GetFunctionEventInvokeConfig"),
    on_function("UpdateFunctionEventInvokeConfig", {"MaximumRetryAttempts": 0}),
    on_function("DeleteFunctionEventInvokeConfig"),
    on_function("ListFunctionEventInvokeConfigs"),
    on_function("CreateFunctionUrlConfig", {"AuthType": "AWS_IAM"}, keys=URL),
    on_function("GetFunctionUrlConfig", prepare=a_url, keys=URL),
    on_function("UpdateFunctionUrlConfig", {"AuthType": "NONE"}, prepare=a_url,
                keys={**URL, "lambda:FunctionUrlAuthType": "NONE"}),
    on_function("DeleteFunctionUrlConfig", prepare=a_url, keys=URL),
    on_function("GetFunctionCodeSigningConfig"),
    *(
        Row(
            "lambda",
            operation,
            {"Resource": "{arn}", **more},
            (Need(f"lambda:{operation}", "{arn}", {**RED, **keys}),),
            a_function,
        )
        for operation, more, keys in (
            ("ListTags", {}, {}),
            ("TagResource", {"Tags": {"team": "blue"}}, NEW_TAG),
            ("UntagResource", {"TagKeys": ["team"]}, {"aws:TagKeys": ["team"]}),
        )
    ),
    Row("lambda", "ListFunctions", {}, (Need("lambda:ListFunctions"),)),
)  # fmt: skip
LAYERS = (
    on_layer("PublishLayerVersion", {"LayerName": "{layer}", "Content": {"ZipFile": CODE}}),
    on_layer("GetLayerVersion", VERSION, ":1"),
    on_layer("DeleteLayerVersion", VERSION, ":1"),
    on_layer(
        "AddLayerVersionPermission",
        {**VERSION, "StatementId": "second", "Action": "lambda:GetLayerVersion", "Principal": "{other}"},
        ":1",
    ),
    on_layer("GetLayerVersionPolicy", VERSION, ":1"),
    on_layer("RemoveLayerVersionPermission", {**VERSION, "StatementId": "first"}, ":1"),
    Row("lambda", "ListLayerVersions", {"LayerName": "{layer}"}, (Need("lambda:ListLayerVersions"),), a_layer),
    Row("lambda", "ListLayers", {}, (Need("lambda:ListLayers"),)),
)
MAPPINGS = (
    Row(
        "lambda",
        "CreateEventSourceMapping",
        {"FunctionName": "{second}", "EventSourceArn": "{queue}"},
        (Need("lambda:CreateEventSourceMapping", "*", {"lambda:FunctionArn": "{second_arn}"}),),
        a_mapping,
    ),
    on_mapping("GetEventSourceMapping", {}, "{arn}"),
    on_mapping("UpdateEventSourceMapping", {"BatchSize": 5}, "{arn}"),
    on_mapping("UpdateEventSourceMapping", {"FunctionName": "{second}"}, "{arn}", "{second_arn}"),
    on_mapping("DeleteEventSourceMapping", {}, "{arn}"),
    Row("lambda", "ListEventSourceMappings", {}, (Need("lambda:ListEventSourceMappings"),)),
)
SIGNING = f"{HERE}:code-signing-config:csc-0123456789abcdef0"
# moto does not know these: who is allowed learns that.
NOT_BUILT = (
    on_function("InvokeWithResponseStream", None, "InvokeFunction", ends="NotModelled"),
    Row(
        "lambda",
        "GetLayerVersionByArn",
        {"Arn": "{layer_version}"},
        (Need("lambda:GetLayerVersion", "{layer_version}"),),
        a_layer,
        ends="NotModelled",
    ),
    *(
        on_function(f"{verb}ProvisionedConcurrencyConfig", {**OF_ALIAS, **more}, below=":live", ends="NotModelled")
        for verb, more in (("Get", {}), ("Put", {"ProvisionedConcurrentExecutions": 1}), ("Delete", {}))
    ),
    Row(
        "lambda",
        "PutFunctionCodeSigningConfig",
        {**ON, "CodeSigningConfigArn": SIGNING},
        (
            Need("lambda:PutFunctionCodeSigningConfig", "{arn}", {"lambda:CodeSigningConfigArn": SIGNING}),
            Need("lambda:PutFunctionCodeSigningConfig", SIGNING),
        ),
        a_function,
        ends="NotModelled",
    ),
)
ROWS = (*FUNCTIONS, *LAYERS, *MAPPINGS, *NOT_BUILT)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all rows."""
    yield from a_world()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(world: World, row: Row) -> None:
    """Who lacks one need is refused and changes nothing; who has exactly the needs succeeds."""
    check(world, row)


def test_every_row_has_an_entry() -> None:
    """A row that nobody tries may be wrong."""
    assert not without_entry("lambda", ROWS)


def test_a_function_of_another_account(world: World) -> None:
    """E15: the function's policy, a statement at a time, and the caller's own must both allow."""
    made = a_function(world)

    def let_in(_: str) -> None:
        world.admin("lambda").add_permission(
            FunctionName=made["name"], StatementId="abroad", Action="lambda:InvokeFunction", Principal="444455556666"
        )

    invoke = Across("lambda", "invoke", {"FunctionName": made["arn"]}, "lambda:InvokeFunction", made["arn"])
    assert crossed(world, invoke, let_in)["Payload"].read() == b'"hello"'


def test_a_layer_of_another_account(world: World) -> None:
    """E15: a layer's version has a policy of its own ("Granting layer access to other accounts")."""
    made = a_layer(world)

    def let_in(_: str) -> None:
        functions = world.admin("lambda")
        functions.remove_layer_version_permission(LayerName=made["layer"], VersionNumber=1, StatementId="first")
        functions.add_layer_version_permission(
            LayerName=made["layer"], VersionNumber=1, StatementId="all", Action="lambda:GetLayerVersion", Principal="*"
        )

    world.admin("lambda").remove_layer_version_permission(LayerName=made["layer"], VersionNumber=1, StatementId="first")
    world.admin("lambda").add_layer_version_permission(
        LayerName=made["layer"], VersionNumber=1, StatementId="first", Action="lambda:GetLayerVersion",
        Principal="*", OrganizationId="o-example",
    )  # fmt: skip
    version = {"LayerName": made["layer_arn"], "VersionNumber": 1}
    get = Across("lambda", "get_layer_version", version, "lambda:GetLayerVersion", made["layer_version"])
    assert crossed(world, get, let_in)["Version"] == 1
