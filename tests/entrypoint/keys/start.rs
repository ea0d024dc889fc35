//! What an entrypoint is started with: descriptors that are closed.

use super::run;
use crate::support::{Mode, file};

#[test]
fn no_descriptor_of_ours_is_an_input_or_output() {
    // Looks like a workload whose descriptors 0 to 2 are closed as ours are, and an empty log.
    for mode in Mode::ALL {
        let log = file::text(&file::directory().join("log"));
        let script =
            format!("ls -l /proc/$$/fd | sed -n 's/.* \\([0-9]* -> .*\\)/\\1/p' >{log}; exit 7");
        let run = run(mode, &["-v"], &["sh", "-c", &script]).before_exec(|| {
            // SAFETY: integers in; the test looks at a file.
            (0..3).for_each(|fd| unsafe { _ = libc::close(fd) });
        });
        let ended = run.end();
        assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (7, "", ""), "{mode:?}");
        let fds = std::fs::read_to_string(&log).unwrap();
        let is_ours = |line: &str| line.contains("signalfd") || line.contains("pidfd");
        assert!(!fds.lines().any(is_ours), "{mode:?}: {fds}");
    }
}
