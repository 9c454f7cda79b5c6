"""Profiles with `sso`: sign in on a device, then take a role that one has been assigned (A15)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.metadata import IdentityCenter
from iamkit.cloud.metadata.identity_center import SESSION, token_file
from tests.cloud.metadata.world import ACCOUNT, LISTS_QUEUES, OTHER_ACCOUNT, home, run_chain, send, trust

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class World(NamedTuple):
    """An Identity Center with two users, and the clients of its two services."""

    cloud: LocalCloud
    center: IdentityCenter
    oidc: Any
    portal: Any
    role: str


def client(service: str, center: IdentityCenter) -> Any:
    """Make a client that has no keys, as these services need none."""
    return boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=center.endpoint,
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture(scope="module")
def world(cloud: LocalCloud) -> Iterator[World]:
    """Ana may read in one account and administer another; ben has nothing."""
    center = cloud.identity_center()
    for user in ("ana", "ben"):
        center.user(user)
    center.permission_set("Read", policy=LISTS_QUEUES)
    center.permission_set("Administer", managed_policies=["arn:aws:iam::aws:policy/AdministratorAccess"])
    role = center.assign("ana", "Read", ACCOUNT)
    center.assign("ana", "Administer", OTHER_ACCOUNT)
    yield World(cloud, center, client("sso-oidc", center), client("sso", center), role)
    center.stop()


def refused(call: Any, **parameters: Any) -> tuple[str, str]:
    """Call, and give code and message of the error."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error.get("Message", "")


def register(world: World, *scopes: str) -> dict[str, str]:
    """Register a client."""
    given = world.oidc.register_client(clientName="test", clientType="public", scopes=list(scopes))
    return {"clientId": given["clientId"], "clientSecret": given["clientSecret"]}


def sign_in(world: World, user: str, *scopes: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Go through the whole flow for a device."""
    own = register(world, *scopes)
    device = world.oidc.start_device_authorization(**own, startUrl=world.center.start_url)
    world.center.approve(device["userCode"], user)
    return own, world.oidc.create_token(**own, grantType=DEVICE, deviceCode=device["deviceCode"])


def test_a_role_as_identity_center_makes_it(world: World) -> None:
    """Name, path, trust policy and maximum of an AWSReservedSSO role."""
    role = world.cloud.client("iam").get_role(RoleName=world.role.rpartition("/")[2])["Role"]
    start = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Read_"
    assert role["Arn"].startswith(start)
    assert int(role["Arn"].removeprefix(start), 16) >= 0
    assert len(role["Arn"].removeprefix(start)) == 16
    assert (role["Path"], role["MaxSessionDuration"]) == ("/aws-reserved/sso.amazonaws.com/", 43_200)
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    provider = statement["Principal"]["Federated"]
    assert provider.startswith(f"arn:aws:iam::{ACCOUNT}:saml-provider/AWSSSO_")
    assert provider.endswith("_DO_NOT_DELETE")
    assert statement["Action"] == ["sts:AssumeRoleWithSAML", "sts:TagSession"]
    assert statement["Condition"] == {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}


def test_a_device_signs_in(world: World) -> None:
    """Register, start, wait, be approved, take a token; the code is good once."""
    own = register(world)
    device = world.oidc.start_device_authorization(**own, startUrl=world.center.start_url)
    assert device["verificationUriComplete"].endswith(f"?user_code={device['userCode']}")
    asked = {**own, "grantType": DEVICE, "deviceCode": device["deviceCode"]}
    assert refused(world.oidc.create_token, **asked)[0] == "AuthorizationPendingException"
    world.center.approve(device["userCode"], "ana")
    token = world.oidc.create_token(**asked)
    assert (token["tokenType"], token["expiresIn"]) == ("Bearer", 28_800)
    assert "refreshToken" not in token
    assert refused(world.oidc.create_token, **asked)[0] == "InvalidGrantException"
    with pytest.raises(LookupError, match="no device waits"):
        world.center.approve(device["userCode"], "ben")
    assert send(world.center.endpoint, "GET", "/device").status == 200


def test_a_person_may_say_no(world: World) -> None:
    """Then there is no token."""
    own = register(world)
    device = world.oidc.start_device_authorization(**own, startUrl=world.center.start_url)
    world.center.deny(device["userCode"])
    asked = {**own, "grantType": DEVICE, "deviceCode": device["deviceCode"]}
    assert refused(world.oidc.create_token, **asked)[0] == "AccessDeniedException"


def test_what_is_refused_when_signing_in(world: World) -> None:
    """Unknown clients, wrong secrets, another's device, other grants, another portal, no JSON."""
    own, other = register(world), register(world)
    oidc, start_url = world.oidc, world.center.start_url
    device = oidc.start_device_authorization(**own, startUrl=start_url)["deviceCode"]
    wrong = {**own, "clientSecret": "wrong"}
    assert refused(oidc.create_token, **wrong, grantType=DEVICE, deviceCode=device)[0] == "InvalidClientException"
    assert refused(oidc.create_token, **other, grantType=DEVICE, deviceCode=device)[0] == "InvalidGrantException"
    unknown = refused(oidc.create_token, **own, grantType="password", deviceCode=device)
    assert unknown[0] == "UnsupportedGrantTypeException"
    elsewhere = "https://other.awsapps.com/start"
    portal = refused(oidc.start_device_authorization, **own, startUrl=elsewhere)
    assert portal[0] == "InvalidRequestException"
    secret = refused(oidc.register_client, clientName="test", clientType="confidential")
    assert secret[0] == "InvalidClientMetadataException"
    for body in (b"", b"[]", b"{", b"\xff", b"[" * 30_000):
        answer = send(world.center.endpoint, "POST", "/token", body=body)
        assert (answer.status, answer.document["error"]) == (400, "invalid_request")


def test_refresh_tokens(world: World) -> None:
    """With the scope for accounts a token can be had again without a person, once for each refresh token."""
    own, token = sign_in(world, "ana", "sso:account:access")
    again = {**own, "grantType": "refresh_token", "refreshToken": token["refreshToken"]}
    second = world.oidc.create_token(**again)
    assert second["accessToken"] != token["accessToken"]
    assert world.portal.list_accounts(accessToken=second["accessToken"])["accountList"]
    assert refused(world.oidc.create_token, **again)[0] == "InvalidGrantException"


def test_the_portal_shows_what_is_assigned(world: World) -> None:
    """Accounts and roles of who has signed in, in pages if one likes."""
    _, token = sign_in(world, "ana")
    access = {"accessToken": token["accessToken"]}
    accounts = world.portal.list_accounts(**access)["accountList"]
    assert [account["accountId"] for account in accounts] == [ACCOUNT, OTHER_ACCOUNT]
    roles = world.portal.list_account_roles(**access, accountId=ACCOUNT)["roleList"]
    assert roles == [{"roleName": "Read", "accountId": ACCOUNT}]
    pages = list(world.portal.get_paginator("list_accounts").paginate(**access, PaginationConfig={"PageSize": 1}))
    assert [len(page["accountList"]) for page in pages] == [1, 1]
    _, nothing = sign_in(world, "ben")
    assert world.portal.list_accounts(accessToken=nothing["accessToken"])["accountList"] == []


def test_the_portal_gives_sessions_of_assigned_roles(world: World) -> None:
    """The session bears the user's name; what is not assigned is not given."""
    _, token = sign_in(world, "ana")
    asked = {"accessToken": token["accessToken"], "roleName": "Read", "accountId": ACCOUNT}
    given = world.portal.get_role_credentials(**asked)["roleCredentials"]
    sts = boto3.client(
        "sts",
        region_name="us-east-1",
        endpoint_url=world.cloud.endpoint,
        aws_access_key_id=given["accessKeyId"],
        aws_secret_access_key=given["secretAccessKey"],
        aws_session_token=given["sessionToken"],
    )
    name = world.role.rpartition("/")[2]
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/ana"
    for other in ({"roleName": "Administer"}, {"accountId": OTHER_ACCOUNT}, {"roleName": "Nothing"}):
        assert refused(world.portal.get_role_credentials, **asked | other) == ("ForbiddenException", "No access")
    _, nothing = sign_in(world, "ben")
    asked["accessToken"] = nothing["accessToken"]
    assert refused(world.portal.get_role_credentials, **asked)[0] == "ForbiddenException"


def test_the_trust_policy_decides(world: World) -> None:
    """An assignment is worth nothing once the role does not trust Identity Center's provider."""
    _, token = sign_in(world, "ana")
    asked = {"accessToken": token["accessToken"], "roleName": "Read", "accountId": ACCOUNT}
    iam, name = world.cloud.client("iam"), world.role.rpartition("/")[2]
    before = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    try:
        assert refused(world.portal.get_role_credentials, **asked) == ("ForbiddenException", "No access")
    finally:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(before))
    assert world.portal.get_role_credentials(**asked)["roleCredentials"]["accessKeyId"].startswith("ASIA")


def test_tokens_of_the_portal(world: World) -> None:
    """A wrong token, and one after signing out: 401 in the portal's words."""
    unauthorized = ("UnauthorizedException", "Session token not found or invalid")
    assert refused(world.portal.list_accounts, accessToken="wrong") == unauthorized
    _, token = sign_in(world, "ana")
    access = {"accessToken": token["accessToken"]}
    world.portal.logout(**access)
    assert refused(world.portal.list_accounts, **access) == unauthorized


@pytest.mark.parametrize("query", ["", "role_name=Read", f"account_id={ACCOUNT}", f"role_name=&account_id={ACCOUNT}"])
def test_the_portal_needs_its_parameters(world: World, query: str) -> None:
    """400 for what is missing."""
    _, token = sign_in(world, "ana")
    headers = {"x-amz-sso_bearer_token": token["accessToken"]}
    answer = send(world.center.endpoint, "GET", f"/federation/credentials?{query}", headers)
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "InvalidRequestException")


@pytest.mark.parametrize("query", ["max_result=0", "max_result=101", "max_result=x", "next_token=-1", "next_token=²"])
def test_pages_that_there_are_not(world: World, query: str) -> None:
    """400, and no defect."""
    _, token = sign_in(world, "ana")
    headers = {"x-amz-sso_bearer_token": token["accessToken"]}
    path = f"/assignment/accounts?{query}".encode().decode("latin-1")
    assert send(world.center.endpoint, "GET", path.replace("Â²", "%C2%B2"), headers).status == 400


def test_a_profile_with_a_cached_token(world: World, tmp_path: Path) -> None:
    """An unmodified chain in a process and a home folder of its own: whose session it is, what it may and what not."""
    files = home(tmp_path, world.center.configuration("Read", ACCOUNT))
    world.center.sign_in("ana", files)
    told = run_chain(world.center.environment(files))
    name = world.role.rpartition("/")[2]
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/ana"
    assert told == {"method": "sso", "arn": arn, "queues": 200, "users": "AccessDenied"}


def test_an_expired_token_is_refreshed_by_the_chain(world: World, tmp_path: Path) -> None:
    """As `aws sso login` leaves it, a token that has ended is exchanged for another one, and that one is kept."""
    files = home(tmp_path, world.center.configuration("Read", ACCOUNT))
    own, token = sign_in(world, "ana", "sso:account:access")
    held = {
        **own,
        "startUrl": world.center.start_url,
        "region": "us-east-1",
        "accessToken": token["accessToken"],
        "refreshToken": token["refreshToken"],
        "expiresAt": "2020-01-01T00:00:00Z",
        "registrationExpiresAt": "2099-01-01T00:00:00Z",
    }
    file = token_file(files, SESSION, held)
    before = len(world.center.requests)
    told = run_chain(world.center.environment(files))
    assert told["method"] == "sso"
    assert [seen.path for seen in world.center.requests[before:]] == ["/token", "/federation/credentials"]
    assert json.loads(file.read_text("utf-8"))["accessToken"] != token["accessToken"]


def test_endpoints_of_a_services_section(world: World, tmp_path: Path) -> None:
    """Without variables for endpoints, the profile's own `services` and `endpoint_url` are enough."""
    configuration = world.center.configuration("Read", ACCOUNT, "work")
    header = "[profile work]\n"
    configuration = configuration.replace(header, f"{header}endpoint_url = {world.cloud.endpoint}\n")
    files = home(tmp_path, configuration)
    world.center.sign_in("ana", files)
    environment = {
        name: value
        for name, value in world.center.environment(files).items()
        if not name.startswith("AWS_ENDPOINT_URL")
    }
    assert run_chain(environment | {"AWS_PROFILE": "work"})["method"] == "sso"


def test_legacy_profiles(world: World, tmp_path: Path) -> None:
    """Without a session section the token is kept under the start URL."""
    configuration = (
        f"[default]\nsso_start_url = {world.center.start_url}\nsso_region = us-east-1\n"
        f"sso_account_id = {ACCOUNT}\nsso_role_name = Read\n"
    )
    files = home(tmp_path, configuration)
    _, token = sign_in(world, "ana")
    held = {"accessToken": token["accessToken"], "expiresAt": "2099-01-01T00:00:00Z"}
    token_file(files, world.center.start_url, held)
    assert run_chain(world.center.environment(files))["method"] == "sso"


def test_assignments_can_be_taken_away(world: World) -> None:
    """The next session is refused, and the account is no longer listed."""
    center = world.center
    center.assign("ben", "Read", ACCOUNT)
    _, token = sign_in(world, "ben")
    asked = {"accessToken": token["accessToken"], "roleName": "Read", "accountId": ACCOUNT}
    assert world.portal.get_role_credentials(**asked)
    center.take_away("ben", "Read", ACCOUNT)
    assert refused(world.portal.get_role_credentials, **asked)[0] == "ForbiddenException"
    assert world.portal.list_accounts(accessToken=token["accessToken"])["accountList"] == []


def test_one_role_for_all_who_have_a_permission_set(world: World) -> None:
    """Two users with the same permission set share the account's role."""
    assert world.center.assign("ben", "Read", ACCOUNT) == world.role
    world.center.take_away("ben", "Read", ACCOUNT)


def test_what_there_is_not(world: World) -> None:
    """Users, permission sets and accounts must exist; durations have limits."""
    center = world.center
    with pytest.raises(LookupError, match="there is no user `eve`"):
        center.assign("eve", "Read", ACCOUNT)
    with pytest.raises(LookupError, match="there is no permission set `Write`"):
        center.assign("ana", "Write", ACCOUNT)
    with pytest.raises(LookupError, match="there is no account `999999999999`"):
        center.assign("ana", "Read", "999999999999")
    with pytest.raises(ValueError, match="there is a permission set `Read` already"):
        center.permission_set("Read")
    with pytest.raises(ValueError, match="`3599` is no session duration"):
        center.permission_set("Short", session_duration=3599)
    with pytest.raises(ValueError, match="`a b` names no permission set"):
        center.permission_set("a b")
    with pytest.raises(ValueError, match="Effect"):
        center.permission_set("Broken", policy='{"Statement": {}}')
    with pytest.raises(ValueError, match="`a` names no user"):
        center.user("a")
    center.permission_set("Missing", managed_policies=["arn:aws:iam::aws:policy/Nothing"])
    with pytest.raises(LookupError, match="there is no managed policy `arn:aws:iam::aws:policy/Nothing`"):
        center.assign("ana", "Missing", ACCOUNT)


def test_nothing_else_is_there(world: World) -> None:
    """Other paths and methods, web pages, other hosts."""
    endpoint = world.center.endpoint
    assert send(endpoint, "GET", "/token").status == 404
    assert send(endpoint, "POST", "/federation/credentials").status == 404
    assert send(endpoint, "GET", "/assignment/accounts", {"Origin": "https://evil.example"}).status == 403
    assert send(endpoint, "GET", "/assignment/accounts", {"Host": "portal.sso.us-east-1.amazonaws.com"}).status == 421
