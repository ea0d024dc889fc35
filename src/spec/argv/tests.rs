//! The promises of the arguments.

use super::*;
use crate::model::{KillMode, Restart, Shift, Signal};
use std::boxed::Box;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

/// Reads `line`, its words separated by spaces, and hands the spec and the complaints on.
fn with<T>(front: Front, line: &str, look: impl FnOnce(&Spec<'_>, &[String]) -> T) -> T {
    let bytes: Vec<u8> =
        line.split(' ').flat_map(|word| format!("{word}\0").into_bytes()).collect();
    let mut memory = vec![0u8; 1024];
    let mut arena = Arena::new(&mut memory);
    let mut spec = Spec::new(Box::leak(Box::default()));
    let mut said = Vec::new();
    let mut complaints = |fault: SpecFault<'_>| {
        let Origin::Argument(number) = fault.origin else { panic!("{:?}", fault.origin) };
        let word = String::from_utf8_lossy(fault.said);
        said.push(format!("{number} {word} {:?}", fault.complaint));
    };
    read(Line::new(front, Words::new(&bytes), 2), &mut arena, &mut spec, &mut complaints);
    look(&spec, &said)
}

fn complains(front: Front, line: &str, expected: &str) {
    with(front, line, |_, said| assert_eq!(said, [expected], "{line}"));
}

fn command_of(spec: &Spec<'_>) -> Vec<String> {
    let words = spec.services[0].command.unwrap().value;
    words.iter().map(|word| word.to_string_lossy().to_string()).collect()
}

#[test]
fn flags_come_first_and_the_first_operand_ends_them() {
    let line = "--hostname box --boottime=+30d --restart always sh -c --hostname";
    with(Front::Run, line, |spec, said| {
        assert!(said.is_empty(), "{said:?}");
        assert_eq!(spec.hostname.unwrap().value.bytes(), b"box");
        assert_eq!(spec.boottime.unwrap().value, Shift::By(2_592_000_000_000_000));
        assert_eq!(spec.services[0].restart.unwrap().value, Restart::Always);
        assert_eq!(command_of(spec), ["sh", "-c", "--hostname"]);
    });
}

#[test]
fn what_a_descriptor_gives_stands_in_its_place() {
    // Looks like the words of each in the place of its --args, and the line going on behind them.
    let line = b"--hostname\0one\0--args\x004\0--domainname\0lan\0--args\x005\0sh\0-c\0";
    let given = [
        Given { number: 4, words: Words::new(b"--hostname\0two\0-v\0") },
        Given { number: 5, words: Words::new(b"--sync-fd\x009\0") },
    ];
    let line = Line { given: &given, ..Line::new(Front::Run, Words::new(line), 2) };
    let mut memory = vec![0u8; 1024];
    let mut spec = Spec::new(Box::leak(Box::default()));
    let mut complain = |fault: SpecFault<'_>| panic!("{fault:?}");
    read(line, &mut Arena::new(&mut memory), &mut spec, &mut complain);
    let hostname = spec.hostname.unwrap();
    assert_eq!(hostname.value.bytes(), b"two");
    assert_eq!(hostname.origin, Origin::Given { number: 4, word: 1 });
    assert_eq!(spec.domainname.unwrap().origin, Origin::Argument(6));
    assert!(spec.verbose && spec.ties.keys().0.iter().any(Option::is_some));
    assert_eq!((command_of(&spec), spec.ties.given), (vec!["sh".into(), "-c".into()], 2));
    let asked: Vec<u16> = super::given(line).map(|said| said.value).collect();
    assert_eq!(asked, [4, 5]);
}

#[test]
fn a_toml_file_is_the_file_and_behind_two_dashes_it_is_a_command() {
    with(Front::Run, "-v kiosk.toml -- run.toml x", |spec, _| {
        assert_eq!(spec.file, Some(c"kiosk.toml"));
        assert!(spec.verbose);
        assert_eq!(command_of(spec), ["run.toml", "x"]);
    });
    with(Front::Init, "kiosk.toml a.toml", |spec, _| {
        assert_eq!(spec.file, Some(c"kiosk.toml"));
        assert_eq!(command_of(spec), ["a.toml"]);
    });
    with(Front::Entrypoint, "kiosk.toml", |spec, _| {
        assert_eq!(spec.file, None);
        assert_eq!(command_of(spec), ["kiosk.toml"]);
    });
    let words = Words::new(b"--hostname\0a.toml\0--config\0etc/kiosk\0");
    assert_eq!(file(Line::new(Front::Run, words, 2)).unwrap().path.value, c"etc/kiosk");
}

#[test]
fn lists_are_split_and_pairs_are_joined() {
    with(
        Front::Run,
        "--namespaces pid,mnt --setenv TZ UTC --env A=b=c --no-loopback",
        |spec, said| {
            assert!(said.is_empty(), "{said:?}");
            assert_eq!(spec.namespaces.unwrap().value.exactly.unwrap().to_string(), "mnt, pid");
            assert_eq!(spec.services[0].env.len(), 2);
            assert!(!spec.net.loopback.unwrap().value);
        },
    );
}

#[test]
fn sets_and_maps_grow_with_each_flag() {
    let line = "--rewrite TERM:QUIT,HUP:drop --rewrite USR1:USR2 --success-exit 3,TERM \
                --success-exit 4 --exit-map 3:0 --signal-group --die-by-signal \
                --parent-death INT:7 --unhandled drop --kill-mode process --env-file a";
    with(Front::Entrypoint, line, |spec, said| {
        assert!(said.is_empty(), "{said:?}");
        let service = &spec.services[0];
        let rewrites = service.rewrite.unwrap().value;
        assert_eq!(rewrites.of(Signal::TERM), Some(Signal::QUIT));
        assert_eq!(rewrites.of(Signal::HUP), None);
        assert_eq!(rewrites.of(Signal::new(10).unwrap()), Signal::new(12));
        let success = service.success_exit.unwrap().value;
        assert!([3, 4, 143].into_iter().all(|code| success.has(code)));
        assert_eq!(service.exit_map.unwrap().value.of(3), 0);
        assert_eq!(service.parent_death.unwrap().value.parent, Some(7));
        assert_eq!(service.env_files[0].value, c"a");
        assert_eq!(service.kill_mode.unwrap().value, KillMode::Process);
    });
}

#[test]
fn every_fault_names_its_argument() {
    complains(
        Front::Run,
        "--hostnmae box",
        "2 --hostnmae UnknownFlag { nearest: Some(\"hostname\") }",
    );
    complains(Front::Run, "--loopback --hostname", "3 --hostname NoValue(\"NAME\")");
    complains(Front::Run, "--user --loopback -- true", "2 --user NoValue(\"USER\")");
    complains(Front::Run, "--hostname -- true", "2 --hostname NoValue(\"NAME\")");
    complains(Front::Run, "-x", "2 -x UnknownFlag { nearest: None }");
    complains(
        Front::Run,
        "--restart=sometimes",
        "2 sometimes Value([service] restart, \
         NotOneOf([\"never\", \"on-failure\", \"always\"]))",
    );
    complains(Front::Run, "--setenv A", "2 --setenv NoValue(\"NAME VALUE\")");
    complains(Front::Run, "--realtime +1d", "2 +1d Value([time] realtime, WallClock)");
    complains(
        Front::Entrypoint,
        "--hostname=box",
        "2 --hostname=box NotForThisVerb([sandbox] hostname)",
    );
    complains(Front::Run, "a.toml --config b", "3 --config SecondFile");
    let needless = "2 --no-loopback=false NeedlessValue(\"no-KEY\")";
    complains(Front::Run, "--no-loopback=false", needless);
}
