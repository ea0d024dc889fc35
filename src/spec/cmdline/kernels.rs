//! Words of the kernel's own that are ours to carry out when it has started from an initramfs:
//! which root comes next (Documentation/admin-guide/kernel-parameters.txt; init/do_mounts.c).

use super::{Front, Parameters, Part};
use crate::spec::{Complaints, Key, Spec};
use crate::text::Arena;

/// Reads `root=`, and with it `rootfstype=`, `rootflags=`, `ro` and `rw`. What `nsinit.switch-root`
/// and its like say overrules it, so that this is read before.
pub fn read_root<'a>(
    line: &'a [u8],
    arena: &mut Arena<'a>,
    spec: &mut Spec<'a>,
    complaints: &mut dyn Complaints<'a>,
) {
    if super::value(line, b"root").is_none_or(<[u8]>::is_empty) {
        return; // without a root the others say nothing
    }
    let parameters = Parameters { rest: Part { text: line, start: 0 } };
    let mut front = Front { arena, spec, complaints };
    for parameter in parameters.take_while(|parameter| !parameter.is_end()) {
        let own = |text: &'static [u8]| Some(Part { text, start: parameter.name.start });
        let (flag, value) = match parameter.name.text {
            b"root" => ("switch-root", parameter.value),
            b"rootfstype" => ("switch-root-type", parameter.value),
            b"rootflags" => ("switch-root-options", parameter.value),
            b"ro" if parameter.value.is_none() => ("switch-root-writable", own(b"false")),
            b"rw" if parameter.value.is_none() => ("switch-root-writable", own(b"true")),
            _ => continue,
        };
        let value = value.filter(|value| !value.text.is_empty() && !parameter.is_open);
        if let (Some(key), Some(value)) = (Key::of_flag(flag.as_bytes()), value) {
            front.put(key, value);
        }
    }
    front.spec.machine.root.is_kernels = true;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::ARENA_MAX;
    use crate::model::RootSource;
    use crate::spec::{Said, SpecFault};

    /// What a line says of the root, by the kernel's words first, then by ours.
    fn with_root(line: &[u8], see: impl FnOnce(&crate::spec::SwitchRoot<'_>)) {
        let mut memory = std::vec![0; ARENA_MAX];
        let mut arena = Arena::new(&mut memory);
        let mut spec = Spec::new(std::boxed::Box::leak(std::boxed::Box::default()));
        let mut complain = |fault: SpecFault<'_>| panic!("{fault:?}");
        read_root(line, &mut arena, &mut spec, &mut complain);
        crate::spec::cmdline::read(line, &mut arena, &mut spec, &mut complain);
        see(&spec.machine.root);
    }

    fn source<'a>(root: &crate::spec::SwitchRoot<'a>) -> Option<RootSource<'a>> {
        root.source.map(|said| said.value)
    }

    #[test]
    fn the_kernels_words_are_heard_when_they_name_a_root() {
        with_root(b"rootfstype=ext4 root=/dev/vda rootflags=noload rw quiet -- root=/x", |root| {
            assert_eq!(source(root), Some(RootSource::Device(c"/dev/vda")));
            assert_eq!(root.kind.map(|said| said.value), Some(c"ext4"));
            assert_eq!(root.options.map(|said| said.value), Some(c"noload"));
            assert_eq!(root.is_writable.map(|said| said.value), Some(true));
            assert!(root.is_kernels);
        });
        with_root(b"rootfstype=ext4 rw root= ro", |root| {
            assert!(
                root.source.is_none()
                    && root.details().iter().all(Option::is_none)
                    && !root.is_kernels
            );
        });
        with_root(b"root=\"PARTLABEL=a b\" rw ro", |root| {
            assert_eq!(source(root), Some(RootSource::PartLabel(c"a b")));
            assert_eq!(root.is_writable.map(|said| said.value), Some(false));
        });
    }

    #[test]
    fn ours_overrule_them_wherever_they_stand() {
        with_root(b"nsinit.switch-root=none root=/dev/vda rw", |root| {
            assert_eq!(source(root), Some(RootSource::None));
            assert!(!root.is_kernels);
        });
        with_root(b"nsinit.switch_root_type=xfs root=/dev/vda rootfstype=ext4", |root| {
            let kind = root.kind.map(|Said { value, .. }| value);
            assert_eq!((source(root), kind), (Some(RootSource::Device(c"/dev/vda")), Some(c"xfs")));
        });
    }
}
