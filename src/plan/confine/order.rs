//! The orders that the kernel dictates to whoever takes rights away.

use crate::plan::kinds::Kind;
use crate::plan::rule::{Rule, rule};

/// Every order of them that is not ours to choose.
pub(in crate::plan) const RULES: &[Rule] = &[
    rule(
        Kind::BecomeMapped,
        Kind::NewKeyring,
        "a key belongs to who made it, and counts in his quota (keyrings(7))",
    ),
    rule(
        Kind::MakeMountsPrivate,
        Kind::DisableUserns,
        "the file is in the /proc that is seen then, the outer one or a fresh one (proc(5))",
    ),
    rule(
        Kind::DisableUserns,
        Kind::EnterRoot,
        "the new root may have no /proc, or none that can be written to (proc(5))",
    ),
    rule(
        Kind::WaitAtGate,
        Kind::DisableUserns,
        "who has no id yet opens no file (user_namespaces(7))",
    ),
    rule(
        Kind::DisableUserns,
        Kind::BecomeMapped,
        "needs CAP_SYS_RESOURCE, which a change from uid 0 drops (capabilities(7))",
    ),
    rule(
        Kind::DisableUserns,
        Kind::AssertUserns,
        "what is tried is what services will find (user_namespaces(7))",
    ),
    rule(
        Kind::NewKeyring,
        Kind::Spawn,
        "a child has the session keyring of its parent (session-keyring(7))",
    ),
    rule(
        Kind::DenyMemoryWrite,
        Kind::Spawn,
        "what is mapped already stays as it is, and a child inherits it (PR_SET_MDWE(2const))",
    ),
    rule(Kind::GuardTerminal, Kind::Spawn, "a filter is inherited by children (seccomp(2))"),
    rule(
        Kind::KeepCapabilities,
        Kind::BecomeUser,
        "a change from uid 0 clears the permitted set without it (capabilities(7))",
    ),
    rule(
        Kind::BecomeUser,
        Kind::Capabilities,
        "needs CAP_SETUID and CAP_SETGID, and clears the ambient set (capabilities(7))",
    ),
    rule(Kind::LeaveGroups, Kind::Capabilities, "needs CAP_SETGID (setgroups(2))"),
    rule(
        Kind::ChangeDirectory,
        Kind::Capabilities,
        "all are in force in between, and would open directories that the user may not enter",
    ),
    rule(
        Kind::Limits,
        Kind::Capabilities,
        "raising a limit needs privilege (getrlimit(2), nice(2), proc(5))",
    ),
    rule(
        Kind::NoNewPrivs,
        Kind::Landlock,
        "without CAP_SYS_ADMIN only who has it may be restricted (landlock_restrict_self(2))",
    ),
    rule(
        Kind::LandlockRule,
        Kind::Landlock,
        "a domain has the rules that its ruleset has then (landlock_restrict_self(2))",
    ),
    rule(
        Kind::LandlockRule,
        Kind::Capabilities,
        "a path may lead through directories that the service cannot enter (path_resolution(7))",
    ),
    rule(
        Kind::BecomeUser,
        Kind::Landlock,
        "a user's name is looked up in files that a service need not read (passwd(5))",
    ),
    rule(
        Kind::Limits,
        Kind::Landlock,
        "the score is a file of /proc, which a service need not write (proc(5))",
    ),
    rule(Kind::Redirect, Kind::Landlock, "files of outputs are opened by us, not by the service"),
    rule(
        Kind::Landlock,
        Kind::Execute,
        "a domain is of the process, and kept by execve(2) (landlock(7))",
    ),
    rule(
        Kind::Capabilities,
        Kind::Execute,
        "an exec computes the new sets from the old ones (capabilities(7))",
    ),
];
