//! Words about cgroups: why there is none for us, what the kernel meant when it refused one, and
//! what was used.

use super::sentence::sentence;
use crate::engine::Usage;
use crate::model::{Controller, Errno};
use crate::plan::{CgroupReason, LimitsAct};
use crate::text::{Show, Sink, put, units};

/// The sentence of a refusal.
pub(super) const fn refusal(reason: CgroupReason) -> &'static str {
    match reason {
        CgroupReason::NotMounted => sentence!(
            "limits need cgroups of version 2, which are not mounted",
            try: "mount -t cgroup2 none /sys/fs/cgroup"
        ),
        CgroupReason::Elsewhere => sentence!(
            "our own cgroup is not below where version 2 is mounted",
            why: "the mount belongs to another cgroup namespace (cgroup_namespaces(7))",
            try: "mount -t cgroup2 none /sys/fs/cgroup, or cgroup = \"/PATH\""
        ),
        CgroupReason::Missing => sentence!("there is no cgroup {s}", try: "mkdir, and its owner"),
        CgroupReason::Denied(Errno::EROFS) => sentence!(
            "no cgroup can be made in {s}: {t}",
            why: "it is mounted read-only, as container engines do",
            try: "a container with a writable /sys/fs/cgroup of its own"
        ),
        CgroupReason::Denied(_) => sentence!(
            "no cgroup can be made in {s}: {t}",
            why: "it is somebody else's",
            try: "systemd-run --user --scope -p Delegate=yes nsinit run …, or as root"
        ),
        CgroupReason::Crowded => sentence!(
            "{s} has other processes in it",
            why: "a cgroup with processes of its own hands no controller down (cgroups(7))",
            try: "systemd-run --user --scope -p Delegate=yes nsinit run …, or cgroup = \"/PATH\""
        ),
        CgroupReason::NotHandedDown(_) => sentence!(
            "{s} does not have the controller {n}",
            why: "the cgroup above does not hand it down (cgroups(7), cgroup.subtree_control)",
            try: "Delegate=yes for the unit, or echo +{n} > ../cgroup.subtree_control"
        ),
        CgroupReason::InVersion1(_) => sentence!(
            "the controller {n} cannot be used",
            why: "it is mounted in version 1, and a controller is in one of both (cgroups(7))",
            try: "cgroup_no_v1=all or systemd.unified_cgroup_hierarchy=1 on the kernel command line"
        ),
        CgroupReason::SwitchedOff(_) => sentence!(
            "the controller {n} cannot be used",
            why: "it was switched off when the machine was booted",
            try: "the kernel command line without cgroup_disable={n}, or with cgroup_enable={n}"
        ),
        CgroupReason::NotBuilt(_) => sentence!(
            "this kernel does not have the controller {n}",
            try: "a kernel with {t}"
        ),
    }
}

/// The controller that a refusal is about.
pub(super) const fn controller_of(reason: CgroupReason) -> Option<Controller> {
    match reason {
        CgroupReason::NotHandedDown(controller)
        | CgroupReason::InVersion1(controller)
        | CgroupReason::SwitchedOff(controller)
        | CgroupReason::NotBuilt(controller) => Some(controller),
        CgroupReason::NotMounted
        | CgroupReason::Elsewhere
        | CgroupReason::Missing
        | CgroupReason::Denied(_)
        | CgroupReason::Crowded => None,
    }
}

/// What a kernel is built with to have a controller.
pub(super) const fn option_of(controller: Controller) -> &'static str {
    match controller {
        Controller::Cpu => "CONFIG_CGROUP_SCHED and CONFIG_CFS_BANDWIDTH",
        Controller::Cpuset => "CONFIG_CPUSETS",
        Controller::Io => "CONFIG_BLK_CGROUP and CONFIG_BLK_DEV_THROTTLING",
        Controller::Memory => "CONFIG_MEMCG",
        Controller::Pids => "CONFIG_CGROUP_PIDS",
        Controller::Hugetlb => "CONFIG_CGROUP_HUGETLB",
    }
}

/// What we know of an errno of this act.
pub(super) fn failure(act: &LimitsAct<'_>, errno: Errno) -> &'static str {
    match (act, errno) {
        (LimitsAct::Set(..), Errno::ENOENT) => sentence!(
            why: "this kernel has no such file: a size of huge pages that it does not have, a part \
                  of the controller that it was built without, or an older kernel"
        ),
        (LimitsAct::Set(..), Errno::ENODEV | Errno::ENXIO) => sentence!(
            why: "there is no such device, or it is a partition: limits are of whole devices",
            try: "lsblk shows which"
        ),
        (LimitsAct::Set(_, limit), Errno::EOPNOTSUPP | Errno::EINVAL | Errno::ERANGE)
            if limit.device().is_some() =>
        {
            sentence!(why: "this device does not take such a limit")
        }
        (LimitsAct::Set(..), Errno::EINVAL | Errno::ERANGE) => sentence!(
            why: "the kernel does not take this value; of processors and memory nodes only those \
                  that there are, and that the cgroup above has"
        ),
        (LimitsAct::Enable(..) | LimitsAct::EnableWithin(_), Errno::EBUSY) => sentence!(
            why: "a process is in it, and then it hands no controller down (cgroups(7))"
        ),
        (LimitsAct::Enable(..) | LimitsAct::EnableWithin(_), Errno::ENOENT) => sentence!(
            why: "the cgroup above has taken a controller back"
        ),
        (LimitsAct::Make(..) | LimitsAct::MakeWithin(_), Errno::EAGAIN) => sentence!(
            why: "a cgroup above allows no more of them, or none so deep \
                  (cgroup.max.descendants, cgroup.max.depth)"
        ),
        (LimitsAct::MoveAside(_) | LimitsAct::Enter(_), Errno::EACCES) => ENTERING,
        (_, _) => "",
    }
}

/// Why a process may not be put there.
const ENTERING: &str = sentence!(
    why: "the cgroup that has both its own and the new one below it is not ours (cgroups(7), \
          \"Delegation Containment\")",
    try: "start nsinit within the delegated cgroup, or as root"
);

/// What we know of an errno of the call that makes PID 1 in its cgroup.
pub(super) fn of_clone(errno: Errno) -> Option<&'static str> {
    match errno {
        Errno::EACCES => Some(ENTERING),
        Errno::EBUSY => Some(sentence!(
            why: "a cgroup that hands controllers down has no processes of its own (cgroups(7))"
        )),
        Errno::EAGAIN => Some(sentence!(
            why: "no more processes are allowed, by pids-max or a limit further out"
        )),
        _ => None,
    }
}

/// What was used, as far as it is known.
pub(super) struct Used(pub Usage);

impl Show for Used {
    fn show(&self, out: &mut dyn Sink) {
        let Usage { cpu_us, throttled_us, memory_peak, pids_peak, pids_refused } = self.0;
        let mut between = "";
        let mut begin = |out: &mut dyn Sink, is_there: bool| {
            if is_there {
                put!(out, between);
                between = ", ";
            }
        };
        begin(out, cpu_us.is_some());
        if let Some(time) = cpu_us {
            units::show_seconds(out, whole_ms(time));
            put!(out, " of processor time");
        }
        begin(out, throttled_us.is_some());
        if let Some(time) = throttled_us {
            put!(out, "kept waiting for ");
            units::show_seconds(out, whole_ms(time));
            put!(out, " by cpu-max");
        }
        begin(out, memory_peak.is_some());
        if let Some(bytes) = memory_peak {
            put!(out, "at most ");
            show_size(out, bytes);
            put!(out, " of memory");
        }
        begin(out, pids_peak.is_some());
        if let Some(count) = pids_peak {
            put!(out, "at most ", count, " processes");
        }
        begin(out, pids_refused.is_some());
        if let Some(count) = pids_refused {
            put!(out, count, " refused by pids-max");
        }
    }
}

/// Microseconds as nanoseconds, without what is less than a millisecond.
const fn whole_ms(us: u64) -> u64 {
    (us / 1_000).saturating_mul(1_000_000)
}

/// Bytes in the largest unit of which there are ten.
fn show_size(out: &mut dyn Sink, bytes: u64) {
    const UNITS: [(u32, &str); 3] = [(30, " GiB"), (20, " MiB"), (10, " KiB")];
    let (shift, unit) =
        UNITS.into_iter().find(|(shift, _)| bytes >> shift >= 10).unwrap_or((0, " bytes"));
    put!(out, bytes >> shift, unit);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Buffer;

    fn check(usage: Usage, expected: &str) {
        let mut text = Buffer::<256>::new();
        put!(&mut text, Used(usage));
        assert_eq!(core::str::from_utf8(text.text().unwrap()), Ok(expected));
    }

    #[test]
    fn what_was_counted_is_told_and_nothing_else() {
        check(Usage { cpu_us: Some(1_500_000), ..Usage::default() }, "1.5s of processor time");
        check(
            Usage { memory_peak: Some(12 << 20), pids_peak: Some(5), ..Usage::default() },
            "at most 12 MiB of memory, at most 5 processes",
        );
        check(
            Usage {
                cpu_us: Some(0),
                throttled_us: Some(2_000_000),
                memory_peak: Some(9_999),
                pids_peak: Some(64),
                pids_refused: Some(7),
            },
            "0s of processor time, kept waiting for 2s by cpu-max, at most 9999 bytes of memory, \
             at most 64 processes, 7 refused by pids-max",
        );
    }
}
