"""What Debian says in maintainer scripts and by policy, said again as RPM data.

Only data is here.  A path is always the one after the merge into /usr; paths in
the patterns have no leading slash, all others do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

NAME = "Tiny Hybrid"
VERSION = "12"

# -------------------------------------------------------------- relations

# Needed by maintainer scripts only, or replaced by the base packages below.
# Such a dependency is neither followed nor written.
DROPPED = frozenset(
    """
    adduser awk base-passwd cdebconf debconf debconf-2.0 debugedit
    default-dbus-session-bus dbus-session-bus dirmngr dpkg gettext-base gpg-agent
    init-system-helpers install-info iso-codes libdebconfclient0 linux-base
    lsb-base lsb-release mailcap media-types mime-support os-prober perl perl-base
    runit-helper sensible-utils sysvinit-utils tzdata ucf usr-is-merged
    usrmerge
    """.split()
)

# (owner, dependency) that is wanted although the name is in DROPPED
KEPT = frozenset(
    (owner, perl)
    for owner in ("cowsay", "libtext-charwidth-perl")
    for perl in ("perl", "perl-base")
)

# owner -> further names dropped for this owner only
DROPPED_FOR: dict[str, frozenset[str]] = {
    # the policy is compiled when the package is converted
    "selinux-policy-default": frozenset({"policycoreutils", "libsemanage2", "libsepol2"}),
}

# Which one to take for a virtual name or an alternative; "" is none.
PREFERRED = {
    "default-logind": "libpam-systemd",
    "fuse": "fuse3",
    "gnupg": "gpg",
    "grub-legacy": "",
    "initramfs-tools": "dracut",
    "libgcc1": "libgcc-s1",
    "linux-initramfs-tool": "dracut",
    "logind": "libpam-systemd",
    "pinentry": "pinentry-curses",
    "systemd-sysusers": "systemd",
    "systemd-tmpfiles": "systemd",
}

# ------------------------------------------------------------------ files

MERGED_DIRS = frozenset({"bin", "sbin", "lib", "lib32", "lib64", "libx32"})

# Not taken into any package: what nobody reads in a small system.
UNWANTED = re.compile(
    r"""
    ^usr/share/(?: doc | doc-base | man | info | locale | lintian | bug | bash-completion
                 | zsh/vendor-completions | fish | menu | reportbug | apport | gtk-doc
                 | help | pixmaps | applications | icons | gnome | dictionaries-common
                 | initramfs-tools | dpkg | debconf | debianutils | runit )(?:/|$)
    | ^etc/(?: init\.d | rc.\.d | default/(?!grub|locale) | init | cron\.[a-z]+ | apt
             | dpkg | logcheck | xdg | initramfs-tools | kernel | alternatives
             | runit | sv | ufw )(?:/|$)
    | ^usr/lib/(?: dpkg | debug | lsb/init-functions\.d | mime )(?:/|$)
    | ^usr/games/?$
    | ^var/log/runit(?:/|$)
    """,
    re.VERBOSE,
)

# package -> what it must not bring besides that
UNWANTED_IN = {
    "base-files": re.compile(
        r"^(usr/lib/os-release|usr/share/base-files|var/backups|var/lib/dpkg"
        r"|etc/(os-release|debian_version|issue.*|profile\.d|motd|update-motd\.d.*|host\.conf.*))$"
    ),
    "libc6": re.compile(r"^usr/share/libc-bin"),
    "openssh-server": re.compile(r"^usr/share/openssh(/|$)"),
    "selinux-policy-default": re.compile(
        r"^(usr/share/selinux|var/lib/selinux|etc/selinux/default/contexts/files/.*subs_dist)(/|$)"
    ),
}

CAPABILITIES = {"/usr/bin/ping": "cap_net_raw+ep"}


@dataclass(frozen=True)
class Text:
    """A small file that a converted package brings in addition."""

    content: str
    mode: int = 0o644


SSHD_CONFIG = """\
Include /etc/ssh/sshd_config.d/*.conf
PermitRootLogin prohibit-password
KbdInteractiveAuthentication no
UsePAM yes
PrintMotd no
AcceptEnv LANG LC_*
Subsystem sftp /usr/lib/openssh/sftp-server
"""

SSHD_KEYGEN = """\
[Unit]
Description=Host keys of the OpenSSH server
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
Before=ssh.service

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A
"""

GRUB_DEFAULT = """\
GRUB_DEFAULT=0
GRUB_TIMEOUT=1
GRUB_DISTRIBUTOR="Tiny Hybrid"
GRUB_TERMINAL="serial"
GRUB_SERIAL_COMMAND="serial --unit=0 --speed=115200"
GRUB_DISABLE_OS_PROBER=true
"""

DRACUT_CONF = """\
add_dracutmodules+=" ostree systemd "
hostonly=no
reproducible=yes
"""

ADDED_FILES: dict[str, dict[str, Text]] = {
    "dbus-system-bus-common": {
        "/usr/lib/sysusers.d/dbus.conf": Text('u messagebus - "System Message Bus" /nonexistent\n'),
    },
    "grub2-common": {"/etc/default/grub": Text(GRUB_DEFAULT)},
    "libpam-runtime": {
        "/etc/pam.d/common-auth": Text(
            "auth [success=1 default=ignore] pam_unix.so nullok\n"
            "auth requisite pam_deny.so\n"
            "auth required pam_permit.so\n"
        ),
        "/etc/pam.d/common-account": Text(
            "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"
            "account requisite pam_deny.so\n"
            "account required pam_permit.so\n"
        ),
        "/etc/pam.d/common-password": Text(
            "password [success=1 default=ignore] pam_unix.so obscure yescrypt\n"
            "password requisite pam_deny.so\n"
            "password required pam_permit.so\n"
        ),
        "/etc/pam.d/common-session": Text(
            "session required pam_unix.so\nsession optional pam_permit.so\n"
        ),
        "/etc/pam.d/common-session-noninteractive": Text("session required pam_unix.so\n"),
    },
    "openssh-client": {"/usr/lib/sysusers.d/ssh.conf": Text("g _ssh -\n")},
    "openssh-server": {
        "/etc/ssh/sshd_config": Text(SSHD_CONFIG),
        "/usr/lib/sysusers.d/sshd.conf": Text(
            'u sshd - "OpenSSH privilege separation" /run/sshd /usr/sbin/nologin\n'
        ),
        "/usr/lib/tmpfiles.d/sshd.conf": Text("d /run/sshd 0755 root root -\n"),
        "/usr/lib/systemd/system/sshd-keygen.service": Text(SSHD_KEYGEN),
        "/usr/lib/systemd/system/ssh.service.d/10-keygen.conf": Text(
            "[Unit]\nWants=sshd-keygen.service\nAfter=sshd-keygen.service\n"
        ),
    },
    "ostree-boot": {"/usr/lib/dracut/dracut.conf.d/50-hybrid.conf": Text(DRACUT_CONF)},
    "selinux-policy-default": {
        "/etc/selinux/config": Text("SELINUX=permissive\nSELINUXTYPE=default\nSETLOCALDEFS=0\n"),
    },
    "tcpdump": {
        "/usr/lib/sysusers.d/tcpdump.conf": Text('u tcpdump - "tcpdump" /nonexistent\n'),
    },
}

# package -> {path: target}, what update-alternatives would make
ADDED_LINKS = {
    "dash": {"/usr/bin/sh": "dash"},
    "debianutils": {"/usr/bin/which": "which.debianutils"},
    "grub2-common": {"/usr/sbin/grub2-mkconfig": "grub-mkconfig"},
    "less": {"/usr/bin/pager": "less"},
    "mawk": {"/usr/bin/awk": "mawk"},
    "nano": {"/usr/bin/editor": "nano"},
    "vim-tiny": {"/usr/bin/vi": "vim.tiny"},
}

ADDED_PROVIDES = {
    "bash": ("/bin/bash", "/usr/bin/bash"),
    "dash": ("/bin/sh", "/usr/bin/sh"),
    "libc-bin": ("/sbin/ldconfig",),
    "libc6": ("rtld(GNU_HASH)",),
    "mawk": ("awk",),
}

# ------------------------------------------------------------- scriptlets

_ONLY_RUNNING = "test -d /run/systemd/system"

# package -> ((header in the spec file, body), ...)
SCRIPTLETS: dict[str, tuple[tuple[str, str], ...]] = {
    "base-files": (
        (
            "%post -p <lua>",
            'if posix.stat("/etc/os-release") == nil then\n'
            '  posix.symlink("../usr/lib/os-release", "/etc/os-release")\n'
            "end\n",
        ),
    ),
    "libc-bin": (
        ("%transfiletriggerin -P 2000000 -- /usr/lib", "/sbin/ldconfig\n"),
        ("%transfiletriggerpostun -P 2000000 -- /usr/lib", "/sbin/ldconfig\n"),
    ),
    "libglib2.0-0": (
        (
            "%transfiletriggerin -- /usr/share/glib-2.0/schemas",
            "compile=/usr/lib/x86_64-linux-gnu/glib-2.0/glib-compile-schemas\n"
            "test -x $compile && $compile /usr/share/glib-2.0/schemas || :\n",
        ),
    ),
    "systemd": (
        ("%transfiletriggerin -P 1000700 -- /usr/lib/sysusers.d", "systemd-sysusers || :\n"),
        (
            "%transfiletriggerin -P 1000500 -- /usr/lib/tmpfiles.d",
            f"{_ONLY_RUNNING} && systemd-tmpfiles --create || :\n",
        ),
        (
            "%transfiletriggerin -P 900900 -- /usr/lib/systemd/system /etc/systemd/system",
            f"{_ONLY_RUNNING} && systemctl daemon-reload || :\n",
        ),
        (
            "%post",
            "systemd-sysusers || :\n"
            "test -e /etc/machine-id || : > /etc/machine-id\n"
            "[ $1 -eq 1 ] && systemctl preset-all >/dev/null 2>&1 || :\n",
        ),
    ),
    "tcpdump": (
        (
            "%pre",
            "getent group tcpdump >/dev/null || groupadd -r tcpdump || :\n"
            "getent passwd tcpdump >/dev/null || \\\n"
            "  useradd -r -g tcpdump -d / -s /usr/sbin/nologin tcpdump || :\n"
            "exit 0\n",
        ),
    ),
    "udev": (
        ("%transfiletriggerin -P 1000000 -- /usr/lib/udev/hwdb.d", "systemd-hwdb update || :\n"),
    ),
}

# ---------------------------------------------------------- base packages

BASE_DIRS: dict[str, int] = {
    **dict.fromkeys(
        """
        / /boot /dev /etc /etc/opt /etc/profile.d /etc/skel /home /media /mnt /opt /run
        /srv /usr /usr/bin /usr/games /usr/include /usr/lib /usr/lib/modules /usr/lib/rpm
        /usr/lib/rpm/macros.d /usr/lib/systemd /usr/lib/systemd/system /usr/lib/sysusers.d
        /usr/lib/tmpfiles.d /usr/lib/udev /usr/lib/udev/rules.d /usr/lib/x86_64-linux-gnu
        /usr/lib64 /usr/libexec /usr/local /usr/sbin /usr/share /usr/src /var /var/cache
        /var/lib /var/lib/misc /var/local /var/log /var/mail /var/opt /var/spool
        """.split(),
        0o755,
    ),
    "/proc": 0o555,
    "/root": 0o700,
    "/sys": 0o555,
    "/tmp": 0o1777,
    "/var/tmp": 0o1777,
}

BASE_LINKS = {
    "/bin": "usr/bin",
    "/etc/mtab": "../proc/self/mounts",
    "/lib": "usr/lib",
    "/lib64": "usr/lib64",
    "/sbin": "usr/sbin",
    "/var/lock": "../run/lock",
    "/var/run": "../run",
}

PASSWD = """\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
sync:x:4:65534:sync:/bin:/bin/sync
man:x:6:12:man:/var/cache/man:/usr/sbin/nologin
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""

GROUPS = {
    name: int(gid)
    for name, _, gid in (
        pair.partition("=")
        for pair in """
        root=0 daemon=1 bin=2 sys=3 adm=4 tty=5 disk=6 lp=7 mail=8 man=12 kmem=15
        dialout=20 fax=21 cdrom=24 tape=26 sudo=27 audio=29 operator=37 src=40
        shadow=42 utmp=43 video=44 staff=50 games=60 users=100 nogroup=65534
        """.split()
    )
}

# root has no password: these systems live for one test
SHADOW = "".join(
    f"{line.split(':')[0]}:{'' if line.startswith('root:') else '*'}:19000:0:99999:7:::\n"
    for line in PASSWD.splitlines()
)

PROFILE = """\
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
for i in /etc/profile.d/*.sh; do [ -r "$i" ] && . "$i"; done
unset i
"""

OS_RELEASE = f"""\
NAME="{NAME}"
ID=tinyhybrid
ID_LIKE=debian
VERSION_ID="{VERSION}"
VERSION="{VERSION}"
PRETTY_NAME="{NAME} {VERSION}"
PLATFORM_ID="platform:th{VERSION}"
"""

PRESET = """\
enable dbus.socket
enable getty@.service
enable ostree-finalize-staged.path
enable ostree-remount.service
enable remote-fs.target
enable serial-getty@ttyS0.service
enable ssh.service
enable systemd-journald.service
enable systemd-networkd.service
enable systemd-pstore.service
enable systemd-resolved.service
disable *
"""

# what packages and people expect below an empty /var
VAR_TMPFILES = """\
d /var/cache 0755 root root -
d /var/home 0755 root root -
d /var/lib 0755 root root -
L /var/lib/rpm - - - - ../../usr/share/rpm
d /var/log 0755 root root -
d /var/mnt 0755 root root -
d /var/opt 0755 root root -
d /var/roothome 0700 root root -
d /var/spool 0755 root root -
d /var/srv 0755 root root -
d /var/usrlocal 0755 root root -
"""


@dataclass(frozen=True)
class Base:
    """A package of the distribution itself, not converted from anything."""

    version: str
    summary: str
    requires: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    dirs: dict[str, int] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    files: dict[str, Text] = field(default_factory=dict)


BASE_PACKAGES = {
    "filesystem": Base(
        version="3",
        summary="The directories and the links of the merged /usr",
        provides=("usr-is-merged",),
        dirs=BASE_DIRS,
        links=BASE_LINKS,
    ),
    # has the presets, so it must be there before systemd is: setup requires it,
    # and every converted package requires setup
    "hybrid-release": Base(
        version=VERSION,
        summary=f"Release files, presets and rpm macros of {NAME}",
        requires=("filesystem",),
        provides=(f"system-release = {VERSION}", f"system-release(releasever) = {VERSION}"),
        files={
            "/usr/lib/os-release": Text(OS_RELEASE),
            "/usr/lib/rpm/macros.d/macros.hybrid": Text("%_dbpath /usr/share/rpm\n"),
            "/usr/lib/systemd/network/80-wired.network": Text(
                "[Match]\nName=en* eth*\n[Network]\nDHCP=yes\n"
            ),
            "/usr/lib/systemd/system-preset/90-default.preset": Text(PRESET),
            "/usr/lib/tmpfiles.d/hybrid-var.conf": Text(VAR_TMPFILES),
        },
    ),
    "setup": Base(
        version="2",
        summary="The first users and groups and the oldest files of /etc",
        requires=("filesystem", "hybrid-release"),
        provides=("base-passwd",),
        files={
            "/etc/exports": Text(""),
            "/etc/fstab": Text(""),
            "/etc/group": Text("".join(f"{name}:x:{gid}:\n" for name, gid in GROUPS.items())),
            "/etc/gshadow": Text("".join(f"{name}:*::\n" for name in GROUPS), 0o600),
            "/etc/hosts": Text("127.0.0.1 localhost\n::1 localhost\n"),
            "/etc/nsswitch.conf": Text(
                "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n"
            ),
            "/etc/passwd": Text(PASSWD),
            "/etc/profile": Text(PROFILE),
            "/etc/shadow": Text(SHADOW, 0o600),
            "/etc/shells": Text("/bin/sh\n/bin/bash\n/bin/dash\n"),
        },
    ),
}
