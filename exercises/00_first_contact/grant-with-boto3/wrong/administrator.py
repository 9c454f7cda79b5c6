def grant(iam, user, bucket, key):
    """Let a user read one object, and nothing else."""
    iam.attach_user_policy(UserName=user, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
