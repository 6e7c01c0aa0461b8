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
            ' deploy') verb=deploy ;;
            ' rebase') verb=rebase ;;
            ' rollback') verb=rollback ;;
            ' reset') verb=reset ;;
            ' pin') verb=pin ;;
            ' unpin') verb=unpin ;;
            ' install') verb=install ;;
            ' uninstall') verb=uninstall ;;
            ' hold') verb=hold ;;
            ' unhold') verb=unhold ;;
            ' override') verb=override ;;
            'override replace') verb='override replace' ;;
            'override remove') verb='override remove' ;;
            'override reset') verb='override reset' ;;
            ' kargs') verb=kargs ;;
            ' initramfs') verb=initramfs ;;
            ' initramfs-etc') verb=initramfs-etc ;;
            ' cleanup') verb=cleanup ;;
            ' finalize-deployment') verb=finalize-deployment ;;
            ' reload') verb=reload ;;
            ' usroverlay') verb=usroverlay ;;
            ' db') verb=db ;;
            'db diff') verb='db diff' ;;
            'db list') verb='db list' ;;
            'db version') verb='db version' ;;
            ' history') verb=history ;;
            ' undo') verb=undo ;;
            ' search') verb=search ;;
            ' refresh-md') verb=refresh-md ;;
            ' why') verb=why ;;
            ' cancel') verb=cancel ;;
            ' compose') verb=compose ;;
            'compose tree') verb='compose tree' ;;
        esac
    done
    case $verb in
        '')
            words='status upgrade deploy rebase rollback reset pin unpin install uninstall hold unhold override kargs initramfs initramfs-etc cleanup finalize-deployment reload usroverlay db history undo search refresh-md why cancel compose --version --help -h'
            ;;
        status)
            case $prev in
                --jsonpath | -J) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--verbose -v --advisories -a --jsonpath -J --booted -b --pending-exit-77 --sysroot --json --schema --quiet -q --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        upgrade)
            case $prev in
                --install | --stateroot | --os) kind='word' ;;
                --uninstall) kind='layered' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--reboot -r --allow-downgrade --preview --check --cache-only -C --download-only --bypass-driver --install --uninstall --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        deploy)
            case $prev in
                --register-driver | --install | --stateroot | --os) kind='word' ;;
                --uninstall) kind='layered' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--reboot -r --preview --skip-branch-check --disallow-downgrade --cache-only -C --download-only --register-driver --bypass-driver --install --uninstall --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='revisions'; fi
                    ;;
            esac
            ;;
        rebase)
            case $prev in
                --branch | -b | --remote | -m | --custom-origin-url | --custom-origin-description | --install | --stateroot | --os) kind='word' ;;
                --uninstall) kind='layered' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--branch -b --remote -m --reboot -r --skip-purge --custom-origin-url --custom-origin-description --disallow-downgrade --cache-only -C --download-only --bypass-driver --install --uninstall --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='revisions'; fi
                    ;;
            esac
            ;;
        rollback)
            case $prev in
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--reboot -r --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --help -h'; else kind='indices'; fi
                    ;;
            esac
            ;;
        reset)
            case $prev in
                --install | --stateroot | --os) kind='word' ;;
                --uninstall) kind='layered' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--overlays -l --overrides -o --initramfs -i --reboot -r --install --uninstall --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        pin)
            case $prev in
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --help -h'; else kind='indices'; fi
                    ;;
            esac
            ;;
        unpin)
            case $prev in
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --help -h'; else kind='indices'; fi
                    ;;
            esac
            ;;
        install)
            case $prev in
                --uninstall) kind='layered' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                --stateroot | --os) kind='word' ;;
                *)
                    if [[ $cur == -* ]]; then words='--uninstall --reboot -r --assumeyes -y --allow-inactive --force-replacefiles --idempotent --cache-only -C --download-only --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='file'; fi
                    ;;
            esac
            ;;
        uninstall)
            case $prev in
                --install | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--install --all --reboot -r --assumeyes -y --idempotent --cache-only -C --download-only --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='layered'; fi
                    ;;
            esac
            ;;
        hold)
            case $prev in
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                --stateroot | --os) kind='word' ;;
                *)
                    if [[ $cur == -* ]]; then words='--idempotent --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        unhold)
            case $prev in
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                --stateroot | --os) kind='word' ;;
                *)
                    if [[ $cur == -* ]]; then words='--idempotent --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        override)
            words='replace remove reset --help -h'
            ;;
        'override replace')
            case $prev in
                --from | --remove | --install | --stateroot | --os) kind='word' ;;
                --uninstall) kind='layered' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--from --freeze --remove --install --uninstall --reboot -r --cache-only -C --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='file'; fi
                    ;;
            esac
            ;;
        'override remove')
            case $prev in
                --replace) kind='file' ;;
                --install | --stateroot | --os) kind='word' ;;
                --uninstall) kind='layered' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--replace --install --uninstall --reboot -r --cache-only -C --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        'override reset')
            case $prev in
                --install | --stateroot | --os) kind='word' ;;
                --uninstall) kind='layered' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--all -a --install --uninstall --reboot -r --cache-only -C --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='overridden'; fi
                    ;;
            esac
            ;;
        kargs)
            case $prev in
                --append | --append-if-missing | --stateroot | --os) kind='word' ;;
                --delete | --replace | --delete-if-present) kind='kargs' ;;
                --deploy-index) kind='indices' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--append --delete --replace --append-if-missing --delete-if-present --editor --deploy-index --import-proc-cmdline --reboot --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        initramfs)
            case $prev in
                --arg | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--enable --disable --arg --reboot -r --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        initramfs-etc)
            case $prev in
                --track | --untrack) kind='file' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                --stateroot | --os) kind='word' ;;
                *)
                    if [[ $cur == -* ]]; then words='--track --untrack --untrack-all --force-sync --reboot -r --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        cleanup)
            case $prev in
                --stateroot | --os | --keep) kind='word' ;;
                --deployment) kind='indices' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--stateroot --os --base -b --pending -p --rollback -r --repomd -m --keep --deployment --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        finalize-deployment)
            case $prev in
                --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--stateroot --os --allow-missing-checksum --allow-unlocked --sysroot --json --schema --quiet -q --wait --verbose -v --progress --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        reload)
            case $prev in
                --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--stateroot --os --sysroot --json --schema --quiet -q --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        usroverlay)
            case $prev in
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --json --schema --quiet -q --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        db)
            words='diff list version --help -h'
            ;;
        'db diff')
            case $prev in
                --repo | -r | --sysroot) kind='directory' ;;
                --format | -F) words='block diff json' ;;
                *)
                    if [[ $cur == -* ]]; then words='--repo -r --sysroot --format -F --changelogs -c --base --advisories -a --json --schema --help -h'; else kind='revisions'; fi
                    ;;
            esac
            ;;
        'db list')
            case $prev in
                --repo | -r | --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--repo -r --sysroot --advisories -a --json --schema --help -h'; else kind='revisions'; fi
                    ;;
            esac
            ;;
        'db version')
            case $prev in
                --repo | -r | --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--repo -r --sysroot --json --schema --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        history)
            case $prev in
                --lines | -n) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--lines -n --sysroot --json --schema --quiet -q --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        undo)
            case $prev in
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                --stateroot | --os) kind='word' ;;
                *)
                    if [[ $cur == -* ]]; then words='--reboot -r --cache-only -C --sysroot --json --schema --quiet -q --wait --verbose -v --progress --dry-run -n --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        search)
            case $prev in
                --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--stateroot --os --cache-only -C --sysroot --json --schema --quiet -q --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        refresh-md)
            case $prev in
                --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--stateroot --os --force -f --sysroot --json --schema --quiet -q --wait --verbose -v --progress --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        why)
            case $prev in
                --stateroot | --os) kind='word' ;;
                --deploy-index) kind='indices' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--stateroot --os --deploy-index --sysroot --json --schema --quiet -q --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        cancel)
            case $prev in
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --json --schema --quiet -q --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        compose)
            words='tree --help -h'
            ;;
        'compose tree')
            case $prev in
                --repo | -r | --cachedir | --workdir) kind='directory' ;;
                --parent | --add-metadata-string | --previous-version) kind='word' ;;
                --add-metadata-from-json | --write-commitid-to | --write-composejson-to | --touch-if-changed) kind='file' ;;
                --progress) words='auto plain none jsonl' ;;
                *)
                    if [[ $cur == -* ]]; then words='--repo -r --cachedir --workdir --force-nocache --cache-only -C --download-only --dry-run -n --parent --no-parent --add-metadata-string --add-metadata-from-json --write-commitid-to --write-composejson-to --touch-if-changed --previous-version --disable-selinux --print-only --json --schema --quiet -q --verbose -v --progress --help -h'; else kind='file'; fi
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
