#!/usr/bin/env python3
"""Write completions/ for bash, zsh and fish from the commands.

They are static where they can be: asking the program takes its whole start at each press of TAB.
What only a system knows is asked for when it is to be completed, of the sysroot that the line
names; whatever goes wrong with that, there is nothing to choose from.

    gen_completions.py      write the three files
    gen_completions.py -    print them
"""

import re
import shlex
import sys
from collections.abc import Iterable, Iterator

from command_tree import PROGRAM, TOP, Option, Value, Verb, read_program

WHERE = TOP / "completions"
ORIGIN = "# Made by .ci/gen_completions.py from the commands."


# Makes lines with a value each of the JSON of `status`, or of `kargs` for that kind. No
# apostrophe and no backslash may be in it: each shell has it between apostrophes.
READER = """\
import json, sys
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
    print(value)"""


def main() -> None:
    """Write the files, or print them."""
    for name, text in make_completions().items():
        if sys.argv[1:] == ["-"]:
            sys.stdout.write(text)
        else:
            WHERE.mkdir(exist_ok=True)
            (WHERE / name).write_text(text, encoding="utf-8")


def make_completions() -> dict[str, str]:
    """The text of each file, by its name."""
    program = read_program()
    parts = {f"{PROGRAM}.bash": bash, f"_{PROGRAM}": zsh, f"{PROGRAM}.fish": fish}
    return {name: "\n".join(make(program)) + "\n" for name, make in parts.items()}


def spell(verb: Verb) -> str:
    """The words of a verb, as a shell has them in one variable."""
    return " ".join(verb.words)


def valued(options: Iterable[Option]) -> Iterator[tuple[Option, Value]]:
    """The options after which a value has to come."""
    for option in options:
        if option.value and not option.value.optional:
            yield option, option.value


# ---------------------------------------------------------------------------------------- bash

BASH_HEAD = (
    f"""\
_rpm_ostree_live() {{
    local verb=status root=() value before='' word
    [[ $1 == kargs ]] && verb=kargs
    for word in "${{line[@]}}"; do
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
            printf -v value %q "${{value#"$glued"}}"
            COMPREPLY+=("$value")
        fi
    done < <(command rpm-ostree $verb --json "${{root[@]}}" 2>/dev/null </dev/null |
        python3 -I -c '{READER}' "$1" 2>/dev/null)
}}

"""
    + """\
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
        case "$verb $word" in"""
)

BASH_TAIL = """\
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
complete -F _rpm_ostree rpm-ostree"""


def bash(program: Verb) -> Iterator[str]:
    yield ORIGIN
    yield ""
    yield BASH_HEAD
    for verb in list(program.walk())[1:]:
        *above, last = verb.words
        case = shlex.quote(f"{' '.join(above)} {last}")
        yield f"            {case}) verb={shlex.quote(spell(verb))} ;;"
    yield "        esac"
    yield "    done"
    yield "    case $verb in"
    for verb in program.walk():
        yield from bash_verb(verb)
    yield BASH_TAIL


def bash_verb(verb: Verb) -> Iterator[str]:
    """Set `words` to what may come next, or `kind` to what has to."""
    names = " ".join(name for option in verb.options for name in option.names)
    below = " ".join(other.words[-1] for other in verb.verbs)
    yield f"        {shlex.quote(spell(verb))})"
    cases = list(bash_values(verb))
    if cases:
        yield "            case $prev in"
        yield from (f"                {case}" for case in cases)
        yield "                *)"
    indent = " " * (20 if cases else 12)
    if below:
        yield f"{indent}words='{below} {names}'"
    else:
        kind = "file" if verb.takes_files else verb.live or "word"
        yield f"{indent}if [[ $cur == -* ]]; then words='{names}'; else kind='{kind}'; fi"
    if cases:
        yield "                    ;;"
        yield "            esac"
    yield "            ;;"


def bash_values(verb: Verb) -> Iterator[str]:
    """A case for each kind of value: after these options, that."""
    kinds: dict[str, list[str]] = {}
    for option, value in valued(verb.options):
        what = f"words='{' '.join(value.choices)}'" if value.choices else f"kind='{value.kind}'"
        kinds.setdefault(what, []).extend(option.names)
    for what, names in kinds.items():
        yield f"{' | '.join(names)}) {what} ;;"


# ----------------------------------------------------------------------------------------- zsh


ZSH_LIVE = f"""\
_rpm_ostree_live() {{
    # _arguments puts options for compadd before the kind
    local kind=${{@[-1]}} verb=status before word
    local -a root found
    [[ $kind == kargs ]] && verb=kargs
    for word in "${{(@Q)words}}"; do
        if [[ $before == --sysroot ]]; then
            root=(--sysroot=$word)
        elif [[ $word == --sysroot=* ]]; then
            root=($word)
        fi
        before=$word
    done
    found=(${{(f)"$(command rpm-ostree $verb --json $root 2>/dev/null </dev/null |
        python3 -I -c '{READER}' $kind 2>/dev/null)"}})
    compadd "${{(@)@[1,-2]}}" -- $found
}}"""


def zsh(program: Verb) -> Iterator[str]:
    yield f"#compdef {PROGRAM}"
    yield ORIGIN
    yield ""
    yield ZSH_LIVE
    for verb in reversed(list(program.walk())):
        yield ""
        yield f"{zsh_name(verb)}() {{"
        yield from (f"    {line}" for line in (zsh_group(verb) if verb.verbs else zsh_verb(verb)))
        yield "}"
    yield ""
    yield f'{zsh_name(program)} "$@"'


def zsh_name(verb: Verb) -> str:
    return re.sub(r"\W", "_", "_".join([f"_{PROGRAM}", *verb.words]))


def zsh_group(verb: Verb) -> Iterator[str]:
    yield "local curcontext=$curcontext state line"
    yield "local -a verbs"
    yield "verbs=("
    for other in verb.verbs:
        yield f"    {shlex.quote(f'{other.words[-1]}:{other.help}')}"
    yield ")"
    yield "_arguments -C \\"
    yield from zsh_options(verb)
    yield "    '1: :->verb' \\"
    yield "    '*:: :->rest'"
    yield "case $state in"
    yield "    verb) _describe -t commands command verbs ;;"
    yield "    rest)"
    yield "        case $words[1] in"
    for other in verb.verbs:
        yield f"            {other.words[-1]}) {zsh_name(other)} ;;"
    yield "        esac ;;"
    yield "esac"


def zsh_verb(verb: Verb) -> Iterator[str]:
    yield "_arguments \\"
    yield from zsh_options(verb)
    what = zsh_text(" ".join(verb.arguments) or "no more arguments")
    action = "_files" if verb.takes_files else zsh_live(verb.live) if verb.live else " "
    yield f"    {shlex.quote(f'*:{what}:{action}')}"


def zsh_options(verb: Verb) -> Iterator[str]:
    for option in verb.options:
        others = "*" if option.repeatable else f"({' '.join(option.names)})"
        value = zsh_value(option.value) if option.value else ""
        value = f":{value}" if option.value and option.value.optional else value
        for name in option.names:
            sign = "" if not value else "=" if name.startswith("--") else "+"
            sign += "-" if value.startswith("::") else ""
            yield f"    {shlex.quote(f'{others}{name}{sign}[{zsh_text(option.help)}]{value}')} \\"


def zsh_value(value: Value) -> str:
    actions = {"choice": f"({' '.join(value.choices)})", "file": "_files", "directory": "_files -/"}
    action = zsh_live(value.live) if value.live else actions.get(value.kind, " ")
    return f":{zsh_text(value.metavar)}:{action}"


def zsh_live(kind: str) -> str:
    return f"_rpm_ostree_live {kind}"


def zsh_text(text: str) -> str:
    return re.sub(r"([\\:\[\]])", r"\\\1", text)


# ---------------------------------------------------------------------------------------- fish

FISH_HEAD = (
    f"""\
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
        python3 -I -c '{READER}' $argv[1] 2>/dev/null
end

"""
    + """\
function __rpm_ostree_at --description 'Are these the words of the command so far?'
    set -l verb
    for word in (commandline -opc)[2..]
        contains -- (string join -- ' ' $verb $word) $__rpm_ostree_verbs; and set -a verb $word
    end
    test "$verb" = "$argv"
end

complete -c rpm-ostree -f"""
)


def fish(program: Verb) -> Iterator[str]:
    yield ORIGIN
    yield ""
    spelt = " ".join(fish_quote(spell(verb)) for verb in list(program.walk())[1:])
    yield f"set -g __rpm_ostree_verbs {spelt}"
    yield ""
    yield FISH_HEAD
    for verb in program.walk():
        yield ""
        yield from fish_verb(verb)


def fish_verb(verb: Verb) -> Iterator[str]:
    here = f"complete -c {PROGRAM} -n {fish_quote(f'__rpm_ostree_at {spell(verb)}'.strip())}"
    for other in verb.verbs:
        yield f"{here} -a {other.words[-1]} -d {fish_quote(other.help)}"
    if verb.takes_files:
        yield f"{here} -F"
    elif verb.live:
        yield f"{here} -a {fish_quote(f'(__rpm_ostree_live {verb.live})')}"
    for option in verb.options:
        words = [f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names]
        value = next((fish_value(v) for _, v in valued([option])), [])
        yield " ".join([here, *words, *value, "-d", fish_quote(option.help)])


def fish_value(value: Value) -> list[str]:
    actions = {
        "choice": ["-x", "-a", fish_quote(" ".join(value.choices))],
        "file": ["-r", "-F"],
        "directory": ["-x", "-a", "'(__fish_complete_directories)'"],
    }
    if value.live:
        return ["-x", "-a", fish_quote(f"(__rpm_ostree_live {value.live})")]
    return actions.get(value.kind, ["-x"])


def fish_quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


if __name__ == "__main__":
    main()
