"""Settings: all that is wrong is told at once, and commands find them where the units do."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from registret.config import settings_file
from registret.config.env import SettingTrouble, Variables

REGISTRET = Path(sys.executable).with_name("registret")


def told(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a command says that is started with nothing else in its environment."""
    return subprocess.run(
        [REGISTRET, *arguments], env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True
    )


@pytest.mark.process
def test_all_settings_that_are_missing_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "registret.env").write_text("# nothing yet\n")
    answer = told("check", REGISTRET_SETTINGS=str(tmp_path / "registret.env"), REGISTRET_USER=me())
    lines = answer.stderr.splitlines()
    assert answer.returncode == 2
    assert all(line.startswith("registret: ") for line in lines)
    for name in ("DATABASE_URL", "REGISTRET_SITE_HOST", "REGISTRET_SEAL_KEY", "REGISTRET_TRUST_DIR"):
        assert [line for line in lines if f" {name} is not set: " in line], name


@pytest.mark.process
def test_version_and_help_need_no_settings() -> None:
    assert told("--version").stdout == f"registret {version('registret')}\n"
    assert "registret COMMAND" in told("--help").stdout


@pytest.mark.process
def test_a_command_reads_the_file_of_the_units(tmp_path: Path) -> None:
    kept = {n: v for n, v in os.environ.items() if n.startswith(("REGISTRET_", "DATABASE_URL"))}
    kept |= {"REGISTRET_CENTRAL_CONTROLLER": "Region Örebro län"}
    file = tmp_path / "registret.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in kept.items()))
    answer = told("check", REGISTRET_SETTINGS=str(file), REGISTRET_USER=me())
    assert answer.returncode == 0, answer.stderr


def test_a_setting_with_a_misspelt_name_stops_the_start_with_the_name_that_is_meant() -> None:
    env = Variables({"REGISTRET_OPT_OUT_FIEL": "/srv/marks", "REGISTRET_DEMO_FOLDER": "/srv/demo", "PATH": "/bin"})
    env.text("OPT_OUT_FILE", purpose="marks", default="")
    with pytest.raises(SettingTrouble, match=r"^REGISTRET_OPT_OUT_FIEL is no setting: is REGISTRET_OPT_OUT_FILE meant"):
        env.end()


def test_a_setting_that_is_given_twice_is_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from the file")
    env = Variables({"REGISTRET_NAME": "here", "REGISTRET_NAME_FILE": str(tmp_path / "key")})
    env.text("NAME", purpose="a name")
    with pytest.raises(SettingTrouble, match="both set"):
        env.end()


def test_the_address_of_the_database_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "database").write_text("postgresql://registret:secret@db/registret\n")
    env = Variables({"DATABASE_URL_FILE": str(tmp_path / "database")})
    assert env.database("DATABASE_URL", prefix="", purpose="the database").endswith("@db/registret")
    env.end()


@pytest.mark.parametrize("value", ["mysql://db/registret", "postgresql://db:port/registret", "postgresql://[db/x"])
def test_an_impossible_address_of_the_database_is_told_without_what_it_says(value: str) -> None:
    env = Variables({"DATABASE_URL": value})
    env.database("DATABASE_URL", prefix="", purpose="the database")
    with pytest.raises(SettingTrouble, match=r"^DATABASE_URL must be postgresql://") as trouble:
        env.end()
    assert value not in str(trouble.value)


def test_everything_that_is_wrong_has_a_line() -> None:
    env = Variables({"REGISTRET_A": "x", "REGISTRET_B": "maybe", "REGISTRET_C": "short"})
    env.number("A", purpose="a number", default=1)
    env.flag("B", purpose="a flag")
    env.secret("C", purpose="a secret")
    env.text("D", purpose="a text")
    with pytest.raises(SettingTrouble) as trouble:
        env.end()
    assert [line.split()[0] for line in str(trouble.value).splitlines()] == [f"REGISTRET_{name}" for name in "ABCD"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=Region Örebro län", "Region Örebro län"),
        ("  NAME=  two words  ", "two words"),
        ("NAME=a#b;c", "a#b;c"),
        ('NAME="a \\"quoted\\" word"', 'a "quoted" word'),
        ("NAME='$HOME and \\n'", "$HOME and \\n"),
        ("NAME=back\\\\slash", "back\\slash"),
        ("NAME=first \\\nsecond", "first second"),
        ("NAME=", ""),
    ],
)
def test_a_line_means_what_systemd_makes_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, value: str
) -> None:
    assert read(tmp_path, monkeypatch, f"# a comment\n; another\n\n{line}\n") == value


@pytest.mark.parametrize("line", ["NAME", "export NAME=x", 'NAME="never ends', 'NAME="a" b', "1=x"])
def test_a_line_that_could_be_read_in_two_ways_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    with pytest.raises(SettingTrouble, match="line 1: not NAME=value"):
        read(tmp_path, monkeypatch, line)


def test_what_the_environment_says_counts_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAME", "from the unit")
    assert read(tmp_path, monkeypatch, "NAME=from the file") == "from the unit"


def test_only_the_commands_that_need_it_read_who_owns_the_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "owner.env").write_text("OWNER=registret_owner")
    read(tmp_path, monkeypatch, "NAME=x", command="work")
    assert "OWNER" not in os.environ
    read(tmp_path, monkeypatch, "NAME=x", command="migrate")
    assert os.environ["OWNER"] == "registret_owner"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.process
def test_root_becomes_the_user_of_the_services(tmp_path: Path) -> None:
    (tmp_path / "registret.env").write_text("REGISTRET_USER=nobody\n")
    code = "import os, registret.config.settings_file as s; s.use('check'); print(*os.getresuid(), os.getgroups())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"REGISTRET_SETTINGS": str(tmp_path / "registret.env")},
        capture_output=True,
        text=True,
        check=True,
    )
    nobody = pwd.getpwnam("nobody")
    assert done.stdout.split()[:3] == [str(nobody.pw_uid)] * 3
    assert done.stdout.strip().endswith(f"[{nobody.pw_gid}]")


def test_a_user_who_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("REGISTRET_USER", "no-such-user")
    with pytest.raises(SettingTrouble, match="there is no user no-such-user"):
        read(tmp_path, monkeypatch, "NAME=x", user="no-such-user")


def me() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


def read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, *, command: str = "check", user: str | None = None
) -> str | None:
    """What NAME is after a command has read a file that says this. This process stays whom it is."""
    (folder / "registret.env").write_text(text)
    monkeypatch.setenv("REGISTRET_SETTINGS", str(folder / "registret.env"))
    if user is None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for name in ("NAME", "OWNER"):
        if name not in os.environ:
            monkeypatch.setenv(name, "")
            monkeypatch.delenv(name)
    settings_file.use(command)
    return os.environ.get("NAME")
