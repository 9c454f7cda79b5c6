"""The judge `old-keys`: find the keys that should not exist, in real credential reports of accounts of some age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.request import Request, urlopen

from iamkit.course.as_python import as_python
from iamkit.course.judges.cases import Call, Refusal, of_type
from iamkit.course.practice import World, practice_judge
from iamkit.sigv4 import Credentials, HttpRequest, sign

if TYPE_CHECKING:
    from iamkit.cloud.clients import Keys
    from iamkit.course.practice import Account

ROOT = "<root_account>"
OLDEST = 90
# How many days ago keys are made and used. One use is just recent enough, and that of another one is not.
_LONG_AGO, _NOT_SO_LONG, _NOW = 95, 89, 0
DAYS = (_LONG_AGO, _NOT_SO_LONG, _NOW)

Found = tuple[str, int]


class Key(NamedTuple):
    """A key of a user: how many days ago it was made and used last; `told` says why it should not exist."""

    user: str
    made: int = _LONG_AGO
    used: int | None = None
    active: bool = True
    number: int = 1
    told: str = ""

    @property
    def found(self) -> Found:
        """Name the key as the report does."""
        return self.user, self.number


_NEVER = "Made long ago and never used: nobody would miss it, and nobody would notice who uses it now."
_UNUSED = "It was last used more than 90 days ago. Whoever found a copy of it in the meantime can still get in."
_POWER = "Whoever has a key of the root user may do everything, and no identity-based policy stops them: have none."

# The administrator's key, which the program uses itself, is in every account.
ACCOUNTS: dict[str, tuple[Key, ...]] = {
    "a key nobody has used for long": (
        Key("carol", used=_LONG_AGO, told=_UNUSED), Key("dave", used=_NOW), Key("erin", used=_NOT_SO_LONG),
    ),
    "a key that was never used": (Key("frank", told=_NEVER), Key("grace", used=_NOW), Key("heidi", made=_NOW)),
    "a second key": (
        Key("ivan", used=_NOW), Key("ivan", used=_LONG_AGO, number=2, told=_UNUSED),
        Key("judy", told=_NEVER), Key("judy", number=2, told=_NEVER),
    ),
    "a key that is switched off": (Key("mallory", used=_LONG_AGO, active=False), Key("niaj", active=False)),
    "the root user's key": (Key(ROOT, used=_NOW, told=_POWER), Key("olivia", used=_NOW)),
}  # fmt: skip


class _Scene(NamedTuple):
    """The accounts of all cases."""

    accounts: dict[str, Account]


@lru_cache(maxsize=1)
def _scene(world: World) -> _Scene:
    """Let the accounts of all cases grow old together: there is one clock for all of them."""
    accounts = {name: world.account() for name in ACCOUNTS}
    lives = [_Life(account, account.client("iam"), ACCOUNTS[name], {}) for name, account in accounts.items()]
    for day, next_day in zip(DAYS, (*DAYS[1:], _NOW), strict=True):
        for life in lives:
            life.go_on(day)
        world.let_pass(timedelta(days=day - next_day))
    for life in lives:
        life.switch_off()
    return _Scene(accounts)


class _Life(NamedTuple):
    """What happens in an account, day by day."""

    account: Account
    iam: Any
    keys: tuple[Key, ...]
    held: dict[Found, Keys]

    def go_on(self, day: int) -> None:
        """Make and use the keys of this day."""
        for key in self.keys:
            if key.made == day:
                self.held[key.found] = self.account.root() if key.user == ROOT else self._made(key)
            if key.used == day:
                _use(self.account.practice.endpoint, self.held[key.found])

    def switch_off(self) -> None:
        """Deactivate the keys that are not active."""
        for key in self.keys:
            if not key.active:
                made = self.held[key.found].access_key_id
                self.iam.update_access_key(UserName=key.user, AccessKeyId=made, Status="Inactive")

    def _made(self, key: Key) -> Keys:
        from iamkit.cloud.clients import Keys

        if key.number == 1:
            self.iam.create_user(UserName=key.user)
        return Keys.of(self.iam.create_access_key(UserName=key.user))


def _use(endpoint: str, keys: Keys) -> None:
    """Ask who one is, without a client of boto3: to make one for each key would take seconds."""
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    host = endpoint.partition("//")[2]
    form = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    asked = HttpRequest("POST", "/", [("Host", host), form], body)
    credentials = Credentials(keys.access_key_id, keys.secret_access_key)
    signed = sign(asked, credentials, region="us-east-1", service="sts", at=datetime.now(UTC)).request
    with urlopen(Request(f"{endpoint}/", body, dict(signed.headers)), timeout=10) as answer:
        answer.read()


def _judge(keys: tuple[Key, ...], value: Any) -> Refusal | None:
    wrong = {key.found: key for key in keys if key.told}
    wanted = as_python([*wrong])
    refused = of_type(value, (list, tuple), wanted, "a list")
    if refused is not None:
        return refused
    given = [tuple(each) if isinstance(each, list | tuple) else each for each in value]
    got = as_python(given)
    for found, key in wrong.items():
        if found not in given:
            return Refusal(f"Key {found[1]} of `{found[0]}` stays. {key.told}", wanted, got)
    for each in given:
        if each not in wrong:
            return Refusal(_too_many(keys, each), wanted, got)
    if len(given) > len(wrong):
        return Refusal("Name each key once.", wanted, got)
    return None


def _too_many(keys: tuple[Key, ...], each: Any) -> str:
    """Say what happens to somebody whose key is on the list."""
    key = next((key for key in keys if key.found == each), None)
    if key is None and isinstance(each, tuple) and len(each) == 2 and each[0] == "administrator" and each[1] == 1:
        return "Your own key is on the list, and you use it right now."
    if key is None:
        return f"There is no such key: `{as_python(each)}`. Name a key by its user and its number, 1 or 2."
    if not key.active:
        return (
            f"Key {key.number} of `{key.user}` is switched off: it opens nothing. Your list must hold what is urgent."
        )
    if key.used is None:
        return f"Key {key.number} of `{key.user}` was made today. A program that starts tomorrow would fail."
    return f"Key {key.number} of `{key.user}` is in use: it was used {_ago(key.used)}. A program would stop working."


def _ago(days: int) -> str:
    return f"{days} days ago" if days else "today"


def _calls(name: str, world: World) -> Iterator[Call]:
    keys = ACCOUNTS[name]
    wanted = as_python([key.found for key in keys if key.told])
    yield Call((_scene(world).accounts[name].argument("iam"),), wanted, partial(_judge, keys))


OLD_KEYS = practice_judge(
    name="old-keys",
    parameters=("iam",),
    returns="a list of pairs, user and number of the key",
    worlds={name: partial(_calls, name) for name in ACCOUNTS},
)
