#!/usr/bin/env bash
# Bring a Debian or Fedora machine to where the checks can run: the tools from its own packages,
# and build/venv for the test kit. Says nothing and takes a moment when all is there.
#
#   .ci/setup.sh [--no-packages]
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-/usr/bin/python3}
export DEBIAN_FRONTEND=noninteractive

debian=(
    python3 python3-venv ca-certificates git make
    ostree ostree-boot dnf rpm createrepo-c dracut-core bubblewrap skopeo
    policycoreutils selinux-policy-default
    fuse3 libcap2-bin attr zstd cpio kmod bc gnupg jq time
    mmdebstrap qemu-system-x86 grub-pc-bin grub-common grub2-common fdisk e2fsprogs
)
fedora=(
    python3 python3-pip ca-certificates git make
    ostree dnf rpm rpm-build rpm-sign createrepo_c dracut bubblewrap skopeo
    policycoreutils selinux-policy-targeted
    fuse3 libcap attr zstd cpio kmod bc gnupg2 jq time util-linux
    mmdebstrap qemu-system-x86-core grub2-pc-modules grub2-tools e2fsprogs
)

installed_on_debian() { # the names among "$@" that are installed
    dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
        awk '$1 == "installed" { print $2 }'
}

missing_from() { # NAME OF AN ARRAY; the installed ones on standard input
    local -n wanted=$1
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort) <(sort)
}

packages_of_debian() {
    local -a missing
    mapfile -t missing < <(installed_on_debian "${debian[@]}" | missing_from debian)
    ((${#missing[@]})) || return 0
    echo "setup: apt-get install ${missing[*]}"
    # A source of somebody else's that does not answer is no reason to stop; the install judges.
    apt-get update -qq || echo 'setup: some package lists could not be read' >&2
    apt-get install -qq --yes --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}" >/dev/null
}

packages_of_fedora() {
    local -a missing=()
    local name
    for name in "${fedora[@]}"; do
        rpm --quiet --query --whatprovides "$name" || missing+=("$name")
    done
    ((${#missing[@]})) || return 0
    echo "setup: dnf install ${missing[*]}"
    dnf --assumeyes --quiet --setopt=install_weak_deps=False install "${missing[@]}"
}

test_kit() { # build/venv, made anew when pyproject.toml or the interpreter is another one
    local stamp wanted
    stamp=build/venv/.made-from
    wanted=$({ sha256sum <pyproject.toml; "$PYTHON" --version; } | sha256sum)
    [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && return
    echo "setup: build/venv with $("$PYTHON" --version)"
    rm -rf build/venv
    mkdir -p build
    "$PYTHON" -m venv build/venv
    # The dependencies only: an installed copy of the project would shadow the checkout.
    build/venv/bin/python - >build/venv/requirements.txt <<'PYTHON'
import tomllib
with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
print(*project["dependencies"], *project["optional-dependencies"]["test"], sep="\n")
PYTHON
    build/venv/bin/pip install --quiet --disable-pip-version-check --no-input \
        --requirement build/venv/requirements.txt
    printf '%s' "$wanted" >"$stamp"
}

# Not by looking for dnf: Debian has that, too, once this script has run.
if [[ ${1:-} != --no-packages ]]; then
    if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
        packages_of_debian
    elif command -v dnf >/dev/null; then
        packages_of_fedora
    else
        echo 'setup: neither apt-get nor dnf is here; install the tools by hand' >&2
        exit 1
    fi
fi
test_kit
