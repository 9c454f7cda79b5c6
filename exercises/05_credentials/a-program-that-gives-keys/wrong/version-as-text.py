import json


def document(answer):
    """Return what a credential_process prints for these credentials."""
    printed = {"Version": "1", "AccessKeyId": answer["AccessKeyId"], "SecretAccessKey": answer["SecretAccessKey"]}
    if "SessionToken" in answer:
        printed["SessionToken"] = answer["SessionToken"]
    if "Expiration" in answer:
        printed["Expiration"] = answer["Expiration"].isoformat()
    return json.dumps(printed)
