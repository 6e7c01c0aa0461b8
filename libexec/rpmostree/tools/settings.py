"""What the administrator configured, read from the /etc of a deployment."""

import os
import re
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from rpmostree.base.errors import BadInput
from rpmostree.base.files import read_text
from rpmostree.model.keyfile import KeyFile, parse_keyfile
from rpmostree.model.rpmrepo import RpmRepo, parse_repos, substitute

_OLD_POLICIES = {"off": "none", "ex-stage": "stage"}
_OFF = frozenset({"false", "0", "no"})
GROUP = "Daemon"


def _key(name: str, default: bool | str, meaning: str) -> Any:  # noqa: ANN401
    """A field that is read from the key `name`; the man page tells its `meaning`."""
    return field(default=default, metadata={"key": name, "meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """rpm-ostreed.conf: what it may set, the defaults, and what each key means."""

    recommends: bool = _key(
        "Recommends",
        True,
        "Layer what layered packages recommend (their weak dependencies) as well as what they "
        "require.",
    )
    lock_layering: bool = _key(
        "LockLayering",
        False,
        "Refuse every change of layered packages and overrides, unless it takes all of them back. "
        "Upgrades, rollbacks and kernel arguments are not affected.",
    )
    update_policy: str = _key(
        "AutomaticUpdatePolicy",
        "none",
        "What `rpm-ostree upgrade --trigger-automatic-update-policy`, run by a timer, does: none; "
        "check, to look for an update that status shows then; stage, to prepare it for the next "
        "boot; apply, to reboot into it as well.",
    )


def read_settings(etc: Path) -> Settings:
    """Raises BadInput if the file is malformed."""
    path = etc / "rpm-ostreed.conf"
    try:
        keys = parse_keyfile(read_text(path) or "")
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from error
    found = Settings(**{known.name: _value(keys, known) for known in fields(Settings)})
    policy = _OLD_POLICIES.get(found.update_policy, found.update_policy)
    return replace(found, update_policy=policy)


def _value(keys: KeyFile, known: "Field[Any]") -> Any:  # noqa: ANN401
    """What the file says, as the kind of value that the default is."""
    text = (keys.text(GROUP, known.metadata["key"]) or "").strip()
    if not text:
        return known.default
    return text.lower() not in _OFF if isinstance(known.default, bool) else text


def read_repos(etc: Path, release: str) -> tuple[RpmRepo, ...]:
    """The enabled repositories of yum.repos.d, variables put in. Raises BadInput if malformed."""
    variables = {"releasever": release, "basearch": os.uname().machine, "arch": os.uname().machine}
    for directory in (etc / "yum/vars", etc / "dnf/vars"):
        for path in sorted(directory.glob("*")):
            variables[path.name] = (read_text(path) or "").strip()
    repos: list[RpmRepo] = []
    for path in sorted((etc / "yum.repos.d").glob("*.repo")):
        repos += read_repo_file(path)
    enabled = (substitute(repo, variables) for repo in repos if repo.enabled)
    return tuple(_with_own_keys(repo, etc) for repo in enabled)


def _with_own_keys(repo: RpmRepo, etc: Path) -> RpmRepo:
    """Keys in /etc and /usr are the deployment's, not those of the machine we run on."""
    keys = " ".join(_locate(key, etc) for key in repo.keys)
    return RpmRepo(repo.id, {**repo.options, "gpgkey": keys}) if keys else repo


def _locate(key: str, etc: Path) -> str:
    name = key.removeprefix("file://")
    for top, place in (("/etc/", etc), ("/usr/", etc.parent / "usr")):
        inside = place / name.removeprefix(top)
        if name.startswith(top) and inside.exists():
            return f"file://{inside.absolute()}"
    return key


def read_repo_file(path: Path) -> tuple[RpmRepo, ...]:
    """The repositories of one .repo file. Raises BadInput if it is malformed."""
    try:
        return parse_repos(read_text(path) or "")
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from error


def read_release(root: Path) -> str:
    """What `$releasever` stands for: VERSION_ID of os-release; empty if it has none."""
    text = read_text(root / "usr/lib/os-release") or read_text(root / "etc/os-release") or ""
    match = re.search(r'^VERSION_ID="?([^"\n]*)"?$', text, re.MULTILINE)
    return match[1] if match else ""
