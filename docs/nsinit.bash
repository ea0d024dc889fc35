# Completion of nsinit for bash. The lists of words are written by tools/docs.sh from the key table;
# the rest by hand.

# begin WORDS
_nsinit_verbs='run init explain check doctor ls ps status stop restart reload signal logs enter rm help version'
_nsinit_enter_flags='--service --cwd --env --user --group --capabilities --no-new-privs --no-seccomp'
_nsinit_service_flags='--name --control --no-new-privs --seccomp --add-seccomp-fd --seccomp-log --lock-in --capabilities --cap-add --cap-drop --ambient-capabilities --securebits --memory-deny-write --new-keyring --landlock-read --landlock-write --landlock-execute --landlock-devices --landlock-bind-tcp --landlock-connect-tcp --landlock-bind-udp --landlock-connect-udp --landlock-scope --landlock-log --landlock-required --argv0 --env --env-file --unset-env --unsetenv --clear-env --clearenv --cwd --chdir --workdir --user --group --groups --umask --after --restart --restart-delay --restart-delay-max --restart-limit --restart-window --ready --start-timeout --stop-signal --grace --stop-timeout --kill-mode --rewrite --signal-group --unhandled --success-exit --exit-map --die-by-signal --parent-death --pre-stop --termination-message --terminal --new-session --stdin --stdout --stderr --rlimits --nice --oom-score-adj --watchdog --watchdog-signal --log --reload'
_nsinit_run_flags='--namespaces --hostname --domainname --proc --json-status-fd --sync-fd --block-fd --info-fd --userns-block-fd --lock-file --join --userns --pidns --join-place --persist --boottime --monotonic --uid-map --gid-map --uid --gid --disable-userns --assert-userns-disabled --root --read-only --root-overlay --root-size --root-dev --size --loopback --network --interface --cgroup --cpu-max --cpu-weight --cpuset-cpus --cpuset-mems --io-max --io-weight --memory-max --memory --memory-high --memory-low --memory-min --memory-swap-max --memory-oom-group --pids-max --pids-limit --hugetlb-max --farewell --report --nonce --fail-on --modules --switch-root --switch-root-type --switch-root-options --switch-root-writable --switch-root-volatile --switch-root-wait --sysctl --clock --machine-id --default-rlimits --watchdog-device --watchdog-timeout --args --bind --bind-try --ro-bind --ro-bind-try --dev-bind --dev-bind-try --bind-fd --ro-bind-fd --tmpfs --overlay-src --overlay --tmp-overlay --ro-overlay --dev --mqueue --dir --symlink --file --bind-data --ro-bind-data --perms --chmod --remount-ro --unshare-user --unshare-user-try --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup --unshare-cgroup-try --unshare-time --unshare-all --share-net --die-with-parent --as-pid-1 --exec-label --file-label --level-prefix --userns2'
_nsinit_switches='--disable-userns --assert-userns-disabled --read-only --root-dev --loopback --memory-oom-group --no-new-privs --lock-in --memory-deny-write --new-keyring --landlock-devices --landlock-log --landlock-required --switch-root-writable --switch-root-volatile --clear-env --clearenv --signal-group --die-by-signal --new-session --unshare-user --unshare-user-try --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup --unshare-cgroup-try --unshare-time --unshare-all --share-net --die-with-parent --as-pid-1 --level-prefix'
_nsinit_twos='--io-max --bind --bind-try --ro-bind --ro-bind-try --dev-bind --dev-bind-try --bind-fd --ro-bind-fd --symlink --file --bind-data --ro-bind-data --chmod'
_nsinit_threes='--overlay'
_nsinit_keys='name namespaces hostname domainname proc control json-status-fd sync-fd block-fd info-fd userns-block-fd lock-file join userns pidns join-place persist boottime monotonic realtime uid-map gid-map uid gid disable-userns assert-userns-disabled root read-only root-overlay root-size root-dev type source fd content target optional idmap nosuid nodev noexec mode size nr-inodes hidepid pids-only masked lower upper work propagation loopback network interface veth move macvlan bridge address gateway outer-address mac mtu cgroup cpu-max cpu-weight cpuset-cpus cpuset-mems io-max io-weight memory-max memory-high memory-low memory-min memory-swap-max memory-oom-group pids-max hugetlb-max no-new-privs seccomp add-seccomp-fd seccomp-log lock-in capabilities cap-add cap-drop ambient-capabilities securebits memory-deny-write new-keyring landlock-read landlock-write landlock-execute landlock-devices landlock-bind-tcp landlock-connect-tcp landlock-bind-udp landlock-connect-udp landlock-scope landlock-log landlock-required farewell report nonce fail-on modules switch-root switch-root-type switch-root-options switch-root-writable switch-root-volatile switch-root-wait sysctl clock machine-id default-rlimits watchdog-device watchdog-timeout main command argv0 env env-file unset-env clear-env cwd user group groups umask after restart restart-delay restart-delay-max restart-limit restart-window ready start-timeout stop-signal grace kill-mode rewrite signal-group unhandled success-exit exit-map die-by-signal parent-death pre-stop termination-message terminal new-session stdin stdout stderr rlimits nice oom-score-adj watchdog watchdog-signal log reload args bind bind-try ro-bind ro-bind-try dev-bind dev-bind-try bind-fd ro-bind-fd tmpfs overlay-src overlay tmp-overlay ro-overlay dev mqueue dir symlink file bind-data ro-bind-data perms chmod remount-ro unshare-user unshare-user-try unshare-ipc unshare-pid unshare-net unshare-uts unshare-cgroup unshare-cgroup-try unshare-time unshare-all share-net die-with-parent as-pid-1 exec-label file-label level-prefix userns2'
_nsinit_choices() {
    case $1 in
    --proc) echo "fresh bind none" ;;
    --control) echo "true false" ;;
    --root-overlay) echo "tmpfs" ;;
    --network) echo "none host pasta" ;;
    --cgroup) echo "own" ;;
    --seccomp) echo "default none" ;;
    --seccomp-log) echo "none refused allowed" ;;
    --fail-on) echo "never oops warn" ;;
    --kill-mode) echo "tree process" ;;
    --unhandled) echo "forward drop" ;;
    --terminal) echo "share none own give" ;;
    esac
}
# end WORDS

_nsinit_has() { case " $1 " in *" $2 "*) return 0 ;; *) return 1 ;; esac }

# The words of the line, and which one is being typed. Readline parts words at = and : as well
# (COMP_WORDBREAKS), and what is replied takes the place of the last part alone.
_nsinit_words() {
    local line=$COMP_LINE part index=0
    words=() cword=0
    for part in "${COMP_WORDS[@]}"; do
        if [ $index = 0 ] || [[ $line == [[:blank:]]* ]]; then
            words+=("$part")
        else
            words[${#words[@]} - 1]+=$part
        fi
        [ $index != "$COMP_CWORD" ] || cword=$((${#words[@]} - 1))
        line=${line#"${line%%[![:blank:]]*}"}
        line=${line#"$part"}
        index=$((index + 1))
    done
    word=${words[cword]}
    cur=${COMP_WORDS[COMP_CWORD]}
    [[ $cur != [=:] ]] || cur=''
}

# What compgen finds, a line each: names of files have blanks.
_nsinit_reply() {
    local found
    mapfile -t found < <(compgen "$@" -- "$cur")
    COMPREPLY+=("${found[@]}")
}
_nsinit_toml() { _nsinit_reply -f -X '!*.toml' && _nsinit_reply -d; }

# One of these words, or a list of them between commas.
_nsinit_choose() {
    local list=''
    [[ $cur != *,* ]] || list=${cur%,*},
    local cur=${cur##*,}
    _nsinit_reply -P "$list" -W "$1"
}

_nsinit() {
    local words cword word cur verb=entrypoint index=1
    _nsinit_words
    COMPREPLY=()
    if [ "$cword" = 1 ]; then
        [[ $cur == -* ]] || { _nsinit_reply -W "$_nsinit_verbs" && return; }
    else
        case ${words[1]} in
        run | init) verb=${words[1]} index=2 ;;
        explain)
            verb=explain index=2
            [ "${words[2]}" != --json ] || index=3
            case ${words[index]} in
            run | init | entrypoint) [ "$index" = "$cword" ] || verb=${words[index]} index=$((index + 1)) ;;
            enter) [ "$index" = "$cword" ] || { _nsinit_enter $((index + 1)) && return; } ;;
            esac
            ;;
        ps | status | stop | restart | reload | signal | logs)
            _nsinit_control "${words[1]}" 2
            return
            ;;
        enter)
            _nsinit_enter 2
            return
            ;;
        check) _nsinit_toml && _nsinit_reply -W --json && return ;;
        doctor) _nsinit_reply -W --json && return ;;
        ls) _nsinit_reply -W '--tree --json --pid cgroup ipc net mnt pid time user uts' && return ;;
        rm) _nsinit_reply -d && return ;;
        help)
            case $cur in
            --*) cur=${cur#--} _nsinit_reply -P -- -W "$_nsinit_keys" ;;
            *) _nsinit_reply -W "$_nsinit_verbs $_nsinit_keys" ;;
            esac
            return
            ;;
        version) return ;;
        esac
    fi
    _nsinit_start "$verb" "$index"
}

# Behind a verb $1 that starts something, whose words begin at $2: flags, the file, the command.
_nsinit_start() {
    local index=$2 flags skip flag
    while [ "$index" -lt "$cword" ]; do
        flag=${words[index]} skip=0
        case $flag in
        --)
            _nsinit_command $((index + 1))
            return
            ;;
        --*=* | --no-* | -v | --verbose | --json | *.toml) ;;
        --*)
            # The value of this flag is the next word, or the next two or three.
            skip=1
            ! _nsinit_has "$_nsinit_switches" "$flag" || skip=0
            ! _nsinit_has "$_nsinit_twos --setenv" "$flag" || skip=2
            ! _nsinit_has "$_nsinit_threes" "$flag" || skip=3
            if [ $((index + skip)) -ge "$cword" ]; then
                _nsinit_value "$flag"
                return
            fi
            ;;
        *)
            _nsinit_command "$index"
            return
            ;;
        esac
        index=$((index + skip + 1))
    done
    flags="$_nsinit_service_flags --setenv --config --verbose"
    [ "$1" = entrypoint ] || flags+=" $_nsinit_run_flags"
    [ "$1" != explain ] || flags+=" --json"
    case $word in
    --*=*) _nsinit_value "${word%%=*}" ;;
    --no-*)
        for flag in $_nsinit_switches; do
            case $flag in
            --no-* | --unshare-* | --share-net | --die-with-parent | --as-pid-1 | --level-prefix) ;;
            *) flags+=" --no-${flag#--}" ;;
            esac
        done
        _nsinit_reply -W "$flags"
        ;;
    -*) _nsinit_reply -W "$flags" ;;
    *)
        [ "$1" != explain ] || _nsinit_reply -W 'run entrypoint init enter'
        _nsinit_toml
        [ "$1" = explain ] || _nsinit_reply -c
        ;;
    esac
}

# Sandboxes that run.
_nsinit_names() { nsinit ps 2>/dev/null | awk 'NR > 1 { print $1 }' | sort -u; }

# Signals that begin like the word, with or without SIG.
_nsinit_signals() {
    local signals
    signals=$(compgen -A signal SIG)
    _nsinit_reply -W "$signals ${signals//SIG/}"
}

# Behind enter, whose words begin at $1: its flags, what is entered, the command.
_nsinit_enter() {
    local index=$1
    while [ "$index" -lt "$cword" ]; do
        case ${words[index]} in
        --no-* | --*=*) ;;
        --*)
            index=$((index + 1))
            if [ "$index" = "$cword" ]; then
                _nsinit_value "${words[index - 1]}"
                return
            fi
            ;;
        *)
            index=$((index + 1))
            [ "${words[index]}" != -- ] || [ "$index" = "$cword" ] || index=$((index + 1))
            _nsinit_command "$index"
            return
            ;;
        esac
        index=$((index + 1))
    done
    case $word in
    --*=*) _nsinit_value "${word%%=*}" ;;
    -*) _nsinit_reply -W "$_nsinit_enter_flags" ;;
    *) _nsinit_reply -W "$(_nsinit_names)" && _nsinit_reply -d ;;
    esac
}

# Behind the verb $1, whose words begin at $2: sandboxes that run, services of one, signals.
_nsinit_control() {
    local name='' index=$2 place=0
    while [ "$index" -lt "$cword" ]; do
        case $1:${words[index]} in
        logs:-n | logs:--lines)
            index=$((index + 1))
            [ "$index" != "$cword" ] || return
            ;;
        *:-*) ;;
        *)
            place=$((place + 1))
            name=${name:-${words[index]}}
            ;;
        esac
        index=$((index + 1))
    done
    case $1:$word in
    ps:-* | status:-*) _nsinit_reply -W --json && return ;;
    logs:-*) _nsinit_reply -W '--follow --lines --json' && return ;;
    signal:-*) return ;;
    *:-*) _nsinit_reply -W --no-wait && return ;;
    esac
    case $1:$place in
    *:0) _nsinit_reply -W "$(_nsinit_names)" ;;
    ps:*) ;;
    *:1)
        _nsinit_reply -W "$(nsinit ps "$name" 2>/dev/null | awk 'NR > 1 { print $2 }')"
        [ "$1" != signal ] || _nsinit_signals
        ;;
    signal:2) _nsinit_signals ;;
    esac
}

# The value of the flag $1.
_nsinit_value() {
    case $1 in
    --restart) _nsinit_choose 'never on-failure always' ;;
    --namespaces) _nsinit_choose 'cgroup ipc net mnt pid time user uts' ;;
    --stop-signal | --watchdog-signal) _nsinit_signals ;;
    --user) _nsinit_reply -u ;;
    --group | --groups) _nsinit_reply -g ;;
    --config) _nsinit_reply -f ;;
    --seccomp) _nsinit_choose "$(_nsinit_choices "$1")" && _nsinit_reply -f ;;
    --env-file | --*bind | --*bind-try | --overlay-src | --landlock-*) _nsinit_reply -f ;;
    --root | --cwd | --chdir | --workdir | --persist | --overlay) _nsinit_reply -d ;;
    *) _nsinit_choose "$(_nsinit_choices "$1")" ;;
    esac
}

# The command begins at word $1: programs, then whatever they want.
_nsinit_command() {
    if [ "$1" = "$cword" ]; then
        _nsinit_reply -c
    else
        _nsinit_reply -f
    fi
}

complete -o filenames -F _nsinit nsinit
