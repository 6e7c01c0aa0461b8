"""Other bases and other packages in them: override, rebase, deploy, reset, several at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.integration.host import Host
from tests.integration.world import BRANCH, OS, REMOTE, World, repo_file
from tests.kit import rpms
from tests.kit.sh import text

pytestmark = pytest.mark.integration

TOOL = "usr/share/base-tool"
LIB = "usr/lib/base-lib/version"


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """A web server on this machine; its address."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def document(host: Host, *words: str | Path) -> dict[str, object]:
    found = json.loads(host.run(str(words[0]), *words[1:], "--json").stdout)
    assert isinstance(found, dict)
    return found


def version(host: Host, name: str, index: int = 0) -> str:
    """NAME's version and release in a deployment."""
    (found,) = [p for p in host.rpm_qa(index) if p.rsplit("-", 2)[0] == name]
    return found.removeprefix(f"{name}-").rsplit(".", 1)[0]


# ------------------------------------------------------------------ override replace


def test_replace_by_file_and_reset(host: Host) -> None:
    base = host.checksum()
    ran = host.run("override", "replace", host.world.rpm["base-tool-9.9-1.noarch"])
    assert "  base-tool 1.0-1 -> 9.9-1" in ran.stdout
    assert version(host, "base-tool") == "9.9-1"
    assert (host.root() / TOOL / "a").read_text() == "new\n"
    assert (host.root() / TOOL / "argument").read_text() == "2\n"  # as for an upgrade
    assert not (host.root() / TOOL / "b").exists()
    assert host.origin()["overrides.replace-local"].endswith(":base-tool-9.9-1.noarch;")
    assert "replaced-base-packages" in host.raw(host.checksum())
    host.check()
    (deployment, _) = document(host, "status")["deployments"]  # type: ignore[misc]
    assert deployment["requested-base-local-replacements"] == ["base-tool-9.9-1.noarch"]
    host.publish(2)
    host.run("upgrade")
    assert version(host, "base-tool") == "9.9-1"
    assert version(host, "base-lib") == "2.0-1"
    host.check()
    host.run("override", "reset", "base-tool")
    assert host.checksum() == host.world.commits[1]
    assert base != host.checksum()
    host.check()


def test_replace_is_refused_for_what_the_base_has_not(host: Host) -> None:
    said = host.refuse("override", "replace", host.world.rpm["local-one"])
    assert 'Package "local-one" not found' in said
    assert "rpm-ostree install" in said
    said = host.refuse("override", "replace", "base-lib")
    assert "Non-local replacement overrides not implemented yet: base-lib" in said
    assert "--from repo=ID" in said


def test_replace_from_a_repository_follows_it(host: Host) -> None:
    ran = host.run("override", "replace", "base-lib", "--from=repo=stable")
    assert "  base-lib 1.0-1 -> 2.0-1" in ran.stdout
    assert (host.root() / LIB).read_text() == "2.0\n"
    assert host.origin()["overrides.replace"] == "repo=stable,base-lib;"
    (deployment, _) = document(host, "status")["deployments"]  # type: ignore[misc]
    assert list(deployment["base-remote-replacements"]) == ["repo=stable"]
    host.check()
    host.publish(2)  # whose base has just this version: nothing is left to replace
    host.run("upgrade")
    assert (host.root() / LIB).read_text() == "2.0\n"
    assert host.origin()["overrides.replace"] == "repo=stable,base-lib;"
    host.run("override", "reset", "--all")
    assert host.checksum() == host.world.commits[1]
    host.check()


def test_replace_frozen(host: Host) -> None:
    host.run("override", "replace", "base-lib", "--from", "repo=stable", "--freeze")
    assert (host.root() / LIB).read_text() == "2.0\n"
    assert host.origin()["overrides.replace-local"].endswith(":base-lib-2.0-1.noarch;")
    host.check()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("base-lib", "--from=repo=nowhere"), "repository 'nowhere' is not enabled"),
        (("base-shell", "--from=repo=stable"), "Packages not found in repo 'stable': base-shell"),
        (("foo", "--from=repo=stable"), 'Package "foo" not found'),
        (("base-lib", "--from=elsewhere"), "--from takes repo=ID"),
    ],
)
def test_replace_from_what_is_not_there(host: Host, words: tuple[str, ...], told: str) -> None:
    assert told in host.refuse("override", "replace", *words)


def test_an_override_stands_alone(host: Host) -> None:
    host.run("override", "replace", "base-lib", "--from=repo=stable")
    said = host.refuse("override", "remove", "base-lib", code=1)
    assert "Override already exists for package 'base-lib'" in said
    said = host.refuse("override", "reset", "base-shell")
    assert "No overrides for package 'base-shell'" in said


def test_what_needs_a_removed_package_is_named(host: Host) -> None:
    said = host.refuse("override", "remove", "base-lib")
    assert "base-lib is needed by (installed) base-tool-1.0-1.noarch" in said
    assert "rpm-ostree override remove base-lib base-tool)" in said
    host.run("override", "remove", "base-lib", "base-tool")
    assert not {"base-lib", "base-tool"} & {p.rsplit("-", 2)[0] for p in host.rpm_qa()}
    host.check()


def test_overrides_without_effect_are_told_of(host: Host) -> None:
    host.run("override", "remove", "retired")
    host.publish(2)  # which has it no more
    ran = host.run("upgrade")
    assert "Inactive base removals:\n  retired\n" in ran.stderr
    assert host.origin()["overrides.remove"] == "retired;"
    host.check()


def test_replace_remove_and_install_at_once(host: Host) -> None:
    file = host.world.rpm["base-tool-9.9-1.noarch"]
    host.run("override", "replace", file, "--remove=retired", "--install=foo")
    assert version(host, "base-tool") == "9.9-1"
    assert not (host.root() / "usr/bin/retired").exists()
    assert (host.root() / "usr/bin/foo").exists()
    assert len(host.deployments()) == 2
    host.check()
    host.run("reset", "--overrides")
    assert version(host, "base-tool") == "1.0-1"
    assert (host.root() / "usr/bin/foo").exists()
    host.run("reset")
    assert host.checksum() == host.world.commits[0]
    assert "packages.requested" not in host.origin()
    host.check()


# ------------------------------------------------------------------------- install


def test_replacefiles_only_by_force(host: Host) -> None:
    file = host.world.rpm["overwriter"]
    assert "conflicts with file" in host.refuse("install", file)
    host.run("install", "--force-replacefiles", file, host.world.rpm["local-two-1.0-1.noarch"])
    assert (host.root() / LIB).read_text() == "overwritten\n"
    assert "overwriter" in host.origin()["packages.requested-local-fileoverride"]
    assert "local-two" in host.origin()["packages.requested-local-fileoverride"]
    host.check()
    host.run("uninstall", "overwriter", "local-two")
    assert host.checksum() == host.world.commits[0]
    said = host.refuse("install", "--force-replacefiles", "foo")
    assert "Non-local fileoverrides not implemented" in said


def test_install_from_an_address(host: Host) -> None:
    file = host.world.rpm["local-two-1.0-1.noarch"]
    with served(file.parent) as address:
        host.run("install", f"{address}/{file.name}")
        said = host.refuse("install", f"{address}/no-such.rpm")
    assert "cannot download" in said
    assert "404" in said
    assert host.layered() == {"local-two"}
    host.check()


def test_dropping_a_layer_needs_no_network(host: Host) -> None:
    with served(host.world.repos["stable"]) as address:
        config = repo_file("stable", Path("/")).replace("baseurl=file:///", f"baseurl={address}")
        host.write_etc("yum.repos.d/stable.repo", config)
        host.run("install", "foo", "glob-one")
    host.write_etc("yum.repos.d/stable.repo", config + "metadata_expire=0\n")
    host.run("uninstall", "glob-one")
    assert host.layered() == {"foo", "bar"}
    assert "its baseurl is right and the network is up" in host.refuse("install", "glob-two")
    host.check()


def test_key_at_an_address(host: Host) -> None:
    with served(host.world.key.parent) as address:
        key = f"{address}/{host.world.key.name}"
        config = repo_file("stable", host.world.repos["stable"])
        local = "file:///etc/pki/rpm-gpg/KEY"
        host.write_etc("yum.repos.d/stable.repo", config.replace(local, key))
        host.run("install", "glob-one")
        host.write_etc("yum.repos.d/stable.repo", config.replace(local, f"{key}-not-there"))
        assert f"cannot download {key}-not-there" in host.refuse("install", "glob-two")
    assert host.layered() == {"glob-one"}


@pytest.mark.parametrize("option", ["--enablerepo=x", "--disablerepo=*", "--releasever=9"])
def test_options_of_a_container_build(host: Host, option: str) -> None:
    for verb in ("install", "uninstall"):
        assert "currently only works in a container build" in host.refuse(verb, "foo", option)


@pytest.mark.parametrize(
    ("request_", "layered"),
    [
        ("(glob-one and glob-two)", {"glob-one", "glob-two"}),
        ("(glob-one and (glob-two or nobody-has-this))", {"glob-one", "glob-two"}),
        ("(nobody-has-this or glob-one)", {"glob-one"}),
        ("(glob-one if base-lib)", {"glob-one"}),
    ],
)
def test_rich_dependencies(host: Host, request_: str, layered: set[str]) -> None:
    host.run("install", request_)
    assert host.layered() == layered
    assert host.origin()["packages.requested"] == f"{request_};"
    host.check()


def test_upgrade_with_layers_in_one_deployment(host: Host) -> None:
    host.run("install", "glob-one")
    host.publish(2)
    host.run("upgrade", "--install=foo", "--uninstall=glob-one")
    assert host.parent(host.checksum()) == host.world.commits[1]
    assert host.layered() >= {"foo", "bar"}
    assert "glob-one" not in host.layered()
    assert len(host.deployments()) == 2
    host.check()
    assert "Cannot specify both" in host.refuse("upgrade", "--preview", "--install=foo")


# ------------------------------------------------------------------ rebase and deploy


@pytest.fixture(scope="module")
def other(world: World) -> str:
    """One more branch of the remote, test/next; its newest commit."""
    repo = f"--repo={world.upstream(2)}"
    tree = f"--tree=ref={world.commits[1]}"
    stamp = f"--timestamp=@{rpms.EPOCH + 3}"
    words = ["--branch=test/next", "--no-bindings", "--bootable", stamp, tree]
    return text("ostree", "commit", repo, *words)


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ((f"{REMOTE}:test/next",), f"{REMOTE}:test/next"),
        (("test/next",), f"{REMOTE}:test/next"),
        (("--branch=test/next",), f"{REMOTE}:test/next"),
        (("-b", "test/next", "-m", REMOTE), f"{REMOTE}:test/next"),
        ((f"ostree://{REMOTE}:test/next",), f"{REMOTE}:test/next"),
    ],
)
def test_rebase_to_a_branch(host: Host, other: str, words: tuple[str, ...], after: str) -> None:
    host.publish(2)
    host.run("rebase", *words)
    assert host.checksum() == other
    assert host.origin()["origin.refspec"] == after
    host.check()


def test_rebase_keeps_layers_and_drops_the_old_branch(host: Host, other: str) -> None:
    host.publish(2)
    host.run("install", "foo")
    host.run("rebase", "test/next")
    assert host.layered() >= {"foo", "bar"}
    assert host.origin()["origin.baserefspec"] == f"{REMOTE}:test/next"
    assert f"{REMOTE}:{BRANCH}" not in host.refs()
    assert host.parent(host.checksum()) == other
    host.run("kargs", "--append=x")
    host.run("rebase", f"{REMOTE}:{BRANCH}")
    assert f"{REMOTE}:test/next" not in host.refs()
    host.run("rebase", "test/next", "--skip-purge")
    assert f"{REMOTE}:{BRANCH}" in host.refs()
    host.check()


def test_rebase_to_a_commit_with_a_label(host: Host) -> None:
    host.publish(2)
    one, two = host.world.commits
    said = host.refuse("rebase", two, "--custom-origin-url=https://example.invalid")
    assert "requires --custom-origin-description" in said
    said = host.refuse("rebase", "test/next", "--custom-origin-description=Label")
    assert "only supported for a checksum" in said or "test/next" in said
    host.run("rebase", f"{REMOTE}:{two}", "--custom-origin-description=Label")
    assert host.checksum() == two
    assert host.origin()["origin.refspec"] == f"{REMOTE}:{two}"
    assert "Label" in host.run("status").stdout
    ran = host.run("upgrade")
    assert "Pinned to commit by custom origin: Label" in ran.stdout
    host.run("rebase", f"{REMOTE}:{BRANCH}")
    assert "origin.custom-description" not in host.origin()
    assert one != two
    host.check()


def test_rebase_to_a_repository_in_a_directory(host: Host) -> None:
    host.run("rebase", f"{host.world.upstream(2)}:{BRANCH}")
    assert host.checksum() == host.world.commits[1]
    assert host.origin()["origin.refspec"] == host.world.commits[1]
    assert "Missing ':'" in host.refuse("rebase", str(host.world.upstream(2)))
    assert "Missing REF" in host.refuse("rebase", f"{host.world.upstream(2)}:")
    host.check()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((f"{REMOTE}:{BRANCH}",), f"Old and new refs are equal: {REMOTE}:{BRANCH}"),
        (("nosuch:branch",), 'While pulling branch: Remote "nosuch" not found'),
        ((":",), "Invalid refspec"),
        (("no//such",), "Invalid refspec"),
        (("test/unheard",), "test/unheard"),
        ((), "Refspec required"),
        (("ostree-unverified-registry:quay.io/x",), "container images are not served yet"),
    ],
)
def test_rebase_to_what_is_not_there(host: Host, words: tuple[str, ...], told: str) -> None:
    assert told in host.refuse("rebase", *words)


def test_deploy_by_version_and_checksum(host: Host) -> None:
    one, two = host.world.commits
    host.publish(2)
    ran = host.run("deploy", "2")
    assert "Resolving version '2'" in ran.stderr
    assert host.checksum() == two
    assert host.origin()["origin.override-commit"] == two
    host.run("deploy", f"revision={one}")
    assert host.checksum() == one
    assert host.origin()["origin.override-commit"] == one
    host.run("upgrade")
    assert host.checksum() == two
    assert "origin.override-commit" not in host.origin()
    said = host.refuse("deploy", "version=1", "--disallow-downgrade")
    assert "chronologically older" in said
    assert "12.9 not found in" in host.refuse("deploy", "12.9")
    assert f"Checksum {'0' * 64} not found in" in host.refuse("deploy", "0" * 64)
    host.check()


def test_deploy_keeps_layers_and_previews(host: Host) -> None:
    host.publish(2)
    host.run("install", "foo")
    ran = host.run("deploy", "--preview", "2")
    assert "!base-lib-1.0-1-noarch\n=base-lib-2.0-1-noarch" in ran.stdout
    host.run("deploy", "2", "--install=glob-one")
    assert host.layered() >= {"foo", "bar", "glob-one"}
    assert host.parent(host.checksum()) == host.world.commits[1]
    host.check()


# ------------------------------------------------------------------------- the plan


def test_a_dry_run_tells_all_and_changes_nothing(host: Host) -> None:
    before = host.snapshot()
    file = host.world.rpm["base-tool-9.9-1.noarch"]
    for words in (
        ("install", "foo"),
        ("override", "replace", str(file)),
        ("override", "remove", "retired"),
        ("kargs", "--append=x=1"),
        ("initramfs-etc", "--track=/etc/hostname"),
        ("deploy", host.world.commits[0]),
        ("upgrade",),
        ("rebase", f"{REMOTE}:{host.world.commits[0]}"),
        ("reset",),
    ):
        found = document(host, *words, "--dry-run")
        plan = found["plan"]
        assert isinstance(plan, dict), words
        assert found["changed"] is False
        assert plan["stateroot"] == OS
        assert plan["space"]["root"]["free"] > plan["space"]["root"]["needed"] > 0
        assert host.snapshot() == before, words
    host.check_quiet()


def test_the_plan_has_sizes_and_what_comes_of_it(host: Host) -> None:
    found = document(host, "install", "foo", "--dry-run")["plan"]
    assert isinstance(found, dict)
    installs = {row["nevra"]: row for row in found["install"]}
    assert installs.keys() == {"foo-1.0-1.noarch", "bar-1.0-1.noarch"}
    for nevra, row in installs.items():
        size = int(text("rpm", "-qp", "--qf", "%{LONGSIZE}", host.world.rpm[nevra]))
        assert (row["size"], row["repo"]) == (size, "stable")
        assert row["download-size"] == host.world.rpm[nevra].stat().st_size
    assert found["kargs"] == ["root=LABEL=root", "quiet"]
    kept = found["deployments"]["kept"]
    host.run("install", "foo")
    assert kept == [f"{OS}-{host.deployments()[1].name}"]
    again = document(host, "install", "glob-one", "--dry-run")["plan"]
    assert isinstance(again, dict)
    assert again["deployments"]["kept"] == [f"{OS}-{host.deployments()[0].name}"]
    assert again["deployments"]["dropped"] == [f"{OS}-{host.deployments()[1].name}"]


# --------------------------------------------------------------------------- kargs


def test_kargs_in_an_editor(host: Host, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "1s/quiet/debug=1 \\"a b\\"/" "$1"\n')
    editor.chmod(0o755)
    host.run("kargs", "--editor", env={"EDITOR": str(editor)})
    assert host.run("kargs").stdout.split("ostree=")[0].split() == [
        "root=LABEL=root", "debug=1", '"a', 'b"',
    ]  # fmt: skip
    host.check()
    editor.write_text('#!/bin/sh\n: >"$1"\n')
    before = host.snapshot()
    ran = host.run("kargs", "--editor", env={"EDITOR": str(editor)}, ok=1)
    assert "No kernel arguments were left" in ran.stderr
    ran = host.run("kargs", "--editor", env={"EDITOR": "true"}, ok=1)
    assert "were not changed" in ran.stderr
    ran = host.run("kargs", "--editor", env={"EDITOR": "false"}, ok=1)
    assert "false failed with status 1" in ran.stderr
    ran = host.run("kargs", "--editor", "--append=x", ok=1)
    assert "usage error" in ran.stderr
    assert host.snapshot() == before


def test_tracked_files_reach_the_boot_entry(host: Host) -> None:
    base = host.checksum()
    host.run("initramfs-etc", "--track=/etc/hostname")
    assert host.checksum() == base
    entry = (
        next(iter(host.entries().values()))
        if len(host.entries()) == 1
        else b"".join(host.entries().values())
    )
    assert entry.count(b"initramfs-overlays") == 1
    assert host.origin()["rpmostree.initramfs-etc"] == "/etc/hostname;"
    assert "Tracked files:\n  /etc/hostname" in host.run("initramfs-etc").stdout
    assert "Path outside /etc forbidden" in host.refuse("initramfs-etc", "--track=/usr/x")
    assert "not tracked" in host.refuse("initramfs-etc", "--untrack=/etc/other")
    assert "does not exist" in host.refuse("initramfs-etc", "--track=/etc/no-such")
    ran = host.run("initramfs-etc", "--track=/etc/hostname", "--unchanged-exit-77", ok=77)
    assert "No changes." in ran.stdout
    host.run("initramfs-etc", "--untrack-all")
    assert "No tracked files." in host.run("initramfs-etc").stdout
    host.check()
