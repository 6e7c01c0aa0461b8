"""The packages that the tests are made of: those of the base, and those to be layered."""

from __future__ import annotations

from pathlib import Path

from tests.kit.rpms import File, Spec

PROGRAM = "#!/bin/sh\necho {}\n"


def program(name: str) -> File:
    """A script that says its name."""
    return File(PROGRAM.format(name), mode=0o755)


# ------------------------------------------------------------------- the base

_SHELL = Spec(
    "base-shell",
    version="5.2",
    provides=("/bin/sh", "/usr/bin/sh", "bash", "coreutils", "shadow-utils"),
    files={"/usr/share/base-shell/readme": "the shell\n"},
)
_TOOL = Spec(
    "base-tool",
    requires=("base-lib",),
    provides=("tool-api = 3",),
    files={
        "/usr/bin/base-tool": program("base-tool"),
        "/usr/share/base-tool/a": "a\n",
        "/usr/share/base-tool/b": "b\n",
        "/usr/share/base-tool/dir": File(directory=True),
        "/usr/share/base-tool/dir/one": "one\n",
        "/usr/share/base-tool/dir/two": "two\n",
        "/etc/base-tool.conf": File("from = base\n", config=True),
    },
)


def base_lib(version: str) -> Spec:
    """The one package that differs between the bases; a repository has the newer one too."""
    return Spec(
        "base-lib",
        version=version,
        conflicts=("hated-by-base",),
        files={"/usr/lib/base-lib/version": File(f"{version}\n")},
    )


ADOPTED = Spec("adopted", files={"/usr/bin/adopted": program("adopted")})
RETIRED = Spec("retired", files={"/usr/bin/retired": program("retired")})
BASE_ONE = (_SHELL, _TOOL, base_lib("1.0"), RETIRED)
# What rpm is to install over the first base, and to erase, to make the second one.
BASE_TWO = (base_lib("2.0"), ADOPTED)
BASE_TWO_ERASED = ("retired",)

# ----------------------------------------------------------------- the layers


def owned(user: str) -> tuple[str, ...]:
    """What newer rpmbuilds want of a package that has files of this owner."""
    return (f"user({user})", f"group({user})")


def useradd(name: str) -> Spec:
    """A package that makes its user by hand, as old ones do."""
    script = (
        f"getent group {name} >/dev/null || groupadd -r {name}\n"
        f"getent passwd {name} >/dev/null || "
        f"useradd -r -g {name} -d / -s /usr/sbin/nologin -c 'User {name}' {name}\n"
    )
    return Spec(
        name,
        provides=owned(name),
        files={
            f"/usr/share/{name}/data": File("data\n", user=name, group=name, mode=0o640),
            f"/var/lib/{name}": File(directory=True, user=name, group=name, mode=0o750),
        },
        scriptlets={"%pre": script},
    )


SYSUSERS = Spec(
    "svcsys",
    provides=(*owned("svcsys"), "group(svcgrp)"),
    files={
        "/usr/lib/sysusers.d/svcsys.conf": 'g svcgrp 812\nu svcsys - "Made by sysusers" /run\n',
        "/usr/share/svcsys/data": File("data\n", user="svcsys", group="svcgrp"),
    },
)

ATTRIBUTES = Spec(
    "attributes",
    provides=(*owned("bin"), "group(shadow)"),
    files={
        "/usr/bin/attr-setuid": File("setuid\n", mode=0o4755),
        "/usr/bin/attr-setgid": File("setgid\n", mode=0o2711, group="shadow"),
        "/usr/bin/attr-caps": File("caps\n", mode=0o755, caps="cap_net_raw=ep"),
        "/usr/share/attributes/private": File("x\n", mode=0o640, user="bin", group="shadow"),
        "/usr/share/attributes/link": File(symlink="private"),
        "/etc/attributes.conf": File("x = 1\n", mode=0o600, config=True),
    },
)

OPT = Spec(
    "optional",
    files={
        "/opt/vendor": File(directory=True),
        "/opt/vendor/bin/tool": program("tool"),
        "/opt/vendor/etc/conf": "x\n",
    },
)

VAR = Spec(
    "variable",
    provides=owned("bin"),
    files={
        "/var/lib/variable": File(directory=True, user="bin", group="bin", mode=0o2750),
        "/var/lib/variable/sub dir": File(directory=True),
        "/var/lib/variable/seed": "seed\n",
        "/var/lib/variable-link": File(symlink="variable"),
        "/var/log/variable.log": File(ghost=True),
        "/run/variable": File(directory=True, mode=0o711),
        "/usr/share/variable/readme": "x\n",
    },
)

LUA = Spec(
    "luapost",
    files={"/usr/share/luapost/readme": "x\n"},
    scriptlets={
        "%post -p <lua>": 'local f = io.open("/usr/share/luapost/made", "w")\n'
        'f:write("by lua\\n")\nf:close()\n'
    },
)

TRIGGER = Spec(
    "trigger",
    files={"/usr/share/trigger/readme": "x\n"},
    scriptlets={
        "%triggerin -- bar": "echo bar >>/usr/share/trigger/package\n",
        "%transfiletriggerin -- /usr/share/watched": "cat >>/usr/share/trigger/files\n",
        "%posttrans": "echo posttrans >/usr/share/trigger/posttrans\n",
    },
)
WATCHED = Spec("watched", files={"/usr/share/watched/file": "x\n"})

SLEEPER = Spec(
    "sleeper", files={"/usr/share/sleeper/readme": "x\n"}, scriptlets={"%post": "sleep 3\n"}
)

FAILING = tuple(
    Spec(
        f"fail-{kind}",
        files={f"/usr/share/fail-{kind}/readme": "x\n"},
        scriptlets={
            f"%{kind}": "echo before the fall\ntrue\nno-such-program --with words\nexit 7\n"
        },
    )
    for kind in ("pre", "post", "posttrans")
)

DELETER = Spec(
    "deleter",
    files={"/usr/share/deleter/readme": "x\n"},
    scriptlets={"%post": "rm /usr/share/base-tool/a\nrm -r /usr/share/base-tool/dir\n"},
)
REPLACER = Spec(
    "replacer",
    files={"/usr/share/replacer/readme": "x\n"},
    scriptlets={
        "%post": "rm -r /usr/share/base-tool/dir\nmkdir /usr/share/base-tool/dir\n"
        "echo three >/usr/share/base-tool/dir/three\n"
    },
)
WRITER = Spec(
    "writer",
    files={"/usr/share/writer/readme": "x\n"},
    scriptlets={
        "%post": "echo more >>/usr/share/base-tool/a\nchmod 600 /usr/share/base-tool/b\n"
        "mv /usr/share/base-tool/dir/one /usr/share/base-tool/dir/uno\n"
        "echo local >>/etc/base-tool.conf\n"
    },
)

ODD = Spec(
    "odd",
    files={
        "/usr/share/odd/with space": "space\n",
        "/usr/share/odd/-dash": "dash\n",
        "/usr/share/odd/ümläut 100%": "umlaut\n",
        "/usr/share/odd/back\\slash": "backslash\n",
        "/var/lib/odd/with space": File(directory=True),
    },
    # rpmbuild takes no control characters, so a scriptlet has to make these.
    scriptlets={
        "%post": "cd /usr/share/odd\necho x >'two\nlines'\nmkdir 'a\ttab'\necho x >'a\ttab/x'\n"
    },
)


def foo(version: str) -> Spec:
    """A package with a dependency, which a second repository has in a newer version."""
    return Spec(
        "foo",
        version=version,
        requires=("bar-api >= 1",),
        files={"/usr/bin/foo": program(f"foo {version}")},
    )


NOTES = {
    "1.1": "* Wed Nov 22 2023 Ann <ann@example.invalid> - 1.1-1\n- Mend it\n- And more",
    "1.0": "* Mon Nov 20 2023 Bob <bob@example.invalid> - 1.0-1\n- Begin",
}


def noted(version: str) -> Spec:
    """A package that keeps a changelog."""
    return Spec(
        "noted",
        version=version,
        summary="Keeps notes of a changelog",
        files={"/usr/share/noted/version": f"{version}\n"},
        changelog="\n\n".join(text for key, text in NOTES.items() if key <= version),
    )


# chain-one wants a capability, whose package wants a file, whose package recommends another one.
CHAIN = (
    Spec("chain-one", requires=("chain-api >= 2",), files={"/usr/share/chain/one": "1\n"}),
    Spec(
        "chain-two",
        summary="Second of the CHAIN",
        provides=("chain-api = 2",),
        requires=("/usr/bin/chain-three",),
        files={"/usr/share/chain/two": "2\n"},
    ),
    Spec("chain-three", recommends=("chain-four",), files={"/usr/bin/chain-three": "3\n"}),
    Spec("chain-four", summary="An end", files={"/usr/share/chain/four": "4\n"}),
)


def nosy(host_file: Path) -> Spec:
    """A package that looks and reaches where it should not; it reports what it saw."""
    script = f"""\
exec >/usr/share/nosy/report 2>&1
echo "hostname=$(cat /etc/hostname)"
echo "init=$(tr '\\0' ' ' </proc/1/cmdline)"
echo "processes=$(cd /proc && echo [0-9]*)"
echo "interfaces=$(sed -n 's/^ *\\([^ :]*\\):.*/\\1/p' /proc/net/dev | tr '\\n' ' ')"
echo "seen=$(cat {host_file})"
echo "tmp=$(ls -A /tmp)"
echo "secret=$SECRET"
echo touched >{host_file}
echo touched >/tmp/escaped-from-a-scriptlet
echo touched >/run/escaped-from-a-scriptlet
echo touched >/var/escaped-from-a-scriptlet
mknod /dev/escaped-from-a-scriptlet c 1 3
true
"""
    return Spec(
        "nosy",
        files={"/usr/share/nosy/readme": "x\n"},
        scriptlets={"%post": script},
    )


MAIN = (
    foo("1.0"),
    Spec(
        "bar",
        provides=("bar-api = 2",),
        files={
            "/usr/lib/bar/file": "bar\n",
            "/etc/bar.conf": File("bar = 1\n", config=True),
        },
    ),
    Spec("glob-one", files={"/usr/share/glob/one": "1\n"}),
    Spec("glob-two", files={"/usr/share/glob/two": "2\n"}),
    Spec("epochal", epoch=3, files={"/usr/share/epochal/readme": "x\n"}),
    base_lib("2.0"),
    ADOPTED,
    RETIRED,
    useradd("svca"),
    useradd("svcb"),
    SYSUSERS,
    ATTRIBUTES,
    OPT,
    VAR,
    LUA,
    TRIGGER,
    WATCHED,
    SLEEPER,
    *FAILING,
    DELETER,
    REPLACER,
    WRITER,
    ODD,
    Spec("wants-newer", requires=("base-lib >= 2",), files={"/usr/share/wants-newer/x": "x\n"}),
    Spec("wants-nothing", requires=("nobody-has-this",), files={"/usr/share/wants/x": "x\n"}),
    Spec("hates-base", conflicts=("base-lib",), files={"/usr/share/hates-base/x": "x\n"}),
    Spec("hated-by-base", files={"/usr/share/hated-by-base/x": "x\n"}),
    Spec(
        "replaces-base",
        provides=("base-lib = 9",),
        obsoletes=("base-lib < 9",),
        files={"/usr/share/replaces-base/x": "x\n"},
    ),
    Spec("same-file", files={"/usr/lib/base-lib/version": "mine\n"}),
    noted("1.0"),
    *CHAIN,
)
# Takes the place of a package of the base, and tells with which argument its scriptlet was run.
SUCCESSOR = Spec(
    "base-tool",
    version="9.9",
    requires=("base-lib",),
    provides=("tool-api = 4",),
    files={"/usr/bin/base-tool": program("base-tool 9.9"), "/usr/share/base-tool/a": "new\n"},
    scriptlets={"%post": 'echo "$1" >/usr/share/base-tool/argument\n'},
)
LOCAL = (
    Spec("local-one", requires=("bar-api",), files={"/usr/bin/local-one": program("local-one")}),
    Spec("local-two", files={"/usr/bin/local-two": program("local-two")}),
    Spec("local-two", version="2.0", files={"/usr/bin/local-two": program("local-two 2")}),
    SUCCESSOR,
    Spec("overwriter", files={"/usr/lib/base-lib/version": "overwritten\n"}),
)
UPDATES = (foo("1.1"), noted("1.1"))
UNSIGNED = (Spec("unsigned", files={"/usr/share/unsigned/readme": "x\n"}),)
FOREIGN = (Spec("foreign", files={"/usr/share/foreign/readme": "x\n"}),)
# A repository that has not followed the second base, and what was built for the first one.
LAGGING = (
    base_lib("1.0"),
    Spec("companion", requires=("base-lib = 1.0",), files={"/usr/share/companion/x": "x\n"}),
    Spec("friend", requires=("companion",), files={"/usr/share/friend/x": "x\n"}),
)
# A repository that has been made for the second base.
AHEAD = (
    base_lib("2.0"),
    Spec("modern", requires=("base-lib = 2.0",), files={"/usr/share/modern/x": "x\n"}),
)
