# Made by .ci/gen_completions.py from the commands.

_rpm_ostree_live() {
    local verb=status root=() value before='' word
    [[ $1 == kargs ]] && verb=kargs
    for word in "${line[@]}"; do
        if [[ $before == --sysroot ]]; then
            root=(--sysroot="$word")
        elif [[ $word == --sysroot=* ]]; then
            root=("$word")
        fi
        before=$word
    done
    while IFS= read -r value; do
        # word by word, since `compgen -W` would carry out what is in them
        if [[ $value == "$cur"* ]]; then
            printf -v value %q "${value#"$glued"}"
            COMPREPLY+=("$value")
        fi
    done < <(command rpm-ostree $verb --json "${root[@]}" 2>/dev/null </dev/null |
        python3 -I -c 'import json, sys
kind, found = sys.argv[1], json.load(sys.stdin)
deployments = found.get("deployments", [])
first = deployments[0] if deployments else {}
values = {
    "indices": lambda: range(len(deployments)),
    "revisions": lambda: [d["checksum"] for d in deployments],
    "layered": lambda: first["requested-packages"] + first["requested-local-packages"],
    "overridden": lambda: first["requested-base-removals"]
    + first["requested-base-local-replacements"],
    "kargs": lambda: [k for k in found["kargs"] if not k.startswith("ostree=")],
}[kind]()
for value in dict.fromkeys(values):
    print(value)' "$1" 2>/dev/null)
}

_rpm_ostree() {
    local verb='' words='' kind='' glued='' cur prev word i
    local line=()
    COMPREPLY=()
    # "=" and ":" are words of their own
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((i > 1)) && [[ $word =~ ^[=:]+$ || ${COMP_WORDS[i - 1]} =~ ^[=:]+$ ]]; then
            line[-1]+=$word
        else
            line+=("$word")
        fi
    done
    cur=${line[-1]} prev=''
    ((${#line[@]} < 2)) || prev=${line[-2]}
    if [[ $cur == --*=* ]]; then
        prev=${cur%%=*} cur=${cur#*=}
    fi
    # what of the word stands before those, readline keeps
    [[ $cur != *[=:]* ]] || glued=${cur%"${cur##*[=:]}"}
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$verb $word" in
            ' status') verb=status ;;
            ' upgrade') verb=upgrade ;;
            ' rollback') verb=rollback ;;
            ' install') verb=install ;;
            ' uninstall') verb=uninstall ;;
            ' override') verb=override ;;
            'override remove') verb='override remove' ;;
            'override reset') verb='override reset' ;;
            ' kargs') verb=kargs ;;
            ' cleanup') verb=cleanup ;;
            ' db') verb=db ;;
            'db diff') verb='db diff' ;;
            'db list') verb='db list' ;;
            ' cancel') verb=cancel ;;
            ' compose') verb=compose ;;
            'compose tree') verb='compose tree' ;;
        esac
    done
    case $verb in
        '')
            words='status upgrade rollback install uninstall override kargs cleanup db cancel compose --version --help -h'
            ;;
        status)
            case $prev in
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --verbose -v --json --booted -b --pending-exit-77 --quiet -q --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        upgrade)
            case $prev in
                --sysroot) kind='directory' ;;
                --stateroot | --os) kind='word' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --reboot -r --allow-downgrade --preview --check-diff --check --cache-only -C --download-only --unchanged-exit-77 --dry-run -n --json --wait --quiet -q --verbose -v --progress --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        rollback)
            case $prev in
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --reboot -r --dry-run -n --json --wait --quiet -q --verbose -v --progress --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        install)
            case $prev in
                --sysroot) kind='directory' ;;
                --stateroot | --os) kind='word' ;;
                --uninstall) kind='layered' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --uninstall --reboot -r --dry-run -n --assumeyes -y --allow-inactive --idempotent --cache-only -C --download-only --unchanged-exit-77 --json --wait --quiet -q --verbose -v --progress --help -h'; else kind='file'; fi
                    ;;
            esac
            ;;
        uninstall)
            case $prev in
                --sysroot) kind='directory' ;;
                --stateroot | --os | --install) kind='word' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --install --all --reboot -r --dry-run -n --assumeyes -y --idempotent --cache-only -C --unchanged-exit-77 --json --wait --quiet -q --verbose -v --progress --help -h'; else kind='layered'; fi
                    ;;
            esac
            ;;
        override)
            words='remove reset --help -h'
            ;;
        'override remove')
            case $prev in
                --sysroot) kind='directory' ;;
                --stateroot | --os) kind='word' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --reboot -r --dry-run -n --cache-only -C --json --wait --quiet -q --verbose -v --progress --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        'override reset')
            case $prev in
                --sysroot) kind='directory' ;;
                --stateroot | --os) kind='word' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --all -a --reboot -r --dry-run -n --cache-only -C --json --wait --quiet -q --verbose -v --progress --help -h'; else kind='overridden'; fi
                    ;;
            esac
            ;;
        kargs)
            case $prev in
                --sysroot) kind='directory' ;;
                --stateroot | --os | --append | --append-if-missing) kind='word' ;;
                --delete | --replace | --delete-if-present) kind='kargs' ;;
                --deploy-index) kind='indices' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --append --delete --replace --append-if-missing --delete-if-present --deploy-index --import-proc-cmdline --reboot --unchanged-exit-77 --dry-run -n --json --wait --quiet -q --verbose -v --progress --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        cleanup)
            case $prev in
                --sysroot) kind='directory' ;;
                --stateroot | --os) kind='word' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --base -b --pending -p --rollback -r --repomd -m --json --wait --quiet -q --verbose -v --progress --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        db)
            words='diff list --help -h'
            ;;
        'db diff')
            case $prev in
                --repo | -r | --sysroot) kind='directory' ;;
                --format | -F) words='block diff json' ;;
                *)
                    if [[ $cur == -* ]]; then words='--repo -r --sysroot --format -F --base --json --help -h'; else kind='revisions'; fi
                    ;;
            esac
            ;;
        'db list')
            case $prev in
                --repo | -r | --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--repo -r --sysroot --json --help -h'; else kind='revisions'; fi
                    ;;
            esac
            ;;
        cancel)
            case $prev in
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --json --quiet -q --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        compose)
            words='tree --help -h'
            ;;
        'compose tree')
            case $prev in
                --repo | -r | --cachedir | --workdir) kind='directory' ;;
                --parent) kind='revisions' ;;
                --add-metadata-string | --previous-version) kind='word' ;;
                --add-metadata-from-json | --write-commitid-to | --write-composejson-to | --touch-if-changed) kind='file' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--repo -r --cachedir --workdir --force-nocache --cache-only -C --download-only --dry-run -n --parent --no-parent --add-metadata-string --add-metadata-from-json --write-commitid-to --write-composejson-to --touch-if-changed --previous-version --disable-selinux --print-only --json --quiet -q --verbose -v --progress --help -h'; else kind='file'; fi
                    ;;
            esac
            ;;
    esac
    case $kind in
        file)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
        directory)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
        word) ;;
        indices | revisions | kargs | layered | overridden)
            _rpm_ostree_live "$kind"
            return ;;
        *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;
    esac
    COMPREPLY=("${COMPREPLY[@]#"$glued"}")
}
complete -F _rpm_ostree rpm-ostree
