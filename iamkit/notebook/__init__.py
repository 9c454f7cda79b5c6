"""What a learner sees and calls in JupyterLab; importing it teaches a running IPython `%%policy` and `%%code`."""

from iamkit.notebook import figures, magic
from iamkit.notebook.api import (
    check,
    exercise,
    hint,
    predict,
    progress,
    quiz,
    reference,
    reset,
    show,
    signature_lab,
    solution,
)
from iamkit.notebook.clouds import local_cloud, stop_cloud

__all__ = [
    "check",
    "exercise",
    "figures",
    "hint",
    "local_cloud",
    "predict",
    "progress",
    "quiz",
    "reference",
    "reset",
    "show",
    "signature_lab",
    "solution",
    "stop_cloud",
]

load_ipython_extension = magic.load

magic.load()
