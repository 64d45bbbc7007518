"""A fault of the program itself: the learner gets one line, and a file gets what is needed to mend it."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime

from bptutor.progress.home import home, shortened


def told(error: BaseException) -> str:
    """Keep an exception that nothing expected in a file, and return the line that is said of it."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = home() / "reports" / f"{moment}-fault.txt"
    said = f"bptutor: this is a fault of the program ({type(error).__name__}); what you did is saved"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace")
    except OSError:
        return said
    return f"{said}\n  help: {shortened(path)} tells what happened; please send it to who keeps the program"
