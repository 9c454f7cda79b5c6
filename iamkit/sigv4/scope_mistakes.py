"""The usual mistakes in the time and the scope: another region, service, date or clock (A1, A17)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from iamkit.sigv4.recipe import Derive, Recipe, Situation, UsualMistake, Variations, derive_signing_key
from iamkit.sigv4.server import Scope
from iamkit.sigv4.times import read_time, write_time

# fmt: off
_REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1", "sa-east-1", "mx-central-1",
    "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2",
    "ap-south-1", "ap-south-2", "ap-east-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
    "ap-southeast-5", "ap-southeast-7", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "me-south-1",
    "me-central-1", "af-south-1", "il-central-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "cn-northwest-1",
    "global", "aws-global", "*",
)
# Names that a service's host or SDK client suggests beside the name it signs with.
_SERVICES = (
    "s3", "iam", "sts", "ec2", "sqs", "sns", "dynamodb", "lambda", "execute-api", "apigateway", "kms",
    "secretsmanager", "ssm", "logs", "monitoring", "cloudwatch", "ses", "email", "es", "opensearch", "aoss", "bedrock",
    "bedrock-runtime", "appsync", "iot", "iotdata", "iotdevicegateway", "events", "kinesis", "firehose", "states",
    "ecr", "aps", "aws",
)
# fmt: on


def _default_region(recipe: Recipe, situation: Situation) -> Variations:
    region, right = _REGIONS[0], situation.region
    if region != right:
        yield from _scopes(recipe, recipe.scope._replace(region=region), f"the region `{region}`", right)


def _region(recipe: Recipe, situation: Situation) -> Variations:
    right = situation.region
    for region in (right.upper(), right.rstrip("abcdef"), *_REGIONS):
        if region != right:
            yield from _scopes(recipe, recipe.scope._replace(region=region), f"the region `{region}`", right)


def _service(recipe: Recipe, situation: Situation) -> Variations:
    right = situation.service
    host = situation.received.values.get("host", "").partition(":")[0]
    for service in dict.fromkeys((right.upper(), *host.split(".")[:4], host, *_SERVICES)):
        if service != right:
            yield from _scopes(recipe, recipe.scope._replace(service=service), f"the service `{service}`", right)


def _scopes(recipe: Recipe, scope: Scope, what: str, right: str) -> Variations:
    """Vary a scope in the key, in the string to sign, in both; the Credential shows neither."""
    yield (
        recipe._replace(derive=_for_scope(scope)),
        f"the client derived the key for {what}; the service wants `{right}`",
    )
    yield recipe._replace(scope=scope), f"the client signed for {what}; the service wants `{right}`"
    yield (
        recipe._replace(scope=scope, derive=_for_scope(recipe.scope)),
        f"the client wrote {what} into the string to sign; the service wants `{right}`",
    )


def _for_scope(scope: Scope) -> Derive:
    return lambda secret, _: derive_signing_key(secret, scope)


def _day(recipe: Recipe, situation: Situation) -> Variations:
    signed, right = read_time(recipe.timestamp), recipe.scope.date
    if signed is None:
        return
    days = [at[:8] for at in _moved(signed, timedelta(days=-1), timedelta(days=1))]
    written = (recipe.timestamp, f"{signed:%Y-%m-%d}", f"{signed:%y%m%d}", f"{signed:%d%m%Y}", f"{signed:%Y%d%m}")
    for date in (*days, *written):
        yield from _scopes(recipe, recipe.scope._replace(date=date), f"the date `{date}`", right)


def _clock(recipe: Recipe, situation: Situation) -> Variations:
    signed = read_time(recipe.timestamp)
    if signed is None:
        return
    for at in _moved(signed, *(timedelta(seconds=seconds) for seconds in (-3, -2, -1, 1, 2, 3))):
        what = f"the client read the clock twice: it signed {at}, but sent {recipe.timestamp}"
        yield from _times(recipe, at, what)
    for at in _moved(signed, *(timedelta(minutes=15 * quarters) for quarters in range(-48, 57) if quarters)):
        what = f"the client signed the time {at}, but sent {recipe.timestamp}: times are in UTC"
        yield from _times(recipe, at, what)


def _moved(at: datetime, *steps: timedelta) -> Iterator[str]:
    """Write a time so much later; the calendar has ends."""
    for step in steps:
        with suppress(OverflowError):
            yield write_time(at + step)


def _times(recipe: Recipe, at: str, what: str) -> Variations:
    """Vary the time in the string to sign, and in the line of the header too."""
    yield recipe._replace(timestamp=at), what
    headers = tuple([(name, at if name == "x-amz-date" else value) for name, value in recipe.headers])
    yield recipe._replace(timestamp=at, headers=headers), what


def _writing_of_time(recipe: Recipe, situation: Situation) -> Variations:
    signed = read_time(recipe.timestamp)
    if signed is None:
        return
    for written in _written(signed):
        what = f"the client signed the time as `{written}`; the service wants `{recipe.timestamp}`"
        yield from _times(recipe, written, what)


def _written(at: datetime) -> Iterator[str]:
    plain = write_time(at)
    yield from (f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%dT%H:%M:%S.000Z}", f"{at:%Y-%m-%dT%H:%M:%S}+00:00")
    yield from (f"{at:%a, %d %b %Y %H:%M:%S GMT}", plain[:8], plain[:-1], plain.replace("T", "").replace("Z", ""))
    yield from (str(int(at.timestamp())), f"{at:%Y-%m-%d}", plain.lower(), f"{at:%Y-%m-%d %H:%M:%S}")


_CLOCK = "read the clock once, in UTC, and use that in the header, the scope and the key"
_OWN_REGION = "sign for the region that is asked"
IN_THE_SCOPE = (
    UsualMistake("time", f"write the time as 20150830T123600Z; {_CLOCK}", _writing_of_time),
    UsualMistake("date", _CLOCK, _day),
    UsualMistake("region", _OWN_REGION, _default_region),
)
# There are so many regions, services and times that they are not looked for together with other mistakes.
ONE_BY_ONE = (
    UsualMistake("region", _OWN_REGION, _region, alone=True),
    UsualMistake("service", "sign with the service's signing name, which its host need not show", _service, alone=True),
    UsualMistake("time", _CLOCK, _clock, alone=True),
)
