//! How what was said for a key gets into the spec.

use core::ffi::CStr;

use super::{Key, Table};
use crate::limits::COMMAND_WORDS_MAX;
use crate::model::{LimitKind, Mount};
use crate::spec::service::ServiceSpec;
use crate::spec::{Item, Said, Spec};
use crate::text::{Fault, Words};

/// How a row puts a value into the spec.
#[derive(Clone, Copy)]
pub enum Set {
    /// A key of the whole.
    Whole(for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>),
    /// A key of the interface that is being said.
    Interface,
    /// A key of one service.
    Service(for<'a> fn(&mut ServiceSpec<'a>, Item<'a>) -> Result<(), Fault>),
    /// A key of the whole that takes a text, or a list of words.
    WholeOrExec(
        for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>,
        for<'a> fn(&mut Spec<'a>, Said<Words<'a>>),
    ),
    /// A key of one mount, of a file alone.
    Mount(for<'a> fn(&mut Mount<'a>, Item<'a>) -> Result<(), Fault>),
    /// One of the directories that the last mount, an overlay, is made of.
    Layer,
    /// A limit of the whole, or of one service, by the key's table.
    Limit(LimitKind),
    /// The command of a service, which the fronts read as a list of words.
    Command,
    /// It does not: what the key speaks of is no part of this build, but of this feature.
    NotBuilt(&'static str),
    /// A key of one service that takes a text, or such a list of words.
    ServiceOrExec(
        for<'a> fn(&mut ServiceSpec<'a>, Item<'a>) -> Result<(), Fault>,
        for<'a> fn(&mut ServiceSpec<'a>, Said<Words<'a>>),
    ),
}

impl Key {
    /// Reads one text for this key into the spec; keys of a service go to `service`, or, where that
    /// is `None`, to the main service.
    ///
    /// # Errors
    /// What the key's type refuses. `Ok(false)` when there is no main service to speak of.
    pub fn put<'a>(
        &self,
        spec: &mut Spec<'a>,
        service: Option<usize>,
        item: Item<'a>,
    ) -> Result<bool, Fault> {
        match self.set {
            Set::Whole(set) | Set::WholeOrExec(set, _) => set(spec, item).map(|()| true),
            Set::Service(set) | Set::ServiceOrExec(set, _) => {
                let target = target(spec, service);
                target.map_or(Ok(false), |target| set(target, item).map(|()| true))
            }
            Set::NotBuilt(_) => Err(Fault::NotBuilt),
            Set::Interface if !cfg!(feature = "net") => Err(Fault::NotBuilt), // no row has these
            Set::Mount(_) | Set::Layer | Set::Limit(_) if !cfg!(feature = "sandbox") => {
                Err(Fault::NotBuilt)
            }
            Set::Interface => {
                let interface = spec.net.interface()?;
                interface.put(self.name(), item.bytes(), item.origin).map(|()| true)
            }
            Set::Mount(set) => {
                let target = spec.root.last();
                target.map_or(Ok(false), |target| set(target, item).map(|()| true))
            }
            Set::Layer => {
                let layers = spec.root.last().map(|mount| mount.layers).unwrap_or_default();
                let layers = spec.root.add_layer(layers, item.text)?;
                spec.root.last().into_iter().for_each(|mount| mount.layers = layers);
                Ok(true)
            }
            Set::Limit(kind) if self.table == Table::Limits => {
                spec.limits.limits.set(kind, item).map(|()| true)
            }
            Set::Limit(kind) => {
                let target = target(spec, service);
                target.map_or(Ok(false), |target| target.limits.set(kind, item).map(|()| true))
            }
            Set::Command => Ok(false),
        }
    }

    /// Reads a command for this key into the spec, for the same service as [`Key::put`].
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::TooMany`]. `Ok(false)` when there is no main service to speak of.
    pub fn put_words<'a>(
        &self,
        spec: &mut Spec<'a>,
        service: Option<usize>,
        words: Said<Words<'a>>,
    ) -> Result<bool, Fault> {
        if words.value.first().is_none_or(CStr::is_empty) {
            return Err(Fault::Empty);
        }
        if words.value.len() > COMMAND_WORDS_MAX {
            return Err(Fault::TooMany { max: COMMAND_WORDS_MAX });
        }
        if let Set::WholeOrExec(_, set) = self.set {
            set(spec, words);
            return Ok(true);
        }
        let Some(target) = target(spec, service) else { return Ok(false) };
        match self.set {
            Set::Command => target.command = Some(words),
            Set::ServiceOrExec(_, set) => set(target, words),
            Set::Whole(_)
            | Set::WholeOrExec(..)
            | Set::Service(_)
            | Set::Interface
            | Set::Mount(_)
            | Set::Layer
            | Set::Limit(_) => {}
            Set::NotBuilt(_) => return Err(Fault::NotBuilt),
        }
        Ok(true)
    }
}

/// The service that is spoken of: this one, or the main one.
fn target<'s, 'a>(
    spec: &'s mut Spec<'a>,
    service: Option<usize>,
) -> Option<&'s mut ServiceSpec<'a>> {
    match service {
        Some(index) => spec.services.get_mut(index),
        None => spec.main_service(),
    }
}
