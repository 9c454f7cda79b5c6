from __future__ import annotations

from iamkit.cli import main

main(prog_name="iamkit")
