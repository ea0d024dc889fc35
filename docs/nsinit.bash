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

_nsinit() {
    local cur=${COMP_WORDS[COMP_CWORD]} verb=entrypoint flags word words index
    COMPREPLY=()
    if [ "$COMP_CWORD" = 1 ] && [[ $cur != -* ]]; then
        COMPREPLY=($(compgen -W "$_nsinit_verbs" -- "$cur"))
        return
    fi
    index=1
    while [ $index -lt "$COMP_CWORD" ]; do
        word=${COMP_WORDS[index]}
        case $word in
        ps | status | stop | restart | reload | signal | logs)
            if [ "$verb" = entrypoint ]; then
                _nsinit_control "$word" $((index + 1))
                return
            fi
            ;;
        enter)
            if [ "$verb" != help ]; then
                _nsinit_enter $((index + 1))
                return
            fi
            ;;
        run | explain | check | doctor | ls | rm | init | help | version | entrypoint)
            [ $index -le 3 ] && verb=$word ;;
        --)
            _nsinit_command $((index + 1))
            return
            ;;
        --*=* | -v | --verbose | --json | *.toml) ;;
        --setenv) index=$((index + 2)) ;;
        --no-*) ;;
        --*)
            # The value of this flag is the next word, or the next two or three.
            words=1
            ! _nsinit_has "$_nsinit_switches" "$word" || words=0
            ! _nsinit_has "$_nsinit_twos" "$word" || words=2
            ! _nsinit_has "$_nsinit_threes" "$word" || words=3
            while [ $words -gt 0 ]; do
                index=$((index + 1)) words=$((words - 1))
                if [ $index = "$COMP_CWORD" ]; then
                    _nsinit_value "$word"
                    return
                fi
            done
            ;;
        *)
            _nsinit_command $index
            return
            ;;
        esac
        index=$((index + 1))
    done
    case $verb in
    check)
        COMPREPLY=($(compgen -f -X '!*.toml' -- "$cur") $(compgen -d -S / -- "$cur"))
        COMPREPLY+=($(compgen -W --json -- "$cur"))
        ;;
    help) COMPREPLY=($(compgen -W "$_nsinit_verbs $_nsinit_keys" -- "$cur")) ;;
    version) ;;
    doctor) COMPREPLY=($(compgen -W '--json' -- "$cur")) ;;
    rm) COMPREPLY=($(compgen -d -- "$cur")) ;;
    ls) COMPREPLY=($(compgen -W '--tree --json --pid cgroup ipc net mnt pid time user uts' -- "$cur")) ;;
    *)
        flags="$_nsinit_service_flags --setenv --config --verbose"
        [ "$verb" = entrypoint ] || flags="$flags $_nsinit_run_flags"
        [ "$verb" != explain ] || flags="$flags --json"
        case $cur in
        -*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
        *)
            COMPREPLY=($(compgen -f -X '!*.toml' -- "$cur") $(compgen -c -- "$cur"))
            [ "$verb" != explain ] || COMPREPLY=($(compgen -W 'run entrypoint init enter' -- "$cur"))
            ;;
        esac
        ;;
    esac
}

# Sandboxes that run.
_nsinit_names() { nsinit ps 2>/dev/null | awk 'NR > 1 { print $1 }' | sort -u; }

# Signals that begin like the word, with or without SIG.
_nsinit_signals() { compgen -W "$(compgen -A signal SIG) $(compgen -A signal SIG | sed 's/^SIG//')" -- "$cur"; }

# Behind enter, whose words begin at $1: its flags, what is entered, the command.
_nsinit_enter() {
    local cur=${COMP_WORDS[COMP_CWORD]} index=$1
    while [ "$index" -lt "$COMP_CWORD" ]; do
        case ${COMP_WORDS[index]} in
        --no-seccomp | --*=*) ;;
        --*)
            index=$((index + 1))
            if [ "$index" = "$COMP_CWORD" ]; then
                _nsinit_value "${COMP_WORDS[index - 1]}"
                return
            fi
            ;;
        *)
            index=$((index + 1))
            [ "${COMP_WORDS[index]}" != -- ] || [ "$index" = "$COMP_CWORD" ] || index=$((index + 1))
            _nsinit_command "$index"
            return
            ;;
        esac
        index=$((index + 1))
    done
    case $cur in
    -*) COMPREPLY=($(compgen -W "$_nsinit_enter_flags" -- "$cur")) ;;
    *) COMPREPLY=($(compgen -W "$(_nsinit_names)" -- "$cur") $(compgen -d -- "$cur")) ;;
    esac
}

# Behind the verb $1, whose words begin at $2: sandboxes that run, services of one, signals.
_nsinit_control() {
    local cur=${COMP_WORDS[COMP_CWORD]} name='' index=$2 place=0
    while [ "$index" -lt "$COMP_CWORD" ]; do
        case $1:${COMP_WORDS[index]} in
        logs:-n | logs:--lines)
            index=$((index + 1))
            [ "$index" != "$COMP_CWORD" ] || return
            ;;
        *:-*) ;;
        *)
            place=$((place + 1))
            name=${name:-${COMP_WORDS[index]}}
            ;;
        esac
        index=$((index + 1))
    done
    case $1:$place in
    *:0)
        COMPREPLY=($(compgen -W "$(_nsinit_names)" -- "$cur"))
        case $1 in
        ps | status) COMPREPLY+=($(compgen -W --json -- "$cur")) ;;
        logs) COMPREPLY+=($(compgen -W '--follow --lines --json' -- "$cur")) ;;
        *) COMPREPLY+=($(compgen -W --no-wait -- "$cur")) ;;
        esac
        ;;
    ps:*) ;;
    *:1)
        COMPREPLY=($(compgen -W "$(nsinit ps "$name" 2>/dev/null | awk 'NR > 1 { print $2 }')" -- "$cur"))
        [ "$1" != signal ] || COMPREPLY+=($(_nsinit_signals))
        ;;
    signal:2) COMPREPLY=($(_nsinit_signals)) ;;
    esac
}

# The value of the flag $1.
_nsinit_value() {
    local choices
    choices=$(_nsinit_choices "$1")
    case $1 in
    --restart) choices='never on-failure always' ;;
    --namespaces) choices='cgroup ipc net mnt pid time user uts' ;;
    --stop-signal | --watchdog-signal)
        COMPREPLY=($(_nsinit_signals))
        return
        ;;
    --user) choices=$(compgen -u) ;;
    --group | --groups) choices=$(compgen -g) ;;
    esac
    case $1 in
    --config | --*bind* | --overlay-src) COMPREPLY=($(compgen -f -- "$cur")) ;;
    --root) COMPREPLY=($(compgen -d -- "$cur")) ;;
    --cwd | --chdir | --workdir) COMPREPLY=($(compgen -d -- "$cur")) ;;
    *) COMPREPLY=($(compgen -W "$choices" -- "$cur")) ;;
    esac
}

# The command begins at word $1: programs, then whatever they want.
_nsinit_command() {
    if [ "$1" = "$COMP_CWORD" ]; then
        COMPREPLY=($(compgen -c -- "$cur"))
    else
        COMPREPLY=($(compgen -f -- "$cur"))
    fi
}

complete -o filenames -F _nsinit nsinit
