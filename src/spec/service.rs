//! What was asked of one service.

use core::ffi::CStr;

use heapless::Vec;

use super::{Item, Limits, LimitsRoom, List, LogSpec, Origin, Said, switch};
use crate::limits::{ENV_CHANGES_MAX, ENV_FILES_MAX, GROUPS_MAX, RLIMITS_MAX, SERVICES_MAX};
use crate::model::{
    Account, ExitCodes, ExitMap, KillMode, ParentDeath, PreStop, Ready, Reload, Restart, Rewrites,
    Rlimit, ServiceName, Signal, Span, Stdio, Terminal, Unhandled,
};
use crate::text::{Fault, Words, units};

/// One change to the inherited environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvChange<'a> {
    /// `NAME=VALUE`
    Set(&'a CStr),
    /// A name that is taken out.
    Unset(&'a CStr),
}

impl<'a> EnvChange<'a> {
    /// The variable's name.
    pub fn name(self) -> &'a [u8] {
        match self {
            Self::Set(pair) => {
                pair.to_bytes().split(|byte| *byte == b'=').next().unwrap_or_default()
            }
            Self::Unset(name) => name.to_bytes(),
        }
    }
}

/// The memory of one service's lists.
#[derive(Debug)]
pub struct ServiceLists<'a> {
    env: Vec<Said<EnvChange<'a>>, ENV_CHANGES_MAX>,
    env_files: Vec<Said<&'a CStr>, ENV_FILES_MAX>,
    groups: Vec<Said<Account<'a>>, GROUPS_MAX>,
    after: Vec<Said<ServiceName<'a>>, SERVICES_MAX>,
    rlimits: Vec<Said<Rlimit>, RLIMITS_MAX>,
    log: Vec<LogSpec<'a>, 1>,
    limits: LimitsRoom<'a>,
}

impl ServiceLists<'_> {
    /// Empty lists.
    pub const fn new() -> Self {
        Self {
            env: Vec::new(),
            env_files: Vec::new(),
            groups: Vec::new(),
            after: Vec::new(),
            rlimits: Vec::new(),
            log: Vec::new(),
            limits: Vec::new(),
        }
    }
}

impl Default for ServiceLists<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// What was asked of one service; `None` and empty lists were not said.
#[derive(Debug, Default)]
pub struct ServiceSpec<'a> {
    /// Where the service itself was said.
    pub origin: Origin,
    /// Its name.
    pub name: Option<Said<ServiceName<'a>>>,
    /// Whether its end is the end of everything.
    pub main: Option<Said<bool>>,
    /// The command and its arguments.
    pub command: Option<Said<Words<'a>>>,
    /// What the program is told that it is called.
    pub argv0: Option<Said<&'a CStr>>,
    /// Changes to the environment, in the order they were said.
    pub env: List<'a, Said<EnvChange<'a>>, ENV_CHANGES_MAX>,
    /// Files with variables that it gets; `env` overrules them.
    pub env_files: List<'a, Said<&'a CStr>, ENV_FILES_MAX>,
    /// What those files say: `NAME=VALUE`, the last word on a variable counts.
    pub file_env: Words<'a>,
    /// Whether it starts from an empty environment.
    pub clear_env: Option<Said<bool>>,
    /// The working directory.
    pub cwd: Option<Said<&'a CStr>>,
    /// The user it runs as.
    pub user: Option<Said<Account<'a>>>,
    /// Its primary group.
    pub group: Option<Said<Account<'a>>>,
    /// Its supplementary groups.
    pub groups: List<'a, Said<Account<'a>>, GROUPS_MAX>,
    /// The mode bits that new files do not get.
    pub umask: Option<Said<u32>>,
    /// The services that must be ready first, by name.
    pub after: List<'a, Said<ServiceName<'a>>, SERVICES_MAX>,
    /// Whether it is started again after its end.
    pub restart: Option<Said<Restart>>,
    /// The first pause before a restart.
    pub restart_delay: Option<Said<Span>>,
    /// The longest pause before a restart.
    pub restart_delay_max: Option<Said<Span>>,
    /// How many restarts are allowed within the window.
    pub restart_limit: Option<Said<u32>>,
    /// The window in which restarts are counted.
    pub restart_window: Option<Said<Span>>,
    /// How it says that it is ready.
    pub ready: Option<Said<Ready<'a>>>,
    /// How long it may take to get ready; `None` inside waits for ever.
    pub start_timeout: Option<Said<Option<Span>>>,
    /// How long it may be silent when it is ready.
    pub watchdog: Option<Said<Span>>,
    /// The signal it gets when it was silent for longer than `watchdog`.
    pub watchdog_signal: Option<Said<Signal>>,
    /// How it reads its configuration again.
    pub reload: Option<Said<Reload<'a>>>,
    /// The signal that asks it to stop.
    pub stop_signal: Option<Said<Signal>>,
    /// How long it may take to stop; `None` inside waits for ever.
    pub grace: Option<Said<Option<Span>>>,
    /// What is ended with it.
    pub kill_mode: Option<Said<KillMode>>,
    /// Signals for it that arrive as others.
    pub rewrite: Option<Said<Rewrites>>,
    /// Whether signals for it go to its whole process group.
    pub signal_group: Option<Said<bool>>,
    /// What becomes of signals that it is not prepared for.
    pub unhandled: Option<Said<Unhandled>>,
    /// Exit codes that count as success.
    pub success_exit: Option<Said<ExitCodes>>,
    /// As what its exit code is reported.
    pub exit_map: Option<Said<ExitMap>>,
    /// Whether the signal that ended it ends us, too.
    pub die_by_signal: Option<Said<bool>>,
    /// What happens when our parent ends.
    pub parent_death: Option<Said<ParentDeath>>,
    /// What comes between the request to stop it and its stop signal.
    pub pre_stop: Option<Said<PreStop<'a>>>,
    /// The file that says how it ended.
    pub termination_message: Option<Said<&'a CStr>>,
    /// What it has to do with our terminal.
    pub terminal: Option<Said<Terminal>>,
    /// Where its standard input comes from.
    pub stdin: Option<Said<Stdio<'a>>>,
    /// Where its standard output goes.
    pub stdout: Option<Said<Stdio<'a>>>,
    /// Where its standard error goes.
    pub stderr: Option<Said<Stdio<'a>>>,
    /// Its log, once something was said of one.
    pub(super) log: List<'a, LogSpec<'a>, 1>,
    /// Resource limits, one for each resource that was said.
    pub rlimits: List<'a, Said<Rlimit>, RLIMITS_MAX>,
    /// Limits of its cgroup.
    pub limits: Limits<'a>,
    /// The nice value.
    pub nice: Option<Said<i32>>,
    /// The oom_score_adj.
    pub oom_score_adj: Option<Said<i32>>,
}

impl<'a> ServiceSpec<'a> {
    /// Nothing said yet, with memory for its lists.
    pub fn new(origin: Origin, lists: &'a mut ServiceLists<'a>) -> Self {
        Self {
            origin,
            env: List::new(&mut lists.env),
            env_files: List::new(&mut lists.env_files),
            groups: List::new(&mut lists.groups),
            after: List::new(&mut lists.after),
            rlimits: List::new(&mut lists.rlimits),
            log: List::new(&mut lists.log),
            limits: List::new(&mut lists.limits),
            ..Self::default()
        }
    }

    /// Whether it was said to be the main service.
    pub fn is_main(&self) -> bool {
        self.main.is_some_and(|said| said.value)
    }

    /// One change to the environment; the last word on a variable counts.
    pub(super) fn change_env(
        &mut self,
        change: EnvChange<'a>,
        origin: Origin,
    ) -> Result<(), Fault> {
        if change.name().is_empty() {
            return Err(Fault::Empty);
        }
        let said = Said { value: change, origin };
        match self.env.iter_mut().find(|known| known.value.name() == change.name()) {
            Some(known) => *known = said,
            None => self.env.push(said)?,
        }
        Ok(())
    }

    /// `NAME=VALUE`.
    pub(super) fn set_env(&mut self, item: Item<'a>) -> Result<(), Fault> {
        if !item.bytes().contains(&b'=') {
            return Err(Fault::NotA("NAME=VALUE"));
        }
        self.change_env(EnvChange::Set(item.text), item.origin)
    }

    /// The name of a variable that is taken out.
    pub(super) fn unset_env(&mut self, item: Item<'a>) -> Result<(), Fault> {
        match item.bytes().contains(&b'=') {
            true => Err(Fault::BadByte(b'=')),
            false => self.change_env(EnvChange::Unset(item.text), item.origin),
        }
    }

    /// `RESOURCE=LIMIT`; the last word on a resource counts.
    pub(super) fn set_rlimit(&mut self, item: Item<'a>) -> Result<(), Fault> {
        let value = Rlimit::parse(item.bytes())?;
        let said = Said { value, origin: item.origin };
        match self.rlimits.iter_mut().find(|known| known.value.resource == value.resource) {
            Some(known) => *known = said,
            None => self.rlimits.push(said)?,
        }
        Ok(())
    }

    /// `10s`, or `infinity`.
    pub(super) fn set_grace(&mut self, item: Item<'a>) -> Result<(), Fault> {
        item.put(&mut self.grace, span_or_infinity)
    }

    /// `none`, `notify`, `fd=3` or `tcp=8080`.
    pub(super) fn set_ready(&mut self, item: Item<'a>) -> Result<(), Fault> {
        item.put(&mut self.ready, Ready::parse)
    }

    /// A command that tells.
    pub(super) fn ready_by(&mut self, said: Said<Words<'a>>) {
        self.ready = Some(Said { value: Ready::Exec(said.value), origin: said.origin });
    }

    /// A command that has it read its configuration again.
    pub(super) fn reload_by(&mut self, said: Said<Words<'a>>) {
        self.reload = Some(Said { value: Reload::Exec(said.value), origin: said.origin });
    }

    /// A command before the stop signal.
    pub(super) fn pre_stop_by(&mut self, said: Said<Words<'a>>) {
        self.pre_stop = Some(Said { value: PreStop::Exec(said.value), origin: said.origin });
    }

    /// `5s`
    pub(super) fn set_pre_stop(&mut self, item: Item<'a>) -> Result<(), Fault> {
        item.put(&mut self.pre_stop, PreStop::parse)
    }

    /// A directory inside; a relative one would depend on where we were started.
    pub(super) fn set_cwd(&mut self, item: Item<'a>) -> Result<(), Fault> {
        item.put_text(&mut self.cwd, absolute)
    }

    /// A user, and where it is said with it its group.
    pub(super) fn set_user(&mut self, item: Item<'a>) -> Result<(), Fault> {
        let (user, group) = Account::parse_with_group(item.bytes())?;
        let says = |value| Said { value, origin: item.origin };
        let said = self.user.replace(says(user));
        // The group of a user that was said before goes with that one.
        let is_his = |group: &Said<_>| said.is_some_and(|user| user.origin == group.origin);
        self.group = group.map(says).or(self.group.filter(|group| !is_his(group)));
        Ok(())
    }

    /// `-20` to `19`.
    pub(super) fn set_nice(&mut self, item: Item<'a>) -> Result<(), Fault> {
        item.put(&mut self.nice, |text| narrow(text, -20, 19))
    }

    /// `-1000` to `1000`.
    pub(super) fn set_oom_score_adj(&mut self, item: Item<'a>) -> Result<(), Fault> {
        item.put(&mut self.oom_score_adj, |text| narrow(text, -1000, 1000))
    }

    /// `--new-session` of bubblewrap.
    pub(super) fn leave_terminal(&mut self, item: Item<'a>) -> Result<(), Fault> {
        let value = if switch(item.bytes())? { Terminal::None } else { Terminal::Share };
        self.terminal = Some(Said { value, origin: item.origin });
        Ok(())
    }
}

/// A length of time, or `infinity`, which is `None`.
pub(super) fn span_or_infinity(text: &[u8]) -> Result<Option<Span>, Fault> {
    match text {
        b"infinity" => Ok(None),
        _ => Span::parse(text).map(Some),
    }
}

/// A path from the root.
pub(super) fn absolute(text: &CStr) -> Result<&CStr, Fault> {
    match text.to_bytes() {
        [] => Err(Fault::Empty),
        [b'/', ..] => Ok(text),
        _ => Err(Fault::NotA("path from the root, beginning with /")),
    }
}

/// A signed number that fits an `i32`.
fn narrow(text: &[u8], min: i32, max: i32) -> Result<i32, Fault> {
    let (min, max) = (i64::from(min), i64::from(max));
    let number = units::signed(text, min, max)?;
    i32::try_from(number).map_err(|_| Fault::OutOfRange { min, max })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::boxed::Box;

    fn blank() -> ServiceSpec<'static> {
        ServiceSpec::new(Origin::Default, Box::leak(Box::default()))
    }

    fn item(text: &CStr) -> Item<'_> {
        Item { text, origin: Origin::Argument(1) }
    }

    #[test]
    fn the_last_word_on_a_variable_counts() {
        let mut service = blank();
        service.set_env(item(c"TZ=UTC")).unwrap();
        service.set_env(item(c"A=1=2")).unwrap();
        service.unset_env(item(c"TZ")).unwrap();
        let env: std::vec::Vec<_> = service.env.iter().map(|said| said.value).collect();
        assert_eq!(env, [EnvChange::Unset(c"TZ"), EnvChange::Set(c"A=1=2")]);
        assert_eq!(service.set_env(item(c"=x")), Err(Fault::Empty));
        assert_eq!(service.set_env(item(c"TZ")), Err(Fault::NotA("NAME=VALUE")));
        assert_eq!(service.unset_env(item(c"A=")), Err(Fault::BadByte(b'=')));
    }

    #[test]
    fn a_user_takes_the_group_along_that_was_said_with_the_one_before() {
        // Looks like `user = "web:www"` in a file, and --user root, whose group is that of root.
        let mut service = blank();
        let at = |text, line| Item { text, origin: Origin::File { line, column: 1 } };
        let who = |service: &ServiceSpec<'static>| {
            (service.user.unwrap().value, service.group.map(|said| said.value))
        };
        service.set_user(at(c"web:www", 1)).unwrap();
        assert_eq!(who(&service), (Account::Name(b"web"), Some(Account::Name(b"www"))));
        service.set_user(item(c"root")).unwrap();
        assert_eq!(who(&service), (Account::Name(b"root"), None));
        let own = Said { value: Account::Id(7), origin: Origin::Argument(2) };
        service.group = Some(own);
        service.set_user(item(c"web")).unwrap();
        assert_eq!(service.group, Some(own));
    }

    #[test]
    fn grace_can_be_endless_and_a_working_directory_is_absolute() {
        let mut service = blank();
        service.set_grace(item(c"infinity")).unwrap();
        assert_eq!(service.grace.unwrap().value, None);
        service.set_grace(item(c"5s")).unwrap();
        assert_eq!(service.grace.unwrap().value, Some(Span::from_s(5)));
        assert!(service.set_cwd(item(c"data")).is_err());
        assert!(service.set_cwd(item(c"/data")).is_ok());
    }
}
