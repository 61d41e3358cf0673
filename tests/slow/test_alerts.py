"""The alarms of `deploy/prometheus-alerts.yml`, asked by Prometheus's own tool.

Each comes when it should, and none when all is well."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "deploy" / "prometheus-alerts.yml"
PROMTOOL = shutil.which("promtool")

pytestmark = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed: make test-slow does")

WELL: dict[str, float | str] = {
    'registret_info{version="0.1"}': 1,
    'registret_crl_usable{anchor="CA"}': 1,
    'registret_crl_fresh{anchor="CA"}': 1,
    'registret_crl_fetch_success_age_seconds{anchor="CA"}': 60,
    'registret_crl_fetch_failures{anchor="CA"}': 0,
    'registret_worker_late{worker="mail"}': 0,
    'registret_worker_failures{worker="mail"}': 0,
    "registret_letters_oldest_seconds": 10,
    "registret_log_unsealed_seconds": 60,
    "registret_opt_out_file_usable": 1,
    "registret_opt_outs_unwritten_seconds": 0,
    "registret_clock_skew_seconds": 0.1,
    "registret_database_seconds": 0.001,
    'registret_certificate_end_seconds{host="site"}': 5_000_000,
    # Each minute 100 answers more, of which none took more than a quarter of a second, and one went wrong.
    'registret_request_seconds_bucket{journey="home",le="0.25"}': "0+100",
    'registret_request_seconds_bucket{journey="home",le="2.5"}': "0+100",
    'registret_request_seconds_bucket{journey="home",le="10"}': "0+100",
    'registret_request_seconds_bucket{journey="home",le="+Inf"}': "0+100",
    'registret_request_seconds_count{journey="home",status="2xx"}': "0+99",
    'registret_request_seconds_count{journey="home",status="5xx"}': "0+1",
    'registret_log_entries{event="login.done",outcome="done"}': 40,
    'registret_log_entries{event="card.refused",outcome="refused"}': 30,
}
TROUBLE: dict[str, dict[str, float | str]] = {
    "RegistretLetsNoCardIn": {'registret_crl_usable{anchor="CA"}': 0},
    "RegistretListLate": {'registret_crl_fresh{anchor="CA"}': 0},
    "RegistretListNotFetched": {'registret_crl_fetch_failures{anchor="CA"}': 6},
    "RegistretWorkerStandsStill": {'registret_worker_late{worker="mail"}': 1},
    "RegistretWorkerFails": {'registret_worker_failures{worker="mail"}': 4},
    "RegistretLettersWait": {"registret_letters_oldest_seconds": 3700},
    "RegistretLogUnsealed": {"registret_log_unsealed_seconds": 1000},
    "RegistretOptOutFile": {"registret_opt_outs_unwritten_seconds": 400},
    "RegistretClock": {"registret_clock_skew_seconds": -3600},
    "RegistretDatabaseSlow": {"registret_database_seconds": 2},
    "RegistretSlow": {
        'registret_request_seconds_bucket{journey="home",le="0.25"}': "0+90",
        'registret_request_seconds_bucket{journey="home",le="2.5"}': "0+90",
    },
    "RegistretFails": {'registret_request_seconds_count{journey="home",status="5xx"}': "0+5"},
    "RegistretCertificateEnds": {'registret_certificate_end_seconds{host="site"}': 86400},
    "RegistretLoginsRefused": {'registret_log_entries{event="card.refused",outcome="refused"}': 200},
}


def alarms(series: Mapping[str, float | str], folder: Path) -> set[str]:
    """Which alarms come when the measures have stayed like this for twenty minutes."""
    names = re.findall(r"alert: (\w+)", RULES.read_text(encoding="utf-8"))
    asked = [{"eval_time": "20m", "alertname": name, "exp_alerts": []} for name in names]
    values = [{"series": name, "values": f"{value}x20"} for name, value in series.items()]
    question = {
        "rule_files": [str(RULES)],
        "tests": [{"interval": "1m", "input_series": values, "alert_rule_test": asked}],
    }
    file = folder / "question.yml"
    # JSON is YAML.
    file.write_text(json.dumps(question), encoding="utf-8")
    told = subprocess.run([str(PROMTOOL), "test", "rules", str(file)], capture_output=True, text=True)
    found = set(re.findall(r"alertname: (\w+)", told.stdout + told.stderr))
    assert told.returncode == (1 if found else 0), told.stderr
    return found


def test_there_is_none_when_all_is_well(tmp_path: Path) -> None:
    assert alarms(WELL, tmp_path) == set()


@pytest.mark.parametrize("name", TROUBLE)
def test_each_trouble_has_its_alarm_and_no_other(name: str, tmp_path: Path) -> None:
    assert alarms(WELL | TROUBLE[name], tmp_path) == {name}


def test_a_node_that_does_not_answer_has_one(tmp_path: Path) -> None:
    assert alarms({'registret_crl_usable{anchor="CA"}': 1}, tmp_path) == {"RegistretGone"}
