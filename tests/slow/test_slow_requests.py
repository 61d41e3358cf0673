"""`registret doctor --patient` begins a request and never ends it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from registret.demo.pki import DemoAuthority
from tests.journeys.running import House


def test_a_request_that_does_not_end_is_hung_up_within_a_minute(tmp_path: Path) -> None:
    authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
    built = House.build(tmp_path, authority, f"slow_{os.getpid()}")
    built.migrate()
    with built:
        built.start()
        said = built.run("doctor", "--json", "--patient", "--ca-file", str(authority.web_root))
    found = {one["name"]: one for one in map(json.loads, said.splitlines())}
    assert re.fullmatch(r"a request that does not end is hung up after (5|6)\d s", found["slow requests"]["told"])
