"""Run programs with a role of a cloud that another process runs, and explain what it refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from iamkit.cloud.denials import Denial
from iamkit.cloud.registry import NoCloud, Running, find
from iamkit.cloud.remote import Refusal, ask
from iamkit.cloud.run import RoleCredentials, run, said

# What a shell answers for a program that is not there.
NOT_FOUND = 127


def run_with_role(
    command: Sequence[str],
    role: str,
    account: str | None,
    service: str | None,
    which: str | None,
    region: str,
    *,
    say: Callable[[str], object],
) -> int:
    """Run a program to its end as a role, say what was refused and what would mend it; give the exit status.

    Raises NoCloud, and Refusal where there is no such role or nobody may assume it.
    """
    cloud = find(which)
    made = ask(cloud, "role-session", role=role, account=account, service=service)
    key = made["accessKeyId"]
    credentials = RoleCredentials(cloud.endpoint, region, key, made["secretAccessKey"], made["sessionToken"])
    try:
        ran = run(command, credentials)
    except FileNotFoundError:
        say(f"iamkit: there is no program `{command[0]}`")
        return NOT_FOUND
    if text := said(ran):
        say(text.rstrip("\n"))
    for denial in _once(_denials(cloud, key)):
        say(f"iamkit: {denial!r}")
    return ran.status


def denials(which: str | None = None, number: str | None = None, *, every: bool = False) -> tuple[Denial, ...]:
    """Explain the last denial of a cloud, the one of event `number`, or every one; raises NoCloud and Refusal."""
    found = _denials(find(which))
    if every:
        return found
    if not found:
        raise Refusal("nothing has been refused yet\nhelp: make a call that no policy allows, then ask again")
    if number is None:
        return found[-1:]
    picked = tuple(denial for denial in found if str(denial.number) == number)
    if not picked:
        numbers = ", ".join(str(denial.number) for denial in found[-10:])
        raise Refusal(f"`{number}` is the number of no denial\nhelp: the last ones are {numbers}")
    return picked


def _denials(cloud: Running, key: str | None = None) -> tuple[Denial, ...]:
    return tuple(map(Denial.from_json, ask(cloud, "denials", accessKeyId=key)["denials"]))


def _once(found: Sequence[Denial]) -> list[Denial]:
    """Keep one denial of those that say the same: SDKs try again, and programs loop."""
    return list({(each.chain, each.action, each.resource, each.decided_by): each for each in found}.values())


__all__ = ["NoCloud", "Refusal", "denials", "run_with_role"]
