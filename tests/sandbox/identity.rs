//! Who the workload is: uid and gid maps, setgroups, no_new_privs.

use super::support::{Run, Who, proc};

/// The maps inside, one line each, with single blanks; then uid, gid and what setgroups says.
fn identity(who: Who, flags: &[&str]) -> Vec<String> {
    let script = "cd /proc/self; cat uid_map gid_map; id -u; id -g; cat setgroups";
    let words = [&["run"], flags, &["--", "sh", "-c", script]].concat();
    let out = Run::nsinit(who, &words).end().quietly(0);
    out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn an_ordinary_user_stays_who_it_is() {
    // Looks like one line that maps its own id to itself, with setgroups denied, as it must be.
    let uid = Who::User.uid();
    let [line, id] = [format!("{uid} {uid} 1"), uid.to_string()];
    assert_eq!(identity(Who::User, &[]), [&line, &line, &id, &id, "deny"]);
}

#[test]
fn an_ordinary_user_can_be_root_inside() {
    // Looks like --uid 0 --gid 0, and the same said as a map.
    let (uid, root) = (Who::User.uid(), "0".to_string());
    let (line, own) = (format!("0 {uid} 1"), format!("{uid} {uid} 1"));
    let both = [&line, &line, &root, &root, "deny"];
    assert_eq!(identity(Who::User, &["--uid", "0", "--gid=0"]), both);
    assert_eq!(identity(Who::User, &["--uid-map", &line, "--gid-map", &line]), both);
    let only_uid = [&line, &own, &root, &uid.to_string(), "deny"];
    assert_eq!(identity(Who::User, &["--uid", "0"]), only_uid);
}

#[test]
fn root_can_be_an_ordinary_user_inside() {
    // Looks like root of a new user namespace that has no root in it.
    let expected = ["7 0 1", "8 0 1", "7", "8", "deny"];
    assert_eq!(identity(Who::Root, &["--uid", "7", "--gid", "8"]), expected);
}

#[test]
fn root_maps_whole_ranges_and_becomes_what_they_know() {
    // Looks like a table: the lines of both maps, and who the workload is then.
    let table: [(&[&str], u32); 5] = [
        (&["0 100000 65536"], 0),
        (&["0 1000 1", "1 100000 65536"], 0),
        (&["1 100000 10", "0 0 1", "500 200000 500"], 0),
        (&["5 1000 1", "10 100000 65536"], 5),
        (&["1000 0 1", "0 100000 1000"], 1000),
    ];
    for (lines, id) in table {
        let said = lines.join(",");
        let id = id.to_string();
        let maps = lines.iter().chain(lines).copied();
        let expected: Vec<&str> = maps.chain([id.as_str(), &id, "allow"]).collect();
        assert_eq!(identity(Who::Root, &["--uid-map", &said, "--gid-map", &said]), expected);
    }
}

#[test]
fn uids_and_gids_have_maps_of_their_own() {
    // Looks like a wide uid map beside a gid map that was not said.
    let expected = ["0 100000 10", "0 0 1", "0", "0", "allow"];
    assert_eq!(identity(Who::Root, &["--uid-map", "0 100000 10"]), expected);
    let expected = ["5 0 1", "0 100000 10", "5", "0", "allow"];
    assert_eq!(identity(Who::Root, &["--uid=5", "--gid-map", "0 100000 10"]), expected);
}

#[test]
fn a_map_that_the_kernel_would_refuse_is_refused_with_the_reason() {
    // Looks like exit code 125, the argument, and the rule.
    let own = Who::User.uid();
    let other = format!("0 {} 1", own + 1);
    let root_alone = &["auto\" is no line beside others"];
    let table: [(Who, &[&str], &[&str]); 8] = [
        (Who::Root, &["--uid-map", "0 1 1,auto"], root_alone),
        (Who::Root, &["--gid-map", "auto,0 1 1"], &["\"0 1 1\" is no line beside auto"]),
        (Who::Root, &["--gid-map", &other, "--gid=4"], &["gid and gid-map speak of the same map"]),
        (Who::Root, &["--uid-map", "0 1 10,5 100 10"], &["two lines of uid_map map the same id"]),
        (Who::Root, &["--gid-map", "0 1 10,10 5 10"], &["two lines of gid_map map the same id"]),
        (Who::Root, &["--uid-map", "0 1"], &["\"0 1\" is no map line", "or auto"]),
        (Who::Root, &["--uid=0", "--uid-map=0 1 1"], &["uid and uid-map speak of the same map"]),
        (Who::Root, &["--namespaces=-user", "--uid=5"], &["uid needs a user namespace"]),
    ];
    for (who, flags, words) in table {
        let all = [&["run"], flags, &["--", "true"]].concat();
        Run::nsinit(who, &all).end().saying(125, &[&["run: argument "], words].concat());
    }
}

#[test]
fn no_exec_inside_gives_privileges_unless_asked_for() {
    // Looks like NoNewPrivs in /proc/self/status, by default and with the two ways to say no.
    let table: [(&[&str], &str); 4] = [
        (&["run"], "1"),
        (&["run", "--no-new-privs"], "1"),
        (&["run", "--no-new-privs=false"], "0"),
        (&["run", "--no-no-new-privs"], "0"),
    ];
    for who in Who::BOTH {
        for (words, expected) in table {
            let run = Run::nsinit(who, words).and(["--", "cat", "/proc/self/status"]);
            let status = run.end().quietly(0);
            assert_eq!(proc::field(&status, "NoNewPrivs"), expected, "{who:?} {words:?}");
        }
    }
}
