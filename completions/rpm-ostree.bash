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
            ' deploy') verb=deploy ;;
            ' rebase') verb=rebase ;;
            ' rollback') verb=rollback ;;
            ' reset') verb=reset ;;
            ' install') verb=install ;;
            ' uninstall') verb=uninstall ;;
            ' override') verb=override ;;
            'override replace') verb='override replace' ;;
            'override remove') verb='override remove' ;;
            'override reset') verb='override reset' ;;
            ' kargs') verb=kargs ;;
            ' initramfs') verb=initramfs ;;
            ' initramfs-etc') verb=initramfs-etc ;;
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
            words='status upgrade deploy rebase rollback reset install uninstall override kargs initramfs initramfs-etc cleanup db cancel compose --version --help -h'
            ;;
        status)
            case $prev in
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--verbose -v --booted -b --pending-exit-77 --sysroot --json --quiet -q --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        upgrade)
            case $prev in
                --install | --uninstall | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--reboot -r --allow-downgrade --preview --check-diff --check --cache-only -C --download-only --bypass-driver --install --uninstall --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        deploy)
            case $prev in
                --install | --uninstall | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--reboot -r --preview --check-diff --skip-branch-check --disallow-downgrade --cache-only -C --download-only --bypass-driver --install --uninstall --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        rebase)
            case $prev in
                --branch | -b | --remote | -m | --custom-origin-url | --custom-origin-description | --install | --uninstall | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--branch -b --remote -m --reboot -r --skip-purge --custom-origin-url --custom-origin-description --disallow-downgrade --cache-only -C --download-only --bypass-driver --install --uninstall --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        rollback)
            case $prev in
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--reboot -r --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        reset)
            case $prev in
                --install | --uninstall | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--overlays -l --overrides -o --initramfs -i --reboot -r --install --uninstall --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        install)
            case $prev in
                --uninstall | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--uninstall --reboot -r --assumeyes -y --allow-inactive --force-replacefiles --idempotent --cache-only -C --download-only --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='file'; fi
                    ;;
            esac
            ;;
        uninstall)
            case $prev in
                --install | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--install --all --reboot -r --assumeyes -y --idempotent --cache-only -C --download-only --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        override)
            words='replace remove reset --help -h'
            ;;
        'override replace')
            case $prev in
                --from | --remove | --install | --uninstall | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--from --freeze --remove --install --uninstall --reboot -r --cache-only -C --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='file'; fi
                    ;;
            esac
            ;;
        'override remove')
            case $prev in
                --replace) kind='file' ;;
                --install | --uninstall | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--replace --install --uninstall --reboot -r --cache-only -C --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        'override reset')
            case $prev in
                --install | --uninstall | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--all -a --install --uninstall --reboot -r --cache-only -C --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        kargs)
            case $prev in
                --append | --delete | --replace | --append-if-missing | --delete-if-present | --deploy-index | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--append --delete --replace --append-if-missing --delete-if-present --editor --deploy-index --import-proc-cmdline --reboot --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        initramfs)
            case $prev in
                --arg | --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--enable --disable --arg --reboot -r --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        initramfs-etc)
            case $prev in
                --track | --untrack) kind='file' ;;
                --sysroot) kind='directory' ;;
                --stateroot | --os) kind='word' ;;
                *)
                    if [[ $cur == -* ]]; then words='--track --untrack --untrack-all --force-sync --reboot -r --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --stateroot --os --lock-finalization --unchanged-exit-77 --help -h'; else kind='word'; fi
                    ;;
            esac
            ;;
        cleanup)
            case $prev in
                --stateroot | --os) kind='word' ;;
                --sysroot) kind='directory' ;;
                *)
                    if [[ $cur == -* ]]; then words='--stateroot --os --base -b --pending -p --rollback -r --repomd -m --sysroot --json --quiet -q --dry-run -n --wait --verbose -v --help -h'; else kind='word'; fi
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
