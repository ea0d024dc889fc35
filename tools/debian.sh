# shellcheck shell=sh
# Read by other scripts here (`. tools/debian.sh`): packages of Debian, fetched and unpacked.
#
# apt gets a state of its own below $cache: an empty dpkg status and two architectures. So it needs
# no root, no `dpkg --add-architecture`, and leaves no trace outside the folder; apt checks
# signatures and hashes as ever. The mirror is the one this machine's own apt sources name; it is
# read when needed, never stored in the project.
#
# The reader sets $cache, and has say and die.

# "URI SUITE" for every binary suite this machine's apt knows, in both formats of sources.list(5).
sources() {
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -r "$file" ] || continue
        awk '
            function flush(  i, j, n, m, uri, suite) {
                n = split(uris, uri, " "); m = split(suites, suite, " ")
                if (types ~ /(^| )deb( |$)/ && enabled != "no")
                    for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) print uri[i], suite[j]
                uris = suites = types = enabled = ""
            }
            /^#/ { next }
            /^[ \t]*$/ { flush(); next }
            { key = tolower($1); value = $0; sub(/^[^:]*:[ \t]*/, "", value) }
            key == "types:" { types = value }
            key == "uris:" { uris = value }
            key == "suites:" { suites = value }
            key == "enabled:" { enabled = value }
            END { flush() }' "$file"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -r "$file" ] || continue
        sed -n 's/^[[:space:]]*deb[[:space:]]\{1,\}//p' "$file" |
            sed 's/^\[[^]]*\][[:space:]]*//' | awk 'NF >= 2 { print $1, $2 }'
    done
}

# The suite of this machine, and its mirror.
codename() { (. /etc/os-release && echo "${VERSION_CODENAME:-}"); }
mirror_of() { sources | awk -v suite="$1" '$2 == suite { print $1; exit }'; }

# source_line URI SUITE: a line of sources.list for both architectures.
source_line() {
    keys=/usr/share/keyrings/debian-archive-keyring.gpg
    options=arch=amd64,arm64
    [ ! -r "$keys" ] || options="$options signed-by=$keys"
    echo "deb [$options] $1 $2 main"
}

# Makes the state of our own; its sources.list is what comes on stdin.
begin_apt() {
    mkdir -p "$cache/apt/state/lists/partial" "$cache/apt/cache/archives/partial"
    : >"$cache/apt/status"
    cat >"$cache/apt/sources.list"
}

# The apt of this machine with a state of our own: an empty dpkg status and two architectures.
ours() {
    command=$1
    shift
    "apt-$command" -qq \
        -o Dir::Etc::sourcelist="$cache/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State="$cache/apt/state" -o Dir::State::Lists="$cache/apt/state/lists" \
        -o Dir::State::status="$cache/apt/status" -o Dir::Cache="$cache/apt/cache" \
        -o APT::Architecture=amd64 -o APT::Architectures::=amd64 -o APT::Architectures::=arm64 \
        -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any -o Acquire::Languages=none \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}

# A mirror that is just being filled answers "File has unexpected size … Mirror sync in progress?".
patiently() {
    attempt=1
    until "$@"; do
        [ "$attempt" -lt 6 ] || return 1
        say "attempt $attempt failed (a mirror sync in progress?), again in $((attempt * 10)) s"
        sleep "$((attempt * 10))"
        attempt=$((attempt + 1))
    done
}

# depends PACKAGE PREFIX: the package it needs whose name begins so.
depends() {
    ours cache depends "$1" | awk -v want="^$2" '$1 == "Depends:" && $2 ~ want { print $2; exit }'
}

# fetch_into FOLDER PACKAGE…: say what comes and how much, download (apt checks the hashes), unpack.
fetch_into() {
    folder=$1
    shift
    rm -rf "$cache/debs"
    mkdir -p "$cache/debs" "$folder"
    (cd "$cache/debs" && ours get download --print-uris "$@") |
        awk '{ sub(/%3a/, ":", $2); printf "  %7.1f MB  %s\n", $3 / 1e6, $2; sum += $3 }
             END { printf "  %7.1f MB  in all\n", sum / 1e6 }' >&2
    (cd "$cache/debs" && patiently ours get download "$@") ||
        die "could not download: $*" "try: the same again later"
    for deb in "$cache"/debs/*.deb; do
        dpkg-deb -x "$deb" "$folder" || die "could not unpack ${deb##*/}"
    done
    rm -rf "$cache/debs" "$folder/usr/share"
}
