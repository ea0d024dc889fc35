//! A plan out of order is found, and the rules are rules.

use super::*;
use crate::model::ServiceId;
use crate::plan::{Act, Actor, Mode, Step};
use crate::spec::Origin;

fn plan(acts: &[(Actor, Act<'static>)]) -> Plan<'static> {
    let plan = Plan::new(Mode::Run, std::boxed::Box::leak(std::boxed::Box::default()));
    for (actor, act) in acts {
        plan.steps.push(Step { actor: *actor, act: *act, origin: Origin::Default }).unwrap();
    }
    plan
}

#[test]
fn a_plan_out_of_order_is_found_with_both_steps() {
    let wrong = plan(&[(Actor::Inner, Act::MountProc), (Actor::Inner, Act::MakeMountsPrivate)]);
    let (rule, early, late) = broken(&wrong).unwrap();
    assert_eq!((rule.before, rule.after), (Kind::MakeMountsPrivate, Kind::MountProc));
    assert_eq!((early, late), (0, 1));
    let right = plan(&[(Actor::Inner, Act::MakeMountsPrivate), (Actor::Inner, Act::MountProc)]);
    assert!(broken(&right).is_none());
}

#[test]
fn services_do_not_wait_for_each_others_steps() {
    let [a, b] = [0, 1].map(|index| Actor::Service(ServiceId::new(index).unwrap()));
    let two = plan(&[
        (a, Act::SetNoNewPrivs),
        (
            a,
            Act::Execute {
                command: Default::default(),
                argv0: None,
                file_env: Default::default(),
                env: &[],
                is_env_clear: false,
            },
        ),
        (b, Act::SetNoNewPrivs),
    ]);
    assert!(broken(&two).is_none());
}

#[test]
fn every_rule_gives_its_reason_and_no_two_contradict() {
    for rule in rules() {
        assert!(rule.why.len() > 20, "{:?} before {:?}", rule.before, rule.after);
        let opposite =
            |other: &&'static Rule| other.before == rule.after && other.after == rule.before;
        assert!(rules().find(opposite).is_none());
    }
}
