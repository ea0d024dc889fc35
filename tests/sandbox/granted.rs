//! An ordinary user maps the ids that /etc/subuid and /etc/subgid grant to it: newuidmap(1) and
//! newgidmap(1) write the maps, and what they would refuse is refused before anything is touched.

use std::fs;

use super::support::etc::Etc;
use super::support::who::tool;

/// What a sandbox knows of itself: both maps with single blanks, its ids, what setgroups says.
fn identity(etc: &Etc, flags: &[&str]) -> Vec<String> {
    let script = "cd /proc/self; cat uid_map gid_map; id -u; id -g; cat setgroups";
    let words = [&["run"], flags, &["--", "sh", "-c", script]].concat();
    let out = etc.nsinit(&words).end().quietly(0);
    out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Flags, the lines of the uid_map, those of the gid_map, and who the workload is then.
type Row =
    (&'static [&'static str], &'static [&'static str], &'static [&'static str], &'static str);

#[test]
fn a_user_maps_what_it_was_granted() {
    // Looks like a table: flags, lines of the uid_map, of the gid_map, who the workload is then.
    let etc = Etc::granting("100000:65536");
    let table: [Row; 5] = [
        (
            &["--uid-map", "0 1000 1,1 100000 65536", "--gid-map", "0 1000 1,1 100000 65536"],
            &["0 1000 1", "1 100000 65536"],
            &["0 1000 1", "1 100000 65536"],
            "0 0 allow",
        ),
        (
            &["--uid-map=auto", "--gid-map=auto"],
            &["0 1000 1", "1 100000 65536"],
            &["0 1000 1", "1 100000 65536"],
            "0 0 allow",
        ),
        (
            &["--uid-map=auto", "--gid-map=auto", "--uid=1000", "--gid=50"],
            &["0 100000 1000", "1000 1000 1", "1001 101000 64536"],
            &["0 100000 50", "50 1000 1", "51 100050 65486"],
            "1000 50 allow",
        ),
        // A part of it, without our own id: PID 1 becomes what it knows.
        (
            &["--uid-map=7 165535 1", "--gid-map=9 100000 10"],
            &["7 165535 1"],
            &["9 100000 10"],
            "7 9 allow",
        ),
        // Our own gid alone PID 1 maps by itself, which takes setgroups.
        (&["--uid-map=0 100000 10"], &["0 100000 10"], &["1000 1000 1"], "0 1000 deny"),
    ];
    for (flags, uids, gids, rest) in table {
        let expected: Vec<&str> = uids.iter().chain(gids).copied().chain(rest.split(' ')).collect();
        assert_eq!(identity(&etc, flags), expected, "{flags:?}");
    }
}

#[test]
fn several_ranges_lie_side_by_side_and_a_number_owns_as_a_name_does() {
    // Looks like three lines of which one overlaps: 1000 is ann, and no id is mapped twice.
    let lines = "1000:200000:5\nann:300000:7\nann:200004:9\nnobody:1:1\nann:1\n";
    let etc = Etc::new().with("/etc/subuid", lines);
    let maps = ["0 1000 1", "1 200000 5", "6 300000 7", "1000 1000 1", "0", "1000", "deny"];
    assert_eq!(identity(&etc, &["--uid-map=auto"]), maps);
}

#[test]
fn a_service_becomes_any_of_these_and_has_groups() {
    // Looks like uid 33, gid 34, groups 35 and 36 inside, and files of theirs.
    let etc = Etc::granting("100000:65536");
    let script = "id -u; id -g; id -G; f=$(mktemp); stat -c '%u %g' $f; rm $f";
    let flags = ["--user=33", "--group=34", "--groups=35,36", "--"];
    let maps = ["run", "--uid-map=auto", "--gid-map=auto"];
    let words = [&maps[..], &flags, &["sh", "-c", script]].concat();
    let out = etc.nsinit(&words).end().quietly(0);
    assert_eq!(out, "33\n34\n34 35 36\n33 34\n");
}

#[test]
fn what_was_not_granted_is_refused_with_the_line_to_add() {
    // Looks like exit code 125, the argument, the file, and a line for it.
    let granted = Etc::granting("100000:65536");
    let none = Etc::new();
    let nnp = Etc::granting("100000:65536").through(&["--no-new-privs"]);
    let table: [(&Etc, &[&str], &[&str]); 6] = [
        (
            &granted,
            &["--uid-map", "0 1000 1,1 100000 65537"],
            &["argument 2: no line of /etc/subuid gives us 65537 ids from 100000 on"],
        ),
        (&granted, &["--gid-map", "0 4 1"], &["/etc/subgid", "try: \"1000:4:1\" as a line of it"]),
        (&granted, &["--gid-map", "0 1000 2"], &["\"1000:1000:2\" as a line of it"]),
        (&none, &["--uid-map=auto"], &["/etc/subuid gives us nothing", "\"1000:100000:65536\""]),
        (&none, &["--gid-map=auto"], &["/etc/subgid gives us nothing to map", "why: auto is"]),
        (&nnp, &["--uid-map=auto"], &["\"/usr/bin/newuidmap\" cannot", "no_new_privs is set"]),
    ];
    for (etc, flags, words) in table {
        let all = [&["run"], flags, &["--", "true"]].concat();
        etc.nsinit(&all).end().saying(125, &[&["run: argument "], words].concat());
    }
}

#[test]
fn a_program_that_cannot_do_it_is_a_step_that_failed() {
    // Looks like a copy without root's rights, and one that may not be executed at all.
    let program = fs::read(tool("newuidmap")).unwrap();
    let etc = |mode| Etc::granting("100000:65536").with_mode("/usr/bin/newuidmap", mode, &program);
    let words = ["run", "--uid-map=auto", "--gid-map=auto", "--", "true"];
    let step = ": write uid_map \"0 1000 1, 1 100000 65536\": ";
    let refused = ["EIO", "why: the program that writes this map for us refused"];
    etc(0o755).nsinit(&words).end().saying(125, &[&[step], &refused[..]].concat());
    let missing = ["EACCES", "try: apt-get install uidmap, or as root"];
    etc(0o644).nsinit(&words).end().saying(125, &[&[step], &missing[..]].concat());
}

#[test]
fn where_somebody_else_may_grant_the_program_decides() {
    // Looks like no refusal of ours, but newuidmap's own word and the step that failed.
    let elsewhere = Etc::new().with("/etc/nsswitch.conf", "passwd: files\nsubid: elsewhere\n");
    let words = ["run", "--uid-map", "0 100000 10", "--", "true"];
    let said = ["newuidmap: uid range", "write uid_map \"0 100000 10\": EIO"];
    elsewhere.nsinit(&words).end().saying(125, &said);
}

#[test]
fn root_has_what_root_was_granted_or_all_there_is() {
    // Looks like 65536 ids of which none is outside's root; without a grant, every id as it is.
    let script = "cat /proc/self/uid_map; id -u";
    let words = ["run", "--uid-map=auto", "--gid-map=auto", "--", "sh", "-c", script];
    let of_root = "root:100000:65536\n";
    let etc = Etc::new().with("/etc/subuid", of_root).with("/etc/subgid", of_root);
    let maps = |etc: &Etc| {
        let out = etc.nsinit_as_root(&words).end().quietly(0);
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(maps(&etc), "0 100000 65536 0");
    assert_eq!(maps(&Etc::new()), "0 0 4294967295 0");
}
