"""Amazon DynamoDB, row by row, with boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.cloud.real.across import Across, crossed, refused, stranger
from tests.cloud.real.harness import Need, Row, World, a_world, check, without_entry

HERE = "arn:aws:dynamodb:us-east-1:111122223333"
SCHEMA: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "song", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("artist", "song", "label")],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-label",
            "KeySchema": [{"AttributeName": "label", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
KEY = {"artist": {"S": "Miriam"}, "song": {"S": "Pata Pata"}}
ITEM = {**KEY, "label": {"S": "Reprise"}, "year": {"N": "1967"}}
OTHER = {"artist": {"S": "Caetano"}, "song": {"S": "Alegria"}}


def a_table(world: World) -> Mapping[str, Any]:
    """Make a table with an index, a tag and an item."""
    tables, name = world.admin("dynamodb"), world.name("songs")
    tables.create_table(TableName=name, Tags=[{"Key": "team", "Value": "red"}], **SCHEMA)
    tables.put_item(TableName=name, Item=ITEM)
    return {"table": name, "arn": f"{HERE}:table/{name}"}


def two_tables(world: World) -> Mapping[str, Any]:
    """Make another table beside."""
    second = a_table(world)
    return {**a_table(world), "second": second["table"], "second_arn": second["arn"]}


def a_name(world: World) -> Mapping[str, Any]:
    """Give the name of a table that does not exist, and a policy for it."""
    name = world.name("songs")
    return {"table": name, "arn": f"{HERE}:table/{name}", "policy": policy_of(f"{HERE}:table/{name}")}


def a_policy(world: World) -> Mapping[str, Any]:
    """Make a table with a resource-based policy."""
    made = a_table(world)
    world.admin("dynamodb").put_resource_policy(ResourceArn=made["arn"], Policy=policy_of(made["arn"]))
    return {**made, "policy": policy_of(made["arn"])}


def a_backup(world: World) -> Mapping[str, Any]:
    """Make a backup of a table."""
    made = a_table(world)
    backup = world.admin("dynamodb").create_backup(TableName=made["table"], BackupName="first")
    return {**made, "backup": backup["BackupDetails"]["BackupArn"]}


def policy_of(arn: str) -> str:
    """Write a policy that lets another account read."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
        "Action": "dynamodb:GetItem",
        "Resource": arn,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


RED = {"aws:ResourceTag/team": "red"}
NEW_TAG = {"aws:RequestTag/team": "blue", "aws:TagKeys": ["team"]}
TAGS = [{"Key": "team", "Value": "blue"}]
ON, RESOURCE = {"TableName": "{table}"}, {"ResourceArn": "{arn}"}


def keys(leading: str = "", *attributes: str, **more: str) -> dict[str, Any]:
    """Name condition keys of an operation on items."""
    found: dict[str, Any] = {f"dynamodb:{key}": value for key, value in more.items()}
    if leading:
        found["dynamodb:LeadingKeys"] = [leading]
    if attributes:
        found["dynamodb:Attributes"] = [*attributes]
    return found


def on_table(operation: str, parameters: Mapping[str, Any] | None = None, action: str = "", **more: Any) -> Row:
    """Write the entry of an operation that needs one action on a table with a tag, or below it."""
    need = Need(f"dynamodb:{action or operation}", "{arn}" + more.pop("below", ""), {**RED, **more.pop("keys", {})})
    given = {**ON, **(parameters or {})} if more.pop("by_name", True) else parameters or {}
    return Row("dynamodb", operation, given, (need,), more.pop("prepare", a_table), **more)


def part(action: str, arn: str, enclosing: str, *attributes: str, **more: str) -> Need:
    """Expect one part of a transaction."""
    return Need(f"dynamodb:{action}", arn, keys("Miriam", *attributes, EnclosingOperation=enclosing, **more))


NAMES = {"ExpressionAttributeNames": {"#y": "year"}}
YEAR = {":y": {"N": "1967"}}
SPECIFIC, EVERY = {"Select": "SPECIFIC_ATTRIBUTES"}, {"Select": "ALL_ATTRIBUTES"}
OF_ARTIST = {"KeyConditionExpression": "artist = :a", "ExpressionAttributeValues": {":a": {"S": "Miriam"}}}
OF_LABEL = {"KeyConditionExpression": "label = :l", "ExpressionAttributeValues": {":l": {"S": "Reprise"}}}
ITEMS = (
    on_table("GetItem", {"Key": KEY}, keys=keys("Miriam", "artist", "song", **EVERY)),
    on_table(
        "GetItem",
        {"Key": KEY, "ProjectionExpression": "song, #y", **NAMES, "ReturnConsumedCapacity": "TOTAL"},
        keys=keys("Miriam", "artist", "song", "year", **SPECIFIC, ReturnConsumedCapacity="TOTAL"),
        note="projected",
    ),
    on_table("GetItem", {"TableName": "{arn}", "Key": KEY}, keys=keys("Miriam"), note="by-arn"),
    Row(
        "dynamodb",
        "GetItem",
        {**ON, "Key": KEY},
        (Need("dynamodb:GetItem", "{arn}"),),
        a_name,
        "ResourceNotFoundException",
        "unknown",
    ),
    on_table(
        "PutItem",
        {"Item": ITEM, "ReturnValues": "ALL_OLD"},
        keys=keys("Miriam", "artist", "song", "label", "year", ReturnValues="ALL_OLD"),
    ),
    on_table(
        "UpdateItem",
        {"Key": KEY, "UpdateExpression": "SET #y = :y", **NAMES, "ExpressionAttributeValues": YEAR},
        keys=keys("Miriam", "artist", "song", "year"),
    ),
    on_table(
        "DeleteItem",
        {"Key": KEY, "ConditionExpression": "#y = :y", **NAMES, "ExpressionAttributeValues": YEAR},
        keys=keys("Miriam", "artist", "song", "year"),
    ),
    on_table("Query", OF_ARTIST, keys=keys("Miriam", "artist", **EVERY)),
    on_table(
        "Query",
        {**OF_LABEL, "IndexName": "by-label", "Select": "COUNT"},
        below="/index/by-label",
        keys=keys("Reprise", "label", Select="COUNT"),
        note="index",
    ),
    on_table("Scan", keys=keys(**EVERY)),
    on_table(
        "Scan",
        {"IndexName": "by-label", "ProjectionExpression": "label"},
        below="/index/by-label",
        keys=keys("", "label", **SPECIFIC),
        note="index",
    ),
    Row(
        "dynamodb",
        "BatchGetItem",
        {"RequestItems": {"{table}": {"Keys": [KEY]}, "{second}": {"Keys": [KEY], "ProjectionExpression": "song"}}},
        (
            Need("dynamodb:BatchGetItem", "{arn}", {**RED, **keys("Miriam", "artist", "song", **EVERY)}),
            Need("dynamodb:BatchGetItem", "{second_arn}", keys("Miriam", "artist", "song", **SPECIFIC)),
        ),
        two_tables,
    ),
    Row(
        "dynamodb",
        "BatchWriteItem",
        {
            "RequestItems": {
                "{table}": [{"PutRequest": {"Item": ITEM}}, {"DeleteRequest": {"Key": OTHER}}],
                "{second}": [{"DeleteRequest": {"Key": KEY}}],
            }
        },
        (
            Need(
                "dynamodb:BatchWriteItem",
                "{arn}",
                {"dynamodb:LeadingKeys": ["Miriam", "Caetano"], "dynamodb:Attributes": [*ITEM]},
            ),
            Need("dynamodb:BatchWriteItem", "{second_arn}", keys("Miriam", "artist", "song")),
        ),
        two_tables,
    ),
    Row(
        "dynamodb",
        "TransactGetItems",
        {
            "TransactItems": [
                {"Get": {**ON, "Key": KEY}},
                {"Get": {"TableName": "{second}", "Key": KEY, "ProjectionExpression": "label"}},
            ]
        },
        (
            part("GetItem", "{arn}", "TransactGetItems", "artist", "song", **EVERY),
            part("GetItem", "{second_arn}", "TransactGetItems", "artist", "song", "label", **SPECIFIC),
        ),
        two_tables,
    ),
    Row(
        "dynamodb",
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Update": {**ON, "Key": KEY, "UpdateExpression": "REMOVE label"}},
                {
                    "ConditionCheck": {
                        "TableName": "{second}",
                        "Key": KEY,
                        "ConditionExpression": "attribute_exists(song)",
                    }
                },
            ]
        },
        (
            part("UpdateItem", "{arn}", "TransactWriteItems", "artist", "song", "label"),
            part("ConditionCheckItem", "{second_arn}", "TransactWriteItems", "artist", "song"),
        ),
        two_tables,
    ),
    Row(
        "dynamodb",
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {**ON, "Item": {**ITEM, "song": {"S": "Malaika"}}}},
                {"Delete": {"TableName": "{second}", "Key": KEY}},
            ]
        },
        (
            part("PutItem", "{arn}", "TransactWriteItems", *ITEM),
            part("DeleteItem", "{second_arn}", "TransactWriteItems", "artist", "song"),
        ),
        two_tables,
        note="put-delete",
    ),
)
STATEMENTS = {
    "Select": "SELECT song FROM \"{table}\" WHERE artist = 'Miriam' AND song = 'Pata Pata'",
    "Insert": "INSERT INTO \"{table}\" VALUE {'artist': 'Miriam', 'song': 'Malaika'}",
    "Update": "UPDATE \"{table}\" SET label = 'Warner' WHERE artist = 'Miriam' AND song = 'Pata Pata'",
    "Delete": "DELETE FROM \"{table}\" WHERE artist = 'Miriam' AND song = 'Pata Pata'",
}
NAMED = {"Select": SPECIFIC | {"FullTableScan": "false"}}
ATTRIBUTES = {"Update": ("label", "artist", "song")}


def partiql(verb: str) -> Row:
    """Write the entry of a statement."""
    found = keys("Miriam", *ATTRIBUTES.get(verb, ("artist", "song")), **NAMED.get(verb, {}))
    return on_table(
        "ExecuteStatement",
        {"Statement": STATEMENTS[verb]},
        f"PartiQL{verb}",
        keys=found,
        by_name=False,
        note=verb.lower(),
    )


BY_PARAMETER = {"Statement": 'SELECT * FROM "{table}" WHERE artist = ?', "Parameters": [{"S": "Miriam"}]}
DELETING_SECOND = {"Statement": STATEMENTS["Delete"].replace("{table}", "{second}")}
PARTIQL = (
    *(partiql(verb) for verb in STATEMENTS),
    on_table(
        "ExecuteStatement",
        BY_PARAMETER,
        "PartiQLSelect",
        keys=keys("Miriam", "artist", **EVERY, FullTableScan="false"),
        by_name=False,
        note="parameter",
    ),
    on_table(
        "ExecuteStatement",
        {"Statement": 'SELECT * FROM "{table}"'},
        "PartiQLSelect",
        keys=keys(**EVERY, FullTableScan="true"),
        by_name=False,
        note="scan",
    ),
    Row(
        "dynamodb",
        "BatchExecuteStatement",
        {"Statements": [{"Statement": STATEMENTS["Update"]}, DELETING_SECOND]},
        (
            Need("dynamodb:PartiQLUpdate", "{arn}", {**RED, **keys("Miriam")}),
            Need("dynamodb:PartiQLDelete", "{second_arn}", keys("Miriam")),
        ),
        two_tables,
    ),
    Row(
        "dynamodb",
        "ExecuteTransaction",
        {"TransactStatements": [{"Statement": STATEMENTS["Insert"]}, DELETING_SECOND]},
        (
            Need("dynamodb:PartiQLInsert", "{arn}", keys("Miriam", EnclosingOperation="ExecuteTransaction")),
            Need("dynamodb:PartiQLDelete", "{second_arn}", keys("Miriam", EnclosingOperation="ExecuteTransaction")),
        ),
        two_tables,
    ),
)
TABLES = (
    Row("dynamodb", "CreateTable", {**ON, **SCHEMA}, (Need("dynamodb:CreateTable", "{arn}"),), a_name),
    Row(
        "dynamodb",
        "CreateTable",
        {**ON, **SCHEMA, "Tags": TAGS},
        (Need("dynamodb:CreateTable", "{arn}", NEW_TAG), Need("dynamodb:TagResource", "{arn}", NEW_TAG)),
        a_name,
        note="tagged",
    ),
    Row(
        "dynamodb",
        "CreateTable",
        {**ON, **SCHEMA, "ResourcePolicy": "{policy}"},
        (Need("dynamodb:CreateTable", "{arn}"), Need("dynamodb:PutResourcePolicy", "{arn}")),
        a_name,
        note="with-policy",
    ),
    on_table("DescribeTable"),
    on_table("UpdateTable", {"DeletionProtectionEnabled": True}),
    on_table("DeleteTable"),
    on_table("DescribeTimeToLive"),
    on_table("UpdateTimeToLive", {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "until"}}),
    on_table("DescribeContinuousBackups"),
    on_table("UpdateContinuousBackups", {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}),
    on_table("ListTagsOfResource", RESOURCE, by_name=False),
    on_table("TagResource", {**RESOURCE, "Tags": TAGS}, by_name=False, keys=NEW_TAG),
    on_table("UntagResource", {**RESOURCE, "TagKeys": ["team"]}, by_name=False, keys={"aws:TagKeys": ["team"]}),
    on_table("PutResourcePolicy", {**RESOURCE, "Policy": "{policy}"}, by_name=False, prepare=a_policy),
    on_table("GetResourcePolicy", RESOURCE, by_name=False, prepare=a_policy),
    on_table("DeleteResourcePolicy", RESOURCE, by_name=False, prepare=a_policy),
    on_table("CreateBackup", {"BackupName": "second"}),
    # moto has no insights: who is allowed learns that.
    on_table("DescribeContributorInsights", {"IndexName": "by-label"}, below="/index/by-label", ends="NotModelled"),
    on_table("UpdateContributorInsights", {"ContributorInsightsAction": "ENABLE"}, ends="NotModelled"),
    *(
        Row(
            "dynamodb",
            f"{verb}Backup",
            {"BackupArn": "{backup}"},
            (Need(f"dynamodb:{verb}Backup", "{backup}"),),
            a_backup,
        )
        for verb in ("Describe", "Delete")
    ),
    *(
        Row("dynamodb", operation, {}, (Need(f"dynamodb:{operation}"),))
        for operation in ("DescribeEndpoints", "DescribeLimits", "ListBackups", "ListTables")
    ),
)
ROWS = (*ITEMS, *PARTIQL, *TABLES)


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
    assert not without_entry("dynamodb", ROWS)


def test_a_table_of_another_account(world: World) -> None:
    """E15: the table's policy and the caller's own must both allow; the table is named by its ARN."""
    made = a_table(world)
    tables = world.admin("dynamodb")

    def let_in(policy: str) -> None:
        tables.put_resource_policy(ResourceArn=made["arn"], Policy=policy)

    get = Across("dynamodb", "get_item", {"TableName": made["arn"], "Key": KEY}, "dynamodb:GetItem", made["arn"])
    assert crossed(world, get, let_in)["Item"] == ITEM


def test_a_policy_from_the_first_moment(world: World) -> None:
    """CreateTable takes a policy, which then lets the other account read (API reference, CreateTable)."""
    made = a_name(world)
    world.admin("dynamodb").create_table(TableName=made["table"], ResourcePolicy=made["policy"], **SCHEMA)
    reader = stranger(world, {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"})
    assert "Item" not in world.cloud.client("dynamodb", reader).get_item(TableName=made["arn"], Key=KEY)


def test_a_policy_goes_with_its_table(world: World) -> None:
    """A new table of the same name is nobody's but the account's own."""
    made = a_policy(world)
    tables = world.admin("dynamodb")
    tables.delete_table(TableName=made["table"])
    tables.create_table(TableName=made["table"], **SCHEMA)
    reader = stranger(world, {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"})
    refused(
        world,
        Across("dynamodb", "get_item", {"TableName": made["arn"], "Key": KEY}, "dynamodb:GetItem", made["arn"]),
        reader,
    )
