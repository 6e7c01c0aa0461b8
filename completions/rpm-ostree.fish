# Made by .ci/gen_completions.py from the commands.

set -g __rpm_ostree_verbs 'status' 'upgrade' 'rollback' 'install' 'uninstall' 'override' 'override remove' 'override reset' 'kargs' 'cleanup' 'db' 'db diff' 'db list' 'cancel' 'compose' 'compose tree'

function __rpm_ostree_live --description 'Values that only a system knows'
    set -l verb status
    test $argv[1] = kargs; and set verb kargs
    set -l root
    set -l before ''
    for word in (commandline -opc)[2..]
        if test "$before" = --sysroot
            set root --sysroot=$word
        else if string match -q -- '--sysroot=*' $word
            set root $word
        end
        set before $word
    end
    command rpm-ostree $verb --json $root 2>/dev/null </dev/null |
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
    print(value)' $argv[1] 2>/dev/null
end

function __rpm_ostree_at --description 'Are these the words of the command so far?'
    set -l verb
    for word in (commandline -opc)[2..]
        contains -- (string join -- ' ' $verb $word) $__rpm_ostree_verbs; and set -a verb $word
    end
    test "$verb" = "$argv"
end

complete -c rpm-ostree -f

complete -c rpm-ostree -n '__rpm_ostree_at' -a status -d 'Get the version of the booted system.'
complete -c rpm-ostree -n '__rpm_ostree_at' -a upgrade -d 'Perform a system upgrade.'
complete -c rpm-ostree -n '__rpm_ostree_at' -a rollback -d 'Revert to the previously booted tree.'
complete -c rpm-ostree -n '__rpm_ostree_at' -a install -d 'Overlay additional packages: names, capabilities, paths or .rpm files.'
complete -c rpm-ostree -n '__rpm_ostree_at' -a uninstall -d 'Remove overlaid additional packages.'
complete -c rpm-ostree -n '__rpm_ostree_at' -a override -d 'Manage base package overrides.'
complete -c rpm-ostree -n '__rpm_ostree_at' -a kargs -d 'Query or modify kernel arguments.'
complete -c rpm-ostree -n '__rpm_ostree_at' -a cleanup -d 'Clear cached or pending data.'
complete -c rpm-ostree -n '__rpm_ostree_at' -a db -d 'Commands to query the RPM database.'
complete -c rpm-ostree -n '__rpm_ostree_at' -a cancel -d 'Cancel an active transaction.'
complete -c rpm-ostree -n '__rpm_ostree_at' -a compose -d 'Commands to compose a tree.'
complete -c rpm-ostree -n '__rpm_ostree_at' -l version -d 'Print version information'
complete -c rpm-ostree -n '__rpm_ostree_at' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at status' -l sysroot -x -a '(__fish_complete_directories)' -d 'Use the system root PATH (default: /)'
complete -c rpm-ostree -n '__rpm_ostree_at status' -l verbose -s v -d 'Print all details'
complete -c rpm-ostree -n '__rpm_ostree_at status' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at status' -l booted -s b -d 'Only print the booted deployment'
complete -c rpm-ostree -n '__rpm_ostree_at status' -l pending-exit-77 -d 'Exit 77 if a deployment is pending'
complete -c rpm-ostree -n '__rpm_ostree_at status' -l quiet -s q -d 'Report no progress'
complete -c rpm-ostree -n '__rpm_ostree_at status' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l sysroot -x -a '(__fish_complete_directories)' -d 'Use the system root PATH (default: /)'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l stateroot -l os -x -d 'Operate on the provided stateroot'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l reboot -s r -d 'Initiate a reboot after the operation is complete'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l allow-downgrade -d 'Permit an older tree'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l preview -l check-diff -d 'Only print the package differences'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l check -d 'Only see whether an upgrade is available'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l cache-only -s C -d 'Use what was downloaded before; no network'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l download-only -d 'Download what is needed, and deploy nothing'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l unchanged-exit-77 -d 'Exit with status 77 if nothing changed'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l dry-run -s n -d 'Show what would be done, and change nothing'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l wait -d 'Wait for another transaction to end; for ever, unless SECONDS are given'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l quiet -s q -d 'Report no progress'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l verbose -s v -d 'Show each command that is run'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l progress -x -a 'auto plain none jsonl' -d 'How to report progress; as JSON to file descriptor FD, else to stderr'
complete -c rpm-ostree -n '__rpm_ostree_at upgrade' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at rollback' -l sysroot -x -a '(__fish_complete_directories)' -d 'Use the system root PATH (default: /)'
complete -c rpm-ostree -n '__rpm_ostree_at rollback' -l reboot -s r -d 'Initiate a reboot after the operation is complete'
complete -c rpm-ostree -n '__rpm_ostree_at rollback' -l dry-run -s n -d 'Show what would be done, and change nothing'
complete -c rpm-ostree -n '__rpm_ostree_at rollback' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at rollback' -l wait -d 'Wait for another transaction to end; for ever, unless SECONDS are given'
complete -c rpm-ostree -n '__rpm_ostree_at rollback' -l quiet -s q -d 'Report no progress'
complete -c rpm-ostree -n '__rpm_ostree_at rollback' -l verbose -s v -d 'Show each command that is run'
complete -c rpm-ostree -n '__rpm_ostree_at rollback' -l progress -x -a 'auto plain none jsonl' -d 'How to report progress; as JSON to file descriptor FD, else to stderr'
complete -c rpm-ostree -n '__rpm_ostree_at rollback' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at install' -F
complete -c rpm-ostree -n '__rpm_ostree_at install' -l sysroot -x -a '(__fish_complete_directories)' -d 'Use the system root PATH (default: /)'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l stateroot -l os -x -d 'Operate on the provided stateroot'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l uninstall -x -a '(__rpm_ostree_live layered)' -d 'Remove an overlaid package as well'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l reboot -s r -d 'Initiate a reboot after the operation is complete'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l dry-run -s n -d 'Show what would be done, and change nothing'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l assumeyes -s y -d 'Answer yes to all questions'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l allow-inactive -d 'Allow requests that the base satisfies'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l idempotent -d 'Do nothing if it is already so'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l cache-only -s C -d 'Use what was downloaded before; no network'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l download-only -d 'Download what is needed, and deploy nothing'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l unchanged-exit-77 -d 'Exit with status 77 if nothing changed'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l wait -d 'Wait for another transaction to end; for ever, unless SECONDS are given'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l quiet -s q -d 'Report no progress'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l verbose -s v -d 'Show each command that is run'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l progress -x -a 'auto plain none jsonl' -d 'How to report progress; as JSON to file descriptor FD, else to stderr'
complete -c rpm-ostree -n '__rpm_ostree_at install' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -a '(__rpm_ostree_live layered)'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l sysroot -x -a '(__fish_complete_directories)' -d 'Use the system root PATH (default: /)'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l stateroot -l os -x -d 'Operate on the provided stateroot'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l install -x -d 'Overlay another package as well'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l all -d 'Remove all overlaid packages'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l reboot -s r -d 'Initiate a reboot after the operation is complete'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l dry-run -s n -d 'Show what would be done, and change nothing'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l assumeyes -s y -d 'Answer yes to all questions'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l idempotent -d 'Do nothing if it is already so'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l cache-only -s C -d 'Use what was downloaded before; no network'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l unchanged-exit-77 -d 'Exit with status 77 if nothing changed'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l wait -d 'Wait for another transaction to end; for ever, unless SECONDS are given'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l quiet -s q -d 'Report no progress'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l verbose -s v -d 'Show each command that is run'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l progress -x -a 'auto plain none jsonl' -d 'How to report progress; as JSON to file descriptor FD, else to stderr'
complete -c rpm-ostree -n '__rpm_ostree_at uninstall' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at override' -a remove -d 'Remove packages from the base layer.'
complete -c rpm-ostree -n '__rpm_ostree_at override' -a reset -d 'Let packages be as the base has them again.'
complete -c rpm-ostree -n '__rpm_ostree_at override' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at override remove' -l sysroot -x -a '(__fish_complete_directories)' -d 'Use the system root PATH (default: /)'
complete -c rpm-ostree -n '__rpm_ostree_at override remove' -l stateroot -l os -x -d 'Operate on the provided stateroot'
complete -c rpm-ostree -n '__rpm_ostree_at override remove' -l reboot -s r -d 'Initiate a reboot after the operation is complete'
complete -c rpm-ostree -n '__rpm_ostree_at override remove' -l dry-run -s n -d 'Show what would be done, and change nothing'
complete -c rpm-ostree -n '__rpm_ostree_at override remove' -l cache-only -s C -d 'Use what was downloaded before; no network'
complete -c rpm-ostree -n '__rpm_ostree_at override remove' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at override remove' -l wait -d 'Wait for another transaction to end; for ever, unless SECONDS are given'
complete -c rpm-ostree -n '__rpm_ostree_at override remove' -l quiet -s q -d 'Report no progress'
complete -c rpm-ostree -n '__rpm_ostree_at override remove' -l verbose -s v -d 'Show each command that is run'
complete -c rpm-ostree -n '__rpm_ostree_at override remove' -l progress -x -a 'auto plain none jsonl' -d 'How to report progress; as JSON to file descriptor FD, else to stderr'
complete -c rpm-ostree -n '__rpm_ostree_at override remove' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at override reset' -a '(__rpm_ostree_live overridden)'
complete -c rpm-ostree -n '__rpm_ostree_at override reset' -l sysroot -x -a '(__fish_complete_directories)' -d 'Use the system root PATH (default: /)'
complete -c rpm-ostree -n '__rpm_ostree_at override reset' -l stateroot -l os -x -d 'Operate on the provided stateroot'
complete -c rpm-ostree -n '__rpm_ostree_at override reset' -l all -s a -d 'Reset all overrides'
complete -c rpm-ostree -n '__rpm_ostree_at override reset' -l reboot -s r -d 'Initiate a reboot after the operation is complete'
complete -c rpm-ostree -n '__rpm_ostree_at override reset' -l dry-run -s n -d 'Show what would be done, and change nothing'
complete -c rpm-ostree -n '__rpm_ostree_at override reset' -l cache-only -s C -d 'Use what was downloaded before; no network'
complete -c rpm-ostree -n '__rpm_ostree_at override reset' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at override reset' -l wait -d 'Wait for another transaction to end; for ever, unless SECONDS are given'
complete -c rpm-ostree -n '__rpm_ostree_at override reset' -l quiet -s q -d 'Report no progress'
complete -c rpm-ostree -n '__rpm_ostree_at override reset' -l verbose -s v -d 'Show each command that is run'
complete -c rpm-ostree -n '__rpm_ostree_at override reset' -l progress -x -a 'auto plain none jsonl' -d 'How to report progress; as JSON to file descriptor FD, else to stderr'
complete -c rpm-ostree -n '__rpm_ostree_at override reset' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l sysroot -x -a '(__fish_complete_directories)' -d 'Use the system root PATH (default: /)'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l stateroot -l os -x -d 'Operate on the provided stateroot'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l append -x -d 'Append an argument'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l delete -x -a '(__rpm_ostree_live kargs)' -d 'Delete an argument'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l replace -x -a '(__rpm_ostree_live kargs)' -d 'Replace an argument'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l append-if-missing -x -d 'Append unless it is there'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l delete-if-present -x -a '(__rpm_ostree_live kargs)' -d 'Delete if it is there'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l deploy-index -x -a '(__rpm_ostree_live indices)' -d 'Start from deployment N'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l import-proc-cmdline -d 'Start from the running kernel\'s arguments'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l reboot -d 'Reboot afterwards'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l unchanged-exit-77 -d 'Exit with status 77 if nothing changed'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l dry-run -s n -d 'Show what would be done, and change nothing'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l wait -d 'Wait for another transaction to end; for ever, unless SECONDS are given'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l quiet -s q -d 'Report no progress'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l verbose -s v -d 'Show each command that is run'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l progress -x -a 'auto plain none jsonl' -d 'How to report progress; as JSON to file descriptor FD, else to stderr'
complete -c rpm-ostree -n '__rpm_ostree_at kargs' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at cleanup' -l sysroot -x -a '(__fish_complete_directories)' -d 'Use the system root PATH (default: /)'
complete -c rpm-ostree -n '__rpm_ostree_at cleanup' -l stateroot -l os -x -d 'Operate on the provided stateroot'
complete -c rpm-ostree -n '__rpm_ostree_at cleanup' -l base -s b -d 'Clear temporary files'
complete -c rpm-ostree -n '__rpm_ostree_at cleanup' -l pending -s p -d 'Remove the pending deployment'
complete -c rpm-ostree -n '__rpm_ostree_at cleanup' -l rollback -s r -d 'Remove the rollback deployment'
complete -c rpm-ostree -n '__rpm_ostree_at cleanup' -l repomd -s m -d 'Delete cached rpm repo metadata'
complete -c rpm-ostree -n '__rpm_ostree_at cleanup' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at cleanup' -l wait -d 'Wait for another transaction to end; for ever, unless SECONDS are given'
complete -c rpm-ostree -n '__rpm_ostree_at cleanup' -l quiet -s q -d 'Report no progress'
complete -c rpm-ostree -n '__rpm_ostree_at cleanup' -l verbose -s v -d 'Show each command that is run'
complete -c rpm-ostree -n '__rpm_ostree_at cleanup' -l progress -x -a 'auto plain none jsonl' -d 'How to report progress; as JSON to file descriptor FD, else to stderr'
complete -c rpm-ostree -n '__rpm_ostree_at cleanup' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at db' -a diff -d 'Show package changes between two commits.'
complete -c rpm-ostree -n '__rpm_ostree_at db' -a list -d 'List the packages within commits.'
complete -c rpm-ostree -n '__rpm_ostree_at db' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at db diff' -a '(__rpm_ostree_live revisions)'
complete -c rpm-ostree -n '__rpm_ostree_at db diff' -l repo -s r -x -a '(__fish_complete_directories)' -d 'Path to an OSTree repository'
complete -c rpm-ostree -n '__rpm_ostree_at db diff' -l sysroot -x -a '(__fish_complete_directories)' -d 'Use the system root PATH (default: /)'
complete -c rpm-ostree -n '__rpm_ostree_at db diff' -l format -s F -x -a 'block diff json' -d 'Output format'
complete -c rpm-ostree -n '__rpm_ostree_at db diff' -l base -d 'Compare the bases of layered deployments'
complete -c rpm-ostree -n '__rpm_ostree_at db diff' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at db diff' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at db list' -a '(__rpm_ostree_live revisions)'
complete -c rpm-ostree -n '__rpm_ostree_at db list' -l repo -s r -x -a '(__fish_complete_directories)' -d 'Path to an OSTree repository'
complete -c rpm-ostree -n '__rpm_ostree_at db list' -l sysroot -x -a '(__fish_complete_directories)' -d 'Use the system root PATH (default: /)'
complete -c rpm-ostree -n '__rpm_ostree_at db list' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at db list' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at cancel' -l sysroot -x -a '(__fish_complete_directories)' -d 'Use the system root PATH (default: /)'
complete -c rpm-ostree -n '__rpm_ostree_at cancel' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at cancel' -l quiet -s q -d 'Report no progress'
complete -c rpm-ostree -n '__rpm_ostree_at cancel' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at compose' -a tree -d 'Process a treefile; install packages and commit the result to an OSTree repository.'
complete -c rpm-ostree -n '__rpm_ostree_at compose' -l help -s h -d 'Show this message and exit.'

complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -F
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l repo -s r -x -a '(__fish_complete_directories)' -d 'Path to the repository'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l cachedir -x -a '(__fish_complete_directories)' -d 'Keep downloads in DIR'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l workdir -x -a '(__fish_complete_directories)' -d 'Build below DIR'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l force-nocache -d 'Compose even if nothing seems to have changed'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l cache-only -s C -d 'Use what was downloaded before; no network'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l download-only -d 'Download the packages and stop'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l dry-run -s n -d 'Show what would be done, and change nothing'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l parent -x -a '(__rpm_ostree_live revisions)' -d 'Commit with this parent'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l no-parent -d 'Commit without a parent'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l add-metadata-string -x -d 'Add commit metadata'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l add-metadata-from-json -r -F -d 'Add the keys of a JSON object'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l write-commitid-to -r -F -d 'Write the checksum'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l write-composejson-to -r -F -d 'Write a summary'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l touch-if-changed -r -F -d 'Touch it on a change'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l previous-version -x -d 'Count up from here'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l disable-selinux -d 'Do not label files'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l print-only -d 'Print the treefile with all its includes'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l json -d 'Print one JSON document on stdout'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l quiet -s q -d 'Report no progress'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l verbose -s v -d 'Show each command that is run'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l progress -x -a 'auto plain none jsonl' -d 'How to report progress; as JSON to file descriptor FD, else to stderr'
complete -c rpm-ostree -n '__rpm_ostree_at compose tree' -l help -s h -d 'Show this message and exit.'
