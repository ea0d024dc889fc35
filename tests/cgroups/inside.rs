//! Who is in which cgroup, and what the sandbox sees of it.

use std::fs;
use std::path::Path;

use super::support::subtree::{Subtree, limit, names, within};
use super::support::{Run, Running, Who, file, proc, wait};

/// The PID inside is not ours: the cgroup of each process of a sandbox, by its name.
fn cgroups_of(path: &Path) -> Vec<(String, Vec<String>)> {
    let within = names(path).into_iter().map(|name| (name.clone(), path.join(name)));
    let all = [(String::new(), path.to_path_buf())].into_iter().chain(within);
    all.map(|(name, path)| {
        let list = fs::read_to_string(path.join("cgroup.procs")).unwrap();
        let name_of = |pid: &str| {
            let status = proc::status(pid.parse().unwrap())?;
            Some(proc::field(&status, "Name").to_string())
        };
        (name, list.lines().filter_map(name_of).collect())
    })
    .collect()
}

/// Two services, `log` with a limit of its own if it is to have one.
fn services(has_limit: bool, more: &str) -> String {
    let limit = limit();
    let line = match limit.key {
        "pids-max" => "pids-max = 4000",
        _ => "hugetlb-max = { 2MiB = \"32MiB\" }",
    };
    let of_log = if has_limit { line } else { "" };
    let of_all = match limit.key {
        "pids-max" => "pids-max = 5000",
        _ => "hugetlb-max = { 2MiB = \"64MiB\" }",
    };
    format!(
        "[sandbox]\nname = \"two\"\ncontrol = false\n{more}\n[limits]\n{of_all}\n\
         [[service]]\nname = \"log\"\n{of_log}\ncommand = [\"sleep\", \"1000\"]\n\
         [[service]]\nname = \"web\"\nmain = true\nafter = [\"log\"]\n\
         command = [\"sh\", \"-c\", \"grep ^0:: /proc/self/cgroup /proc/1/cgroup; echo up; cat\"]\n"
    )
}

/// Starts it in a cgroup of its own, looks, and lets it end.
fn look(who: Who, text: &str, look: impl Fn(&mut Running, &Subtree, String)) {
    let subtree = Subtree::new(who);
    let directory = file::directory();
    let file = file::write(&directory, "two.toml", 0o644, text);
    let (read, write) = std::io::pipe().unwrap();
    let run = within(Run::nsinit(who, &["run", &file]), &subtree.path);
    let mut running = run.stdin(read).start();
    let out = running.wait_for("up\n");
    look(&mut running, &subtree, out);
    drop(write);
    running.end().quietly(0);
    assert_eq!((subtree.names().len(), subtree.hands_down().as_str()), (0, ""), "{who:?}");
}

/// A name and the processes there.
fn entry(name: &str, processes: &[&str]) -> (String, Vec<String>) {
    (name.into(), processes.iter().map(|name| String::from(*name)).collect())
}

#[test]
fn each_service_has_a_cgroup_of_its_own() {
    // Looks like nsinit in the sandbox's, and log and web in one each.
    for who in Who::BOTH {
        look(who, &services(false, ""), |_, subtree, _| {
            let expected = [
                entry("", &["nsinit"]),
                entry("service-log", &["sleep"]),
                entry("service-web", &["sh", "cat"]),
            ];
            wait::until("all to be there", || {
                (cgroups_of(&subtree.sandbox()) == expected).then_some(())
            });
        });
    }
}

#[test]
fn a_service_with_limits_of_its_own_has_them_and_nsinit_is_out_of_the_way() {
    // Looks like the controller handed down to three cgroups, with nobody in the sandbox's.
    for who in Who::BOTH {
        look(who, &services(true, ""), |_, subtree, _| {
            let (sandbox, limit) = (subtree.sandbox(), limit());
            let expected = [
                entry("", &[]),
                entry("service-log", &["sleep"]),
                entry("service-web", &["sh", "cat"]),
                entry("supervisor", &["nsinit"]),
            ];
            wait::until("all to be there", || (cgroups_of(&sandbox) == expected).then_some(()));
            let read = |path: &Path| fs::read_to_string(path.join(limit.file)).unwrap();
            assert_eq!(read(&sandbox), limit.shown);
            let own = read(&sandbox.join("service-log"));
            assert!(["4000\n", "33554432\n"].contains(&own.as_str()), "{own}");
        });
    }
}

#[test]
fn a_cgroup_namespace_has_the_sandboxs_cgroup_as_its_root() {
    // Looks like 0::/service-web inside, with limits of services and without.
    let own = "namespaces = [\"+cgroup\"]";
    for who in Who::BOTH {
        for (has_limit, supervisor) in [(false, "/"), (true, "/supervisor")] {
            look(who, &services(has_limit, own), |_, _, out| {
                let expected = [
                    "/proc/self/cgroup:0::/service-web".to_string(),
                    format!("/proc/1/cgroup:0::{supervisor}"),
                ];
                let lines: Vec<&str> = out.lines().take(2).collect();
                assert_eq!(lines, expected, "{who:?} {has_limit}");
            });
        }
    }
}

#[test]
fn services_enter_their_cgroups_where_inside_is_somebody_else() {
    // Looks like ids that may not write a file of the hierarchy: the launcher's descriptors may.
    let maps = "namespaces = [\"+cgroup\"]\n[user]\nuid-map = [\"0 100000 65536\"]\n\
                gid-map = [\"0 100000 65536\"]";
    for has_limit in [false, true] {
        look(Who::Root, &services(has_limit, maps), |_, subtree, out| {
            assert!(out.starts_with("/proc/self/cgroup:0::/service-web\n"), "{out}");
            wait::until("log to run in its cgroup", || {
                let all = cgroups_of(&subtree.sandbox());
                all.contains(&entry("service-log", &["sleep"])).then_some(())
            });
        });
    }
}
