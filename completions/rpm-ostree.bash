# Made by .ci/gen_completions.py from the commands.

_rpm_ostree() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local verb='' words='' kind='' word
    COMPREPLY=()
    # "=" is a word of its own
    if [[ $cur == '=' ]]; then
        cur=''
    elif [[ $prev == '=' ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
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
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --reboot -r --allow-downgrade --preview --check-diff --check --cache-only -C --download-only --unchanged-exit-77 --dry-run -n --json --wait --quiet -q --verbose -v --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        rollback)
            case $prev in
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --reboot -r --dry-run -n --json --wait --quiet -q --verbose -v --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        install)
            case $prev in
                --sysroot) kind='directory' ;;
                --stateroot | --os | --uninstall) kind='word' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --uninstall --reboot -r --dry-run -n --assumeyes -y --allow-inactive --idempotent --cache-only -C --download-only --unchanged-exit-77 --json --wait --quiet -q --verbose -v --help -h'; else kind='file'; fi
                    ;;
            esac
            ;;
        uninstall)
            case $prev in
                --sysroot) kind='directory' ;;
                --stateroot | --os | --install) kind='word' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --install --all --reboot -r --dry-run -n --assumeyes -y --idempotent --cache-only -C --unchanged-exit-77 --json --wait --quiet -q --verbose -v --help -h'; else kind='word'; fi
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
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --reboot -r --dry-run -n --cache-only -C --json --wait --quiet -q --verbose -v --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        'override reset')
            case $prev in
                --sysroot) kind='directory' ;;
                --stateroot | --os) kind='word' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --all -a --reboot -r --dry-run -n --cache-only -C --json --wait --quiet -q --verbose -v --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        kargs)
            case $prev in
                --sysroot) kind='directory' ;;
                --stateroot | --os | --append | --delete | --replace | --append-if-missing | --delete-if-present | --deploy-index) kind='word' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --append --delete --replace --append-if-missing --delete-if-present --deploy-index --import-proc-cmdline --reboot --unchanged-exit-77 --dry-run -n --json --wait --quiet -q --verbose -v --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        cleanup)
            case $prev in
                --sysroot) kind='directory' ;;
                --stateroot | --os) kind='word' ;;
                *)
                    if [[ $cur == -* ]]; then words='--sysroot --stateroot --os --base -b --pending -p --rollback -r --repomd -m --json --wait --quiet -q --verbose -v --help -h'; else kind='word'; fi
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
                    if [[ $cur == -* ]]; then words='--repo -r --sysroot --format -F --base --json --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        'db list')
            case $prev in
                --repo | -r | --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--repo -r --sysroot --json --help -h'; else kind='word'; fi
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
                --parent | --add-metadata-string | --previous-version) kind='word' ;;
                --add-metadata-from-json | --write-commitid-to | --write-composejson-to | --touch-if-changed) kind='file' ;;
                *)
                    if [[ $cur == -* ]]; then words='--repo -r --cachedir --workdir --force-nocache --cache-only -C --download-only --dry-run -n --parent --no-parent --add-metadata-string --add-metadata-from-json --write-commitid-to --write-composejson-to --touch-if-changed --previous-version --disable-selinux --print-only --json --quiet -q --verbose -v --help -h'; else kind='file'; fi
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
        *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;
    esac
}
complete -F _rpm_ostree rpm-ostree
