"""Who is at work: behind sudo, behind a login, or just the user."""

import os
import pwd

import pytest

from rpmostree.base import person


@pytest.mark.parametrize(
    ("sudo", "login", "uid"),
    [
        ("0", "1", 0),
        (None, "1", 1),
        ("nonsense", "1\n", 1),
        (None, "4294967295", None),
        (None, None, None),
        ("", "", None),
    ],
)
def test_who(tmp_path, monkeypatch, sudo, login, uid):
    path = tmp_path / "loginuid"
    if login is not None:
        path.write_text(login)
    monkeypatch.setattr(person, "_LOGIN", path)
    monkeypatch.delenv("SUDO_UID", raising=False)
    if sudo is not None:
        monkeypatch.setenv("SUDO_UID", sudo)
    expected = pwd.getpwuid(os.getuid() if uid is None else uid).pw_name
    assert person.user_name() == expected


def test_a_user_without_a_name(monkeypatch):
    monkeypatch.setenv("SUDO_UID", "3999999999")
    assert person.user_name() == "3999999999"
