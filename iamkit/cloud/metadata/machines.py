"""What an instance is: one that is made up at once for its metadata, or one that was launched with RunInstances."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from iamkit.cloud.calls import Answer, Call
from iamkit.cloud.metadata.documents import Facts
from iamkit.cloud.metadata.imds import MetadataOptions
from iamkit.cloud.metadata.surroundings import Surroundings, written
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store import backends


class Held(NamedTuple):
    """The instance profile that an instance holds; another one of the same name has another ID."""

    name: str
    unique_id: str


class Machine(Protocol):
    """An instance, as it is now."""

    @property
    def facts(self) -> Facts: ...
    @property
    def options(self) -> MetadataOptions: ...
    def set_options(self, options: MetadataOptions) -> None: ...
    def profile(self) -> Held | None: ...


@dataclass(slots=True)
class MadeUp:
    """An instance that only its metadata knows of: EC2 does not list it."""

    facts: Facts
    options: MetadataOptions
    held: Held | None = None

    def set_options(self, options: MetadataOptions) -> None:
        """Change the metadata options."""
        self.options = options

    def profile(self) -> Held | None:
        """Tell which instance profile it has."""
        return self.held


class NotRunning(LookupError):
    """EC2 has no such instance, or it does not run."""


class Launched:
    """An instance of EC2: its options and its profile are what calls to EC2 make them, from one moment to the next."""

    def __init__(self, surroundings: Surroundings, account: str, instance_id: str) -> None:
        self._region = surroundings.region
        self._account = account
        self._id = instance_id
        with surroundings.lock:
            found = _find(account, self._region, instance_id)
            if found is None or found.state != "running":
                raise NotRunning(
                    f"no instance `{instance_id}` runs in account {account}\n  help: launch it: ec2.run_instances(…)"
                )
            self.facts = _facts_of(found, account, self._region)

    @property
    def options(self) -> MetadataOptions:
        """Give the metadata options; on an instance that does not run nothing is answered."""
        found = _find(self._account, self._region, self._id)
        if found is None or found.state != "running":
            return MetadataOptions(http_tokens="required", http_endpoint="disabled")
        return _options_of(found)

    def set_options(self, options: MetadataOptions) -> None:
        """Change the metadata options in EC2."""
        held = _find(self._account, self._region, self._id).metadata_options
        held.http_tokens = options.http_tokens
        held.http_put_response_hop_limit = options.http_put_response_hop_limit
        held.http_endpoint = options.http_endpoint

    def profile(self) -> Held | None:
        """Tell which instance profile is associated with it."""
        ec2 = backends.backend("ec2", self._account, self._region)
        association = ec2.iam_instance_profile_associations.get(self._id)
        if association is None:
            return None
        return Held(association.iam_instance_profile.name, association.iam_instance_profile.id)


def keep_omitted_options(execute: Callable[[Call, str], Answer]) -> Callable[..., Answer | None]:
    """Make ModifyInstanceMetadataOptions keep what a call does not name, as EC2 does; moto forgets it."""

    def modify(call: Call, holder: Holder | None, *_: object) -> Answer | None:
        account = (holder.caller.account if holder else None) or ""
        found = _find(account, call.region, call.parameters.get("InstanceId", ""))
        if found is None:
            return None
        now, held = _options_of(found), found.metadata_options
        kept = {
            "HttpTokens": now.http_tokens,
            "HttpPutResponseHopLimit": now.http_put_response_hop_limit,
            "HttpEndpoint": now.http_endpoint,
            "HttpProtocolIpv6": held.http_protocol_ipv6,
            "InstanceMetadataTags": held.instance_metadata_tags,
        }
        return execute(replace(call, parameters={**kept, **call.parameters}), account)

    return modify


def _find(account: str, region: str, instance_id: str) -> Any:
    known = account in backends.accounts()
    return backends.backend("ec2", account, region).get_instance_by_id(instance_id) if known else None


def _options_of(instance: Any) -> MetadataOptions:
    held = instance.metadata_options
    return MetadataOptions(held.http_tokens, int(held.http_put_response_hop_limit), held.http_endpoint)


def _facts_of(instance: Any, account: str, region: str) -> Facts:
    encoded = instance.user_data
    return Facts(
        account=account,
        region=region,
        availability_zone=instance.availability_zone,
        instance_id=instance.id,
        image_id=instance.image_id,
        instance_type=instance.instance_type,
        private_ip=instance.private_ip,
        mac=instance.nics[0].mac_address,
        vpc=instance.vpc_id,
        launched=instance.launch_time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        user_data=base64.b64decode(str(encoded)).decode(errors="replace") if encoded else None,
    )


def made_up_facts(surroundings: Surroundings, account: str, instance_type: str, user_data: str | None) -> Facts:
    """Draw what an instance is known by."""
    digits = surroundings.hex(4)
    third, fourth = int(digits[:2], 16), int(digits[2:], 16)
    return Facts(
        account=account,
        region=surroundings.region,
        availability_zone=f"{surroundings.region}a",
        instance_id=f"i-0{surroundings.hex(16)}",
        image_id=f"ami-0{surroundings.hex(16)}",
        instance_type=instance_type,
        private_ip=f"10.0.{third}.{max(4, min(fourth, 254))}",
        mac="02:" + ":".join(surroundings.hex(2) for _ in range(5)),
        vpc=f"vpc-0{surroundings.hex(16)}",
        launched=written(surroundings.clock()),
        user_data=user_data,
    )
