#!/bin/sh
# The parts of docs/ that are lists of keys, written from the key table so that they cannot drift.
#
#   tools/docs.sh write BINARY    write them anew, from what `BINARY help` prints
#   tools/docs.sh check BINARY    exit code 1, and the difference, when that would change anything,
#                                 or when an example that a reader may copy is not good
#
# A list stands between two lines with "begin NAME" and "end NAME"; all around it is written by
# hand. The lists: FLAGS in nsinit.1, KEYS in nsinit.toml.5, WORDS in nsinit.bash.
set -eu

usage() { sed -n '/^#   tools/s/^# *//p' "$0" >&2 && exit 2; }
[ $# = 2 ] || usage
verb=$1 binary=$2
docs=$(cd "$(dirname "$0")/../docs" && pwd)
scratch=$(mktemp -d)
export scratch
trap 'rm -rf "$scratch"' EXIT

# Every key in full, each name once: a name that two tables have is printed for both. Behind -- no
# verb is meant.
"$binary" help >"$scratch/help"
awk '/^  -v, / { next } /^  (--)?[a-z]/ { sub(/^--/, "", $1); if (!seen[$1]++) print $1 }' \
    "$scratch/help" | grep -vxE 'nsinit|config' | while read -r key; do
    "$binary" help "--$key"
done | awk '
    # What is called so in its table alone (log of [security.landlock]) was there by its own name.
    /^[^ ]/ && block != "" { if (!seen[block]++) printf "%s", block; block = "" }
    { block = block $0 "\n" }
    END { if (!seen[block]++) printf "%s", block }' >"$scratch/keys"

# keys FORMAT: the list in one of the three formats.
keys() {
    awk -v format="$1" '
    function roff(text) {
        gsub(/\\/, "\\e", text)
        gsub(/-/, "\\-", text)
        gsub(/"/, "\\(dq", text)
        sub(/^[.'\'']/, "\\\\\\&&", text)
        return text
    }
    # One name for each table, in the order of help; and its heading.
    FNR == NR {
        if (match($0, /\[+[a-z.]+\]+$/) && /^[A-Z]/) {
            table = substr($0, RSTART, RLENGTH)
            heading[table] = substr($0, 1, RSTART - 2)
            order[++tables] = table
        }
        next
    }
    /^  In a file: / {
        table = $4
        in_file = $0
        sub(/^  In a file: [^ ]+ /, "", in_file)
        next
    }
    # A flag that is no key stands in a list of its own, behind all tables.
    /^  As a key: / {
        sub(/^  As a key: /, "")
        as_key = $0
        table = "flags"
        if (!(table in heading)) { order[++tables] = table; heading[table] = "Flags of bubblewrap" }
        next
    }
    /^  Default: / { sub(/^  Default: /, ""); default_ = $0; next }
    /^  Also: / { also = also (also == "" ? "" : ", ") $2; next }
    /^  For: / { finish($0 ~ /entrypoint/); next }
    /^  / { sub(/^  /, ""); help = $0; next }
    { flag = $1; value = $0; sub(/^[^ ]+ ?/, "", value); name = flag; sub(/^--/, "", name) }

    # A key whose value is "-" is always refused: it has no value to show or to complete.
    function finish(any_verb,   text) {
        has_flag = flag ~ /^--/
        if (format == "FLAGS" && has_flag) {
            text = ".It Fl \\-" roff(name) (value == "" ? "" : " Ar " roff(value)) "\n"
            text = text roff(help) "\n"
            if (default_ != "") text = text "Default: " roff(default_) "\n"
            if (also != "") text = text "Also " roff(also) ".\n"
            if (as_key != "" && as_key != "none") text = text "In a file: " roff(as_key) "\n"
        } else if (format == "KEYS" && as_key == "") {
            # In its table a key may have a shorter name than its flag.
            key = in_file
            sub(/ .*/, "", key)
            sub(/^[^ ]+ = /, "", in_file)
            text = ".It Ic " roff(key) (value == "-" ? "" : " Li = " roff(in_file)) "\n"
            text = text roff(help) "\n"
            if (default_ != "") text = text "Default: " roff(default_) "\n"
            if (!has_flag) text = text "In a file only.\n"
            else if (key != name) text = text "As a flag:\n.Fl \\-" roff(name) " .\n"
            print table, key >(ENVIRON["scratch"] "/named")
        } else if (format == "WORDS" && has_flag && value != "-") {
            text = (any_verb ? "any" : "run") " " flag " " (value == "" ? "-" : value) "\n"
            if (also != "") { gsub(/,/, "", also); text = text alias(any_verb, also, value) }
        }
        out[table] = out[table] text
        if (format == "WORDS") words = words text
        default_ = also = help = as_key = ""
    }
    function alias(any_verb, names, value,   list, count, i, text) {
        count = split(names, list, " ")
        for (i = 1; i <= count; i++)
            text = text (any_verb ? "any" : "run") " " list[i] " " (value == "" ? "-" : value) "\n"
        return text
    }
    END {
        if (format == "WORDS") { printf "%s", words; exit }
        for (i = 1; i <= tables; i++) {
            table = order[i]
            if (out[table] == "") continue
            printf ".Ss %s%s\n", format == "KEYS" ? table ": " : "", heading[table]
            printf ".Bl -tag -width Ds\n%s.El\n", out[table]
        }
    }' "$scratch/help" "$scratch/keys"
}

# What the completion knows: flags, those without a value, keys, and the choices of a value.
words() {
    keys WORDS >"$scratch/words"
    list() { awk -v want="$1" '$1 ~ want { printf "%s%s", n++ ? " " : "", $2 }' "$scratch/words"; }
    echo "_nsinit_verbs='$(awk '/^  nsinit [a-z]/ { printf "%s%s", n++ ? " " : "", $2 }' \
        "$scratch/help")'"
    echo "_nsinit_enter_flags='$("$binary" help enter |
        awk '/^  --/ { sub(/=.*/, "", $1); printf "%s%s", n++ ? " " : "", $1 }')'"
    echo "_nsinit_service_flags='$(list '^any$')'"
    echo "_nsinit_run_flags='$(list '^run$')'"
    echo "_nsinit_switches='$(awk '$3 == "-" { printf "%s%s", n++ ? " " : "", $2 }' \
        "$scratch/words")'"
    several() { awk -v want="$1" 'NF - 2 == want { printf "%s%s", n++ ? " " : "", $2 }' \
        "$scratch/words"; }
    echo "_nsinit_twos='$(several 2)'"
    echo "_nsinit_threes='$(several 3)'"
    echo "_nsinit_keys='$(awk '/^(--)?[a-z]/ { sub(/^--/, "", $1)
        if (!seen[$1]++) printf "%s%s", n++ ? " " : "", $1 }' "$scratch/keys")'"
    echo "_nsinit_choices() {"
    echo "    case \$1 in"
    # What is written in capitals stands for something else, and is no word to be completed.
    awk '$3 ~ /\|/ {
        count = split($3, words, "|")
        text = ""
        for (i = 1; i <= count; i++)
            if (words[i] !~ /[A-Z]/) text = text (text == "" ? "" : " ") words[i]
        if (text != "") printf "    %s) echo \"%s\" ;;\n", $2, text
    }' "$scratch/words"
    echo "    esac"
    echo "}"
}

# splice FILE NAME COMMAND…: FILE with its list NAME as COMMAND prints it.
changed=no
splice() {
    file=$docs/$1 name=$2
    shift 2
    "$@" >"$scratch/list"
    [ "$(grep -cE "^(\.\\\\\"|#) (begin|end) $name\$" "$file")" = 2 ] || {
        echo "docs: ${file##*/} has no lines \"begin $name\" and \"end $name\"" >&2
        exit 1
    }
    awk -v list="$scratch/list" -v name="$name" '
        function is_mark(word) { return NF == 3 && $2 == word && $3 == name && /^(\.\\"|#) / }
        is_mark("end") { inside = 0 }
        !inside { print }
        is_mark("begin") { inside = 1; while ((getline line <list) > 0) print line }
    ' "$file" >"$scratch/new"
    cmp -s "$scratch/new" "$file" && return
    changed=yes
    case $verb in
    write) cat "$scratch/new" >"$file" && echo "docs: wrote ${file##*/}" ;;
    check) diff -u --label "${file##*/}" --label "from help" "$file" "$scratch/new" >&2 || true ;;
    *) usage ;;
    esac
}
# Every TOML that a reader may copy: the blocks of the README, that of the man page, the files.
examples() {
    awk -v to="$scratch/README.md" '
        /^```$/ { inside = 0 }
        inside { print >(to "." number ".toml") }
        /^```toml$/ { inside = 1; number++ }
    ' "$docs/../README.md"
    sed -n '/^\.Bd -literal/,/^\.Ed/{/^\./d;s/\\-/-/g;p;}' "$docs/nsinit.toml.5" \
        >"$scratch/nsinit.toml.5.toml"
    for file in "$scratch"/*.toml "$docs"/../rootfs/*.toml "$docs"/../rootfs/examples/*.toml; do
        "$binary" check "$file" >"$scratch/said" 2>&1 && continue
        cat "$scratch/said" >&2
        echo "docs: the example ${file##*/} is not good" >&2
        exit 1
    done
}

# A key that the man page names is one that a file may have. Whether its value is good is no matter.
named() {
    while read -r table key; do
        service='[[service]]
command = ["true"]'
        [ "$table" != '[[service]]' ] || service=
        printf '%s\n%s = "1"\n%s\n' "$table" "$key" "$service" >"$scratch/key.toml"
        "$binary" check "$scratch/key.toml" >"$scratch/said" 2>&1 && continue
        ! grep 'unknown key' "$scratch/said" >&2 || exit 1
    done <"$scratch/named"
}

[ "$verb" != check ] || examples
splice nsinit.1 FLAGS keys FLAGS
splice nsinit.toml.5 KEYS keys KEYS
[ "$verb" != check ] || named
splice nsinit.bash WORDS words
if [ "$verb" = check ] && [ "$changed" = yes ]; then
    echo 'docs: the lists of keys in docs/ are not those of the key table' >&2
    echo '  try: make docs' >&2
    exit 1
fi
