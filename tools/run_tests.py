"""What `make test` does: the checks beside the tests, and what they said at the end.

python tools/run_tests.py [what pytest is given]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    with tempfile.TemporaryFile(mode="w+") as said:
        checks = subprocess.Popen(["sh", "tools/check.sh"], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        try:
            tests = subprocess.run([".venv/bin/pytest", *sys.argv[1:]], cwd=ROOT, check=False)
            checks.wait()
        except KeyboardInterrupt:
            # Ctrl-C reached them as well.
            return 130
        said.seek(0)
        print(said.read(), end="")
    if checks.returncode != 0:
        print("The checks failed: see above.", file=sys.stderr)
    return tests.returncode or checks.returncode


if __name__ == "__main__":
    sys.exit(main())
