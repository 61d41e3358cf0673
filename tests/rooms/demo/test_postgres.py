"""The database in a box: what it leaves behind, whom it obeys and how it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from registret.demo.cluster_home import ROOTS_FOLDER
from registret.demo.postgres import Cluster, PostgresTrouble, data_folder, remove

pytestmark = pytest.mark.process

HOLD = """
import sys, time
from pathlib import Path
from registret.demo.postgres import Cluster
cluster = Cluster.start(data=Path(sys.argv[1]) if len(sys.argv) > 1 else None, database="registret")
print(cluster.url, flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """The folder of a cluster that is stopped, or not made yet: each test leaves it so that it starts again."""
    folder = data_folder(f"test-{os.getpid()}")
    yield folder
    remove(folder)


@pytest.fixture(scope="module")
def running() -> Iterator[Cluster]:
    """A throw-away cluster for tests that change nothing in it that others read."""
    with Cluster.start(data=None, database="registret") as cluster:
        yield cluster


def held(*words: str) -> tuple["subprocess.Popen[str]", str]:
    """Another process that has started a cluster, and the cluster's address."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    process.stdout.close()
    assert url
    return process, url


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def ends(url: str, seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while answers(url):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_throw_away_cluster_leaves_nothing() -> None:
    with Cluster.start(data=None, database="registret") as cluster:
        folder = cluster.folder
        assert answers(cluster.url)
        assert folder.exists()
    assert not folder.exists()
    assert not answers(cluster.url)


def test_kept_data_are_there_the_next_time(data: Path) -> None:
    with Cluster.start(data=data, database="registret") as cluster, psycopg.connect(cluster.owner_url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('åäö')")
    with Cluster.start(data=data, database="registret") as cluster, psycopg.connect(cluster.owner_url) as connection:
        assert connection.execute("SELECT upper(word) FROM kept").fetchone() == ("ÅÄÖ",)


def test_neither_role_is_a_superuser_and_only_the_owner_makes_databases_and_tables(running: Cluster) -> None:
    with (
        psycopg.connect(running.owner_url, autocommit=True) as owner,
        psycopg.connect(running.url, autocommit=True) as serving,
    ):
        owner.execute("CREATE DATABASE another")
        for connection in (owner, serving):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SET session_replication_role = replica")
        for attempt in ("CREATE DATABASE third", "CREATE TABLE t (x int)", "SET ROLE registret_owner"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                serving.execute(attempt.encode())


def test_data_of_a_time_when_the_role_that_serves_owned_them_are_refused_in_words(data: Path) -> None:
    with (
        Cluster.start(data=data, database="registret") as cluster,
        psycopg.connect(cluster.owner_url, autocommit=True) as owner,
    ):
        owner.execute("CREATE DATABASE earlier OWNER registret_owner")
        owner.execute("ALTER DATABASE earlier OWNER TO registret")
    with pytest.raises(PostgresTrouble, match="demo-reset"):
        Cluster.start(data=data, database="earlier")


def test_a_second_process_uses_the_server_of_the_first_and_leaves_it_running(data: Path) -> None:
    process, url = held(str(data))
    with Cluster.start(data=data, database="registret") as cluster:
        assert cluster.url == url
        with pytest.raises(PostgresTrouble, match="in use"):
            remove(data)
    assert answers(url)
    process.kill()
    process.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel ends a server with its killed parent")
def test_the_server_of_a_killed_process_ends(data: Path) -> None:
    for words in ([], [str(data)]):
        process, url = held(*words)
        process.kill()
        process.wait()
        assert ends(url)


def test_after_a_killed_process_the_same_data_start_at_once(data: Path) -> None:
    for _ in range(2):
        process, _ = held(str(data))
        process.kill()
        process.wait()
        with Cluster.start(data=data, database="registret") as cluster:
            assert answers(cluster.url)


def test_a_server_that_outlived_its_process_is_replaced(data: Path) -> None:
    first = Cluster.start(data=data, database="registret")
    (data / "lock").unlink()
    with Cluster.start(data=data, database="registret") as second:
        assert second.url != first.url
        assert not answers(first.url)
        assert answers(second.url)


def test_a_stale_note_with_another_process_number_is_no_obstacle(data: Path) -> None:
    Cluster.start(data=data, database="registret").stop()
    for content in (f"{os.getpid()}\n{data}/cluster\n", "", "nonsense\n", "999999999\n"):
        (data / "cluster" / "postmaster.pid").write_text(content)
        with Cluster.start(data=data, database="registret") as cluster:
            assert answers(cluster.url)


def test_an_interrupted_first_start_is_begun_again(data: Path) -> None:
    Cluster.start(data=data, database="registret").stop()
    (data / "cluster").rename(data / "cluster.unfinished")
    with Cluster.start(data=data, database="registret") as cluster:
        assert answers(cluster.url)


def test_data_of_another_release_are_refused_in_one_line(data: Path) -> None:
    Cluster.start(data=data, database="registret").stop()
    version = data / "cluster" / "PG_VERSION"
    this = version.read_text()
    version.write_text("17\n")
    with pytest.raises(PostgresTrouble, match=r"made by PostgreSQL 17.*demo-reset"):
        Cluster.start(data=data, database="registret")
    version.write_text(this)


def test_spoilt_data_are_refused_in_one_line(data: Path) -> None:
    Cluster.start(data=data, database="registret").stop()
    control = data / "cluster" / "global" / "pg_control"
    control.rename(data / "control")
    with pytest.raises(PostgresTrouble, match="did not start") as caught:
        Cluster.start(data=data, database="registret")
    (data / "control").rename(control)
    assert "\n" not in str(caught.value)


def test_a_chosen_port_is_used_and_named_if_it_is_taken(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        with pytest.raises(PostgresTrouble, match=f"Port {port}"):
            Cluster.start(data=data, database="registret", port=port)
    with Cluster.start(data=data, database="registret", port=port) as cluster:
        assert f":{port}/" in cluster.url


def test_a_forked_child_does_not_stop_its_parents_server(running: Cluster) -> None:
    child = os.fork()
    if child == 0:
        running.stop()
        os._exit(0)
    os.waitpid(child, 0)
    assert answers(running.url)


def test_a_folder_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700 if os.geteuid() == 0 else 0o500)
    with pytest.raises(PostgresTrouble) as caught:
        Cluster.start(data=closed / "data", database="registret")
    assert "closed" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert closed.stat().st_mode & 0o777 == (0o700 if os.geteuid() == 0 else 0o500)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: the server then runs as a user of its own")
def test_root_opens_no_folder_and_the_server_is_not_root(data: Path) -> None:
    with Cluster.start(data=data, database="registret") as cluster:
        status = Path(f"/proc/{cluster.pid}/status").read_text()
        assert "\nUid:\t0\t" not in status
        assert (data / "cluster").stat().st_mode & 0o777 == 0o700
        assert (data / "password").stat().st_mode & 0o777 == 0o600
    assert data.parent == ROOTS_FOLDER


def test_ctrl_c_reaches_the_program_but_not_its_server(data: Path) -> None:
    with Cluster.start(data=data, database="registret") as cluster:
        assert cluster.pid is not None
        assert os.getpgid(cluster.pid) != os.getpgrp()


def test_a_terminated_process_takes_its_server_along(data: Path) -> None:
    process, url = held(str(data))
    process.send_signal(signal.SIGTERM)
    process.wait()
    assert ends(url)
