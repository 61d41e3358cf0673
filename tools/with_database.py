"""Run a command with DATABASE_URL naming a throw-away PostgreSQL cluster: `python tools/with_database.py COMMAND…`."""

import os
import subprocess
import sys

from registret.demo.postgres import Cluster, PostgresTrouble


def main() -> int:
    if "DATABASE_URL" in os.environ:
        return subprocess.run(sys.argv[1:], check=False).returncode
    try:
        with Cluster.start(data=None, database="registret") as cluster:
            urls = {"DATABASE_URL": cluster.url, "REGISTRET_OWNER_DATABASE_URL": cluster.owner_url}
            return subprocess.run(sys.argv[1:], env=os.environ | urls, check=False).returncode
    except PostgresTrouble as trouble:
        print(f"registret: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
