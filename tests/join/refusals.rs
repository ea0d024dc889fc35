//! What will not be joined, and what is said then: nothing was touched.

use std::process::{Command, Stdio};

use super::holder::Holder;
use super::support::{Run, Who, file};

/// The PID of a process that has just ended.
pub fn gone() -> u32 {
    let mut child = Command::new("true").stdin(Stdio::null()).spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    pid
}

#[test]
fn what_is_no_namespace_or_of_another_kind_or_gone_is_named() {
    // Looks like exit code 125, the argument's number and the reason.
    let directory = file::directory();
    let plain = file::write(&directory, "plain", 0o644, "");
    let gone = gone().to_string();
    for who in Who::BOTH {
        let table: [(&str, &str, &[&str]); 9] = [
            ("net", &plain, &["is no namespace", "/proc/PID/ns/net"]),
            ("net", "/proc/self/ns/uts", &["a uts namespace, no net namespace", "join it as uts"]),
            ("net", "/nope", &["the net namespace \"/nope\": ENOENT"]),
            ("uts", &gone, &["there is no process", "whose uts namespace"]),
            ("uts", "fd:77", &["the uts namespace \"fd:77\": EBADF", "redirection"]),
            ("uts", "fd:0", &["\"fd:0\" is no namespace"]),
            ("uts", "", &["join is empty"]),
            ("uts", "0", &["\"uts=0\" is not between 1 and 4194304"]),
            ("nts", "1", &["join cannot be \"nts=1\"", "cgroup, ipc, net, mnt"]),
        ];
        for (kind, whence, words) in table {
            let join = format!("{kind}={whence}");
            let ended = Run::nsinit(who, &["run", "--join", &join, "--", "true"]).end();
            ended.saying(125, &[&["run: argument 2: "], words].concat());
        }
    }
}

#[test]
fn a_key_that_would_change_a_joined_namespace_is_refused() {
    // Looks like the key, the kind, and the way out.
    for who in Who::BOTH {
        let all = ["--namespaces", "cgroup,ipc,mnt,net,pid,time,user,uts"];
        let holder = Holder::new(who, &all);
        let pid = holder.pid;
        let table = [
            ("uts", "--hostname=box", "hostname would change the uts namespace"),
            ("uts", "--domainname=lan", "domainname would change the uts namespace"),
            ("time", "--boottime=+1d", "boottime would change the time namespace"),
            ("time", "--monotonic=+1d", "monotonic would change the time namespace"),
            ("net", "--loopback", "loopback would change the net namespace"),
            ("user", "--uid-map=0:0:1", "uid-map would change the user namespace"),
            ("user", "--gid=0", "gid would change the user namespace"),
            ("mnt", "--proc=fresh", "proc would change the mnt namespace"),
        ];
        for (kind, flag, words) in table {
            let user = format!("user={pid}");
            let join = format!("{kind}={pid}");
            let run = Run::nsinit(who, &["run", "--join", &user, "--join", &join, flag, "true"]);
            run.end().saying(125, &["run: argument 6: ", words, "others live in it"]);
        }
        holder.end();
    }
}

#[test]
fn an_ordinary_user_needs_the_user_namespace_as_well() {
    // Looks like a refusal for a namespace of our own kind, and EACCES for one of root's.
    let holder = Holder::new(Who::User, &["--namespaces", "net"]);
    let join = format!("net={}", holder.pid);
    let run = Run::nsinit(Who::User, &["run", "--join", &join, "--", "true"]);
    run.end().saying(125, &["joining the net namespace", "needs CAP_SYS_ADMIN", "user namespace"]);
    holder.end();
    let holder = Holder::new(Who::Root, &["--namespaces", "net"]);
    let join = format!("net={}", holder.pid);
    let run = Run::nsinit(Who::User, &["run", "--join", &join, "--", "true"]);
    run.end().saying(125, &["the net namespace", "EACCES", "may not trace a process"]);
    holder.end();
}

#[test]
fn what_the_kernel_refuses_is_named_with_its_step() {
    // Looks like a user namespace of somebody else, and a PID namespace without its PID 1.
    let holder = Holder::new(Who::Root, &["--namespaces", "user,net"]);
    let file = std::fs::File::open(holder.path("user")).unwrap();
    let run = Run::nsinit(Who::User, &["run", "--userns", "207", "--", "true"]).giving(&file, 207);
    run.end().saying(125, &["join user namespace of descriptor 207: EPERM", "as that user"]);
    holder.end();

    let holder = Holder::new(Who::Root, &["--namespaces", "pid"]);
    let file = std::fs::File::open(holder.path("pid")).unwrap();
    let number = std::os::fd::AsRawFd::as_raw_fd(&file);
    holder.end();
    let run =
        Run::nsinit(Who::Root, &["run", "--pidns", "207", "--", "true"]).before_exec(move || {
            // SAFETY: as above.
            unsafe { libc::dup2(number, 207) };
        });
    run.end().saying(125, &["clone into new namespaces", "ENOMEM", "has lost its PID 1"]);
}
