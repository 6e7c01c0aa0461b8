"""A treefile: what an image is made of. Merging and substitution are pure; reading is elsewhere."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Raw = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """A key of a treefile: the type of its value, and whether we act on it yet."""

    kind: str  # string, text-or-number, bool, list, map, pairs, check, choice:a|b
    served: bool = True


_S, _B, _L, _M = Key("string"), Key("bool"), Key("list"), Key("map")
KEYS: Mapping[str, Key] = {
    "add-commit-metadata": _M,
    "add-files": Key("pairs"),
    "advisories-metadata": Key("choice:inline|detached|disabled", served=False),
    "arch-include": _M,
    "automatic-version-prefix": _S,
    "automatic-version-suffix": _S,
    "basearch": _S,
    "boot-location": Key("choice:new|modules"),
    "bootstrap-packages": _L,
    "check-groups": Key("check"),
    "check-passwd": Key("check"),
    "cliwrap": Key("bool", served=False),
    "cliwrap-binaries": Key("list", served=False),
    "conditional-include": Key("list", served=False),
    "container": Key("bool", served=False),
    "container-cmd": _L,
    "default-target": _S,
    "documentation": _B,
    "edition": Key("text-or-number"),
    "etc-group-members": _L,
    "exclude-packages": _L,
    "gpg-key": _S,
    "ignore-devices": _B,
    "ignore-removed-groups": _L,
    "ignore-removed-users": _L,
    "ima": Key("bool", served=False),
    "include": Key("string-or-list"),
    "initramfs-args": _L,
    "install-langs": _L,
    "lockfile-repos": Key("list", served=False),
    "machineid-compat": _B,
    "metadata": _M,
    "mutate-os-release": _S,
    "no-initramfs": _B,
    "opt-usrlocal": Key("choice:var"),
    "opt-usrlocal-overlays": Key("bool", served=False),
    "ostree-layers": Key("list", served=False),
    "ostree-override-layers": Key("list", served=False),
    "packages": _L,
    "platform-module": Key("string", served=False),
    "postprocess": _L,
    "postprocess-script": _S,
    "preserve-passwd": _B,
    "readonly-executables": Key("bool", served=False),
    "recommends": _B,
    "ref": _S,
    "releasever": Key("text-or-number"),
    "remove-files": _L,
    "remove-from-packages": Key("pairs"),
    "repo-metadata": Key("choice:inline|disabled"),
    "repo-packages": Key("list", served=False),
    "repos": _L,
    "repovars": _M,
    "rojig": _M,
    "rpmdb": Key("choice:target|host|sqlite"),
    "rpmdb-normalize": Key("bool", served=False),
    "selinux": _B,
    "selinux-label-version": Key("text-or-number", served=False),
    "sysusers": Key("choice:compose-auto|compose-forced", served=False),
    "tmp-is-dir": _B,
    "units": _L,
    "variables": _M,
}
_UNIONS = frozenset({"packages", "bootstrap-packages", "ignore-removed-users"})
_SUBSTITUTED = ("ref", "automatic-version-prefix", "mutate-os-release")


@dataclass(frozen=True)
class Treefile:
    """A treefile with its includes merged in and its variables put in; paths are absolute."""

    source: Path
    ref: str | None = None
    repos: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    exclude_packages: tuple[str, ...] = ()
    releasever: str = ""
    gpg_key: str | None = None
    selinux: bool = True
    recommends: bool = True
    documentation: bool = True
    install_langs: tuple[str, ...] = ()
    add_files: tuple[tuple[str, str], ...] = ()
    remove_files: tuple[str, ...] = ()
    remove_from_packages: tuple[tuple[str, ...], ...] = ()
    units: tuple[str, ...] = ()
    default_target: str | None = None
    machineid_compat: bool = True
    boot_location: str = "new"
    no_initramfs: bool = False
    initramfs_args: tuple[str, ...] = ()
    tmp_is_dir: bool = False
    preserve_passwd: bool = True
    check_passwd: str = "previous"
    check_groups: str = "previous"
    ignore_removed_users: tuple[str, ...] = ()
    ignore_removed_groups: tuple[str, ...] = ()
    etc_group_members: tuple[str, ...] = ()
    automatic_version_prefix: str | None = None
    automatic_version_suffix: str = "."
    mutate_os_release: str | None = None
    add_commit_metadata: Mapping[str, Any] = field(default_factory=dict)
    container_cmd: tuple[str, ...] = ()
    repo_metadata: str = "inline"
    postprocess: tuple[str, ...] = ()
    postprocess_script: str | None = None
    repovars: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)


def merge_raw(included: Raw, includer: Raw) -> Raw:
    """Lay the includer over what it includes: lists add up, maps unite, scalars are replaced."""
    merged = dict(included)
    for key, value in includer.items():
        old = merged.get(key)
        if isinstance(old, list) and isinstance(value, list):
            merged[key] = list(dict.fromkeys([*old, *value])) if key in _UNIONS else [*old, *value]
        elif isinstance(old, dict) and isinstance(value, dict):
            merged[key] = {**old, **value}
        else:
            merged[key] = value
    return merged


def build_treefile(raw: Raw, source: Path, arch: str) -> Treefile:
    """Make the value of a merged document. Raises ValueError for an unknown variable."""
    variables = {str(k): str(v) for k, v in raw.get("variables", {}).items()}
    variables |= {"basearch": arch, "releasever": str(raw.get("releasever", ""))}
    values = {k: substitute(str(raw[k]), variables) for k in _SUBSTITUTED if k in raw}
    new_edition = str(raw.get("edition", "2014")) == "2024"
    metadata = raw.get("add-commit-metadata", {})
    return Treefile(
        source=source,
        ref=values.get("ref"),
        repos=tuple(raw.get("repos", ())),
        packages=_packages(raw, arch),
        exclude_packages=tuple(raw.get("exclude-packages", ())),
        releasever=variables["releasever"],
        gpg_key=raw.get("gpg-key"),
        selinux=raw.get("selinux", True),
        recommends=raw.get("recommends", True),
        documentation=raw.get("documentation", True),
        install_langs=tuple(raw.get("install-langs", ())),
        add_files=tuple((src, dst) for src, dst in raw.get("add-files", ())),
        remove_files=tuple(raw.get("remove-files", ())),
        remove_from_packages=tuple(map(tuple, raw.get("remove-from-packages", ()))),
        units=tuple(raw.get("units", ())),
        default_target=raw.get("default-target"),
        machineid_compat=raw.get("machineid-compat", True),
        boot_location=raw.get("boot-location", "modules" if new_edition else "new"),
        no_initramfs=raw.get("no-initramfs", False),
        initramfs_args=tuple(raw.get("initramfs-args", ())),
        tmp_is_dir=raw.get("tmp-is-dir", new_edition),
        preserve_passwd=raw.get("preserve-passwd", True),
        check_passwd=str(raw.get("check-passwd", {}).get("type", "previous")),
        check_groups=str(raw.get("check-groups", {}).get("type", "previous")),
        ignore_removed_users=tuple(raw.get("ignore-removed-users", ())),
        ignore_removed_groups=tuple(raw.get("ignore-removed-groups", ())),
        etc_group_members=tuple(raw.get("etc-group-members", ())),
        automatic_version_prefix=values.get("automatic-version-prefix"),
        automatic_version_suffix=raw.get("automatic-version-suffix", "."),
        mutate_os_release=values.get("mutate-os-release"),
        add_commit_metadata={
            k: substitute(v, variables) if isinstance(v, str) else v for k, v in metadata.items()
        },
        container_cmd=tuple(raw.get("container-cmd", ())),
        repo_metadata=raw.get("repo-metadata", "inline"),
        postprocess=tuple(raw.get("postprocess", ())),
        postprocess_script=raw.get("postprocess-script"),
        repovars={str(k): str(v) for k, v in raw.get("repovars", {}).items()},
        raw=raw,
    )


def substitute(text: str, variables: Mapping[str, str]) -> str:
    """Put `${name}` in. Raises ValueError naming a variable that is not set."""

    def put(match: re.Match[str]) -> str:
        if match[1] not in variables:
            raise ValueError(f"variable ${{{match[1]}}} is not set")
        return variables[match[1]]

    return re.sub(r"\$\{(\w+)\}", put, text)


def next_version(prefix: str, suffix: str, previous: str | None, today: str) -> str:
    """The version after `previous`: PREFIX, PREFIX.1, PREFIX.2 ...; a new date begins at `.0`.

    `<date:FORMAT>` in the prefix stands for `today`, already formatted by the caller.
    """
    dated = re.search(r"<date:[^>]*>", prefix) is not None
    stem = re.sub(r"<date:[^>]*>", today, prefix)
    if previous == stem:
        return f"{stem}{suffix}1"
    rest = (previous or "").removeprefix(f"{stem}{suffix}")
    if previous and previous != rest and rest.isdigit():
        return f"{stem}{suffix}{int(rest) + 1}"
    return f"{stem}{suffix}0" if dated else stem


def _packages(raw: Raw, arch: str) -> tuple[str, ...]:
    words = [*raw.get("bootstrap-packages", ()), *raw.get("packages", ())]
    words += raw.get(f"packages-{arch}", ())
    return tuple(dict.fromkeys(split_packages(words)))


def split_packages(entries: Iterable[str]) -> list[str]:
    """Several packages may stand in one entry; single quotes keep blanks together."""
    found: list[str] = []
    for entry in entries:
        found += [quoted or plain for quoted, plain in re.findall(r"'([^']*)'|(\S+)", entry)]
    return found
