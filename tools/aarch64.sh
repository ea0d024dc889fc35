#!/bin/sh
# Build and try nsinit for aarch64 on an x86_64 Debian machine, installing nothing.
#
# Why: a rustup toolchain brings the core and std of its own architecture, and not every machine can
# fetch others; a compiler takes a core of exactly its own version and no other (E0514). Debian has
# a recent rustc whose std exists for both architectures in one version (rustc-web), so this script
# unpacks that pair into .cache/aarch64 (tools/debian.sh). The linker is rustup's rust-lld, which
# needs no cross gcc; binaries are tried under qemu-user, unpacked likewise.
#
#   tools/aarch64.sh setup               fetch and unpack the tools, once (190 MB, unpacked 620)
#   tools/aarch64.sh build [CARGO ARGS]  build the release binary, print its path
#   tools/aarch64.sh run BINARY [ARGS]   run an aarch64 program under qemu-user
#   tools/aarch64.sh test                the library's unit tests under qemu-user, then the binary
#                                        beside the native one: same words, same exit codes
#
# What does not belong here: tests that need namespaces of their own. qemu-user 7.2 has no clone3
# (ENOSYS) and refuses clone's namespace flags, so those run natively, or under qemu-system.
# NSINIT_AARCH64_CACHE and CARGO_TARGET_DIR move the two folders that are written.
set -eu

triple=aarch64-unknown-linux-gnu
project=$(cd "$(dirname "$0")/.." && pwd)
cache=${NSINIT_AARCH64_CACHE:-$project/.cache/aarch64}
native=${CARGO_TARGET_DIR:-$project/target}
case $native in /*) ;; *) native=$PWD/$native ;; esac
target=$native/aarch64
tool=$cache/tool   # programs of this machine's architecture, and std of both
libs=$tool/usr/lib/x86_64-linux-gnu:$tool/lib/x86_64-linux-gnu
arm64=$cache/arm64 # libc, start files and libgcc of aarch64, to link and run std test programs
qemu=$cache/qemu-aarch64-static
rustc=$cache/rustc
ready=$cache/ready

say() { printf 'aarch64: %s\n' "$*" >&2; }
die() {
    say "$1"
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}
. "$project/tools/debian.sh"

# ---- setup -------------------------------------------------------------------------------------

# The suites rustc-web comes from.
suites() {
    codename=$(codename)
    for suite in "$codename" "$codename-security"; do
        uri=$(mirror_of "$suite")
        [ -n "$uri" ] || die "no apt source of this machine names the suite \"$suite\"" \
            "why: rustc-web comes from it, by the mirror that this machine's sources name" \
            "try: add $suite to /etc/apt/sources.list"
        source_line "$uri" "$suite"
    done
}

# The newest version that is there for both architectures, e.g. 1.96.0+dfsg1-1~deb12u2.
common_version() {
    for package in rustc-web:amd64 libstd-rust-web-dev:amd64 libstd-rust-web-dev:arm64; do
        ours cache madison "$package" | awk -v p="${package#*:}" '$3 != "" { print $3 }' | sort -u
    done | sort -V | uniq -c | awk '$1 == 3 { version = $2 } END { print version }'
}

# The compiler runs from the unpacked tree, with the libraries that were unpacked there.
write_rustc() {
    cat >"$rustc" <<EOF
#!/bin/sh
# Written by tools/aarch64.sh setup: Debian's rustc from the unpacked tree.
LD_LIBRARY_PATH='$libs' exec '$tool/usr/bin/rustc' "\$@"
EOF
    chmod +x "$rustc"
}

missing_libraries() {
    LD_LIBRARY_PATH=$libs ldd "$tool/usr/bin/rustc" |
        awk '/not found/ { print $1 }' | sort -u
}

is_ready() { [ -e "$ready" ] && [ -x "$qemu" ] && "$rustc" --version >/dev/null 2>&1; }

setup() {
    if is_ready; then
        say "ready: $(cat "$ready")"
        return
    fi
    [ "$(uname -m)" = x86_64 ] || die "it cross-builds from x86_64 only, this is $(uname -m)"
    for needed in apt-get apt-cache dpkg-deb cargo cc awk; do
        command -v "$needed" >/dev/null || die "\"$needed\" is missing" \
            "try: apt-get install dpkg gcc libc6-dev mawk; cargo comes with rustup"
    done
    case $cache$target in *[[:space:]]*) die "a path with a blank in it: \"$cache\"" \
        "why: cargo splits the flags of the linker at blanks" \
        "try: NSINIT_AARCH64_CACHE and CARGO_TARGET_DIR" ;; esac
    linker >/dev/null
    rm -rf "$cache/apt" "$tool" "$arm64" "$qemu" "$rustc" "$ready" # a half-done setup starts anew
    suites=$(suites)
    echo "$suites" | begin_apt
    say "reading the package lists"
    patiently ours get update || die "apt-get update failed" "try: the same again later"
    version=$(common_version)
    [ -n "$version" ] || die "rustc-web and its std for arm64 are not there in one version" \
        "try: the same again later, when the mirror is in step"
    std=$(depends libstd-rust-web-dev:amd64="$version" libstd-rust-web-)
    llvm=$(depends "$std" libllvm)
    [ -n "$std" ] && [ -n "$llvm" ] || die "which std and LLVM does rustc-web $version need?"

    say "rustc-web $version for this machine, with its std for aarch64"
    fetch_into "$tool" "rustc-web=$version" "$std=$version" "$llvm" \
        "libstd-rust-web-dev:amd64=$version" "libstd-rust-web-dev:arm64=$version"
    if [ -n "$(missing_libraries)" ]; then
        say "libraries of LLVM that this machine lacks: $(missing_libraries | tr '\n' ' ')"
        fetch_into "$tool" libedit2 libffi8 libxml2 libz3-4 libzstd1 zlib1g libstdc++6 libgcc-s1 \
            libbsd0 libmd0 libtinfo6 libicu72 liblzma5
    fi
    write_rustc
    "$rustc" --version >/dev/null ||
        die "the unpacked rustc does not run" "libraries it lacks: $(missing_libraries)"

    say "libc and start files of aarch64 (for the unit tests)"
    fetch_into "$arm64" libc6:arm64 libc6-dev:arm64 libgcc-s1:arm64 libgcc-12-dev:arm64
    say "qemu-user"
    fetch_into "$cache/qemu" qemu-user-static
    mv "$cache/qemu/usr/bin/qemu-aarch64-static" "$qemu" || die "qemu-user-static lacks aarch64"
    rm -rf "$cache/qemu" "$cache/apt"
    "$qemu" --version >/dev/null || die "the unpacked qemu-aarch64-static does not run"
    echo "$("$rustc" --version), $("$qemu" --version | sed q)" >"$ready"
    say "ready: $(cat "$ready")"
}

# ---- build, run, test --------------------------------------------------------------------------

# rustup's own linker: it knows every architecture, Debian's rustc brings none.
linker() {
    lld=$(rustc --print sysroot)/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld
    [ -x "$lld" ] || die "this rustc brings no rust-lld" "try: the rustc of rustup, first in PATH"
    echo "$lld"
}

# cross "RUSTFLAGS" CARGO-VERB…: cargo with the unpacked compiler. The flags reach the target only.
cross() {
    is_ready || setup
    flags=$1
    shift
    lld=$(linker)
    (
        cd "$project"
        unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS # they would replace the flags of the target
        RUSTC=$rustc CARGO_TARGET_DIR=$target \
            CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=$lld \
            CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="$qemu -L $arm64" \
            CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-Clinker-flavor=ld.lld $flags" \
            cargo "$@"
    )
}

build() {
    cross "" build --release --target "$triple" "$@" >&2 || die "the build for $triple failed"
    binary=$target/$triple/release/nsinit
    [ -x "$binary" ] || die "cargo left no binary at $binary"
    echo "$binary"
}

# A program with std needs what a C driver would have put on the linker's line.
unit_tests() {
    lib=$arm64/usr/lib/aarch64-linux-gnu
    flags="-Clink-arg=--sysroot=$arm64 -Clink-arg=-dynamic-linker=/lib/ld-linux-aarch64.so.1"
    flags="$flags -Clink-arg=$lib/Scrt1.o -Clink-arg=$lib/crti.o -Clink-arg=$lib/crtn.o"
    flags="$flags -Clink-arg=-L$lib -Clink-arg=-L$arm64/lib/aarch64-linux-gnu"
    flags="$flags -Clink-arg=-L$arm64/usr/lib/gcc/aarch64-linux-gnu/12"
    cross "$flags" test --lib --target "$triple" "$@"
}

# answer NAME COMMAND…: what a command prints on both streams and its exit code, into $tmp/NAME.
answer() {
    name=$1
    shift
    code=0
    (cd "$tmp" && timeout 30 "$@") >"$tmp/$name.out" 2>"$tmp/$name.err" </dev/null || code=$?
    {
        echo "exit code $code"
        sed "s/^/stdout: /; s/aarch64/ARCH/g; s/x86_64/ARCH/g" "$tmp/$name.out"
        sed "s/^/stderr: /; s/aarch64/ARCH/g; s/x86_64/ARCH/g" "$tmp/$name.err"
    } >"$tmp/$name"
}

# same CODE ARGS…: both binaries say the same and end with CODE.
same() {
    want=$1
    shift
    # As PID 1 of a namespace: qemu-user has no PR_SET_CHILD_SUBREAPER, and PID 1 needs none.
    answer native unshare --pid --fork --kill-child "$native/release/nsinit" "$@"
    answer arm64 unshare --pid --fork --kill-child "$qemu" "$binary" "$@"
    if [ -z "${codes_only:-}" ] &&
        ! diff -u --label native --label aarch64 "$tmp/native" "$tmp/arm64" >&2; then
        verdict=DIFFERS
    elif ! grep -qx "exit code $want" "$tmp/arm64"; then
        verdict="EXIT CODE IS NOT $want, BUT $(sed -n 's/exit code //p' "$tmp/arm64")"
    else
        verdict=same
    fi
    [ "$verdict" = same ] || failures=$((failures + 1))
    printf '  %-8s nsinit %s\n' "$verdict" "$(printf '%s' "$*" | tr '\n' ' ')" >&2
}

compare() {
    (cd "$project" && cargo build --release) >&2 || die "the native build failed"
    binary=$(build)
    failures=0
    tmp=$(mktemp -d)
    trap 'rm -rf "$tmp"' EXIT
    cat >"$tmp/good.toml" <<'EOF'
[sandbox]
hostname = "box"
[time]
boottime = "+30d"
[[service]]
name = "web"
command = ["/bin/sleep", "1"]
EOF
    printf '[sandbox]\nhostnam = "box"\n[nowhere]\n' >"$tmp/bad.toml"

    say "the aarch64 binary under qemu-user beside the native one"
    same 0 version
    same 0 help
    same 0 help hostname
    same 0 explain run --hostname box --boottime +30d --monotonic =0s -- /bin/true
    same 0 explain run good.toml
    same 0 check good.toml
    same 1 check bad.toml
    same 125 run --no-such-flag -- /bin/true
    same 0 -- /bin/true
    same 7 -- /bin/sh -c 'exit 7'
    same 137 -- /bin/sh -c 'kill -9 $$'
    # qemu-user makes a fork of a child that borrows memory, so why its exec failed is not seen.
    codes_only=yes
    same 127 -- /nope
    same 126 -- /etc
    codes_only=
    same 3 -- /bin/sh -c '(sleep 0.1 &) ; echo out; echo err >&2; exit 3'
    [ "$failures" = 0 ] || die "$failures of the commands differ"
    say "all commands alike"
}

usage() {
    sed -n '/^#   tools/,/^#$/s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

verb=${1:-}
[ $# -eq 0 ] || shift
case $verb in
setup) setup ;;
build) build "$@" ;;
run)
    [ $# -gt 0 ] || usage
    [ -r "$1" ] || die "no program at \"$1\""
    is_ready || setup
    exec "$qemu" -L "$arm64" "$@"
    ;;
test)
    unit_tests "$@"
    compare
    ;;
*) usage ;;
esac
