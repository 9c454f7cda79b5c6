"""The judge `grant-read`: let one user read one object, with a real IAM client; then real clients try what they can."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from iamkit.course.judges.cases import Call, Refusal
from iamkit.course.practice import World, practice_judge

if TYPE_CHECKING:
    from iamkit.course.border import Client

BUCKETS = ("amzn-s3-demo-bucket", "amzn-s3-demo-bucket1")
FILES = ("2026/january.csv", "2026/february.csv")
# One for each case, so that what a case grants is not in the way of another, and one whom nobody grants anything.
USERS = ("carol", "dave", "erin", "frank", "grace")
BYSTANDER = "heidi"


@dataclass(frozen=True, slots=True)
class _Scene:
    """Whom to let read what, the client for it, and a client for S3 of every user."""

    iam: Client
    clients: Mapping[str, Any]
    user: str = USERS[0]
    bucket: str = BUCKETS[0]
    key: str = FILES[0]

    def call(self, judge: Callable[[_Scene], Refusal | None]) -> Call:
        """Make the call of the learner's function for this user and this file."""
        # It may return what it likes, or nothing: what it did counts.
        arguments = (self.iam, self.user, self.bucket, self.key)
        return Call(arguments, self.readable, lambda _: judge(self), takes_none=True)

    @property
    def readable(self) -> str:
        return f"{self.user} can read `{self.bucket}/{self.key}`"

    def refused(self, operation: str, user: str = "", **asked: Any) -> str:
        """Try a call as a user, and give the code with which it is refused, empty where it is not."""
        from botocore.exceptions import ClientError

        try:
            getattr(self.clients[user or self.user], operation)(**{"Bucket": self.bucket, **asked})
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""


@lru_cache(maxsize=1)
def _scene(world: World) -> _Scene:
    """Prepare one account for all cases: to open an account takes longer than all the rest."""
    account = world.account()
    s3, iam = account.client("s3"), account.client("iam")
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=bucket)
        for file in FILES:
            s3.put_object(Bucket=bucket, Key=file, Body=b"month,sold\n")
    clients = {}
    for name in (*USERS, BYSTANDER):
        iam.create_user(UserName=name)
        clients[name] = account.client("s3", iam.create_access_key(UserName=name))
    return _Scene(account.argument("iam"), clients)


def _reads(scene: _Scene) -> Refusal | None:
    code = scene.refused("get_object", Key=scene.key)
    if not code:
        return None
    told = f"{scene.user.capitalize()} asks for the file and is refused: `{code}`."
    if code == "AccessDenied":
        told = f"{scene.user.capitalize()} asks for the file, and S3 answers `AccessDenied`: nothing allows it yet."
    return Refusal(told, scene.readable, f"GetObject of `{scene.bucket}/{scene.key}` as {scene.user}: {code}")


def _not(scene: _Scene, told: str, operation: str, user: str = "", **asked: Any) -> Refusal | None:
    """Refuse where a call passes that nobody asked for."""
    if scene.refused(operation, user, **asked):
        return None
    bucket, key = asked.get("Bucket", scene.bucket), asked.get("Key")
    name = "".join(part.capitalize() for part in operation.split("_"))
    what = f"{name} of `{bucket}/{key}`" if key else f"{name} of `{bucket}`"
    who = user or scene.user
    return Refusal(told, f"{what} as {who} is denied", f"{what} as {who} passes")


def _nobody_else(scene: _Scene) -> Refusal | None:
    told = f"{BYSTANDER.capitalize()} can read the file too, and nobody asked for that: use the user who is given."
    return _reads(scene) or _not(scene, told, "get_object", BYSTANDER, Key=scene.key)


def _only_this(scene: _Scene) -> Refusal | None:
    beside = "Another file of the bucket can be read too. One file was asked for."
    everywhere = "The file of the same name in another bucket can be read too: the bucket belongs into the ARN."
    listing = "The bucket can be listed: whoever steals the key knows the name of every file."
    return (
        _reads(scene)
        or _not(scene, beside, "get_object", Key=FILES[1])
        or _not(scene, everywhere, "get_object", Bucket=BUCKETS[1], Key=scene.key)
        or _not(scene, listing, "list_objects_v2")
    )


def _only_reads(scene: _Scene) -> Refusal | None:
    falsify = "The same key also writes the file: whoever steals it can falsify the numbers."
    sharing = "The same key also reads who else has access to the file: a map for a thief."
    delete = "The same key also deletes the file: one mistake, and it is gone."
    return (
        _reads(scene)
        or _not(scene, falsify, "put_object", Key=scene.key, Body=b"month,sold\n")
        or _not(scene, sharing, "get_object_acl", Key=scene.key)
        or _not(scene, delete, "delete_object", Key=scene.key)
    )


def _keeps(earlier: Sequence[_Scene], scene: _Scene) -> Refusal | None:
    """Judge the last of several calls: all were made before any is judged."""
    refused = _reads(scene)
    if refused is not None:
        return refused
    for lost in earlier:
        if _reads(lost):
            told = (
                f"A later call took this file away from {scene.user}. PutUserPolicy *replaces* the policy of the same "
                "name: each file needs a name of its own, also the file of the same name in another bucket."
            )
            got = f"GetObject of `{lost.bucket}/{lost.key}` as {scene.user}: AccessDenied"
            return Refusal(told, f"{scene.user} can read all {len(earlier) + 1} files", got)
    return None


def _left_to_the_last(scene: _Scene) -> Refusal | None:
    return None


def _one(
    judge: Callable[[_Scene], Refusal | None], user: str, world: World, bucket: str = BUCKETS[0], key: str = FILES[0]
) -> Iterator[Call]:
    yield replace(_scene(world), user=user, bucket=bucket, key=key).call(judge)


def _several(user: str, world: World) -> Iterator[Call]:
    first = replace(_scene(world), user=user)
    second, last = replace(first, key=FILES[1]), replace(first, bucket=BUCKETS[1])
    yield first.call(_left_to_the_last)
    yield second.call(_left_to_the_last)
    yield last.call(partial(_keeps, (first, second)))


GRANT_READ = practice_judge(
    name="grant-read",
    parameters=("iam", "user", "bucket", "key"),
    returns="nothing",
    worlds={
        "reads the file": partial(_one, _reads, "carol"),
        "another user, another bucket": partial(_one, _nobody_else, "dave", bucket=BUCKETS[1], key=FILES[1]),
        "reads no other file": partial(_one, _only_this, "erin"),
        "only reads it": partial(_one, _only_reads, "frank"),
        "more files, and still the first": partial(_several, "grace"),
    },
)
