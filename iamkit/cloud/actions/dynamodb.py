"""Amazon DynamoDB: tables, indexes, and the items and attributes that a call touches.

Developer Guide: "DynamoDB API permissions", "Using IAM policy conditions for fine-grained access control".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.expressions import attributes, equal_to, plain, texts
from iamkit.cloud.actions.keys import keys_of
from iamkit.cloud.actions.partiql import Statement, parameters_of, read_statement
from iamkit.cloud.actions.rows import Row, Service, both, on, table, tagged, when
from iamkit.cloud.calls import NotModelled
from iamkit.policy.variables import ContextValue

Item = Mapping[str, Any]
_SEPARATORS = "/:"


def _table(ask: Ask) -> str:
    return _table_named(ask, ask.given("TableName"))


def _table_named(ask: Ask, name: Any, parameter: str = "TableName") -> str:
    """Give the ARN of a table by its name, or by its ARN."""
    if isinstance(name, str) and name.startswith("arn:"):
        arn = ask.given_arn(name, parameter, kind="table/")
        if "/" in arn.split(":table/", 1)[1] or arn.count(":") != 5:
            raise ask.refuse(f"Invalid {parameter}: {name} is no table.")
        return arn
    return ask.arn(f"table/{ask.checked(name, parameter, _SEPARATORS)}")


def _index_or_table(ask: Ask) -> str:
    index = ask.optional("IndexName")
    return _table(ask) if index is None else f"{_table(ask)}/index/{ask.text('IndexName', _SEPARATORS)}"


def _resource(ask: Ask) -> str:
    """Take the ARN of a table; a stream, which is below one, is a resource of its own."""
    arn = ask.given_arn(ask.text("ResourceArn"), "ResourceArn", kind="table/")
    if "/" in arn.split(":table/", 1)[1]:
        raise NotModelled(f"tags and policies of {arn}", "name the table")
    return arn


def _below_table(parameter: str, kind: str) -> Any:
    def where(ask: Ask) -> str:
        arn = ask.given_arn(ask.text(parameter), parameter, kind="table/")
        if f"/{kind}/" not in arn:
            raise ask.refuse(f"Invalid {parameter}: {arn} is no {kind}.")
        return arn

    return where


# What an operation on items tells policies.


def _context(ask: Ask, given: Item, names: Iterable[str], leading: Iterable[str | None]) -> dict[str, ContextValue]:
    """Put together the keys of one part of a call: the attributes it names, the values of the partition key."""
    keys = tuple(dict.fromkeys(key for key in leading if key is not None))
    context: dict[str, ContextValue] = {}
    if keys:
        context["dynamodb:LeadingKeys"] = keys
    named = tuple(dict.fromkeys(names))
    if named:
        context["dynamodb:Attributes"] = named
    for key, name in (
        ("dynamodb:ReturnValues", "ReturnValues"),
        ("dynamodb:ReturnConsumedCapacity", "ReturnConsumedCapacity"),
    ):
        value = given.get(name, ask.given(name) if name == "ReturnConsumedCapacity" else None)
        if isinstance(value, str):
            context[key] = value
    return context


def _leading(ask: Ask, arn: str, item: Item) -> list[str | None]:
    """Find the value of the partition key in an item, or in a key of one part."""
    if len(item) == 1:
        return [plain(value) for value in item.values()]
    key = ask.resources.partition_key(arn)
    return [plain(item[key])] if key is not None and key in item else []


_EXPRESSIONS = ("ConditionExpression", "FilterExpression", "KeyConditionExpression", "UpdateExpression")


def _named(ask: Ask, given: Item) -> Iterator[str]:
    """List the attributes that expressions, and their older forms, speak of."""
    names = ask.mapping(given.get("ExpressionAttributeNames"), "ExpressionAttributeNames")
    for parameter in _EXPRESSIONS:
        expression = given.get(parameter)
        if isinstance(expression, str):
            yield from attributes(expression, names)
    for parameter in ("Expected", "QueryFilter", "ScanFilter", "KeyConditions", "AttributeUpdates"):
        yield from ask.mapping(given.get(parameter), parameter)


def _projected(ask: Ask, given: Item) -> list[str] | None:
    """List the attributes that a read asks for; None for all."""
    expression = given.get("ProjectionExpression")
    if isinstance(expression, str) and expression:
        return [*attributes(expression, ask.mapping(given.get("ExpressionAttributeNames"), "names"))]
    wanted = given.get("AttributesToGet")
    return [*texts(wanted)] if isinstance(wanted, list | tuple) and wanted else None


def _select(given: Item, projected: list[str] | None, index: bool = False) -> dict[str, ContextValue]:
    """Tell dynamodb:Select, which has a default (API reference, Query: Select)."""
    select = given.get("Select")
    if not isinstance(select, str):
        every = "ALL_PROJECTED_ATTRIBUTES" if index else "ALL_ATTRIBUTES"
        select = every if projected is None else "SPECIFIC_ATTRIBUTES"
    return {"dynamodb:Select": select}


def _read_item(ask: Ask, action: str, given: Item, enclosing: str | None = None) -> Authorization:
    arn = _table_named(ask, given.get("TableName"))
    key = ask.mapping(given.get("Key"), "Key")
    projected = _projected(ask, given)
    context = _context(ask, given, (*key, *(projected or ()), *_named(ask, given)), _leading(ask, arn, key))
    if action != "dynamodb:ConditionCheckItem":
        context |= _select(given, projected)
    return ask.need(action, arn, context | _enclosing(enclosing))


def _write_item(ask: Ask, action: str, given: Item, enclosing: str | None = None) -> Authorization:
    arn = _table_named(ask, given.get("TableName"))
    item = ask.mapping(given.get("Item", given.get("Key")), "Item")
    context = _context(ask, given, (*item, *_named(ask, given)), _leading(ask, arn, item))
    return ask.need(action, arn, context | _enclosing(enclosing))


def _enclosing(operation: str | None) -> dict[str, ContextValue]:
    return {} if operation is None else {"dynamodb:EnclosingOperation": operation}


def _query(ask: Ask) -> Iterator[Authorization]:
    """Query an index needs the index; the partition key is that of the index."""
    given, arn = ask.call.parameters, _index_or_table(ask)
    projected, key = _projected(ask, given), ask.resources.partition_key(arn)
    values = ask.mapping(given.get("ExpressionAttributeValues"), "ExpressionAttributeValues")
    leading: list[str | None] = []
    if key is not None:
        names = ask.mapping(given.get("ExpressionAttributeNames"), "ExpressionAttributeNames")
        expression = given.get("KeyConditionExpression")
        if isinstance(expression, str):
            leading += [plain(value) for value in equal_to(key, expression, names, values)]
        old = ask.mapping(ask.structure("KeyConditions").get(key), "KeyConditions").get("AttributeValueList")
        leading += [plain(value) for value in old] if isinstance(old, list | tuple) else []
    context = _context(ask, given, (*(projected or ()), *_named(ask, given)), leading)
    yield ask.need("dynamodb:Query", arn, context | _select(given, projected, "/index/" in arn))


def _scan(ask: Ask) -> Iterator[Authorization]:
    given, arn = ask.call.parameters, _index_or_table(ask)
    projected = _projected(ask, given)
    context = _context(ask, given, (*(projected or ()), *_named(ask, given)), ())
    yield ask.need("dynamodb:Scan", arn, context | _select(given, projected, "/index/" in arn))


def _batch_get(ask: Ask) -> Iterator[Authorization]:
    """BatchGetItem needs its own action on every table."""
    for name, asked in ask.structure("RequestItems").items():
        given, arn = ask.mapping(asked, "RequestItems"), _table_named(ask, name, "RequestItems")
        keys = [ask.mapping(key, "Keys") for key in given.get("Keys") or ()]
        projected = _projected(ask, given)
        leading = [value for key in keys for value in _leading(ask, arn, key)]
        names = (*(name for key in keys for name in key), *(projected or ()))
        yield ask.need("dynamodb:BatchGetItem", arn, _context(ask, given, names, leading) | _select(given, projected))


def _batch_write(ask: Ask) -> Iterator[Authorization]:
    """BatchWriteItem needs its own action on every table."""
    for name, asked in ask.structure("RequestItems").items():
        arn, items = _table_named(ask, name, "RequestItems"), []
        for each in asked if isinstance(asked, list | tuple) else ():
            request = ask.mapping(each, "RequestItems")
            put = ask.mapping(request.get("PutRequest"), "PutRequest").get("Item")
            delete = ask.mapping(request.get("DeleteRequest"), "DeleteRequest").get("Key")
            items += [ask.mapping(put, "Item"), ask.mapping(delete, "Key")]
        leading = [value for item in items for value in _leading(ask, arn, item)]
        names = (name for item in items for name in item)
        yield ask.need("dynamodb:BatchWriteItem", arn, _context(ask, {}, names, leading))


_PARTS = {
    "Get": ("dynamodb:GetItem", _read_item),
    "Put": ("dynamodb:PutItem", _write_item),
    "Update": ("dynamodb:UpdateItem", _write_item),
    "Delete": ("dynamodb:DeleteItem", _write_item),
    "ConditionCheck": ("dynamodb:ConditionCheckItem", _read_item),
}


def _transaction(ask: Ask) -> Iterator[Authorization]:
    """A transaction needs for each of its parts what the operation alone does ("IAM and transactions")."""
    for each in ask.items("TransactItems"):
        for part, given in ask.mapping(each, "TransactItems").items():
            if part not in _PARTS:
                raise NotModelled(f"the part {part} of a transaction", f"the parts are {', '.join(_PARTS)}")
            action, make = _PARTS[part]
            yield make(ask, action, ask.mapping(given, part), ask.call.operation)


def _partiql(ask: Ask, statement: Statement, enclosing: str | None) -> Authorization:
    arn = _table_named(ask, statement.table)
    if statement.index is not None:
        if statement.verb != "Select":
            raise ask.refuse("Only a SELECT statement can name an index.")
        arn = f"{arn}/index/{statement.index}"
    key = ask.resources.partition_key(arn)
    leading = statement.keys(key) if key is not None else ()
    if key is not None and not leading and statement.verb != "Select":
        raise NotModelled("a PartiQL statement that changes an item without naming its key", f"give {key} one value")
    context = _context(ask, {}, statement.attributes, leading) | _enclosing(enclosing)
    if statement.verb == "Select":
        every = "ALL_ATTRIBUTES" if statement.every else "SPECIFIC_ATTRIBUTES"
        context |= {"dynamodb:FullTableScan": "false" if leading else "true", "dynamodb:Select": every}
    return ask.need(f"dynamodb:PartiQL{statement.verb}", arn, context)


def _execute(ask: Ask) -> Iterator[Authorization]:
    """ExecuteStatement ("IAM security policies with PartiQL for DynamoDB")."""
    yield _partiql(ask, read_statement(ask.text("Statement"), parameters_of(ask.call.parameters)), None)


def _execute_many(parameter: str, enclosing: str | None) -> Row:
    def row(ask: Ask) -> Iterator[Authorization]:
        for each in ask.items(parameter):
            given = ask.mapping(each, parameter)
            statement = read_statement(ask.checked(given.get("Statement"), "Statement"), parameters_of(given))
            yield _partiql(ask, statement, enclosing)

    return row


def _one(make: Any, action: str) -> Row:
    return lambda ask: [make(ask, action, ask.call.parameters)]


ROWS = table(
    CreateTable=both(
        tagged(on("dynamodb:CreateTable", _table), "dynamodb:TagResource", _table),
        when("ResourcePolicy", on("dynamodb:PutResourcePolicy", _table)),
    ),
    GetItem=_one(_read_item, "dynamodb:GetItem"),
    PutItem=_one(_write_item, "dynamodb:PutItem"),
    UpdateItem=_one(_write_item, "dynamodb:UpdateItem"),
    DeleteItem=_one(_write_item, "dynamodb:DeleteItem"),
    Query=_query,
    Scan=_scan,
    BatchGetItem=_batch_get,
    BatchWriteItem=_batch_write,
    TransactGetItems=_transaction,
    TransactWriteItems=_transaction,
    ExecuteStatement=_execute,
    BatchExecuteStatement=_execute_many("Statements", None),
    ExecuteTransaction=_execute_many("TransactStatements", "ExecuteTransaction"),
    DescribeContributorInsights=on("dynamodb:DescribeContributorInsights", _index_or_table),
    UpdateContributorInsights=on("dynamodb:UpdateContributorInsights", _index_or_table),
    **{
        operation: on(f"dynamodb:{operation}", _resource)
        for operation in (
            "DeleteResourcePolicy",
            "GetResourcePolicy",
            "ListTagsOfResource",
            "PutResourcePolicy",
            "TagResource",
            "UntagResource",
        )
    },
    DeleteBackup=on("dynamodb:DeleteBackup", _below_table("BackupArn", "backup")),
    DescribeBackup=on("dynamodb:DescribeBackup", _below_table("BackupArn", "backup")),
)

# Global tables, bulk operations, vectors; what also needs S3, Kinesis or the items of another table.
NOT_MODELLED = frozenset(
    {
        "CancelBulkOperation", "CreateGlobalTable", "DescribeBulkOperation", "DescribeExport", "DescribeGlobalTable",
        "DescribeGlobalTableSettings", "DescribeImport", "DisableKinesisStreamingDestination",
        "EnableKinesisStreamingDestination",
        "ExportTableToPointInTime", "ImportTable", "ListBulkOperations", "ListExports", "ListImports",
        "RestoreTableFromBackup", "RestoreTableToPointInTime", "SearchVectors", "StartBulkPutItems",
        "UpdateGlobalTable", "UpdateGlobalTableSettings", "UpdateKinesisStreamingDestination",
        "UpdateTableReplicaAutoScaling", "DescribeTableReplicaAutoScaling",
    }
)  # fmt: skip

DYNAMODB = Service("dynamodb", "dynamodb", {"table": _table}, ROWS, keys_of({}), NOT_MODELLED)
