# Made by .ci/gen_completions.py from the commands.

set -g __rpm_ostree_verbs 

function __rpm_ostree_at --description 'Are these the words of the command so far?'
    set -l verb
    for word in (commandline -opc)[2..]
        contains -- (string join ' ' $verb $word) $__rpm_ostree_verbs; and set -a verb $word
    end
    test "$verb" = "$argv"
end

complete -c rpm-ostree -f

complete -c rpm-ostree -n '__rpm_ostree_at' -l version -d 'Print version information'
complete -c rpm-ostree -n '__rpm_ostree_at' -l help -s h -d 'Show this message and exit.'
