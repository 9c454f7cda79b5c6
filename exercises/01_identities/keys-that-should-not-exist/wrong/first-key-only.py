import csv
import io
from datetime import datetime, timedelta


def find(iam):
    """Return the active keys of an account that should not exist, as pairs of user and number."""
    while iam.generate_credential_report()["State"] != "COMPLETE":
        pass
    report = iam.get_credential_report()
    found = []
    for row in csv.DictReader(io.StringIO(report["Content"].decode())):
        for number in (1,):
            key = f"access_key_{number}"
            if row[f"{key}_active"] != "true":
                continue
            seen = row[f"{key}_last_used_date"]
            if seen == "N/A":
                seen = row[f"{key}_last_rotated"]
            age = report["GeneratedTime"] - datetime.fromisoformat(seen)
            if row["user"] == "<root_account>" or age > timedelta(days=90):
                found.append((row["user"], number))
    return found
