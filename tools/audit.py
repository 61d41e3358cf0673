"""Look for known weaknesses in the locked packages: `make audit`.

Asks the OSV database about each package by name and release, so it needs the network; neither the tests nor the checks
call it. Ends with 0 if no weakness is known, 1 if one is, and 2 if the database did not answer.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
LOCKS: Final = ("requirements.txt", "requirements-dev.txt")
# A mirror of the database, where the network lets nobody out.
OSV: Final = os.environ.get("OSV_URL", "https://api.osv.dev/v1/query")
# Weaknesses that were judged not to concern registret: their id in OSV, and why.
ACCEPTED: Final[dict[str, str]] = {}


def audit(locks: tuple[str, ...] = LOCKS) -> int:
    """Print what is known about the packages of the locks, and return the exit code."""
    command = [sys.executable, "-m", "pip_audit", "--vulnerability-service=osv", f"--osv-url={OSV}"]
    command += ["--disable-pip", "--progress-spinner=off", "--desc=off", "--aliases=on"]
    command += [f"--ignore-vuln={weakness}" for weakness in ACCEPTED]
    command += [f"--requirement={ROOT / lock}" for lock in locks]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        done = subprocess.run([*command, f"--output={report}"], capture_output=True, text=True, check=False)
        # pip-audit ends with 1 for a weakness and for a network that is down; it writes the report only of the first.
        answered = done.returncode == 0 or report.exists()
        print(report.read_text(encoding="utf-8") if report.exists() else "", end="")
    print(done.stderr.strip().splitlines()[-1])
    if not answered:
        print(f"No answer from {OSV}: nothing is known about the packages.", file=sys.stderr)
        return 2
    return done.returncode


if __name__ == "__main__":
    sys.exit(audit())
