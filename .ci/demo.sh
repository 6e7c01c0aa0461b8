#!/usr/bin/env bash
# A tour: from a few RPMs to an image, a system made of it, and that system changed and changed
# back, all below build/demo. Needs root and Debian, whose packages it takes for material.
#
#   .ci/demo.sh            show everything; the transcript is build/demo/transcript.txt
#   .ci/demo.sh clean      remove what an earlier run has left, but keep its packages
set -euo pipefail
cd "$(dirname "$0")/.."

TOP=$PWD
DEMO=$TOP/build/demo
PYTHON=${PYTHON:-/usr/bin/python3}
BRANCH=tiny/x86_64/base
# What the tour works on; all else is kept for the next run.
SCENE=(compose packages repo scratch sysroot)

fail() {
    echo "demo: $*" >&2
    exit 1
}

main() {
    ((EUID == 0)) || fail 'deployments belong to root; run this as root'
    case ${1:-} in
        clean) clean ;;
        '') demo ;;
        *) fail "unknown word $1" ;;
    esac
}

demo() {
    type dpkg-deb apt-get >/dev/null 2>&1 ||
        fail 'the packages of the tour are converted from those that apt knows; there is no apt here'
    [[ $(uname -m) == x86_64 ]] || fail 'the packages of the tour are for x86_64'
    local start=$SECONDS began
    .ci/setup.sh
    make --no-print-directory --silent single-file
    clean
    make_packages
    began=$SECONDS
    cd "$DEMO"
    export PATH=$TOP/build:$PATH LC_ALL=C.UTF-8
    tour 2>&1 | tee transcript.txt
    cat <<END

Took $((SECONDS - start)) s, $((SECONDS - began)) of them for the tour, which is also in build/demo/transcript.txt.
The system stays. Go on as you like, for example:

    cd build/demo
    ../rpm-ostree status --sysroot=sysroot
    ../rpm-ostree install --sysroot=sysroot jq
    ../rpm-ostree --help
END
}

clean() { # deployments are immutable directories
    local name
    for name in "$DEMO"/sysroot/ostree/deploy/*/deploy/*.[0-9]*; do
        [[ -L $name || ! -d $name ]] || chattr -i "$name"
    done
    for name in "${SCENE[@]}"; do
        rm -rf --one-file-system "${DEMO:?}/$name"
    done
}

make_packages() { # a signed repository, and one of updates that nobody has published yet
    mkdir -p "$DEMO"/{compose,packages/updates}
    printf '%s\n' jq nano strace >"$DEMO/extra.list"
    echo 'demo: converting packages (the first time this takes a minute)'
    "$PYTHON" tests/distro/build.py --out "$DEMO/rpms" --cache "$DEMO/cache" \
        --sign "$DEMO/gnupg" minimal "$DEMO/extra.list"
    ln -s ../rpms/base "$DEMO/packages/base"
    cp "$DEMO/rpms/RPM-GPG-KEY" "$DEMO/packages/"
    createrepo_c --quiet "$DEMO/packages/updates"
    repo_file "file://$DEMO/packages/RPM-GPG-KEY" >"$DEMO/compose/tiny.repo"
    treefile >"$DEMO/compose/tiny.yaml"
}

repo_file() { # URL OF THE KEY
    local name
    for name in base updates; do
        cat <<END
[tiny-$name]
name=Tiny $name
baseurl=file://$DEMO/packages/$name
gpgcheck=1
gpgkey=$1

END
    done
}

treefile() { # the list of the distribution, several names to a line
    cat <<END
ref: $BRANCH
releasever: "12"
automatic-version-prefix: "12"
repos: [tiny-base, tiny-updates]
selinux: false
initramfs-args: ["--compress", "zstd -3"]
packages:
END
    sed 's/[[:space:]]*#.*//; /^$/d' tests/distro/minimal.list | xargs | fold --spaces --width=88 |
        sed 's/^/  - /; s/ *$//'
}

# ------------------------------------------------------------------------------------ the tour

say() {
    printf '\n%s\n' "$(fold --spaces --width=96 <<<"# $*" | sed '2,$s/^/# /; s/ *$//')"
}

try() { # what is shown is what is run
    printf '\n$ %s\n' "$1"
    eval "$1"
}

expect() { # WHAT, IS, SHOULD BE
    [[ $2 == "$3" ]] || fail "$1: $2, not $3"
    printf 'ok: %s\n' "$1"
}

deployed() { # INDEX, KEY
    rpm-ostree status --sysroot=sysroot --json | jq -r ".deployments[$1].\"$2\""
}

tour() {
    local first second
    compose_image
    first=$(ostree rev-parse --repo=repo "$BRANCH")
    make_system
    layer
    publish_updates
    second=$(ostree rev-parse --repo=repo "$BRANCH")
    upgrade
    boot_arguments
    back_to_base
    verify "$first" "$second"
}

compose_image() {
    say 'An image is described by a treefile.'
    try 'cat compose/tiny.yaml'
    say 'From it and a repository of signed RPMs comes a commit on a branch.'
    try 'ostree init --repo=repo --mode=bare'
    try 'rpm-ostree compose tree --repo=repo --cachedir=scratch compose/tiny.yaml'
}

make_system() {
    say 'A system that follows this branch. A directory will do; a disk is prepared the same way.'
    try 'mkdir sysroot'
    try 'ostree admin init-fs --modern sysroot'
    try 'ostree admin os-init --sysroot=sysroot tiny'
    try "ostree remote add --repo=sysroot/ostree/repo --no-gpg-verify tiny file://\$PWD/repo"
    try "ostree pull-local --repo=sysroot/ostree/repo --remote=tiny repo $BRANCH | tail -n 1"
    try "ostree admin deploy --sysroot=sysroot --os=tiny --karg=root=LABEL=root tiny:$BRANCH"
    say 'It is told where packages come from, and whose signature they have to carry.'
    local etc
    etc=$(echo sysroot/ostree/deploy/tiny/deploy/*.0/etc)
    mkdir -p "$etc"/{yum.repos.d,pki/rpm-gpg}
    cp packages/RPM-GPG-KEY "$etc/pki/rpm-gpg/RPM-GPG-KEY-tiny"
    repo_file file:///etc/pki/rpm-gpg/RPM-GPG-KEY-tiny >"$etc/yum.repos.d/tiny.repo"
    try 'cat sysroot/ostree/deploy/tiny/deploy/*/etc/yum.repos.d/tiny.repo'
    try 'rpm-ostree status --sysroot=sysroot'
}

layer() {
    say 'A package is layered on the image, with what it requires. The system that is there' \
        'stays as it is; the change is a second one, complete, which the next boot takes.'
    try 'rpm-ostree install --sysroot=sysroot strace'
    say 'A package that is only a file.'
    try 'cp packages/base/nano-[0-9]*.rpm scratch/nano.rpm'
    try 'rpm-ostree install --sysroot=sysroot scratch/nano.rpm'
    try 'rpm-ostree status --sysroot=sysroot'
    say 'What is different, from the deployment before to this one.'
    try 'rpm-ostree db diff --sysroot=sysroot'
}

publish_updates() {
    say 'Time passes. Updates are published, and the image is composed anew.'
    rm -r packages/updates
    ln -s ../rpms/updates packages/updates
    try 'rpm-ostree compose tree --repo=repo --cachedir=scratch compose/tiny.yaml'
}

upgrade() {
    say 'The system takes the new image; what was layered is layered again, on top of it.'
    try 'rpm-ostree upgrade --check --sysroot=sysroot'
    try 'rpm-ostree upgrade --sysroot=sysroot'
    try 'rpm-ostree db diff --format=diff --sysroot=sysroot | head -n 8'
    try 'rpm-ostree status --sysroot=sysroot'
}

boot_arguments() {
    say 'Arguments for the kernel are a change like any other,'
    try 'rpm-ostree kargs --append=quiet --sysroot=sysroot'
    try 'rpm-ostree kargs --sysroot=sysroot'
    say 'and each change can be taken back.'
    try 'rpm-ostree rollback --sysroot=sysroot'
    try 'rpm-ostree kargs --sysroot=sysroot'
    try 'rpm-ostree status --sysroot=sysroot'
}

back_to_base() {
    say 'Without its layers the system is the image again: not a similar tree, the very commit.'
    try 'rpm-ostree uninstall --sysroot=sysroot strace nano'
    try "ostree rev-parse --repo=repo $BRANCH"
    try 'rpm-ostree status --sysroot=sysroot --json | jq ".deployments[0] | {version, checksum, packages}"'
}

verify() { # THE FIRST COMMIT OF THE BRANCH, AND THE SECOND
    printf '\n'
    expect 'the image changed with the updates' "$([[ $1 != "$2" ]] && echo yes)" yes
    expect 'the system runs the commit of the branch' "$(deployed 0 checksum)" "$2"
    expect 'nothing is layered any more' "$(deployed 0 'requested-packages' | jq -c)" '[]'
    expect 'the deployment before has the layers' "$(deployed 1 packages | jq -c)" '["strace"]'
    expect 'they lie on the same image' "$(deployed 1 base-checksum)" "$2"
    expect 'the administrator'\''s files came along' \
        "$(cat sysroot/ostree/deploy/tiny/deploy/"$2".0/etc/yum.repos.d/tiny.repo)" \
        "$(repo_file file:///etc/pki/rpm-gpg/RPM-GPG-KEY-tiny)"
    expect 'every object of the repository is whole' \
        "$(ostree fsck --quiet --repo=sysroot/ostree/repo >/dev/null && echo yes)" yes
}

main "$@"
