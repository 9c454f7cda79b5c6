"""What each operation of Amazon DynamoDB needs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from iamkit.cloud.actions.dynamodb import NOT_MODELLED
from iamkit.cloud.calls import Call, NotModelled, ServiceError
from tests.cloud.actions.world import (
    ACCOUNT,
    OTHER,
    Case,
    Context,
    FakeResources,
    Need,
    any_call,
    asked,
    check_any,
    check_coverage,
    ids,
)

TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Scores"
INDEX = f"{TABLE}/index/ByGame"
USERS = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Users"
SHARED = f"arn:aws:dynamodb:us-east-1:{OTHER}:table/Shared"
RESOURCES = FakeResources(partition_keys={TABLE: "UserId", INDEX: "Game", USERS: "Name"})
KEY = {"UserId": {"S": "alice"}, "Level": {"N": "3"}}
OTHERS = {"UserId": {"S": "bob"}, "Level": {"N": "1"}}
ALICE: Context = {"dynamodb:LeadingKeys": ("alice",)}
BOTH: Context = {"dynamodb:LeadingKeys": ("alice", "bob"), "dynamodb:Attributes": ("UserId", "Level")}
ALL: Context = {"dynamodb:Select": "ALL_ATTRIBUTES"}
SOME: Context = {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
TAGS = [{"Key": "team", "Value": "red"}]
TAGGED: Context = {"aws:RequestTag/team": "red", "aws:TagKeys": ("team",)}
FINE = "Developer Guide, Using IAM policy conditions for fine-grained access control"
API = "Developer Guide, DynamoDB API permissions"
TRANSACTIONS = "Developer Guide, Using IAM with DynamoDB transactions"
PARTIQL = "Developer Guide, IAM security policies with PartiQL for DynamoDB"


def keyed(*names: str) -> Context:
    """Expect alice's items and these attributes."""
    return {**ALICE, "dynamodb:Attributes": names}


CASES = [
    Case("ListTables", {}, (Need("dynamodb:ListTables"),), API),
    Case("DescribeTable", {"TableName": "Scores"}, (Need("dynamodb:DescribeTable", TABLE),), API),
    Case("DescribeTable", {"TableName": SHARED}, (Need("dynamodb:DescribeTable", SHARED, {}, OTHER),), API),
    Case(
        "CreateTable",
        {"TableName": "Scores", "Tags": TAGS, "ResourcePolicy": "{}"},
        (
            Need("dynamodb:CreateTable", TABLE, TAGGED),
            Need("dynamodb:TagResource", TABLE, TAGGED),
            Need("dynamodb:PutResourcePolicy", TABLE),
        ),
        "Developer Guide, Tagging resources in DynamoDB",
    ),
    Case("TagResource", {"ResourceArn": TABLE, "Tags": TAGS}, (Need("dynamodb:TagResource", TABLE, TAGGED),), API),
    Case(
        "GetItem",
        {"TableName": "Scores", "Key": KEY},
        (Need("dynamodb:GetItem", TABLE, {**keyed("UserId", "Level"), **ALL}),),
        FINE,
    ),
    Case(
        "GetItem",
        {
            "TableName": "Scores",
            "Key": KEY,
            "ProjectionExpression": "#t, wins.total",
            "ExpressionAttributeNames": {"#t": "Top"},
            "ReturnConsumedCapacity": "TOTAL",
        },
        (
            Need(
                "dynamodb:GetItem",
                TABLE,
                {**keyed("UserId", "Level", "Top", "wins"), **SOME, "dynamodb:ReturnConsumedCapacity": "TOTAL"},
            ),
        ),
        FINE,
    ),
    Case(
        "PutItem",
        {"TableName": "Scores", "Item": {**KEY, "Top": {"N": "9"}}, "ReturnValues": "ALL_OLD"},
        (Need("dynamodb:PutItem", TABLE, {**keyed("UserId", "Level", "Top"), "dynamodb:ReturnValues": "ALL_OLD"}),),
        FINE,
    ),
    Case(
        "UpdateItem",
        {
            "TableName": "Scores",
            "Key": KEY,
            "UpdateExpression": "SET Top = :t REMOVE #o",
            "ConditionExpression": "attribute_exists(wins)",
            "ExpressionAttributeNames": {"#o": "old"},
            "ExpressionAttributeValues": {":t": {"N": "9"}},
        },
        (Need("dynamodb:UpdateItem", TABLE, keyed("UserId", "Level", "wins", "Top", "old")),),
        FINE,
    ),
    Case(
        "DeleteItem",
        {"TableName": "Scores", "Key": KEY},
        (Need("dynamodb:DeleteItem", TABLE, keyed("UserId", "Level")),),
        FINE,
    ),
    Case(
        "Query",
        {
            "TableName": "Scores",
            "KeyConditionExpression": "#u = :u",
            "ExpressionAttributeNames": {"#u": "UserId"},
            "ExpressionAttributeValues": {":u": {"S": "alice"}},
        },
        (Need("dynamodb:Query", TABLE, {**keyed("UserId"), **ALL}),),
        FINE,
    ),
    Case(
        "Query",
        {
            "TableName": "Scores",
            "IndexName": "ByGame",
            "KeyConditionExpression": "Game = :g",
            "ExpressionAttributeValues": {":g": {"S": "chess"}},
        },
        (
            Need(
                "dynamodb:Query",
                INDEX,
                {
                    "dynamodb:LeadingKeys": ("chess",),
                    "dynamodb:Attributes": ("Game",),
                    "dynamodb:Select": "ALL_PROJECTED_ATTRIBUTES",
                },
            ),
        ),
        API,
    ),
    Case(
        "Query",
        {
            "TableName": "Scores",
            "KeyConditions": {"UserId": {"AttributeValueList": [{"S": "alice"}], "ComparisonOperator": "EQ"}},
            "AttributesToGet": ["Top"],
        },
        (Need("dynamodb:Query", TABLE, {**ALICE, "dynamodb:Attributes": ("Top", "UserId"), **SOME}),),
        FINE,
    ),
    Case("Scan", {"TableName": "Scores"}, (Need("dynamodb:Scan", TABLE, ALL),), FINE),
    Case(
        "Scan",
        {"TableName": "Scores", "IndexName": "ByGame", "Select": "COUNT", "FilterExpression": "Top > :x"},
        (Need("dynamodb:Scan", INDEX, {"dynamodb:Attributes": ("Top",), "dynamodb:Select": "COUNT"}),),
        FINE,
    ),
    Case(
        "BatchGetItem",
        {"RequestItems": {"Scores": {"Keys": [KEY, OTHERS]}, "Users": {"Keys": [{"Name": {"S": "x"}}]}}},
        (
            Need("dynamodb:BatchGetItem", TABLE, {**BOTH, **ALL}),
            Need(
                "dynamodb:BatchGetItem",
                USERS,
                {"dynamodb:LeadingKeys": ("x",), "dynamodb:Attributes": ("Name",), **ALL},
            ),
        ),
        API,
    ),
    Case(
        "BatchWriteItem",
        {"RequestItems": {"Scores": [{"PutRequest": {"Item": KEY}}, {"DeleteRequest": {"Key": OTHERS}}]}},
        (Need("dynamodb:BatchWriteItem", TABLE, BOTH),),
        API,
    ),
    Case(
        "TransactGetItems",
        {"TransactItems": [{"Get": {"TableName": "Scores", "Key": KEY}}]},
        (
            Need(
                "dynamodb:GetItem",
                TABLE,
                {**keyed("UserId", "Level"), **ALL, "dynamodb:EnclosingOperation": "TransactGetItems"},
            ),
        ),
        TRANSACTIONS,
    ),
    Case(
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {"TableName": "Scores", "Item": KEY}},
                {"Update": {"TableName": "Scores", "Key": KEY, "UpdateExpression": "SET Top = :t"}},
                {"Delete": {"TableName": "Users", "Key": {"Name": {"S": "x"}}}},
                {"ConditionCheck": {"TableName": "Scores", "Key": KEY, "ConditionExpression": "Top > :t"}},
            ]
        },
        tuple(
            Need(action, arn, {**context, "dynamodb:EnclosingOperation": "TransactWriteItems"})
            for action, arn, context in (
                ("dynamodb:PutItem", TABLE, keyed("UserId", "Level")),
                ("dynamodb:UpdateItem", TABLE, keyed("UserId", "Level", "Top")),
                (
                    "dynamodb:DeleteItem",
                    USERS,
                    {"dynamodb:LeadingKeys": ("x",), "dynamodb:Attributes": ("Name",)},
                ),
                ("dynamodb:ConditionCheckItem", TABLE, keyed("UserId", "Level", "Top")),
            )
        ),
        TRANSACTIONS,
    ),
    Case(
        "ExecuteStatement",
        {"Statement": "SELECT Top FROM Scores WHERE UserId = ?", "Parameters": [{"S": "alice"}]},
        (
            Need(
                "dynamodb:PartiQLSelect",
                TABLE,
                {**ALICE, "dynamodb:Attributes": ("Top", "UserId"), **SOME, "dynamodb:FullTableScan": "false"},
            ),
        ),
        PARTIQL,
    ),
    Case(
        "ExecuteStatement",
        {"Statement": 'SELECT * FROM "Scores"."ByGame"'},
        (Need("dynamodb:PartiQLSelect", INDEX, {**ALL, "dynamodb:FullTableScan": "true"}),),
        PARTIQL,
    ),
    Case(
        "BatchExecuteStatement",
        {
            "Statements": [
                {"Statement": "INSERT INTO Scores VALUE {'UserId': 'alice'}"},
                {"Statement": "DELETE FROM Users WHERE Name = 'x'"},
            ]
        },
        (
            Need("dynamodb:PartiQLInsert", TABLE, keyed("UserId")),
            Need(
                "dynamodb:PartiQLDelete",
                USERS,
                {"dynamodb:LeadingKeys": ("x",), "dynamodb:Attributes": ("Name",)},
            ),
        ),
        PARTIQL,
    ),
    Case(
        "ExecuteTransaction",
        {"TransactStatements": [{"Statement": "UPDATE Scores SET Top = '1' WHERE UserId = 'alice'"}]},
        (
            Need(
                "dynamodb:PartiQLUpdate",
                TABLE,
                {**keyed("Top", "UserId"), "dynamodb:EnclosingOperation": "ExecuteTransaction"},
            ),
        ),
        PARTIQL,
    ),
    Case(
        "DescribeBackup",
        {"BackupArn": f"{TABLE}/backup/1"},
        (Need("dynamodb:DescribeBackup", f"{TABLE}/backup/1"),),
        API,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_operation_needs(case: Case) -> None:
    """The operation needs what AWS documents, no more and no less."""
    assert asked("dynamodb", case.operation, case.parameters, RESOURCES) == case.needs, case.source


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetItem", {"Key": KEY}),
        ("GetItem", {"TableName": "Scores/index/ByGame", "Key": KEY}),
        ("GetItem", {"TableName": INDEX, "Key": KEY}),
        ("GetItem", {"TableName": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/Scores", "Key": KEY}),
        ("Query", {"TableName": "Scores", "IndexName": "a/b"}),
        ("BatchGetItem", {"RequestItems": {}}),
        ("TransactGetItems", {"TransactItems": []}),
        ("DescribeBackup", {"BackupArn": TABLE}),
        ("ExecuteStatement", {"Statement": 'DELETE FROM "Scores"."ByGame" WHERE UserId = 1'}),
    ],
)
def test_what_dynamodb_would_not_take_is_refused(operation: str, parameters: dict[str, Any]) -> None:
    """Names that would be another resource's, other regions, and calls that name nothing."""
    with pytest.raises(ServiceError) as caught:
        asked("dynamodb", operation, parameters, RESOURCES)
    assert caught.value.code == "ValidationException"


def test_tables_of_several_accounts_are_not_modelled() -> None:
    """The call is executed in one account, so that no other can have allowed it."""
    both = {"Scores": {"Keys": [KEY]}, SHARED: {"Keys": [KEY]}}
    with pytest.raises(NotModelled, match="several accounts"):
        asked("dynamodb", "BatchGetItem", {"RequestItems": both}, RESOURCES)


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE Scores SET Top = '1' WHERE Level = 3",
        "INSERT INTO Scores VALUE {'m': {'UserId': 'alice'}}",
        "DELETE FROM Scores WHERE UserId = 'alice' OR UserId = 'bob'",
    ],
)
def test_change_of_no_one_item_is_not_modelled(text: str) -> None:
    """A change that does not pin its item would have no LeadingKeys, which some policies allow."""
    with pytest.raises(NotModelled):
        asked("dynamodb", "ExecuteStatement", {"Statement": text}, RESOURCES)


@pytest.mark.parametrize("name", ["*", "a?b", "ünï", "${x}"])
def test_names_stay_as_they_are(name: str) -> None:
    """Wildcards and variables in a name are text."""
    arn = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{name}"
    assert asked("dynamodb", "DescribeTable", {"TableName": name}) == (Need("dynamodb:DescribeTable", arn),)


def test_every_operation_has_a_row_or_is_listed() -> None:
    """Nothing falls between the table and the list of what is not modelled."""
    check_coverage("dynamodb", NOT_MODELLED)


@given(made=any_call("dynamodb"))
def test_any_call_is_refused_or_needs_known_actions(made: Call) -> None:
    """No parameters lead to nothing needed, to an unknown action or to an ARN of another type."""
    check_any(made, RESOURCES)
