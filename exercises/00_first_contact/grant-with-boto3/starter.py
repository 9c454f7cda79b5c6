import json


def grant(iam, user, bucket, key):
    """Let a user read one object, and nothing else."""
    statement = {
        "Effect": "Allow",
        "Action": "s3:*",
        "Resource": "*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    name = "read-one-file"
    iam.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=document)
