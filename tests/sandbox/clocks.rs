//! The two clocks that can be shifted, to the nanosecond, and what is said of the third.

use super::support::roles::clock_ns;
use super::support::{Run, Who, witness};

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Both clocks: monotonic, boottime.
fn outer_clocks() -> [i64; 2] {
    [clock_ns(libc::CLOCK_MONOTONIC), clock_ns(libc::CLOCK_BOOTTIME)]
}

/// What the clocks show inside, and before and after it outside.
fn clocks(who: Who, words: &[&str]) -> [[i64; 3]; 2] {
    let before = outer_clocks();
    let out = Run::nsinit(who, &[words, &["--"]].concat()).and(witness(&["clocks"])).end();
    let after = outer_clocks();
    let out = out.quietly(0);
    let inside: Vec<i64> = out.split_whitespace().map(|word| word.parse().unwrap()).collect();
    [0, 1].map(|clock| [before[clock], inside[clock], after[clock]])
}

/// The clock inside is the outer one and `offset`, neither more nor less.
#[track_caller]
fn assert_shifted([before, inside, after]: [i64; 3], offset: i64) {
    let shown = before + offset..=after + offset;
    assert!(shown.contains(&inside), "{inside} is not in {shown:?}");
}

/// The clock inside began at `value` when the workload's namespace was made.
#[track_caller]
fn assert_began_at([before, inside, after]: [i64; 3], value: i64) {
    let shown = value..=value + (after - before);
    assert!(shown.contains(&inside), "{inside} is not in {shown:?}");
}

#[test]
fn clocks_are_shifted_by_what_was_said_and_no_nanosecond_more() {
    // Looks like a table: what is said, and the offset the workload sees.
    let table: [(&str, i64); 9] = [
        ("+30d", 30 * DAY),
        ("-5s", -5 * SECOND),
        ("1m30s", 90 * SECOND),
        ("+1.5s", SECOND + SECOND / 2),
        ("-0.25s", -SECOND / 4),
        ("500ms", SECOND / 2),
        ("+0.000000001s", 1),
        ("90", 90 * SECOND),
        ("+2d3h4m5s", 2 * DAY + 3 * 3600 * SECOND + 245 * SECOND),
    ];
    for who in Who::BOTH {
        for (said, offset) in table {
            let [monotonic, boottime] = clocks(who, &["run", &format!("--boottime={said}")]);
            assert_shifted(monotonic, 0);
            assert_shifted(boottime, offset);
            let [monotonic, boottime] = clocks(who, &["run", "--monotonic", said]);
            assert_shifted(monotonic, offset);
            assert_shifted(boottime, 0);
        }
    }
}

#[test]
fn clocks_can_begin_at_a_value() {
    // Looks like =0s: the workload sees as much as the start took, and no more.
    for who in Who::BOTH {
        for (said, value) in [("=0s", 0), ("=1h", 3600 * SECOND), ("=0.5s", SECOND / 2)] {
            let [monotonic, boottime] =
                clocks(who, &["run", "--monotonic", said, "--boottime", "+1d"]);
            assert_began_at(monotonic, value);
            assert_shifted(boottime, DAY);
        }
    }
}

#[test]
fn unshifted_clocks_are_the_outer_ones() {
    // Looks like a time namespace with offsets of zero.
    for who in Who::BOTH {
        for clock in clocks(who, &["run"]) {
            assert_shifted(clock, 0);
        }
    }
}

#[test]
fn a_sandbox_in_a_sandbox_shifts_the_clocks_it_is_given() {
    // Looks like one hour and one hour making two, and =0s beginning at zero there, too.
    let nsinit = super::support::file::text(&super::support::who::programs().nsinit);
    for who in Who::BOTH {
        let outer = ["run", "--boottime", "+1h", "--monotonic", "-2s", "--", &nsinit, "run"];
        let inner = ["--boottime", "+1h", "--monotonic", "-1s"];
        let [monotonic, boottime] = clocks(who, &[&outer[..], &inner].concat());
        assert_shifted(monotonic, -3 * SECOND);
        assert_shifted(boottime, 7200 * SECOND);
        let inner = ["--boottime", "=0s"];
        let [monotonic, boottime] = clocks(who, &[&outer[..], &inner].concat());
        assert_shifted(monotonic, -2 * SECOND);
        assert_began_at(boottime, 0);
    }
}

#[test]
fn the_uptime_is_the_boottime() {
    // Looks like `uptime`, which reads /proc/uptime, showing 30 days more.
    for who in Who::BOTH {
        let words = ["run", "--boottime=+30d", "--", "cat", "/proc/uptime"];
        let before = clock_ns(libc::CLOCK_BOOTTIME);
        let out = Run::nsinit(who, &words).end().quietly(0);
        let uptime: f64 = out.split(' ').next().unwrap().parse().unwrap();
        let shifted = before as f64 / 1e9 + 30.0 * 86_400.0;
        assert!((shifted - 0.01..shifted + 30.0).contains(&uptime), "{uptime} for {shifted}");
    }
}

#[test]
fn what_a_clock_cannot_show_is_refused_with_what_it_can() {
    // Looks like a refusal that names the clock, its range and the remedy, with exit code 125.
    let range = "146 years (time_namespaces(7))";
    let table: [(&str, &str, &[&str]); 6] = [
        ("--boottime", "-40000d", &["boottime cannot be shifted by -3456000000s", range, "try: -"]),
        ("--monotonic", "+54000d", &["monotonic cannot be shifted by +4665600000s", range, "=0s"]),
        ("--monotonic", "=54000d", &["monotonic cannot be shifted by =4665600000s", range]),
        ("--boottime", "=-5s", &["boottime: \"=-5s\" is no duration"]),
        ("--boottime", "soon", &["boottime: \"soon\" is no duration"]),
        ("--realtime", "+1d", &["the wall clock cannot be shifted", "why:", "try: boottime"]),
    ];
    for who in Who::BOTH {
        for (flag, value, words) in table {
            let words = [words, &["run: argument "]].concat();
            Run::nsinit(who, &["run", flag, value, "--", "true"]).end().saying(125, &words);
        }
    }
}
