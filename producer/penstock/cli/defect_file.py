"""Where a defect of the command line is kept for those who mend it."""

import tempfile
import traceback


def keep(error: BaseException) -> str:
    """Write what a developer needs to a file of its own; return its path."""
    with tempfile.NamedTemporaryFile("w", prefix="penstock-", suffix=".log", encoding="utf-8", delete=False) as log:
        log.write("".join(traceback.format_exception(error)))
    return log.name
