"""Origins: which keys are written when, and what travels along untouched."""

from dataclasses import replace

import pytest

from rpmostree.model.keyfile import parse_keyfile
from rpmostree.model.origin import LocalPackage, Origin, parse_origin
from rpmostree.model.refspec import Refspec

SHA = "0f" * 32
BASE = Refspec("fedora/40/x86_64", "fedora")
LOCAL = LocalPackage(SHA, "foo-2:1.0-1.fc40.x86_64")
FULL = f"""\
[origin]
baserefspec=fedora:fedora/40/x86_64
override-commit={SHA}
custom-url=https://example.invalid/a
custom-description=A test
unconfigured-state=Register first
later=kept

[packages]
requested=vim;perl(Foo\\;Bar);
requested-local={SHA}:foo-2:1.0-1.fc40.x86_64;
requested-local-fileoverride={SHA}:bar-1-1.noarch;

[overrides]
remove=nano;
replace-local={SHA}:baz-1-1.noarch;
replace=repo=fedora,kernel,kernel-core;repo=other,x;

[rpmostree]
regenerate-initramfs=true
initramfs-args=-I;/etc/foo;
initramfs-etc=/etc/bar;
ex-cliwrap=true

[vendor]
unknown=a;b
"""


def test_everything_is_read():
    origin = parse_origin(FULL)
    assert origin.refspec == BASE
    assert origin.override_commit == SHA
    assert origin.custom_url == "https://example.invalid/a"
    assert origin.custom_description == "A test"
    assert origin.unconfigured_state == "Register first"
    assert origin.packages == ("vim", "perl(Foo;Bar)")
    assert origin.local_packages == (LOCAL,)
    assert origin.local_fileoverrides == (LocalPackage(SHA, "bar-1-1.noarch"),)
    assert origin.removals == ("nano",)
    assert origin.local_replacements == (LocalPackage(SHA, "baz-1-1.noarch"),)
    assert origin.remote_replacements == (
        ("repo=fedora", ("kernel", "kernel-core")),
        ("repo=other", ("x",)),
    )
    assert origin.regenerate_initramfs
    assert origin.initramfs_args == ("-I", "/etc/foo")
    assert origin.initramfs_etc == ("/etc/bar",)
    assert origin.cliwrap
    assert origin.layers
    assert origin.assembled
    assert not origin.pinned


def test_round_trip_keeps_known_and_unknown_keys():
    written = str(parse_origin(FULL))
    assert parse_keyfile(written).groups == parse_keyfile(FULL).groups
    assert str(parse_origin(written)) == written


ASSEMBLED = [
    {"packages": ("vim",)},
    {"local_packages": (LOCAL,)},
    {"local_fileoverrides": (LOCAL,)},
    {"removals": ("nano",)},
    {"local_replacements": (LOCAL,)},
    {"remote_replacements": (("repo=fedora", ("kernel",)),)},
    {"regenerate_initramfs": True},
    {"initramfs_etc": ("/etc/x",)},
    {"cliwrap": True},
]
PLAIN = [{}, {"override_commit": SHA}, {"custom_url": "u"}, {"unconfigured_state": "s"}]


@pytest.mark.parametrize("wishes", ASSEMBLED + PLAIN)
@pytest.mark.parametrize("spelling", ["refspec", "baserefspec"])
def test_baserefspec_is_written_as_soon_as_anything_is_assembled(wishes, spelling):
    start = parse_origin(f"[origin]\n{spelling}={BASE}\n")
    written = parse_keyfile(str(replace(start, **wishes))).groups["origin"]
    expected, other = ("refspec", "baserefspec")[:: -1 if wishes in ASSEMBLED else 1]
    assert written[expected] == str(BASE)
    assert other not in written
    assert parse_origin(str(replace(start, **wishes))).refspec == BASE


@pytest.mark.parametrize("wishes", ASSEMBLED)
def test_layers_are_changes_of_packages_only(wishes):
    origin = Origin(BASE, **wishes)
    assert origin.assembled
    packages = not {"regenerate_initramfs", "initramfs_etc", "cliwrap"} & wishes.keys()
    assert origin.layers is packages


def test_the_origin_that_stands_first_is_read_from_either_key():
    both = parse_origin("[origin]\nrefspec=a\nbaserefspec=b\n")
    assert str(both) == "[origin]\nrefspec=a\n"


def test_a_pin_belongs_to_the_old_deployment():
    text = f"[origin]\nrefspec={BASE}\n\n[libostree-transient]\npinned=true\nother=1\n"
    origin = parse_origin(text)
    assert origin.pinned
    assert str(origin) == text
    fresh = origin.without_transient()
    assert not fresh.pinned
    assert str(fresh) == f"[origin]\nrefspec={BASE}\n"


def test_container_origins_have_no_refspec():
    text = "[origin]\ncontainer-image-reference=ostree-unverified-registry:quay.io/a/b\n"
    origin = parse_origin(text)
    assert origin.refspec is None
    assert origin.container == "ostree-unverified-registry:quay.io/a/b"
    assert str(origin) == text
    assert "refspec" not in str(replace(origin, packages=("vim",)))


def test_wishes_that_are_dropped_leave_no_trace():
    bare = f"[origin]\nbaserefspec={BASE}\n\n[packages]\nrequested=vim;\n"
    dropped = replace(parse_origin(bare), packages=())
    assert str(dropped) == f"[origin]\nrefspec={BASE}\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "neither refspec nor baserefspec"),
        ("[origin]\nrefspec=\n", "neither refspec nor baserefspec"),
        ("[packages]\nrequested=vim;\n", "neither refspec nor baserefspec"),
        ("[origin]\nrefspec=a b\n", "Invalid refspec 'a b'"),
        ("[origin]\nrefspec=a\ngarbage\n", "line 3: .*'garbage'"),
        ("refspec=a\n", "line 1: "),
    ],
)
def test_damage_is_refused(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse_origin(text)


@pytest.mark.parametrize(
    "item", ["foo-1-1.noarch", "abc:foo-1-1.noarch", f"{SHA}:", SHA, "../x:foo"]
)
@pytest.mark.parametrize(
    ("group", "key"),
    [
        ("packages", "requested-local"),
        ("packages", "requested-local-fileoverride"),
        ("overrides", "replace-local"),
    ],
)
def test_local_packages_are_sha256_and_nevra(group, key, item):
    with pytest.raises(ValueError, match=f"{group}/{key} holds .*SHA256:NEVRA") as caught:
        parse_origin(f"[origin]\nrefspec=a\n[{group}]\n{key}={item};\n")
    assert repr(item) in str(caught.value)


def test_held_packages_are_read_and_written():
    text = f"[origin]\nrefspec=fedora:x\n\n[rpmostree]\nhold={SHA}:foo-2:1.0-1.fc40.x86_64;\n"
    assert parse_origin(text).held == (LOCAL,)
    assert str(parse_origin(text)) == text
    assert "hold" not in str(replace(parse_origin(text), held=()))
