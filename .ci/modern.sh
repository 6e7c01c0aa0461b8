#!/usr/bin/env bash
# The modern end: a chroot of Debian sid in build/modern, with the newest ostree, dnf5, rpm, dracut
# and Python, and the integration tests run inside it.
#
#   .ci/modern.sh make              make the chroot unless it is there
#   .ci/modern.sh test [WORD...]    run the tests in it; the words go to pytest
#   .ci/modern.sh run COMMAND...    run any command in it, in the checkout
#
# MIRROR names the Debian mirror; without it this machine's own apt configuration is asked.
set -euo pipefail
cd "$(dirname "$0")/.."

TOP=$PWD
ROOT=$TOP/build/modern
# Where the checkout appears inside. Not in /tmp: the tests make and sweep that.
INSIDE=/srv/checkout

# pytest comes from Debian, what the program itself needs from build/vendor (pure Python, locked):
# so no pip and no network are needed inside.
PACKAGES=(
    ostree ostree-boot dnf5 rpm createrepo-c dracut bubblewrap skopeo systemd
    python3 python3-pytest python3-pytest-mock python3-jsonschema
    fuse3 libcap2-bin attr zstd cpio kmod gnupg policycoreutils
    ca-certificates e2fsprogs fdisk jq procps git
)

fail() {
    echo "modern: $*" >&2
    exit 1
}

mirror() { # the address this machine takes its own release from; both formats of sources do
    [[ -z ${MIRROR:-} ]] || { echo "$MIRROR"; return; }
    command -v apt-get >/dev/null || fail 'apt is not here to tell a mirror; set MIRROR'
    local codename found
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
    found=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk -v codename="$codename" '
            ($2 == codename || $2 ~ /^(old)*stable$|^testing$|^sid$|^unstable$/) && $3 == "main" && !found {
                print $1; found = 1
            }')
    [[ -n $found ]] || fail 'no Debian mirror among the apt sources; set MIRROR'
    echo "$found"
}

proxies() { # apt options for a proxy this machine is told to use (environment variables work anyway)
    local scheme address
    for scheme in http https; do
        address=$(apt-config shell value "Acquire::$scheme::Proxy" 2>/dev/null || true)
        [[ -z $address ]] || { eval "$address"; echo "--aptopt=Acquire::$scheme::Proxy \"$value\""; }
    done
}

make_root() {
    local wanted address
    local -a options
    wanted=$(printf '%s\n' "${PACKAGES[@]}" | sha256sum)
    [[ -f $ROOT/.made-from && $(<"$ROOT/.made-from") == "$wanted" ]] && return
    address=$(mirror)
    mapfile -t options < <(proxies)
    echo 'modern: making the chroot in build/modern'
    mkdir -p "$TOP/build"
    rm -rf --one-file-system "$ROOT" "$ROOT.new"
    # trusted: an older release need not have the key that sid is signed with today, and nothing
    # from in here ever leaves.
    mmdebstrap --variant=minbase --mode=root \
        --aptopt='Acquire::Check-Valid-Until "false"' "${options[@]}" \
        --include="$(IFS=,; echo "${PACKAGES[*]}")" \
        sid "$ROOT.new" "deb [trusted=yes] $address sid main" 2>"$ROOT.log" || {
        tail -n 60 "$ROOT.log" >&2
        fail 'the chroot could not be made'
    }
    # It names a policy that is not there, and ostree then refuses what has nothing to do with it.
    rm -f "$ROOT.new/etc/selinux/config"
    mkdir -p "$ROOT.new$INSIDE"
    printf '%s' "$wanted" >"$ROOT.new/.made-from"
    mv "$ROOT.new" "$ROOT"
}

run_inside() { # COMMAND...
    # Own mount and process namespaces: whatever happens inside, nothing stays mounted or running.
    # /tmp and /var/tmp are the chroot's own directories, so on a real disk: overlays need that.
    unshare --mount --propagation private --pid --fork --kill-child -- bash -euc '
        root=$1 top=$2 inside=$3
        shift 3
        # Being a mount point of its own lets bwrap and ostree remount what they find at "/".
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root/run"
        mount --bind "$top" "$root$inside"
        # Not by exec: the first process of a namespace is deaf to signals and has orphans to bury.
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            HOME=/root TERM="${TERM:-dumb}" LC_ALL=C.UTF-8 CI="${CI:-}" RPMOSTREE_MODERN=1 \
            PYTHONPATH="$inside/build/vendor" PYTHONDONTWRITEBYTECODE=1 \
            chroot "$root" sh -euc "cd $inside; exec \"\$@\"" inside "$@" ||
            exit $?
    ' modern "$ROOT" "$TOP" "$INSIDE" "$@"
}

verb=${1:-}
shift || true
case $verb in
    make) make_root ;;
    test)
        [[ -d $TOP/build/vendor ]] || fail 'build/vendor is not there; make single-file fills it'
        make_root
        # Its cache apart: the checkout is the same directory outside, the Python is not.
        run_inside python3 -m pytest -m '(integration or modern) and not once' -o cache_dir=/var/tmp/pytest-cache "$@"
        ;;
    run)
        make_root
        run_inside "$@"
        ;;
    *) fail 'say make, test or run' ;;
esac
