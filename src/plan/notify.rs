//! What stands between a service manager and a service: who says that it is ready to whom, and the
//! variables that name a process.
//!
//! A manager outside hears what the main service says, through us. The others speak to us alone.

use super::{Act, Actor, Facts, Manager, Plan, Service};
use crate::limits::ENV_MAX;
use crate::model::{Ready, ServiceId, Word};
use crate::spec::{Origin, ServiceSpec};

/// Variables of ours, those of a user's line included.
const OWN_VARIABLES: usize = 8;

impl Service<'_> {
    /// Whether it speaks to us of itself, so that what it says is heeded.
    pub fn speaks(&self) -> bool {
        let is_watched = self.policy.watchdog.is_some() || self.answers_reload;
        self.ready == Ready::Notify || Word::HEARD && is_watched
    }
}

/// Whether there is a socket for messages of this service.
fn has_socket(service: &Service<'_>, facts: &Facts) -> bool {
    service.speaks() || service.policy.is_main && facts.manager.has_notify
}

/// The sockets, one for each service that needs one.
pub(super) fn push_sockets(facts: &Facts, plan: &mut Plan<'_>) {
    for id in ServiceId::all() {
        if plan.service(id).is_some_and(|service| has_socket(service, facts)) {
            plan.push(Actor::Inner, Origin::Default, Act::OpenNotifySocket(id));
        }
    }
}

/// The variables of one service. An environment that was asked to be empty gets none but that of a
/// readiness that was asked for; one that is too large for a list of ours stays as it is.
pub(super) fn push_variables<'a>(
    id: ServiceId,
    service: &'a ServiceSpec<'_>,
    facts: &Facts,
    plan: &mut Plan<'a>,
) {
    let Some(own) = plan.service(id) else { return };
    let (actor, is_main) = (Actor::Service(id), own.policy.is_main);
    let manager = manager_for(service, facts);
    let speaks = own.speaks();
    let watchdog = service.watchdog.filter(|_| Word::HEARD);
    let is_notified = service.ready.filter(|said| said.value == Ready::Notify);
    let said = is_notified.map(|said| said.origin).or(watchdog.map(|said| said.origin));
    let said = said.or(service.reload.filter(|_| Word::HEARD && speaks).map(|said| said.origin));
    let origin = said.unwrap_or(Origin::Default);
    if speaks || is_main && manager.has_notify {
        plan.push(actor, origin, Act::TellNotifySocket(id));
    } else if manager.has_notify {
        plan.push(actor, origin, Act::HideNotifySocket);
    }
    if let Some(said) = watchdog {
        plan.push(actor, said.origin, Act::TellWatchdog(said.value));
    }
    let Manager { has_listen: listen, has_watchdog, .. } = manager;
    let watchdog = has_watchdog && watchdog.is_none();
    if is_main && (listen || watchdog) {
        let pidfd = listen && manager.has_listen_pidfd;
        plan.push(actor, Origin::Default, Act::TellPid { listen, pidfd, watchdog });
    }
}

/// As before, of a command beside a service: it has nothing to say.
pub(super) fn hide_variables<'a>(
    actor: Actor,
    service: &'a ServiceSpec<'_>,
    facts: &Facts,
    plan: &mut Plan<'a>,
) {
    if manager_for(service, facts).has_notify {
        plan.push(actor, Origin::Default, Act::HideNotifySocket);
    }
}

/// What of the manager's words is in the environment of a service, and can be changed there.
fn manager_for(service: &ServiceSpec<'_>, facts: &Facts) -> Manager {
    let is_env_clear = service.clear_env.is_some_and(|said| said.value);
    let has_room = facts.env_count.saturating_add(OWN_VARIABLES) < ENV_MAX;
    if is_env_clear || !has_room { Manager::default() } else { facts.manager }
}
