"""Questions about packages: db, search, refresh-md, why."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from threading import Thread

import pytest

from tests.integration.host import Host
from tests.integration.test_readers import NOBODY, without
from tests.integration.world import BRANCH, OS, REMOTE
from tests.kit.rpms import make_repo
from tests.kit.sh import sh, text

pytestmark = pytest.mark.integration

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


@contextmanager
def served(directory: Path) -> Iterator[tuple[str, list[str]]]:
    """A directory by HTTP: its address, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            asked.append(self.path)

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(directory)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()


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
        (("--format=xml",), "Format argument is invalid, pick one of: diff, block, json"),
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


# ------------------------------------------------------------- search, refresh-md


def groups(answer: str) -> dict[str, list[str]]:
    """The rows of a search by the heading above them."""
    found: dict[str, list[str]] = {}
    for block in answer.strip("\n").split("\n\n"):
        heading, *rows = block.split("\n")
        found[heading.removeprefix("===== ").removesuffix(" Matched =====")] = rows
    return found


def test_search(host: Host) -> None:
    by_name = host.run("search", "epochal").stdout
    assert by_name == "\n===== Name Matched =====\nepochal : A package for tests\n"
    assert groups(host.run("search", "chain").stdout) == {
        "Summary & Name": ["chain-two : Second of the CHAIN"],
        "Name": [
            "chain-four : An end",
            "chain-one : A package for tests",
            "chain-three : A package for tests",
        ],
    }
    notes = "noted : Keeps notes of a changelog"
    for terms, heading in (
        (("NOTE",), "Summary & Name"),
        (("changelog",), "Summary"),
        (("noted", "changelog"), "Summary & Name"),
        (("keeps*",), "Summary"),
        (("*note?",), "Name"),
    ):
        assert groups(host.run("search", *terms).stdout) == {heading: [notes]}, terms
    for terms in (("no-such-thing",), ("noted", "no-such-thing"), ("keep?",)):
        assert host.run("search", *terms).stdout == "No matches found.\n"
    host.check()


def test_search_finds_what_the_genuine_search_of_dnf_finds(host: Host, tmp_path: Path) -> None:
    """For any term: the same names, apart from what is not in names and summaries."""
    urls = "".join(f"[{n}]\nbaseurl=file://{host.world.repos[n]}\n" for n in ("stable", "updates"))
    conf = tmp_path / "dnf.conf"
    conf.write_text(
        f"[main]\nplugins=0\nreposdir=/nonexistent\ncachedir={tmp_path}/cache\n"
        f"system_cachedir={tmp_path}/cache\nlogdir={tmp_path}\n{urls}"
    )
    host.add_repo("updates")
    dnf = "dnf5" if which("dnf5") else "dnf"
    for term in ("package", "a", "base", "chain", "TESTS"):
        words = (f"--config={conf}", "--setopt=gpgcheck=0", "--releasever=1", "search", term)
        lines = text(dnf, "-q", *words).splitlines()
        expected = {m[1] for line in lines if (m := re.match(r" ?(\S+)\.(noarch|x86_64)\b", line))}
        rows = json.loads(host.run("search", term, "--json").stdout)
        assert {row["name"] for row in rows} == expected, term
        assert len(rows) == len(expected)


def test_search_tells_of_the_newest_version(host: Host) -> None:
    host.add_repo("updates")
    (row,) = json.loads(host.run("search", "noted", "--json").stdout)
    assert row == {
        "name": "noted",
        "evr": "1.1-1",
        "arch": "noarch",
        "repo": "updates",
        "summary": "Keeps notes of a changelog",
        "matched": "Name",
    }


def test_search_starts_dnf_once(host: Host, tmp_path: Path) -> None:
    """What was read is kept until the metadata or the configuration is another one."""
    assert "noted" in host.run("search", "noted").stdout
    prefix = without("dnf")
    assert "noted" in host.run("search", "changelog", prefix=prefix).stdout
    host.add_repo("updates")
    assert "dnf is not installed" in host.run("search", "noted", prefix=prefix, ok=1).stderr
    assert "noted" in host.run("search", "noted").stdout
    assert "noted" in host.run("search", "noted", prefix=prefix).stdout
    repo = tmp_path / "repo"
    sh("cp", "-a", host.world.repos["stable"], repo)
    host.write_etc("yum.repos.d/updates.repo", f"[updates]\nbaseurl=file://{repo}\ngpgcheck=0\n")
    assert "noted" in host.run("search", "noted").stdout
    for package in repo.glob("noted-*.rpm"):
        package.unlink()
    make_repo(repo)
    host.write_etc("yum.repos.d/stable.repo", "[stable]\nbaseurl=file:///x\nenabled=0\n")
    assert host.run("search", "noted").stdout == "No matches found.\n"


def test_anybody_may_search(open_host: Host) -> None:
    host = open_host
    host.run("refresh-md")
    mine = host.run("search", "noted").stdout
    assert host.run("search", "noted", prefix=NOBODY).stdout == mine
    cache = host.sysroot / f"ostree/deploy/{OS}/var/cache/rpm-ostree"
    (cache / "available").unlink()
    assert host.run("search", "noted", prefix=NOBODY).stdout == mine
    assert host.run("search", "noted", "-C", f"--stateroot={OS}", prefix=NOBODY).stdout == mine
    shutil.rmtree(cache)
    refused = host.run("search", "noted", prefix=NOBODY, ok=1).stderr
    assert "refresh-md" in refused
    assert not cache.exists()


def test_search_needs_no_lock(host: Host) -> None:
    host.run("refresh-md")
    words = ("flock", "--nonblock", str(host.lock))
    assert "noted" in host.run("search", "noted", prefix=words).stdout


def test_refresh(host: Host) -> None:
    host.add_repo("updates")
    ran = host.run("refresh-md")
    assert "Enabled rpm-md repositories: stable updates\n" in ran.stderr
    assert "Importing rpm-md...done\n" in ran.stderr
    number = len(list(host.world.repos["stable"].glob("*.rpm")))
    line = r"rpm-md repo '%s' \(cached\); generated: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ solvables: %d"
    stable, updates = ran.stdout.splitlines()
    assert re.fullmatch(line % ("stable", number), stable)
    assert re.fullmatch(line % ("updates", 2), updates)
    forced = host.run("refresh-md", "--force")
    assert "Updating metadata for 'stable'...done\n" in forced.stderr
    assert "(cached)" not in forced.stdout
    rows = json.loads(host.run("makecache", "--json").stdout)
    assert [(row["id"], row["cached"], row["solvables"]) for row in rows] == [
        ("stable", True, number),
        ("updates", True, 2),
    ]
    host.check()


def test_refresh_over_a_network(host: Host) -> None:
    """What has expired is asked for; who may not ask takes what there is."""
    with served(host.world.repos["updates"]) as (url, asked):
        host.write_etc("yum.repos.d/far.repo", f"[far]\nbaseurl={url}\ngpgcheck=0\n")
        first = host.run("refresh-md")
        assert "Updating metadata for 'far'...done" in first.stderr
        assert "rpm-md repo 'far'; generated" in first.stdout
        asked.clear()
        assert "rpm-md repo 'far' (cached); generated" in host.run("refresh-md").stdout
        assert "noted" in host.run("search", "noted").stdout
        assert not asked
        host.write_etc(
            "yum.repos.d/far.repo", f"[far]\nbaseurl={url}\ngpgcheck=0\nmetadata_expire=0\n"
        )
        host.run("search", "noted", "-C")
        assert not asked
        host.run("search", "noted")
        assert any("repomd.xml" in line for line in asked)
    assert "noted" in host.run("search", "noted", "-C").stdout
    said = host.refuse("search", "noted")
    assert "cannot refresh the metadata" in said
    assert "--cache-only" in said
    assert "far" in said


def test_nothing_to_search(host: Host) -> None:
    assert "At least one TERM" in host.refuse("search")
    host.write_etc("yum.repos.d/stable.repo", "[stable]\nbaseurl=file:///x\nenabled=0\n")
    for words in (("search", "foo"), ("refresh-md",)):
        said = host.refuse(*words)
        assert "No enabled rpm-md repositories" in said
        assert "yum.repos.d" in said
    host.write_etc("yum.repos.d/stable.repo", "[stable]\nbaseurl=file:///nowhere\n")
    assert "stable" in host.refuse("search", "foo")


def test_refresh_is_for_root(open_host: Host) -> None:
    assert "root" in open_host.run("refresh-md", prefix=NOBODY, ok=1).stderr


# ---------------------------------------------------------------------------- why


def test_why(open_host: Host) -> None:
    host = open_host
    host.run("install", "chain-one", "foo", "bar-api", host.world.rpm["local-two-1.0-1.noarch"])
    answers = {
        "base-lib": ["base-lib-1.0-1.noarch is in the base"],
        "chain-one": ["chain-one-1.0-1.noarch is layered by the request chain-one"],
        "chain-four.noarch": [
            "chain-four-1.0-1.noarch is layered for the request chain-one:",
            "  chain-one-1.0-1.noarch requires chain-api >= 2",
            "  chain-two-1.0-1.noarch requires /usr/bin/chain-three",
            "  chain-three-1.0-1.noarch recommends chain-four",
        ],
        "bar-1.0-1": [
            "bar-1.0-1.noarch is layered for the request foo:",
            "  foo-1.0-1.noarch requires bar-api >= 1",
            "bar-1.0-1.noarch is layered by the request bar-api",
        ],
        "local-two": [
            "local-two-1.0-1.noarch is layered by the request local-two-1.0-1.noarch",
        ],
        "/usr/bin/foo": ["foo-1.0-1.noarch is layered by the request foo"],
    }
    for name, lines in answers.items():
        for prefix in ((), NOBODY):
            assert host.run("why", name, prefix=prefix).stdout.splitlines() == lines, name
    (reason,) = json.loads(host.run("why", "bar", "--json").stdout)
    assert (reason["package"], reason["source"]) == ("bar-1.0-1.noarch", "layered")
    assert [chain["request"] for chain in reason["chains"]] == ["foo", "bar-api"]
    assert reason["chains"][0]["links"] == [
        {"package": "foo-1.0-1.noarch", "relation": "requires", "condition": "bar-api >= 1"}
    ]
    assert 'Package "bar" not found' in host.refuse("why", "bar", "--deploy-index=1")
    assert "in the base" in host.run("why", "base-lib", "--deploy-index=1").stdout
    assert "Out of range" in host.refuse("why", "bar", "--deploy-index=2")
    assert 'Package "nobody" not found' in host.refuse("why", "nobody")
    host.check()


def test_why_of_an_inactive_request(host: Host) -> None:
    host.run("install", "--allow-inactive", "base-lib")
    assert host.run("why", "base-lib").stdout.splitlines() == [
        "base-lib-1.0-1.noarch is in the base",
        "  inactive request: base-lib",
    ]


def test_why_of_a_removed_package(host: Host) -> None:
    host.run("override", "remove", "retired")
    said = host.refuse("why", "retired")
    assert 'Package "retired" not found' in said
    assert "override remove" in said
