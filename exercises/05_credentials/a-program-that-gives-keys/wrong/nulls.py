import json


def document(answer):
    """Return what a credential_process prints for these credentials."""
    printed = {"Version": 1, "AccessKeyId": answer["AccessKeyId"], "SecretAccessKey": answer["SecretAccessKey"]}
    printed["SessionToken"] = answer.get("SessionToken")
    if "Expiration" in answer:
        printed["Expiration"] = answer["Expiration"].isoformat()
    return json.dumps(printed)
