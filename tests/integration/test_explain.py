"""A base and a layer that do not fit together: who is to blame, and what the way out is."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.host import Host
from tests.integration.world import BRANCH, REMOTE
from tests.kit.sh import sh

pytestmark = pytest.mark.integration


def use_only(host: Host, *names: str) -> None:
    """Leave the machine with these repositories alone."""
    host.write_etc("yum.repos.d/stable.repo", "")
    for name in names:
        host.add_repo(name)


def fail_as_json(host: Host, *words: str) -> dict[str, Any]:
    """The error of a command that must fail and change nothing."""
    before = host.snapshot()
    ran = host.run(words[0], *words[1:], "--json", ok=1)
    assert host.snapshot() == before
    assert "error: " in ran.stderr
    document = json.loads(ran.stdout)
    assert set(document) == {"error"}
    return dict(document["error"])


def commands(error: dict[str, Any]) -> list[list[str]]:
    """The ways out, without the program's name."""
    found = [shlex.split(way["command"]) for way in error["ways-out"]]
    assert all(words[0] == "rpm-ostree" for words in found)
    return [words[1:] for words in found]


def pull_second(host: Host) -> None:
    """Let the second base appear; it is fetched here, since a refused upgrade keeps a download."""
    host.publish(2)
    sh("ostree", "pull", f"--repo={host.repo}", REMOTE, BRANCH)


def outdated(host: Host) -> None:
    """A layer that was built for the first base, and a repository that has nothing newer."""
    use_only(host, "lagging")
    host.run("install", "friend")
    pull_second(host)


def test_repository_that_is_older_than_the_base(host: Host) -> None:
    outdated(host)
    said = host.refuse("upgrade")
    assert '"friend" does not fit the base' in said
    assert "companion-1.0-1.noarch needs base-lib = 1.0" in said
    assert "the base has base-lib-2.0-1.noarch (since version 2)" in said
    assert "the repository lagging has base-lib-1.0-1.noarch" in said
    assert "the repository is older than the base" in said
    assert "Problem" not in said
    for command in ("upgrade", "uninstall friend", "deploy 1"):
        assert f": rpm-ostree {command}\n" in said.replace(")\n", "\n")
    assert "rpm-ostree override replace base-lib --from repo=lagging" in said
    host.check()


def test_the_same_as_data(host: Host) -> None:
    outdated(host)
    error = fail_as_json(host, "upgrade")
    assert error["conflicts"] == [
        {
            "request": "friend",
            "kind": "requires",
            "package": "companion-1.0-1.noarch",
            "needs": "base-lib = 1.0",
            "base-has": "base-lib-2.0-1.noarch",
            "base-since-version": "2",
            "repo-has": "base-lib-1.0-1.noarch",
            "repo": "lagging",
            "repo-older-than-base": True,
        }
    ]
    assert "friend" in error["message"]
    assert commands(error) == [
        ["upgrade"],
        ["uninstall", "friend"],
        ["override", "replace", "base-lib", "--from", "repo=lagging"],
        ["deploy", "1"],
    ]


def test_each_way_out_leads_out(host: Host, clones: Callable[[Host], Host]) -> None:
    outdated(host)
    later, without, changed, back = (clones(host) for _ in range(4))
    _, uninstall, replace, deploy = commands(fail_as_json(host, "upgrade"))
    without.run(uninstall[0], *uninstall[1:])
    without.run("upgrade")
    assert without.checksum() == host.world.commits[1]
    changed.run(replace[0], *replace[1:])
    changed.run("upgrade")
    assert {"base-lib-1.0-1.noarch", "friend-1.0-1.noarch"} <= set(changed.rpm_qa())
    assert changed.parent(changed.checksum()) == host.world.commits[1]
    back.run(deploy[0], *deploy[1:])
    assert back.parent(back.checksum()) == host.world.commits[0]
    assert "friend" in back.layered()
    later.add_repo("ahead")  # it has the new base-lib, but nobody has built the companion anew
    assert '"friend" does not fit' in later.refuse("upgrade")


def test_versions_in_between_that_are_not_here(host: Host) -> None:
    use_only(host, "lagging")
    host.run("install", "friend")
    upstream = host.sysroot / "upstream"
    sh("cp", "-a", host.world.upstream(2), upstream)
    for version in (3, 4):
        words = [f"--branch={BRANCH}", f"--tree=ref={BRANCH}", "--bootable"]
        words += ["--keep-metadata=rpmostree.rpmdb.pkglist"]
        words += [f"--add-metadata-string=version={version}"]
        sh("ostree", "commit", f"--repo={upstream}", *words)
    url = f"file://{upstream}"
    sh("ostree", "config", f"--repo={host.repo}", "set", f'remote "{REMOTE}".url', url)
    sh("ostree", "pull", f"--repo={host.repo}", REMOTE, BRANCH)
    error = fail_as_json(host, "upgrade")
    assert "(at least since version 4)" in error["message"]
    assert error["conflicts"][0]["base-since-version"] == "4"
    assert ["deploy", "1"] in commands(error)
    host.run("deploy", "1")
    assert host.parent(host.checksum()) == host.world.commits[0]


def test_only_the_culprit_is_named(host: Host) -> None:
    use_only(host, "stable", "lagging")
    host.run("install", "friend", "bar", "glob-*", host.world.rpm["local-two-1.0-1.noarch"])
    pull_second(host)
    error = fail_as_json(host, "upgrade")
    assert [c["request"] for c in error["conflicts"]] == ["friend"]
    assert "local-two" not in error["message"]
    assert not list(host.sysroot.glob("ostree/deploy/*/var/cache/rpm-ostree/packages/base-lib*"))
    host.run("uninstall", "friend")
    host.run("upgrade")
    assert {"bar", "glob-one", "glob-two", "local-two"} <= host.layered()


def test_two_culprits(host: Host) -> None:
    use_only(host, "stable", "lagging")
    host.run("install", "friend", "companion", "bar")
    pull_second(host)
    error = fail_as_json(host, "upgrade")
    assert [c["request"] for c in error["conflicts"]] == ["friend", "companion"]
    assert ["uninstall", "friend", "companion"] in commands(error)


def test_local_file_that_was_made_for_the_old_base(host: Host) -> None:
    use_only(host, "lagging")
    host.run("install", host.world.rpm["companion"])
    pull_second(host)
    error = fail_as_json(host, "upgrade")
    assert [c["request"] for c in error["conflicts"]] == ["companion-1.0-1.noarch"]
    uninstall = next(words for words in commands(error) if words[0] == "uninstall")
    host.run(uninstall[0], *uninstall[1:])
    assert host.layered() == set()


def test_new_request_that_is_ahead_of_the_base(host: Host, clones: Callable[[Host], Host]) -> None:
    use_only(host, "ahead")
    error = fail_as_json(host, "install", "modern")
    (conflict,) = error["conflicts"]
    assert (conflict["needs"], conflict["base-has"]) == ("base-lib = 2.0", "base-lib-1.0-1.noarch")
    assert conflict["repo-older-than-base"] is False
    upgrade, replace = commands(error)
    assert upgrade == ["upgrade", "--install=modern"]
    other = clones(host)
    other.run(replace[0], *replace[1:])
    assert {"base-lib-2.0-1.noarch", "modern-1.0-1.noarch"} <= set(other.rpm_qa())
    host.publish(2)
    host.run(upgrade[0], *upgrade[1:])
    assert "modern-1.0-1.noarch" in host.rpm_qa()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hates-base", "conflicts with base-lib, the base has base-lib-1.0-1.noarch"),
        ("hated-by-base", "conflicts with base-lib, the base has base-lib-1.0-1.noarch"),
        ("replaces-base", "replaces base-lib-1.0-1.noarch"),
    ],
)
def test_no_version_fits(host: Host, name: str, words: str) -> None:
    error = fail_as_json(host, "install", name, "bar")
    assert words in error["message"]
    assert [c["request"] for c in error["conflicts"]] == [name]
    assert not any(way[0] == "override" for way in commands(error))


def test_what_is_no_matter_of_the_base_is_left_to_the_solver(host: Host) -> None:
    error = fail_as_json(host, "install", "wants-nothing", "bar")
    assert "nothing provides nobody-has-this" in error["message"]
    assert "conflicts" not in error


# ------------------------------------------------------------------- errors as JSON


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("install", "no-such-package"), "no-such-package"),
        (("uninstall", "no-such-package"), "not currently requested"),
        (("install", "--no-such-option"), "Unknown option --no-such-option"),
        (("deploy", "no-such-version"), "no-such-version"),
        (("status", "--stateroot=nosuch"), ""),
        (("db", "list", "nosuch"), "nosuch"),
    ],
)
def test_any_error_as_json(host: Host, words: tuple[str, ...], message: str) -> None:
    error = fail_as_json(host, *words)
    assert message in error["message"]
    assert "hint" in error


def test_a_dash_dash_json_that_is_an_argument(host: Host) -> None:
    ran = host.run("install", "--", "--json", ok=1)
    assert ran.stdout == ""
