"""Checks of a resource's ARN against the templates of the service authorization reference (P10, P11)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from iamkit.analysis.findings.facts import REGIONS, RESOURCE_TYPES, WITHOUT_ACCOUNT
from iamkit.analysis.findings.globs import overlap
from iamkit.analysis.findings.known import Template, did_you_mean, is_namespace, own_templates, prefixes, templates
from iamkit.analysis.findings.values import is_wild
from iamkit.arn import is_account_id
from iamkit.policy.lint import Finder, Found
from iamkit.policy.outline import Outline

_VARIABLE = re.compile(r"\$\{[^}]*\}")
# Resources that belong to AWS, or to nobody, stand under these, or under no account at all.
_NO_ACCOUNT = frozenset({"aws", "aws-managed", "aws-marketplace", "cloudfront", "third-party"})


def _parts(text: str) -> list[str] | None:
    """Split an ARN pattern of six parts, variables written as `*`; None for anything else, which other checks see."""
    parts = _VARIABLE.sub("*", text).split(":", 5)
    return parts if len(parts) == 6 and parts[0] == "arn" else None


@lru_cache(maxsize=4096)
def _fitting(service: str, resource: str, everywhere: bool) -> tuple[Template, ...]:
    """List the templates of a service whose last part the pattern's may match."""
    known = templates(service) if everywhere else own_templates(service)
    return tuple(each for each in known if overlap(each.resource, resource))


def _arns(problem: Callable[[list[str]], str | tuple[str, str]]) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for part in outline.statements:
            for text in part.texts("Resource", "NotResource"):
                parts = _parts(text.value)
                answer = problem(parts) if parts else ""
                if answer:
                    message, help = answer if isinstance(answer, tuple) else (answer, "")
                    yield Found(text.pointer, f"`{text.value}`: {message}", help)

    return find


def _fixed(part: str) -> bool:
    return bool(part) and not is_wild(part)


def _service_case(parts: list[str]) -> str:
    service = parts[2]
    return f"the service is `{service.lower()}`, in lower case" if service != service.lower() else ""


def _unknown_service(parts: list[str]) -> str | tuple[str, str]:
    service = parts[2]
    if not _fixed(service) or is_namespace(service.lower()):
        return ""
    return f"no service is called `{service}` in ARNs", did_you_mean(service, prefixes())


def _bad_account(parts: list[str]) -> str:
    account = parts[4]
    good = not _fixed(account) or is_account_id(account) or account in _NO_ACCOUNT
    return "" if good else f"the account `{account}` is not 12 digits"


def _bad_region(parts: list[str]) -> str:
    region = parts[3]
    return f"`{region}` is no Region" if _fixed(region) and region not in REGIONS else ""


def _against(problem: Callable[[list[str], tuple[Template, ...]], str]) -> Callable[[list[str]], str]:
    """Ask of the templates that fit; only what the service's own reference faults is asked of all others, too."""

    def judged(parts: list[str]) -> str:
        if not _fixed(parts[2]):
            return ""
        own = problem(parts, _fitting(parts[2], parts[5], False))
        return own and problem(parts, _fitting(parts[2], parts[5], True))

    return judged


def _bad_resource(parts: list[str], fitting: tuple[Template, ...]) -> str:
    return "" if fitting or not _knows(parts[2]) else f"no resource of `{parts[2]}` is called like this"


def _knows(service: str) -> bool:
    return bool(own_templates(service) or templates(service))


def _needless(index: int, what: str) -> Callable[[list[str]], str]:
    def problem(parts: list[str], fitting: tuple[Template, ...]) -> str:
        given = parts[index]
        if not fitting or not _fixed(given) or given in _NO_ACCOUNT or any(each[index - 2] for each in fitting):
            return ""
        return f"ARNs of `{parts[2]}` have no {what}"

    return _against(problem)


def _missing(index: int, what: str) -> Callable[[list[str]], str]:
    def problem(parts: list[str], fitting: tuple[Template, ...]) -> str:
        if not fitting or parts[index] or (index == 4 and parts[2] in WITHOUT_ACCOUNT):
            return ""
        return f"the {what} is missing" if all(each[index - 2] for each in fitting) else ""

    return _against(problem)


def _elsewhere(outline: Outline) -> Iterator[Found]:
    expected = RESOURCE_TYPES.get(outline.resource_type or "")
    if expected is None:
        return
    service, types = expected
    forms = [each.resource for each in own_templates(service) if each.name in types]
    for part in outline.statements:
        for text in part.texts("Resource", "NotResource"):
            parts = _parts(text.value)
            if parts is not None and not (
                overlap(parts[2], service) and any(overlap(form, parts[5]) for form in forms)
            ):
                yield Found(text.pointer, f"`{text.value}` is no ARN of an {outline.resource_type}")


CHECKS: tuple[tuple[str, Finder], ...] = (
    ("ARN account not allowed", _arns(_needless(4, "account"))),
    ("ARN Region not allowed", _arns(_needless(3, "Region"))),
    ("Invalid ARN account", _arns(_bad_account)),
    ("Invalid ARN Region", _arns(_bad_region)),
    ("Invalid ARN resource", _arns(_against(_bad_resource))),
    ("Invalid ARN service case", _arns(_service_case)),
    ("Invalid service", _arns(_unknown_service)),
    ("Missing ARN account", _arns(_missing(4, "account"))),
    ("Missing ARN Region", _arns(_missing(3, "Region"))),
    ("Unsupported resource ARN in policy", _elsewhere),
)
