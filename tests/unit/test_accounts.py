"""Lines of passwd(5) and group(5), and what sysusers.d(5) makes of them."""

import subprocess

import pytest

from rpmostree.model.accounts import (
    Account,
    fitting,
    parse_accounts,
    sysusers_group,
    sysusers_user,
    uses_altfiles,
    write_accounts,
)

PASSWD = """\
root:x:0:0:Super User:/root:/bin/bash
bin:x:1:1:bin:/bin:/usr/sbin/nologin
é:x:1000:1000:A\u2028B\vC:/home/é:/bin/sh
"""
GROUP = "root:x:0:\nwheel:x:10:alice,bob\n"


def user(name, number, rest="::/:/bin/sh"):
    return Account(name, number, f"{name}:x:{number}:{number}{rest}")


@pytest.mark.parametrize("text", [PASSWD, GROUP, ""])
def test_round_trip(text):
    accounts = parse_accounts(text)
    assert write_accounts(accounts.values()) == text
    assert list(accounts) == [line.split(":")[0] for line in text.split("\n") if line]


def test_names_and_numbers():
    accounts = parse_accounts(PASSWD)
    assert [a.id for a in accounts.values()] == [0, 1, 1000]
    assert accounts["bin"].line == "bin:x:1:1:bin:/bin:/usr/sbin/nologin"


def test_a_missing_file_has_no_accounts():
    assert parse_accounts(None) == {}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "+",
        "+::::::",
        "-nis::::::",
        "+nis:x:5:5:::",
        "# comment",
        ":x:1:1:::",
        "no",
        "a:x:b:1",
        "a:x:²:",
    ],
)
def test_lines_that_are_no_account_are_left_out(line):
    assert list(parse_accounts(f"a:x:1:1:::\n{line}\nb:x:2:2:::\n")) == ["a", "b"]


def test_the_first_of_two_accounts_of_a_name_counts():
    assert parse_accounts("a:x:1:\na:x:2:\n")["a"].id == 1


def test_shadow_has_no_numbers():
    shadow = "root:*:19000:0:99999:7:::\n\na:!!::::::\n+::::::::\n"
    accounts = parse_accounts(shadow, with_id=False)
    assert {name: a.id for name, a in accounts.items()} == {"root": None, "a": None}
    assert accounts["a"].line == "a:!!::::::"


def test_only_what_clashes_neither_in_name_nor_in_number_fits():
    taken = [user("root", 0), user("bin", 1)]
    candidates = [user("root", 5), user("toor", 0), user("a", 7), user("b", 7), user("a", 8)]
    candidates += [user("c", 9)]
    assert fitting(candidates, taken) == {"a": user("a", 7), "c": user("c", 9)}
    assert fitting([], taken) == {}


@pytest.mark.parametrize(
    ("nsswitch", "passwd", "group"),
    [
        ("passwd: files altfiles\ngroup: files\n", True, False),
        ("passwd:\tfiles\ngroup:\tfiles [SUCCESS=merge] altfiles systemd\n", False, True),
        ("passwd: files # altfiles\n", False, False),
        ("#passwd: altfiles\n", False, False),
        ("passwd_compat: altfiles\ngroups: altfiles\n", False, False),
        ("passwd: notaltfiles\n", False, False),
        ("passwd:altfiles\ngroup:\naltfiles", True, False),
        ("", False, False),
        (None, False, False),
    ],
)
def test_altfiles(nsswitch, passwd, group):
    assert uses_altfiles(nsswitch, "passwd") is passwd
    assert uses_altfiles(nsswitch, "group") is group


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a:x:9:8:Some One:/var/a:/bin/sh", 'u a 9:8 "Some One" /var/a /bin/sh'),
        ("a:x:9:8:::", 'u a 9:8 "" / -'),
        ("a:x:9:8", 'u a 9:8 "" / -'),
        ('a:x:9:8:50% "x" \\y:/v:/s', 'u a 9:8 "50%% \\"x\\" \\\\y" /v /s'),
    ],
)
def test_users_for_sysusers(line, expected):
    assert sysusers_user(Account("a", 9, line)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("g:x:7:", ["g g 7"]),
        ("g:x:7", ["g g 7"]),
        ("g:x:7:a,b", ["g g 7", "m a g", "m b g"]),
        ("g:x:7:a,,", ["g g 7", "m a g"]),
    ],
)
def test_groups_for_sysusers(line, expected):
    assert sysusers_group(Account("g", 7, line)) == expected


def test_the_real_sysusers_makes_the_same_accounts(tmp_path):
    passwd = (
        'svc:x:901:902:100% of "it"\\:/var/lib/svc:/bin/sh\nplain:x:903:903::/:/usr/sbin/nologin\n'
    )
    group = "svc:x:902:plain\nplain:x:903:\n"
    users = [sysusers_user(a) for a in parse_accounts(passwd).values()]
    groups = [line for a in parse_accounts(group).values() for line in sysusers_group(a)]
    (tmp_path / "etc").mkdir()
    config = tmp_path / "x.conf"
    config.write_text("\n".join([*groups, *users, ""]))
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}", config], check=True)
    made = sorted((tmp_path / "etc/passwd").read_text().splitlines())
    assert made == sorted(passwd.splitlines())
    assert sorted((tmp_path / "etc/group").read_text().splitlines()) == sorted(group.splitlines())
