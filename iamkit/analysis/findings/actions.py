"""Checks of actions: whether they exist, and whether they go together with the statement's conditions."""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.analysis.findings.facts import ACTION_FOR_KEY, CROSS_SERVICE_KEYS, RESOURCE_TYPES
from iamkit.analysis.findings.known import actions_of, attached_keys, did_you_mean, key_pattern, prefixes, takes_key
from iamkit.analysis.findings.values import family, is_wild
from iamkit.policy.grammar import PolicyType
from iamkit.policy.lint import Finder, Found
from iamkit.policy.outline import Key, Outline, Part, Text
from iamkit.policy.patterns import glob
from iamkit.reference import action


def _listed(outline: Outline) -> Iterator[Text]:
    """Go through the actions that are written well enough to be looked up."""
    for part in outline.statements:
        for text in part.texts("Action", "NotAction"):
            prefix, colon, name = text.value.partition(":")
            if colon and prefix and name and ":" not in name and not is_wild(prefix):
                yield text


def _unknown_service(outline: Outline) -> Iterator[Found]:
    for text in _listed(outline):
        prefix = text.value.partition(":")[0].lower()
        if prefix not in prefixes():
            help = did_you_mean(prefix, prefixes())
            yield Found(text.pointer, f"`{text.value}`: no service has the prefix `{prefix}`", help)


def _unknown_action(outline: Outline) -> Iterator[Found]:
    for text in _listed(outline):
        folded = text.value.lower()
        prefix = folded.partition(":")[0]
        if prefix not in prefixes() or _exists(folded):
            continue
        what = "covers no action" if is_wild(folded) else "is no action"
        yield Found(text.pointer, f"`{text.value}` {what} of `{prefix}`", did_you_mean(text.value, actions_of(prefix)))


def _exists(folded: str) -> bool:
    prefix, _, name = folded.partition(":")
    if name == "*":
        return True
    if not is_wild(name):
        return action(folded) is not None
    matches = glob(folded)
    return any(matches(known.lower()) for known in actions_of(prefix))


def _exact(part: Part) -> list[Text]:
    """List the actions without wildcards that exist; the checks of keys look at no others."""
    return [text for text in part.actions if not is_wild(text.value) and action(text.value) is not None]


def _key_not_taken(outline: Outline) -> Iterator[Found]:
    if outline.type is PolicyType.TRUST:
        return  # `sts:TagSession` and `sts:SetSourceIdentity` are decided with the request to assume the role
    for part in outline.statements:
        actions = _exact(part)
        for key in part.keys:
            # Which global keys an action has is in no list but that of the tags, which has checks of its own.
            if family(key) == "Null" or key.folded.startswith("aws:") or key.folded in CROSS_SERVICE_KEYS:
                continue
            # A key that the reference attaches to nothing is one whose actions are not known.
            if not any(key_pattern(known).fullmatch(key.folded) for known in attached_keys(_service_of(key))):
                continue
            others = [text.value for text in actions if not takes_key(text.value, key.folded)]
            if others:
                shown = ", ".join(f"`{name}`" for name in others)
                help = "move them to a statement without this condition"
                yield Found(key.pointer, f"`{key.name}` is never there for {shown}", help, at_key=True)


def _service_of(key: Key) -> str:
    return key.folded.partition(":")[0]


def _action_for_key(outline: Outline) -> Iterator[Found]:
    for part, key in outline.each_key():
        needed = ACTION_FOR_KEY.get(key.folded)
        if needed is None or not part.actions or not part.allows or family(key) == "Null":
            continue
        allowed = (glob(text.value.lower()) for other in outline.statements if other.allows for text in other.actions)
        if not any(matches(needed.lower()) for matches in allowed):
            message = f"nobody may set what `{key.name}` asks for without `{needed}`"
            yield Found(part.place("Action"), message, f"add `{needed}` to `Action`")


# -- tags of resources

_TAG = "aws:resourcetag/"


def _tag_key(part: Part) -> Key | None:
    """Find a condition on a resource's tag that does not hold where there is none (P24)."""
    return next(
        (
            key
            for key in part.keys
            if key.folded.startswith(_TAG)
            and family(key) != "Null"
            and not key.use.if_exists
            and not key.use.operator.negated
        ),
        None,
    )


def _takes_tags(pattern: str) -> bool:
    """Tell whether any action that the pattern covers may have a resource's tag in its request."""
    folded = pattern.lower()
    if not is_wild(folded):
        return action(folded) is None or takes_key(folded, _TAG + "key")
    prefix = folded.partition(":")[0]
    matches = glob(folded)
    known = [name for name in actions_of(prefix) if matches(name.lower())]
    return not known or any(takes_key(name, _TAG + "key") for name in known)


def _untagged(effect: str) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for part in outline.statements:
            key = _tag_key(part) if part.effect == effect else None
            if key is None:
                continue
            others = sorted({text.value.partition(":")[0] for text in part.actions if not _takes_tags(text.value)})
            if others:
                shown = ", ".join(f"`{name}`" for name in others)
                verb = "allowed" if effect == "Allow" else "denied"
                message = f"`{key.name}` is never there for actions of {shown} in this statement: they are not {verb}"
                yield Found(key.pointer, message, "move them to a statement without this condition", at_key=True)

    return find


def _untagged_not_action(effect: str) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for part in outline.statements:
            key = _tag_key(part) if part.effect == effect and part.has("NotAction") else None
            if key is not None:
                verb = "allowed" if effect == "Allow" else "denied"
                message = f"of all that `NotAction` leaves, what knows no `{key.name}` is not {verb}"
                yield Found(key.pointer, message, "list the actions that you mean in `Action`", at_key=True)

    return find


# -- the actions of the resource that the policy is attached to


def _elsewhere(outline: Outline) -> Iterator[Found]:
    expected = RESOURCE_TYPES.get(outline.resource_type or "")
    if expected is None:
        return
    prefix, types = expected
    for text in _listed(outline):
        folded = text.value.lower()
        found = action(folded)
        if folded.partition(":")[0] != prefix:
            yield Found(text.pointer, f"`{text.value}` does nothing with an {outline.resource_type}")
        elif found is not None and not any(each.name in types for each in found.resource_types):
            yield Found(text.pointer, f"`{text.value}` acts on no {outline.resource_type}")


CHECKS: tuple[tuple[str, Finder], ...] = (
    ("Invalid action", _unknown_action),
    ("Invalid service in action", _unknown_service),
    ("Unsupported action for condition key", _key_not_taken),
    ("Unsupported action in policy", _elsewhere),
    ("Missing action for condition key", _action_for_key),
    ("Deny with unsupported tag condition key for service", _untagged("Deny")),
    ("Deny NotAction with unsupported tag condition key for service", _untagged_not_action("Deny")),
    ("Allow with unsupported tag condition key for service", _untagged("Allow")),
    ("Allow NotAction with unsupported tag condition key for service", _untagged_not_action("Allow")),
)
