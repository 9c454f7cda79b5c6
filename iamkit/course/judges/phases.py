"""The judge `phase-of-error`: whether authentication or authorization refused a request, from what boto3 shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from iamkit.course.as_python import as_python
from iamkit.course.judges.cases import Call, Judge, Refusal, of_type

AUTHENTICATION, AUTHORIZATION, NEITHER = PHASES = ("authentication", "authorization", "neither")


class Answered(NamedTuple):
    """The `Error` of an answer, the phase that gave it, and what goes wrong for one who takes it for another."""

    code: str
    message: str
    phase: str
    told: str

    @property
    def error(self) -> dict[str, str]:
        """Give what a program finds in `ClientError.response["Error"]`."""
        return {"Code": self.code, "Message": self.message}


_INVALID_TOKEN = "The security token included in the request is invalid"
_NO_MATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
_EXPIRED = "The security token included in the request is expired"
_CAROL = "User: arn:aws:iam::111122223333:user/carol is not authorized to perform: "
_EC2 = "You are not authorized to perform this operation. "
_BECAUSE = " because no identity-based policy allows the {0} action"

_KEY = "AWS does not know this key, so nobody's policies were read: a policy cannot be what is missing."
_SECRET = "AWS knows the key, and not whether its owner signed: somebody tries secrets, or a program changes requests."
_OLD = "The credentials have ended. New ones help, and no policy does."
_CLOCK = "The laptop's clock is wrong. Who looks for a missing policy looks for long."
_NO_KEYS = "Nobody signed this request: the program found no credentials."
_POLICY = "AWS knows who asks. New keys for the same user change nothing: a policy is missing, or one denies."
_OTHER = (
    "Both questions were answered with yes. Something else is wrong with the request, and no key or policy mends it."
)


def _denied(code: str, action: str, resource: str = "", before: str = "") -> Answered:
    on = f" on resource: {resource}" if resource else ""
    return Answered(code, f"{before}{_CAROL}{action}{on}{_BECAUSE.format(action)}", AUTHORIZATION, _POLICY)


def _unknown(code: str, message: str, told: str) -> Answered:
    return Answered(code, message, AUTHENTICATION, told)


def _other(code: str, message: str) -> Answered:
    return Answered(code, message, NEITHER, _OTHER)


_QUEUE = "arn:aws:sqs:us-east-1:111122223333:orders"
ERRORS: Mapping[str, tuple[Answered, ...]] = {
    "IAM": (
        _denied("AccessDenied", "iam:ListUsers"),
        _unknown("InvalidClientTokenId", f"{_INVALID_TOKEN}.", _KEY),
        _unknown("SignatureDoesNotMatch", _NO_MATCH, _SECRET),
        _unknown("ExpiredToken", _EXPIRED, _OLD),
        _unknown("MissingAuthenticationToken", "Request is missing Authentication Token", _NO_KEYS),
    ),
    "services that speak JSON": (
        _denied("AccessDeniedException", "dynamodb:ListTables"),
        _unknown("UnrecognizedClientException", f"{_INVALID_TOKEN}.", _KEY),
        _unknown("InvalidSignatureException", _NO_MATCH, _SECRET),
        _unknown("ExpiredTokenException", _EXPIRED, _OLD),
        _denied("AccessDeniedException", "sqs:SendMessage", _QUEUE),
    ),
    "S3": (
        _denied("AccessDenied", "s3:GetObject", "arn:aws:s3:::reports/2026/january.csv"),
        _unknown("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", _KEY),
        _unknown("InvalidToken", "The provided token is malformed or otherwise invalid.", _KEY),
        _unknown(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            _CLOCK,
        ),
        Answered(
            "AccessDenied",
            "User: anonymous is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::reports/a because no "
            "resource-based policy allows the s3:GetObject action",
            AUTHORIZATION,
            "Nobody signed, and S3 let that pass: then it asked the bucket's policy about an anonymous caller.",
        ),
    ),
    "EC2 and SNS": (
        _denied("UnauthorizedOperation", "ec2:DescribeInstances", before=_EC2),
        _unknown("AuthFailure", "AWS was not able to validate the provided access credentials", _KEY),
        _unknown("RequestExpired", "Request has expired.", _OLD),
        _denied("AuthorizationError", "sns:ListTopics"),
    ),
    "refused for another reason": (
        _other("NoSuchKey", "The specified key does not exist."),
        _other("ThrottlingException", "Rate exceeded"),
        _other("InvalidParameterValue", "Value (x) for parameter id is invalid."),
        _other("NoSuchEntity", "The user with name mallory cannot be found."),
        _other("InvalidBucketName", "The specified bucket is not valid."),
        _other("AccountProblem", "There is a problem with your AWS account that prevents the operation."),
    ),
    "a link that is too old": (
        _unknown(
            "AccessDenied",
            "Request has expired",
            "Everything is allowed here. The link has become too old: a new one helps, and no policy does.",
        ),
    ),
}  # fmt: skip


def _judge(answered: Answered, value: Any) -> Refusal | None:
    wanted = as_python(answered.phase)
    refused = of_type(value, str, wanted, "a str")
    if refused is not None or value == answered.phase:
        return refused
    if value not in PHASES:
        words = ", ".join(f"`{word}`" for word in PHASES)
        return Refusal(f"Return one of three words: {words}.", wanted, as_python(value))
    return Refusal(answered.told, wanted, as_python(value))


def _calls(rows: tuple[Answered, ...]) -> Iterator[Call]:
    for answered in rows:
        yield Call((answered.error,), as_python(answered.phase), partial(_judge, answered))


def _makers() -> Iterator[tuple[str, Callable[[], Iterable[Call]]]]:
    for name, rows in ERRORS.items():
        yield name, partial(_calls, rows)


PHASE_OF_ERROR = Judge(
    name="phase-of-error",
    parameters=("error",),
    returns="a str, one of three words",
    cases=dict(_makers()),
)
