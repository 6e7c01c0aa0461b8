"""The origin of a deployment: what its administrator wishes it to be.

The grammar is the genuine tool's (`baserefspec` as soon as anything is assembled on the host,
`refspec` otherwise), so that either tool can take a sysroot over from the other.
"""

from dataclasses import dataclass, field, replace

from rpmostree.model.keyfile import KeyFile, parse_keyfile
from rpmostree.model.refspec import Refspec, is_checksum, parse_refspec


@dataclass(frozen=True)
class LocalPackage:
    """An RPM given as a file: the SHA-256 of its headers, and its NEVRA."""

    sha256: str
    nevra: str

    def __str__(self) -> str:
        return f"{self.sha256}:{self.nevra}"


@dataclass(frozen=True)
class Origin:
    """Wishes as a value. Every other key of the file travels along in `rest`."""

    refspec: Refspec | None = None
    container: str | None = None
    override_commit: str | None = None
    unconfigured_state: str | None = None
    custom_url: str | None = None
    custom_description: str | None = None
    packages: tuple[str, ...] = ()
    local_packages: tuple[LocalPackage, ...] = ()
    local_fileoverrides: tuple[LocalPackage, ...] = ()
    removals: tuple[str, ...] = ()
    local_replacements: tuple[LocalPackage, ...] = ()
    remote_replacements: tuple[tuple[str, tuple[str, ...]], ...] = ()
    regenerate_initramfs: bool = False
    initramfs_args: tuple[str, ...] = ()
    initramfs_etc: tuple[str, ...] = ()
    cliwrap: bool = False
    held: tuple[LocalPackage, ...] = ()
    rest: KeyFile = field(default_factory=KeyFile)

    @property
    def layers(self) -> bool:
        """Does any package have to be put in, taken out or replaced?"""
        return bool(
            self.packages
            or self.local_packages
            or self.local_fileoverrides
            or self.removals
            or self.local_replacements
            or self.remote_replacements
        )

    @property
    def rebuilds(self) -> bool:
        """Is a commit of our own needed on top of the base?"""
        return bool(self.layers or self.regenerate_initramfs or self.cliwrap)

    @property
    def assembled(self) -> bool:
        """May this origin need an assembly on the host? Decides between the two refspec keys."""
        return bool(self.rebuilds or self.initramfs_etc)

    @property
    def pinned(self) -> bool:
        """Is the deployment itself kept from being dropped (`ostree admin pin`)?"""
        return self.rest.flag("libostree-transient", "pinned")

    def without_transient(self) -> "Origin":
        """The origin for a new deployment: what belongs to the old one alone is dropped."""
        return replace(self, rest=self.rest.without("libostree-transient"))

    def __str__(self) -> str:
        return str(_write(self))


def parse_origin(text: str) -> Origin:
    """Read an origin file. Raises ValueError if it is malformed or names no base at all."""
    keys = parse_keyfile(text)
    refspec = keys.text("origin", "refspec") or keys.text("origin", "baserefspec")
    container = keys.text("origin", "container-image-reference")
    if not refspec and not container:
        raise ValueError("the group [origin] has neither refspec nor baserefspec")
    return Origin(
        refspec=parse_refspec(refspec) if refspec else None,
        container=container,
        override_commit=keys.text("origin", "override-commit"),
        unconfigured_state=keys.text("origin", "unconfigured-state"),
        custom_url=keys.text("origin", "custom-url"),
        custom_description=keys.text("origin", "custom-description"),
        packages=keys.strings("packages", "requested"),
        local_packages=_locals(keys, "packages", "requested-local"),
        local_fileoverrides=_locals(keys, "packages", "requested-local-fileoverride"),
        removals=keys.strings("overrides", "remove"),
        local_replacements=_locals(keys, "overrides", "replace-local"),
        remote_replacements=_remotes(keys.strings("overrides", "replace")),
        regenerate_initramfs=keys.flag("rpmostree", "regenerate-initramfs"),
        initramfs_args=keys.strings("rpmostree", "initramfs-args"),
        initramfs_etc=keys.strings("rpmostree", "initramfs-etc"),
        cliwrap=keys.flag("rpmostree", "ex-cliwrap"),
        held=_locals(keys, "rpmostree", "hold"),
        rest=keys,
    )


def _locals(keys: KeyFile, group: str, key: str) -> tuple[LocalPackage, ...]:
    found = []
    for item in keys.strings(group, key):
        sha256, colon, nevra = item.partition(":")
        if not (colon and nevra and is_checksum(sha256)):
            raise ValueError(f"{group}/{key} holds {item!r}, which is not SHA256:NEVRA")
        found.append(LocalPackage(sha256, nevra))
    return tuple(found)


def _remotes(items: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    split = (item.split(",") for item in items)
    return tuple((source, tuple(packages)) for source, *packages in split)


def _write(origin: Origin) -> KeyFile:
    base = str(origin.refspec) if origin.refspec else None
    remotes = (",".join((source, *names)) for source, names in origin.remote_replacements)
    keys = origin.rest
    for group, key, value in (
        ("origin", "refspec", None if origin.assembled else base),
        ("origin", "baserefspec", base if origin.assembled else None),
        ("origin", "container-image-reference", origin.container),
        ("origin", "override-commit", origin.override_commit),
        ("origin", "unconfigured-state", origin.unconfigured_state),
        ("origin", "custom-url", origin.custom_url),
        ("origin", "custom-description", origin.custom_description),
        ("packages", "requested", origin.packages),
        ("packages", "requested-local", map(str, origin.local_packages)),
        ("packages", "requested-local-fileoverride", map(str, origin.local_fileoverrides)),
        ("overrides", "remove", origin.removals),
        ("overrides", "replace-local", map(str, origin.local_replacements)),
        ("overrides", "replace", remotes),
        ("rpmostree", "regenerate-initramfs", origin.regenerate_initramfs),
        ("rpmostree", "initramfs-args", origin.initramfs_args),
        ("rpmostree", "initramfs-etc", origin.initramfs_etc),
        ("rpmostree", "ex-cliwrap", origin.cliwrap),
        ("rpmostree", "hold", map(str, origin.held)),  # our own; the genuine tool leaves it alone
    ):
        keys = keys.put(group, key, value)
    return keys
