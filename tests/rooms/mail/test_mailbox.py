from __future__ import annotations

import os
import smtplib
import ssl
from pathlib import Path

import pytest

from registret.demo.mailbox import MailCatcher, letter, letters
from tests.rooms.mail.conftest import Tls


def post(catcher: MailCatcher, tls: Tls, subject: str = "Hej") -> None:
    with smtplib.SMTP("127.0.0.1", catcher.port, timeout=10) as smtp:
        smtp.starttls(context=ssl.create_default_context(cafile=str(tls.ca)))
        smtp.sendmail("a@registret.localhost", ["b@regionnorrvik.se"], f"Subject: {subject}\r\nTo: b\r\n\r\nHej")


def test_letters_are_listed_newest_first_and_outlive_the_server(tls: Tls, tmp_path: Path) -> None:
    box = tmp_path / "deep" / "mailbox"
    assert letters(box) == []
    catcher = MailCatcher(box, 0, tls.certificate, tls.key)
    for subject in ("ett", "två", "tre"):
        catcher.start()
        post(catcher, tls, subject.replace("å", "a"))
        catcher.stop()
    assert [caught.subject for caught in letters(box)] == ["tre", "tva", "ett"]
    assert letters(box) == sorted(letters(box), key=lambda caught: caught.at, reverse=True)


def test_a_letter_is_found_by_its_name_and_nothing_else_is(tls: Tls, tmp_path: Path) -> None:
    box = tmp_path / "mailbox"
    with MailCatcher(box, 0, tls.certificate, tls.key) as catcher:
        post(catcher, tls)
    (caught,) = letters(box)
    assert letter(box, caught.name) == caught
    (tmp_path / caught.name).write_text("outside")
    (box / "other.eml").write_text("x")
    os.symlink("/etc/passwd", box / "passwd.eml")
    for name in (f"../{caught.name}", f"{box}/{caught.name}", "other.eml", "passwd.eml", "", ".", caught.name + "\0"):
        assert letter(box, name) is None
    assert letters(box) == [caught]


def test_mail_in_clear_is_refused(tls: Tls, tmp_path: Path) -> None:
    with (
        MailCatcher(tmp_path, 0, tls.certificate, tls.key) as catcher,
        smtplib.SMTP("127.0.0.1", catcher.port, timeout=10) as smtp,
        pytest.raises(smtplib.SMTPSenderRefused, match="STARTTLS"),
    ):
        smtp.sendmail("a@registret.localhost", ["b@regionnorrvik.se"], "Hej")
    assert letters(tmp_path) == []


def test_a_taken_port_is_an_error_of_the_operating_system(tls: Tls, tmp_path: Path) -> None:
    with (
        MailCatcher(tmp_path, 0, tls.certificate, tls.key) as catcher,
        pytest.raises(OSError, match="in use"),
    ):
        MailCatcher(tmp_path, catcher.port, tls.certificate, tls.key).start()


def test_stopping_twice_does_no_harm(tls: Tls, tmp_path: Path) -> None:
    catcher = MailCatcher(tmp_path, 0, tls.certificate, tls.key)
    catcher.start()
    catcher.stop()
    catcher.stop()
