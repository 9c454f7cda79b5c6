"""AWS Lambda's Invoke: functions run in processes of their own, with the session of their execution role."""

from iamkit.cloud.functions.logs import FunctionLogs
from iamkit.cloud.functions.service import Functions

__all__ = ["FunctionLogs", "Functions"]
