"""One scene for each service of the course: what it makes, and the questions whose answers must outlive a restart."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

Client = Callable[[str], Any]
ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"


def trust(principal: object) -> str:
    """Write a trust policy."""
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def allow(*actions: str) -> str:
    """Write a policy that allows."""
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}})


def package() -> bytes:
    """Zip a function."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(zipfile.ZipInfo("app.py", (2026, 1, 1, 0, 0, 0)), "def handler(event, context): return event\n")
    return buffer.getvalue()


def make_iam(client: Client) -> None:
    """Users, groups, roles, policies, keys, devices, providers, boundaries."""
    iam = client("iam")
    policy = iam.create_policy(PolicyName="limits", PolicyDocument=allow("s3:*"))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=allow("sqs:*"), SetAsDefault=True)
    iam.create_user(UserName="alice", Path="/team/", PermissionsBoundary=policy, Tags=[{"Key": "a", "Value": "b"}])
    iam.create_user(UserName="bob")
    iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=policy)
    iam.put_user_policy(UserName="bob", PolicyName="own", PolicyDocument=allow("sqs:ListQueues", "sts:*"))
    iam.create_access_key(UserName="bob")
    iam.create_login_profile(UserName="bob", Password="correct-Horse-9-battery")
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="alice")
    iam.attach_group_policy(GroupName="readers", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}), MaxSessionDuration=7200)
    iam.attach_role_policy(RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.create_instance_profile(InstanceProfileName="profile")
    iam.add_role_to_instance_profile(InstanceProfileName="profile", RoleName="reader")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="device")
    iam.create_open_id_connect_provider(Url="https://token.example.com", ClientIDList=["me"], ThumbprintList=["a" * 40])
    iam.create_account_alias(AccountAlias="alias-of-mine")
    iam.generate_credential_report()


def ask_iam(client: Client) -> Any:
    """Everything, and a password that still works."""
    iam = client("iam")
    return (
        iam.get_account_authorization_details(),
        iam.list_access_keys(UserName="bob"),
        iam.list_virtual_mfa_devices(),
        iam.list_open_id_connect_providers(),
        iam.list_account_aliases(),
        iam.get_user(UserName="alice"),
        iam.get_user(UserName="bob"),
        iam.list_instance_profiles(),
        iam.get_login_profile(UserName="bob"),
    )


def make_s3(client: Client) -> None:
    """Versions, metadata, policies, an upload in parts that is finished and one that is not."""
    s3 = client("s3")
    s3.create_bucket(Bucket="amzn-s3-demo-bucket")
    s3.put_bucket_versioning(Bucket="amzn-s3-demo-bucket", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"one", b"two \x00\xff", b"a" * 300_000):
        s3.put_object(Bucket="amzn-s3-demo-bucket", Key="a b/ü;+.txt", Body=body, Metadata={"my_key": "v"})
    s3.delete_object(Bucket="amzn-s3-demo-bucket", Key="a b/ü;+.txt")
    s3.put_object(Bucket="amzn-s3-demo-bucket", Key="tagged", Body=b"x", Tagging="a=b&c=d")
    s3.copy_object(Bucket="amzn-s3-demo-bucket", Key="copy", CopySource="amzn-s3-demo-bucket/tagged")
    s3.put_bucket_tagging(Bucket="amzn-s3-demo-bucket", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    done = s3.create_multipart_upload(Bucket="amzn-s3-demo-bucket", Key="parts")["UploadId"]
    part = s3.upload_part(Bucket="amzn-s3-demo-bucket", Key="parts", UploadId=done, PartNumber=1, Body=b"p" * 1000)
    s3.complete_multipart_upload(
        Bucket="amzn-s3-demo-bucket",
        Key="parts",
        UploadId=done,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    open_one = s3.create_multipart_upload(Bucket="amzn-s3-demo-bucket", Key="open")["UploadId"]
    s3.upload_part(Bucket="amzn-s3-demo-bucket", Key="open", UploadId=open_one, PartNumber=1, Body=b"q" * 10)


def ask_s3(client: Client) -> Any:
    """Versions with their content, and the upload that can go on."""
    s3 = client("s3")
    listed = s3.list_object_versions(Bucket="amzn-s3-demo-bucket")
    bodies = [
        s3.get_object(Bucket="amzn-s3-demo-bucket", Key=each["Key"], VersionId=each["VersionId"])["Body"].read()
        for each in listed["Versions"]
    ]
    uploads = s3.list_multipart_uploads(Bucket="amzn-s3-demo-bucket")
    upload = uploads["Uploads"][0]
    parts = s3.list_parts(Bucket="amzn-s3-demo-bucket", Key=upload["Key"], UploadId=upload["UploadId"])
    head = s3.head_object(Bucket="amzn-s3-demo-bucket", Key="tagged")
    tags = s3.get_object_tagging(Bucket="amzn-s3-demo-bucket", Key="copy")
    return s3.list_buckets(), listed, bodies, uploads, parts, head, tags


def make_sqs(client: Client) -> None:
    """A queue with a message in flight, one that waits, and a dead-letter queue that has one; a FIFO queue."""
    sqs = client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    work = sqs.create_queue(QueueName="work", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "0"})[
        "QueueUrl"
    ]
    for number in range(4):
        sqs.send_message(QueueUrl=work, MessageBody=f"message {number}")
    sqs.receive_message(QueueUrl=work)
    sqs.receive_message(QueueUrl=work)
    sqs.receive_message(QueueUrl=work, VisibilityTimeout=600)
    deleted = sqs.receive_message(QueueUrl=work, VisibilityTimeout=600)["Messages"][0]["ReceiptHandle"]
    sqs.delete_message(QueueUrl=work, ReceiptHandle=deleted)
    fifo = sqs.create_queue(
        QueueName="in-order.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    )["QueueUrl"]
    for group in ("a", "b", "a"):
        sqs.send_message(QueueUrl=fifo, MessageBody=f"of {group}", MessageGroupId=group)
    sqs.receive_message(QueueUrl=fifo, VisibilityTimeout=600)


def ask_sqs(client: Client) -> Any:
    """Counts and attributes; the URLs have the port of the run."""
    sqs = client("sqs")
    urls = sqs.list_queues()["QueueUrls"]
    return [
        (url.rpartition("/")[2], sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])) for url in sorted(urls)
    ]


def make_sns(client: Client) -> None:
    """A topic, and a queue that has had a message from it."""
    sns, sqs = client("sns"), client("sqs")
    topic = sns.create_topic(Name="news")["TopicArn"]
    queue = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="hello", Subject="s")


def ask_sns(client: Client) -> Any:
    """Topics, subscriptions and their attributes."""
    sns = client("sns")
    topics = sns.list_topics()
    subscriptions = sns.list_subscriptions()
    arn = topics["Topics"][0]["TopicArn"]
    one = subscriptions["Subscriptions"][0]["SubscriptionArn"]
    return (
        topics,
        subscriptions,
        sns.get_topic_attributes(TopicArn=arn),
        sns.get_subscription_attributes(SubscriptionArn=one),
    )


def make_dynamodb(client: Client) -> None:
    """A table with items, sets among them, a transaction, an index."""
    db = client("dynamodb")
    db.create_table(
        TableName="things",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    words = [f"word-{number}" for number in range(20)]
    db.put_item(
        TableName="things", Item={"id": {"S": "a"}, "n": {"N": "1.50"}, "b": {"B": b"\0\1"}, "s": {"SS": words[:9]}}
    )
    db.update_item(
        TableName="things",
        Key={"id": {"S": "a"}},
        UpdateExpression="ADD s :more, n :one SET l = :l",
        ExpressionAttributeValues={":more": {"SS": words}, ":one": {"N": "1"}, ":l": {"L": [{"BOOL": True}]}},
        ReturnValues="ALL_NEW",
    )
    db.update_item(
        TableName="things",
        Key={"id": {"S": "a"}},
        AttributeUpdates={"s": {"Action": "ADD", "Value": {"SS": ["x", "y", "z"]}}},
        ReturnValues="ALL_NEW",
    )
    db.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "things", "Item": {"id": {"S": "b"}}}},
            {"Put": {"TableName": "things", "Item": {"id": {"S": "c"}}}},
        ]
    )
    db.delete_item(TableName="things", Key={"id": {"S": "c"}})
    db.execute_statement(Statement="INSERT INTO things VALUE {'id': 'd'}")


def ask_dynamodb(client: Client) -> Any:
    """The table and what is in it."""
    db = client("dynamodb")
    return db.describe_table(TableName="things"), db.scan(TableName="things"), db.list_tables()


def make_lambda(client: Client) -> None:
    """A function with a version, an alias, a policy and a URL."""
    client("iam").create_role(RoleName="runner", AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}))
    function = client("lambda")
    function.create_function(
        FunctionName="echo",
        Runtime="python3.12",
        Role=f"arn:aws:iam::{ACCOUNT}:role/runner",
        Handler="app.handler",
        Code={"ZipFile": package()},
        Environment={"Variables": {"A": "B"}},
    )
    function.publish_version(FunctionName="echo")
    function.create_alias(FunctionName="echo", Name="live", FunctionVersion="1")
    function.add_permission(
        FunctionName="echo", StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )


def ask_lambda(client: Client) -> Any:
    """The function, and its code."""
    function = client("lambda")
    return (
        function.get_function(FunctionName="echo"),
        function.list_versions_by_function(FunctionName="echo"),
        function.get_policy(FunctionName="echo"),
        function.list_aliases(FunctionName="echo"),
    )


def make_secretsmanager(client: Client) -> None:
    """A secret with two versions that somebody has read, and one that is to be deleted."""
    secrets = client("secretsmanager")
    secrets.create_secret(Name="password", SecretString="one", Tags=[{"Key": "a", "Value": "b"}])
    secrets.put_secret_value(SecretId="password", SecretString="two")
    secrets.get_secret_value(SecretId="password")
    secrets.create_secret(Name="gone", SecretBinary=b"\0\1")
    secrets.delete_secret(SecretId="gone", RecoveryWindowInDays=7)


def ask_secretsmanager(client: Client) -> Any:
    """The secrets, and the values of both versions."""
    secrets = client("secretsmanager")
    return (
        secrets.list_secrets(IncludePlannedDeletion=True),
        secrets.describe_secret(SecretId="password"),
        secrets.get_secret_value(SecretId="password"),
        secrets.get_secret_value(SecretId="password", VersionStage="AWSPREVIOUS"),
    )


# What KMS sealed before a restart.
_SEALED: dict[str, bytes] = {}


def make_kms(client: Client) -> None:
    """A key for data, one for signatures with RSA and with a curve, a grant, an alias; something sealed."""
    kms = client("kms")
    key = kms.create_key(Description="data")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/data", TargetKeyId=key)
    kms.create_grant(KeyId=key, GranteePrincipal=ROLE, Operations=["Decrypt"])
    kms.enable_key_rotation(KeyId=key)
    for spec in ("RSA_2048", "ECC_NIST_P256"):
        kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY", Description=spec)
    sealed = kms.encrypt(KeyId="alias/data", Plaintext=b"hello")["CiphertextBlob"]
    client("secretsmanager").create_secret(Name="sealed", SecretBinary=sealed)
    by_spec = {each["KeyId"]: kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in kms.list_keys()["Keys"]}
    for key_id, told in by_spec.items():
        if told.get("KeyUsage") == "SIGN_VERIFY":
            algorithm = told["SigningAlgorithms"][-1]
            signed = kms.sign(KeyId=key_id, Message=b"text", SigningAlgorithm=algorithm)["Signature"]
            client("secretsmanager").create_secret(Name=f"signature-{key_id}", SecretBinary=signed)


def ask_kms(client: Client) -> Any:
    """The keys; what was sealed is opened, what was signed is verified, with what was kept elsewhere."""
    kms, secrets = client("kms"), client("secretsmanager")
    keys = [kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in kms.list_keys()["Keys"]]
    sealed = secrets.get_secret_value(SecretId="sealed")["SecretBinary"]
    verified = []
    for told in keys:
        if told.get("KeyUsage") == "SIGN_VERIFY":
            name = f"signature-{told['KeyId']}"
            kept = secrets.get_secret_value(SecretId=name)["SecretBinary"]
            algorithm = told["SigningAlgorithms"][-1]
            given = kms.verify(KeyId=told["KeyId"], Message=b"text", Signature=kept, SigningAlgorithm=algorithm)
            verified.append((given["SignatureValid"], kms.get_public_key(KeyId=told["KeyId"])["PublicKey"]))
    opened = kms.decrypt(CiphertextBlob=sealed)["Plaintext"]
    assert opened == b"hello"
    assert len(verified) == 2
    return keys, verified, kms.list_aliases(), kms.list_grants(KeyId=keys[0]["KeyId"])


def make_logs(client: Client) -> None:
    """A group with a stream and events."""
    logs = client("logs")
    logs.create_log_group(logGroupName="/group", tags={"a": "b"})
    logs.create_log_stream(logGroupName="/group", logStreamName="stream")
    logs.put_retention_policy(logGroupName="/group", retentionInDays=7)
    import time

    now = int(time.time() * 1000)
    events = [{"timestamp": now + number, "message": f"line {number}"} for number in range(3)]
    logs.put_log_events(logGroupName="/group", logStreamName="stream", logEvents=events)


def ask_logs(client: Client) -> Any:
    """The group and its events."""
    logs = client("logs")
    return (
        logs.describe_log_groups(),
        logs.describe_log_streams(logGroupName="/group"),
        logs.get_log_events(logGroupName="/group", logStreamName="stream", startFromHead=True),
        logs.filter_log_events(logGroupName="/group"),
    )


def make_ec2(client: Client) -> None:
    """A network of one's own, an instance, key pairs, a volume, tags."""
    ec2 = client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro")
    instance = made["Instances"][0]["InstanceId"]
    ec2.create_tags(Resources=[instance], Tags=[{"Key": "a", "Value": "b"}])
    ec2.create_key_pair(KeyName="rsa")
    ec2.create_key_pair(KeyName="ed", KeyType="ed25519")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=8)["VolumeId"]
    ec2.create_snapshot(VolumeId=volume)
    ec2.stop_instances(InstanceIds=[instance])


def ask_ec2(client: Client) -> Any:
    """What there is, also what there was before anything was made."""
    ec2 = client("ec2")
    return (
        ec2.describe_vpcs(),
        ec2.describe_subnets(),
        ec2.describe_security_groups(),
        ec2.describe_instances(),
        ec2.describe_volumes(),
        ec2.describe_key_pairs(),
        ec2.describe_network_interfaces(),
        ec2.describe_tags(),
    )


SCENES: Mapping[str, tuple[Callable[[Client], None], Callable[[Client], Any]]] = {
    "iam": (make_iam, ask_iam),
    "s3": (make_s3, ask_s3),
    "sqs": (make_sqs, ask_sqs),
    "sns": (make_sns, ask_sns),
    "dynamodb": (make_dynamodb, ask_dynamodb),
    "lambda": (make_lambda, ask_lambda),
    "secretsmanager": (make_secretsmanager, ask_secretsmanager),
    "kms": (make_kms, ask_kms),
    "logs": (make_logs, ask_logs),
    "ec2": (make_ec2, ask_ec2),
}


# Of an answer alone; when a secret was read last, which asking changes.
_NOT_THE_CLOUDS = ("ResponseMetadata", "nextBackwardToken", "LastAccessedDate")


def told(value: Any) -> Any:
    """Drop what belongs to an answer and not to the cloud."""
    if isinstance(value, dict):
        return {name: told(each) for name, each in value.items() if name not in _NOT_THE_CLOUDS}
    return [told(each) for each in value] if isinstance(value, list | tuple) else value
