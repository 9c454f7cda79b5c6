"""Resources as their services' events name them: by name, URL, alias, partial ARN; one builder a type."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iamkit.analysis.parameters import Parameters
from iamkit.analysis.templates import EVERYTHING, Found, filled, type_of
from iamkit.policy.patterns import escape

SECRET = "??????"


def _entity(template: str, parameters: Parameters) -> Iterator[Found]:
    """Name an IAM entity; events that do not make it do not tell its path."""
    for each in filled(template, parameters):
        path = parameters.first("path").strip("/")
        stem, slash, name = each.pattern.partition("/")
        arn = f"{stem}{slash}{escape(path)}/{name}" if path else each.pattern
        yield Found(arn, bool(path), "" if path else "the event does not tell the path of the IAM entity")


def _queue(template: str, parameters: Parameters) -> Iterator[Found]:
    """A queue's URL holds its account and its name (SQS Developer Guide, "Queue and message identifiers")."""
    stem = f"arn:{parameters.partition}:sqs:{parameters.region}:"
    for url in parameters.all("queueUrl"):
        *_, account, name = ("", *url.split("/"))
        yield Found(f"{stem}{account if account.isdecimal() else parameters.account}:{escape(name)}")
    if not parameters.has(("queueUrl",)):
        owner = parameters.first("queueOwnerAWSAccountId") or parameters.account
        yield from (Found(f"{stem}{owner}:{escape(name)}") for name in parameters.all("queueName"))


def _function(template: str, parameters: Parameters) -> Iterator[Found]:
    """A function is called by name, `name:alias`, `ACCOUNT:function:name` or ARN; the qualifier may stand alone."""
    qualifier = parameters.first("qualifier")
    for text in parameters.all("functionName"):
        stem = f"arn:{parameters.partition}:lambda:{parameters.region}:{parameters.account}:function:"
        if ":function:" in text:
            head, _, text = text.partition(":function:")
            account = head.rpartition(":")[2]
            stem = f"{head}:function:" if head.startswith("arn:") else stem.replace(parameters.account, account)
        end = f":{qualifier}" if qualifier and ":" not in text else ""
        yield Found(stem + escape(text + end))


def _layer_version(template: str, parameters: Parameters) -> Iterator[Found]:
    name, number = parameters.first("layerName"), parameters.first("versionNumber")
    if name:
        stem = f"arn:{parameters.partition}:lambda:{parameters.region}:{parameters.account}:layer:"
        yield Found(f"{name if name.startswith('arn:') else stem + escape(name)}:{number or '*'}", bool(number))


def _secret(template: str, parameters: Parameters) -> Iterator[Found]:
    """A secret's ARN ends with six signs that its name does not tell (Secrets Manager User Guide, "Secret ARN")."""
    stem = f"arn:{parameters.partition}:secretsmanager:{parameters.region}:{parameters.account}:secret:"
    names = parameters.all("secretId", "secretIdList", "name")
    for name in names:
        if name.startswith("arn:"):
            yield Found(escape(name))
        else:
            yield Found(
                f"{stem}{escape(name)}-{SECRET}", False, "the name of a secret does not tell the end of its ARN"
            )


def kms_key(template: str, parameters: Parameters, texts: tuple[str, ...] = ()) -> Iterator[Found]:
    """A key is called by ID or ARN; what key is behind an alias is only known from the event's resources."""
    stem = f"arn:{parameters.partition}:kms:{parameters.region}:{parameters.account}:"
    for text in texts or parameters.all("keyId", "targetKeyId"):
        if "alias/" in text:
            yield Found(f"{stem}key/*", False, "the event does not tell the key behind the alias")
        else:
            yield Found(escape(text) if text.startswith("arn:") else f"{stem}key/{escape(text)}")


def _kms_alias(template: str, parameters: Parameters) -> Iterator[Found]:
    stem = f"arn:{parameters.partition}:kms:{parameters.region}:{parameters.account}:"
    yield from (Found(stem + escape(name)) for name in parameters.all("aliasName"))


def _parameter(template: str, parameters: Parameters) -> Iterator[Found]:
    stem = f"arn:{parameters.partition}:ssm:{parameters.region}:{parameters.account}:parameter/"
    for name in parameters.all("name", "names", "path"):
        yield Found(stem + escape(name.removeprefix("/")))


def _log_group(template: str, parameters: Parameters) -> Iterator[Found]:
    """A log group is asked for with `:*` behind it by most actions (CloudWatch Logs User Guide, "Resources")."""
    given = [arn.removesuffix(":*") for arn in parameters.given_arns() if type_of("logs", arn) == template]
    for pattern in [*map(escape, given), *(each.pattern for each in filled(template, parameters))]:
        yield Found(pattern, False)
        yield Found(f"{pattern}:*", False)


def _topic(template: str, parameters: Parameters) -> Iterator[Found]:
    """A subscription's ARN is its topic's, with an ID behind it; a phone has none."""
    if parameters.has(("phoneNumber",)):
        yield EVERYTHING
    for arn in parameters.all("subscriptionArn"):
        yield Found(escape(arn.rpartition(":")[0]))
    for arn in parameters.all("topicArn", "targetArn", "resourceArn"):
        yield Found(escape(arn))
    if not any(text.startswith("arn:") for text in parameters.given_arns()):
        yield from filled(template, parameters)


def _not_meant(template: str, parameters: Parameters) -> Iterator[Found]:
    """Name nothing: a type that shares its parameters with another one, and is never meant by them alone."""
    yield from ()


BUILDERS: dict[tuple[str, str], Callable[[str, Parameters], Iterator[Found]]] = {
    **{("iam", name): _entity for name in ("user", "role", "group", "policy", "instance-profile")},
    ("sqs", "queue"): _queue,
    ("logs", "log-group"): _log_group,
    ("sns", "topic"): _topic,
    ("lambda", "function"): _function,
    ("lambda", "layerVersion"): _layer_version,
    **{("lambda", name): _not_meant for name in ("webFunction", "webFunctionEndpoint", "webFunctionRevision")},
    ("secretsmanager", "Secret"): _secret,
    ("kms", "key"): kms_key,
    ("kms", "alias"): _kms_alias,
    ("ssm", "parameter"): _parameter,
}

# Types whose ARNs in a request are not always what it is about: their builders read them.
READ_ARNS = frozenset(
    {("s3", "bucket"), ("s3", "object"), ("logs", "log-group"), ("sns", "topic"), ("secretsmanager", "Secret")}
)
