def key_that_signs(code, environment, credentials, config):
    """Return the access key ID that boto3 would sign with."""
    if code.get("aws_access_key_id"):
        return code["aws_access_key_id"]
    profile = code.get("profile_name") or environment.get("AWS_PROFILE") or "default"
    named = "profile_name" in code or "AWS_PROFILE" in environment
    if not named and environment.get("AWS_ACCESS_KEY_ID"):
        return environment["AWS_ACCESS_KEY_ID"]
    for file in (credentials, config):
        if file.get(profile, {}).get("aws_access_key_id"):
            return file[profile]["aws_access_key_id"]
    return "instance metadata"
