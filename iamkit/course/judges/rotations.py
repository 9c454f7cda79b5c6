"""The judge `rotated-key`: a key changes while the application goes on; the trail says whether it could."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from iamkit.course.judges.cases import Call, Refusal, of_type
from iamkit.course.practice import Account, World, practice_judge

# One for each case, so that what is done in a case is not in the way of another.
USERS = ("billing", "importer", "mailer", "reporter")
_EXPECTED = "the ID of the new key"


@dataclass(frozen=True, slots=True)
class _Scene:
    """A user whose key is in a secret, where its application reads it before each of its calls."""

    account: Account
    iam: Any
    secrets: Any
    user: str
    old: str
    spare: str | None

    @property
    def secret(self) -> str:
        return f"{self.user}/key"

    def call(self, *looks: Callable[[_Scene, Any], Refusal | None]) -> Call:
        """Make the call of the learner's function for this user."""
        arguments = (self.account.argument("iam"), self.account.argument("secretsmanager"), self.user, self.secret)

        def judge(value: Any) -> Refusal | None:
            return of_type(value, str, _EXPECTED, "a str") or _locked_out(self) or next(
                filter(None, (look(self, value) for look in looks)), None
            )  # fmt: skip

        return Call(arguments, _EXPECTED, judge)

    def keys(self) -> dict[str, str]:
        """List the user's keys with their status."""
        listed = self.iam.list_access_keys(UserName=self.user)["AccessKeyMetadata"]
        return {each["AccessKeyId"]: each["Status"] for each in listed}

    def deployed(self) -> Mapping[str, Any]:
        """Read what the application reads; nothing where there is nothing that it could read."""
        from botocore.exceptions import ClientError

        try:
            read = json.loads(self.secrets.get_secret_value(SecretId=self.secret)["SecretString"])
        except (ClientError, KeyError, ValueError):
            read = None
        return read if isinstance(read, dict) else {}

    def events(self) -> Sequence[Mapping[str, Any]]:
        """List what succeeded with this user's keys and secret, oldest first."""
        return [event for event in self.account.events() if "errorCode" not in event and self._mine(event)]

    def _mine(self, event: Mapping[str, Any]) -> bool:
        asked = event["requestParameters"] or {}
        return asked.get("userName") == self.user or self.secret in f"{asked.get('secretId')} {asked.get('name')}"


@lru_cache(maxsize=1)
def _prepared(world: World) -> Mapping[str, _Scene]:
    """Prepare one account for all cases: to open an account takes longer than all the rest."""
    account = world.account()
    iam, secrets = account.client("iam"), account.client("secretsmanager")
    scenes = {}
    for user in USERS:
        iam.create_user(UserName=user)
        spare = _unused_key(iam, user) if user == USERS[-1] else None
        key = iam.create_access_key(UserName=user)["AccessKey"]
        text = json.dumps({name: key[name] for name in ("AccessKeyId", "SecretAccessKey")})
        secrets.create_secret(Name=f"{user}/key", SecretString=text)
        scenes[user] = _Scene(account, iam, secrets, user, key["AccessKeyId"], spare)
    return scenes


def _unused_key(iam: Any, user: str) -> str:
    """Leave a key from an earlier rotation, switched off, which nobody deleted."""
    key = str(iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"])
    iam.update_access_key(UserName=user, AccessKeyId=key, Status="Inactive")
    return key


def _locked_out(scene: _Scene) -> Refusal | None:
    """See whether the administrator, whose clients these are, can still ask, and about that user."""
    from botocore.exceptions import ClientError

    try:
        scene.keys()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return Refusal("The user is gone, and with it all that it could do.", "the user is there", str(error))
        told = (
            "The administrator's own key is gone: who asks for keys without `UserName` gets their own. "
            "Now nobody can undo it."
        )
        return Refusal(told, "the administrator can still sign", str(error))
    return None


def _new_key_signs(scene: _Scene, value: Any) -> Refusal | None:
    keys, deployed = scene.keys(), scene.deployed()
    fresh = [each for each in keys if each not in (scene.old, scene.spare)]
    if len(fresh) != 1:
        return Refusal(f"One new key was asked for, and {len(fresh)} were made.", "one new key", _listed(keys))
    if value != fresh[0]:
        return Refusal("What is returned is not the ID of the new key.", f'"{fresh[0]}"')
    if keys[value] != "Active":
        return Refusal("The new key is switched off: the application stands still.", f"{value}: Active", _listed(keys))
    return _application_signs(scene, value, deployed) or _old_key_is_off(scene, keys)


def _application_signs(scene: _Scene, new: str, deployed: Mapping[str, Any]) -> Refusal | None:
    """Be the application: read the secret, sign with what is in it."""
    from botocore.exceptions import BotoCoreError, ClientError

    wanted = f"the application signs with {new}"
    if deployed.get("AccessKeyId") != new:
        told = f"The application reads its key from the secret `{scene.secret}`, and the new one is not there."
        return Refusal(told, wanted, f"AccessKeyId there: {deployed.get('AccessKeyId')}")
    try:
        keys = {name: deployed.get(name) for name in ("AccessKeyId", "SecretAccessKey")}
        scene.account.client("sts", keys).get_caller_identity()
    except (BotoCoreError, ClientError, TypeError) as error:
        told = "The application reads the secret, signs with what it finds, and is refused."
        return Refusal(told, wanted, f"{type(error).__name__}: {error}")
    return None


def _old_key_is_off(scene: _Scene, keys: Mapping[str, str]) -> Refusal | None:
    if keys.get(scene.old) != "Active":
        return None
    told = "The old key still opens everything. Whoever found it in the repository can go on."
    return Refusal(told, f"{scene.old}: Inactive", _listed(keys))


def _without_a_gap(scene: _Scene, value: Any) -> Refusal | None:
    """Follow the events: from which one on the application had no key that works."""
    deployed_old = True
    for event in scene.events():
        name, asked = event["eventName"], event["requestParameters"]
        if name in ("PutSecretValue", "UpdateSecret"):
            deployed_old = False
        ended = name == "DeleteAccessKey" or (name == "UpdateAccessKey" and asked.get("status") == "Inactive")
        if ended and asked.get("accessKeyId") == scene.old and deployed_old:
            told = (
                f"In the trail, `{name}` of the old key comes before the new one is in the secret. Between the two the "
                "application has no key that works, and every request of every customer fails."
            )
            return Refusal(told, "the new key in the secret, then the old one off", _told(scene.events()))
    return None


def _way_back(scene: _Scene, value: Any) -> Refusal | None:
    keys = scene.keys()
    if keys.get(scene.old) == "Inactive":
        return None
    told = (
        "The old key is deleted at once. If a forgotten program still signs with it, nobody can bring it back: switch "
        "it off, wait until nothing complains, and delete it another day."
    )
    return Refusal(told, f"{scene.old}: Inactive", _listed(keys))


def _room(scene: _Scene, value: Any) -> Refusal | None:
    keys = scene.keys()
    if scene.spare in keys:
        told = "A user has at most two keys. The one that is switched off already is in the way of the new one."
        return Refusal(told, f"{scene.spare} is deleted", _listed(keys))
    return _new_key_signs(scene, value) or _without_a_gap(scene, value) or _way_back(scene, value)


def _listed(keys: Mapping[str, str]) -> str:
    return ", ".join(f"{key}: {status}" for key, status in keys.items()) or "no keys"


def _told(events: Sequence[Mapping[str, Any]]) -> str:
    """Name the calls that changed something since the key was deployed for the first time."""
    names = [event["eventName"] for event in events]
    return ", ".join(name for name in names[names.index("CreateSecret") + 1 :] if not name.startswith(("List", "Get")))


def _one(user: str, looks: tuple[Callable[[_Scene, Any], Refusal | None], ...], world: World) -> Iterator[Call]:
    yield _prepared(world)[user].call(*looks)


ROTATED_KEY = practice_judge(
    name="rotated-key",
    parameters=("iam", "secrets", "user", "secret"),
    returns="the ID of the new key",
    worlds={
        "the application has a new key": partial(_one, USERS[0], (_new_key_signs,)),
        "no moment without a key": partial(_one, USERS[1], (_new_key_signs, _without_a_gap)),
        "a way back": partial(_one, USERS[2], (_new_key_signs, _way_back)),
        "two keys already": partial(_one, USERS[3], (_room,)),
    },
)
