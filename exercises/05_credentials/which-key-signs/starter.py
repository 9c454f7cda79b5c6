def key_that_signs(code, environment, credentials, config):
    """Return the access key ID that boto3 would sign with."""
    # Two rungs are here. Others are missing.
    if "AWS_ACCESS_KEY_ID" in environment:
        return environment["AWS_ACCESS_KEY_ID"]
    if "default" in credentials:
        return credentials["default"]["aws_access_key_id"]
    return "instance metadata"
