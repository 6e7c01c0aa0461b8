"""Questions about packages: db, search, refresh-md, why."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.integration.host import Host
from tests.integration.world import BRANCH, REMOTE
from tests.kit.sh import text

pytestmark = pytest.mark.integration

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
ADVISORY = (
    "('TEST-{n}', uint32 {kind}, uint32 {severity}, ['base-lib-2.0-1.noarch'], "
    "{{'cve_references': <[('https://example.invalid/{n}', 'CVE-{n}')]>}})"
)


@pytest.fixture
def open_host(host: Host) -> Host:
    """A machine that everybody may look at; pytest's own directories are closed."""
    for parent in (host.sysroot, *host.sysroot.parents):
        if not parent.stat().st_mode & 0o001 and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    return host


def commit(host: Host, name: str, *metadata: str, tree: str) -> str:
    """A commit with the tree of another one, and metadata of its own."""
    words = ("--no-bindings", f"--branch={name}", f"--tree=ref={tree}", *metadata)
    return text("ostree", "commit", f"--repo={host.repo}", *words)


def advise(*rows: tuple[int, int, int]) -> str:
    """The option that lets a commit list advisories: number, kind (1 is security), severity."""
    listed = ", ".join(ADVISORY.format(n=n, kind=kind, severity=s) for n, kind, s in rows)
    return f"--add-metadata=rpmostree.advisories=@a(suuasa{{sv}}) [{listed}]"


# ---------------------------------------------------------------------------- db


def test_changelogs(host: Host) -> None:
    host.run("install", "noted")
    host.add_repo("updates")
    host.run("upgrade")
    lines = host.run("db", "diff", "--changelogs").stdout.splitlines()
    at = lines.index("  noted 1.0-1 -> 1.1-1")
    assert lines[at + 1 : at + 4] == [
        "    * Wed Nov 22 2023 Ann <ann@example.invalid> - 1.1-1",
        "    - Mend it",
        "    - And more",
    ]
    assert "Bob" not in "\n".join(lines)
    assert "Ann" not in host.run("db", "diff").stdout
    backwards = host.run("db", "diff", "-c", host.checksum(0), host.checksum(1)).stdout
    assert "Downgraded:\n  noted 1.1-1 -> 1.0-1" in backwards
    assert "Ann" not in backwards
    host.check()


def test_changelogs_are_for_everybody(open_host: Host) -> None:
    open_host.run("install", "noted")
    open_host.add_repo("updates")
    open_host.run("upgrade")
    assert "Mend" in open_host.run("db", "diff", "-c", prefix=NOBODY).stdout


def test_which_deployments_are_compared(host: Host) -> None:
    alone = host.refuse("db", "diff")
    assert "No pending or rollback deployment to diff against" in alone
    host.run("install", "bar")
    base, mine = host.checksum(1), host.checksum(0)
    head = host.run("db", "diff").stdout.splitlines()[:2]
    assert head == [
        f"ostree diff commit from: rollback deployment ({base})",
        f"ostree diff commit to:   default deployment ({mine})",
    ]
    one = host.run("db", "diff", f"{REMOTE}:{BRANCH}").stdout
    assert f"from: default deployment ({mine})\n" in one
    assert f"to:   {REMOTE}:{BRANCH} ({base})\n" in one
    assert "Removed:\n  bar-1.0-1.noarch\n" in one
    both = host.run("db", "diff", base, mine).stdout.splitlines()
    assert both[:2] == [f"ostree diff commit from: {base}", f"ostree diff commit to:   {mine}"]
    assert "bar" not in host.run("db", "diff", "--base").stdout
    assert host.run("rpm", "diff", base, mine).stdout.splitlines() == both


def test_advisories(host: Host) -> None:
    old = commit(host, "old", advise((1, 1, 1)), tree=f"{REMOTE}:{BRANCH}")
    new = commit(
        host, "new", advise((1, 1, 1), (2, 1, 4), (3, 1, 2), (4, 2, 0)), tree=f"{REMOTE}:{BRANCH}"
    )
    shown = host.run("db", "diff", "--advisories", "old", "new").stdout
    assert shown.split("\n\n")[1].splitlines() == [
        "SecAdvisories:",
        "  TEST-3  Moderate   base-lib-2.0-1.noarch",
        "    CVE-3",
        "    https://example.invalid/3",
        "  TEST-2  Critical   base-lib-2.0-1.noarch",
        "    CVE-2",
        "    https://example.invalid/2",
    ]
    assert "SecAdvisories" not in host.run("db", "diff", "old", "new").stdout
    document = json.loads(host.run("db", "diff", "--json", old, new).stdout)
    assert [row[0] for row in document["advisories"]] == ["TEST-2", "TEST-3", "TEST-4"]
    assert document["advisories"][0] == [
        "TEST-2",
        1,
        4,
        ["base-lib-2.0-1.noarch"],
        {"cve_references": [["https://example.invalid/2", "CVE-2"]]},
    ]
    assert "TEST-1" in host.run("db", "list", "-a", "old").stdout
    assert "TEST-1" not in host.run("db", "list", "old").stdout
    listed = json.loads(host.run("db", "list", "--json", "old", "new").stdout)
    assert [len(row["advisories"]) for row in listed] == [1, 4]
    assert [row["ostree-commit"] for row in listed] == [old, new]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--json", "--changelogs"), "json format and --changelogs not supported"),
        (("--format=json", "-c"), "json format and --changelogs not supported"),
        (("--format=diff", "-a"), "diff format and --advisories not supported"),
        (("--format=xml",), "pick one of: diff, block, json"),
    ],
)
def test_what_does_not_go_together(host: Host, words: tuple[str, ...], said: str) -> None:
    assert f"error: usage error: {said}" in host.refuse("db", "diff", *words)


def test_list_patterns(host: Host) -> None:
    ref = f"{REMOTE}:{BRANCH}"
    for pattern in ("base-l*", "BASE-LIB", "base-lib.noarch", "base-lib-1.0-1.noarch", "*-lib-1*"):
        rows = host.run("db", "list", ref, pattern).stdout.splitlines()
        assert rows[1:] == [" base-lib-1.0-1.noarch"], pattern
    assert host.run("db", "list", ref, "no-such-package").stdout.count("\n") == 1


def test_version(host: Host) -> None:
    host.run("install", "epochal")
    names = [line[1:] for line in host.run("db", "list", host.checksum()).stdout.splitlines()[1:]]
    spelt = [n.replace("epochal-3:", "3:epochal-") for n in names]
    digest = sha256("".join(spelt).encode()).hexdigest()
    found = host.run("db", "version", host.checksum(), f"{REMOTE}:{BRANCH}").stdout.splitlines()
    assert found[0] == f"ostree commit: {host.checksum()}"
    assert found[1].split() == ["rpmdbv", "is:", f"{len(names)}:{digest}"]
    assert len(found[1]) == len("  rpmdbv is: ") + max(66, len(f"{len(names)}:{digest}"))
    assert found[2] == f"ostree commit: {REMOTE}:{BRANCH} ({host.checksum(1)})"
    assert found[3] != found[1]
    rows = json.loads(host.run("db", "version", "--json", host.checksum()).stdout)
    assert [row["rpmdbv"] for row in rows] == [f"{len(names)}:{digest}"]
    assert "not found" in host.refuse("db", "version", "no/such/ref")


def test_a_commit_that_lists_no_packages(open_host: Host) -> None:
    """Its database is asked, which is in the tree; anybody may."""
    ref = f"{REMOTE}:{BRANCH}"
    commit(open_host, "silent", tree=ref)
    for verb in ("list", "version"):
        expected = open_host.run("db", verb, ref).stdout.splitlines()[1:]
        for prefix in ((), NOBODY):
            shown = open_host.run("db", verb, "silent", prefix=prefix).stdout
            assert shown.splitlines()[1:] == expected
