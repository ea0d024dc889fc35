//! What `explain --json` says: the calls that are asked first, and every step with its calls.

use super::json::Json;

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// `outer`, `inner` or a service's name.
    pub actor: String,
    /// What is done, in words.
    pub act: String,
    /// Whether nobody asked for it, and a failure of it is no reason to stop.
    #[allow(dead_code)] // of one of the two rings alone
    pub is_dispensable: bool,
    /// Its system calls, in the notation of `plan::Act::calls`.
    pub calls: Vec<String>,
}

impl Step {
    /// Whether it is the one by which PID 1 makes a service's process.
    pub fn is_spawn(&self) -> bool {
        self.act == "spawn"
    }

    /// Whether it is one by which the launcher has another program write an id map.
    pub fn is_tool(&self) -> bool {
        self.actor == "outer" && self.act.starts_with("write ") && self.calls[0] == "clone3"
    }

    /// The start of pasta(1), whose own process starts it.
    #[allow(dead_code)] // of one of the two rings alone
    pub fn is_pasta(&self) -> bool {
        self.act == "connect the network by pasta"
    }

    /// Whether it is one by which the launcher makes a process that ends at once.
    #[allow(dead_code)] // strace shows what that is
    pub fn is_trial(&self) -> bool {
        self.actor == "outer" && self.act.starts_with("try ")
    }

    /// Whether PID 1, the launcher or the joiner does it.
    pub fn is_ours(&self) -> bool {
        matches!(self.actor.as_str(), "outer" | "joiner" | "inner")
    }
}

/// A plan.
#[derive(Clone, Debug)]
pub struct Explained {
    pub asks: Vec<String>,
    pub steps: Vec<Step>,
}

impl Explained {
    /// Reads what was printed.
    pub fn read(text: &str) -> Self {
        let json = Json::read(text);
        let texts = |json: &Json| json.list().iter().map(|text| text.text().to_owned()).collect();
        let step = |json: &Json| Step {
            actor: json.get("actor").text().to_owned(),
            act: json.get("act").text().to_owned(),
            is_dispensable: json.get("act").text().starts_with("listen at ")
                && json.get("origin").text() == "(default)",
            calls: texts(json.get("calls")),
        };
        let steps: Vec<Step> = json.get("steps").list().iter().map(step).collect();
        for (number, step) in (1..).zip(json.get("steps").list()) {
            assert_eq!(*step.get("number"), Json::Number(number), "steps are numbered from 1");
        }
        Self { asks: texts(json.get("asks")), steps }
    }

    /// Whether a process joins namespaces of others.
    pub fn has_joiner(&self) -> bool {
        self.steps.iter().any(|step| step.actor == "joiner")
    }

    /// Whether there is a launcher.
    pub fn has_launcher(&self) -> bool {
        self.steps.iter().any(|step| step.actor == "outer")
    }

    /// The services, each with the words of its command as they are shown.
    pub fn services(&self) -> Vec<(&str, &str)> {
        let commands = self.steps.iter().filter(|step| !step.is_ours());
        commands
            .filter_map(|step| Some((step.actor.as_str(), step.act.strip_prefix("execute ")?)))
            .collect()
    }
}
