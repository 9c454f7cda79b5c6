"""What a learner sees and calls in JupyterLab; importing it teaches a running IPython `%%policy` and `%%code`."""

from iamkit.notebook import figures, magic
from iamkit.notebook.api import check, exercise, hint, predict, progress, quiz, reset, show, signature_lab, solution

__all__ = [
    "check",
    "exercise",
    "figures",
    "hint",
    "predict",
    "progress",
    "quiz",
    "reset",
    "show",
    "signature_lab",
    "solution",
]

load_ipython_extension = magic.load

magic.load()
