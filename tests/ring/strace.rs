//! What strace(1) wrote: the system calls of each process, in their order.

/// One system call.
#[derive(Clone, Debug)]
pub struct Call {
    pub name: String,
    /// The call as strace shows it, without its result.
    pub shown: String,
    /// What it returned; empty when it did not.
    pub result: String,
}

impl Call {
    /// Whether it became another program.
    pub fn is_exec(&self) -> bool {
        self.name == "execve" && self.result.starts_with('0')
    }

    /// Whether it made a process that borrows our memory until it executes a program.
    pub fn is_vfork(&self) -> bool {
        let is_made = !self.result.starts_with('-');
        self.name == "clone3" && self.shown.contains("CLONE_VFORK") && is_made
    }

    /// Whether it became a program that writes id maps.
    pub fn is_id_tool(&self) -> bool {
        self.is_exec() && (self.shown.contains("newuidmap") || self.shown.contains("newgidmap"))
    }

    /// The words of an execve, as `explain` shows them: quoted, one space between.
    pub fn words(&self) -> String {
        let list = self.shown.split_once('[').and_then(|(_, list)| list.rsplit_once(']'));
        list.map_or(String::new(), |(list, _)| list.replace("\", \"", "\" \""))
    }
}

/// The calls of each process, the processes in the order of their first call.
pub type Trace = Vec<(u32, Vec<Call>)>;

/// Reads what `strace -f -o` wrote: `PID call(arguments) = result`, where a call that another
/// process interrupts is cut in two, `<unfinished ...>` and `<... call resumed>`.
pub fn read(text: &str) -> Trace {
    let mut trace = Trace::new();
    for line in text.lines() {
        let Some((pid, rest)) = line.split_once(' ') else { continue };
        let pid: u32 = pid.parse().unwrap_or_else(|_| panic!("no PID: {line}"));
        let place = trace.iter().position(|(own, _)| *own == pid).unwrap_or(trace.len());
        if place == trace.len() {
            trace.push((pid, Vec::new()));
        }
        let calls = &mut trace[place].1;
        let rest = rest.trim_start();
        let (shown, result) = match rest.rsplit_once(" = ") {
            Some((shown, result)) => (shown, result.to_owned()),
            None => (rest, String::new()),
        };
        if rest.starts_with("<... ") {
            let last = calls.last_mut().unwrap_or_else(|| panic!("nothing to resume: {line}"));
            last.result = result;
        } else if let Some((name, _)) = shown.split_once('(').filter(|(name, _)| is_name(name)) {
            let shown = shown.trim_end_matches(" <unfinished ...>").trim_end().to_owned();
            calls.push(Call { name: name.to_owned(), shown, result });
        }
    }
    trace
}

fn is_name(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}
