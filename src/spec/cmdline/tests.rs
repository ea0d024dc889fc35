//! The promises of the kernel command line, as tables of lines and what they say.

use core::ffi::CStr;
use std::format;
use std::string::{String, ToString as _};
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::spec::file::tests::{line_of, lines_of};

/// Reads a line and hands what was said and what is wrong with it to `see`.
fn with_read<T>(line: &[u8], see: impl FnOnce(&Spec<'_>, &[SpecFault<'_>]) -> T) -> T {
    let mut memory = vec![0; ARENA_MAX];
    let mut arena = Arena::new(&mut memory);
    let mut spec = Spec::new(std::boxed::Box::leak(std::boxed::Box::default()));
    let mut faults = Vec::new();
    let mut complaints = |fault| faults.push(fault);
    read(line, &mut arena, &mut spec, &mut complaints);
    see(&spec, &faults)
}

/// What the line says, then what is wrong with it.
#[track_caller]
fn check(line: &str, expected: &[&str]) {
    let lines = with_read(line.as_bytes(), |spec, faults| {
        let file = spec.file.iter().map(|file| format!("file {file:?}"));
        let verbose = spec.verbose.then(|| "verbose".to_string());
        let said = lines_of(spec).into_iter().chain(file).chain(verbose);
        said.chain(faults.iter().map(line_of)).collect::<Vec<_>>()
    });
    assert_eq!(lines, expected, "{line}");
}

#[test]
fn only_our_words_before_two_dashes_are_read() {
    check("", &[]);
    check("quiet root=/dev/vda nsinit nsinit=1 ansinit.hostname=x nsinitXhostname=x", &[]);
    check("  nsinit.hostname=box\n", &["19 hostname HostName(\"box\")"]);
    check("nsinit.hostname=a -- nsinit.hostname=b", &["17 hostname HostName(\"a\")"]);
    check("a=-- \"--\" nsinit.hostname=b", &[]);
    check("nsinit.hostname=a nsinit.hostname=b", &["35 hostname HostName(\"b\")"]);
}

#[test]
fn words_are_quoted_as_the_kernel_quotes_them() {
    let box_at = |column: usize| format!("{column} hostname HostName(\"a b\")");
    check("nsinit.hostname=\"a b\"", &[&box_at(18)]);
    check("\"nsinit.hostname=a b\" x", &[&box_at(18)]);
    check("x=\"y nsinit.hostname=no\" nsinit.hostname=\"a b\"", &[&box_at(43)]);
    check("nsinit.hostname=a\" b\"", &["17 hostname HostName(\"a\\\" b\\\"\")"]);
    check("nsinit.hostname=\"a\"b", &["18 hostname HostName(\"a\\\"b\")"]);
    check("nsinit.hostname=\"a b", &["18 OpenQuote `a b`"]);
    check("nsinit.hostname=a\u{b}nsinit.verbose", &["17 hostname HostName(\"a\")", "verbose"]);
    check("nsinit.hostname=à", &["17 hostname HostName(\"à\")"]);
}

#[test]
fn a_name_is_spelled_with_dashes_or_underscores() {
    let expected = "22 restart_delay Span(5000000000)";
    check("nsinit.restart-delay=5s", &["- service", expected]);
    check("nsinit.restart_delay=5s", &["- service", expected]);
    check("nsinit.no_new-privs", &["8 no_new_privs true"]);
}

#[test]
fn values_are_read_as_those_of_flags_are() {
    check("nsinit.loopback", &["8 loopback true"]);
    check("nsinit.loopback=false", &["17 loopback false"]);
    check("nsinit.groups=1,wheel", &["- service", "15 groups Id(1)", "17 groups Name(\"wheel\")"]);
    check(
        "nsinit.env=A=b,c nsinit.env=D=",
        &["- service", "12 env Set(\"A=b,c\")", "29 env Set(\"D=\")"],
    );
    check("nsinit.stdout=file=/x", &["- service", "15 stdout File(\"/x\")"]);
    check(
        "nsinit.uid-map=\"0 1000 1,1 5 9\"",
        &[
            "17 uid_map IdMap { inside: 0, outside: 1000, count: 1 }",
            "26 uid_map IdMap { inside: 1, outside: 5, count: 9 }",
        ],
    );
    check("nsinit.config=/etc/nsinit.toml nsinit.verbose=false", &["file \"/etc/nsinit.toml\""]);
}

#[test]
fn a_command_is_split_into_words_as_a_shell_splits_simple_ones() {
    check("nsinit.exec=/bin/sh", &["- service", "13 command [\"/bin/sh\"]"]);
    check(
        "nsinit.exec=\"/bin/test -v 'a b'\"",
        &["- service", "14 command [\"/bin/test\", \"-v\", \"a b\"]"],
    );
    check(
        "nsinit.exec=\" a  '' b\\ c\\\\ \"",
        &["- service", "14 command [\"a\", \"\", \"b c\\\\\"]"],
    );
    check("nsinit.exec=a'\\'b", &["- service", "13 command [\"a\\\\b\"]"]);
    check("nsinit.exec=a\" \\x \"b", &["- service", "13 command [\"a \\\\x b\"]"]);
    check("nsinit.exec=\"a 'b\"", &["14 OpenQuote `a 'b`"]);
    check("nsinit.exec=a\\", &["13 OpenQuote `a\\`"]);
    check(
        "nsinit.pre-stop=\"exec=/bin/drain --all\" nsinit.ready=fd=3",
        &["- service", "54 ready Fd(3)", "18 pre_stop Exec([\"/bin/drain\", \"--all\"])"],
    );
    check("nsinit.ready=exec='a", &["14 OpenQuote `exec='a`"]);
    check("nsinit.ready=exec=", &["14 Value([service] ready, Empty) `exec=`"]);
    check("nsinit.exec=\" \"", &["14 Value([service] command, Empty) ` `"]);
    check("nsinit.exec=\"'' a\"", &["14 Value([service] command, Empty) `'' a`"]);
}

#[test]
fn every_fault_is_told_with_its_place() {
    let unknown = |near: &str| format!("UnknownKey {{ table: None, nearest: {near} }}");
    check("nsinit.hostnam=x", &[&format!("8 {} `hostnam`", unknown("Some(\"hostname\")"))]);
    check("nsinit.exc=x", &[&format!("8 {} `exc`", unknown("Some(\"exec\")"))]);
    check("nsinit.command=x", &[&format!("8 {} `command`", unknown("Some(\"exec\")"))]);
    check("nsinit.", &[&format!("8 {} ``", unknown("None"))]);
    check(
        "nsinit.hostname nsinit.exec nsinit.config= nsinit.hostname=",
        &[
            "8 NoValue(\"NAME\") `hostname`",
            "24 NoValue(\"COMMAND\") `exec`",
            "36 NoValue(\"FILE\") `config`",
            "60 Value([sandbox] hostname, Empty) ``",
        ],
    );
    check("nsinit.verbose=1", &["16 NeedlessValue(\"verbose\") `1`"]);
    check(
        "nsinit.groups=1,,a:b",
        &[
            "- service",
            "15 groups Id(1)",
            "17 Value([service] groups, Empty) ``",
            "18 Value([service] groups, BadByte(58)) `a:b`",
        ],
    );
}

#[test]
fn a_service_that_is_not_to_be_found_is_a_fault() {
    let mut memory = [0; 64];
    let mut spec = Spec::new(std::boxed::Box::leak(std::boxed::Box::default()));
    spec.add_service(Origin::Default).unwrap();
    spec.add_service(Origin::Default).unwrap();
    let mut arena = Arena::new(&mut memory);
    let mut count = 0;
    let mut complaints = |fault: SpecFault<'_>| {
        assert!(matches!(fault.complaint, Complaint::NoMainService), "{fault:?}");
        count += 1;
    };
    read(b"nsinit.exec=a nsinit.cwd=/", &mut arena, &mut spec, &mut complaints);
    assert_eq!(count, 2);
}

proptest! {
    #[test]
    fn arbitrary_lines_never_panic_and_faults_lie_within(
        line in "(nsinit\\.(exec|groups|hostname|x|env)|[a\"'\\\\= ,\t-]|--|é|\u{0}){0,20}"
    ) {
        with_read(line.as_bytes(), |_, faults| for fault in faults {
            let Origin::CommandLine { column } = fault.origin else { panic!("{fault:?}") };
            let start = usize::try_from(column).unwrap() - 1;
            assert_eq!(&line.as_bytes()[start..start + fault.said.len()], fault.said);
        });
    }

    #[test]
    fn a_command_in_single_quotes_is_read_back(
        words in prop::collection::vec("[^\0'\"]{1,8}", 1..8)
    ) {
        let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
        let line = format!("nsinit.exec=\"{}\"", quoted.join(" "));
        with_read(line.as_bytes(), |spec, _| {
            let read = spec.services[0].command.unwrap().value;
            assert!(read.iter().map(CStr::to_bytes).eq(words.iter().map(String::as_bytes)));
        });
    }
}

#[test]
fn what_stands_behind_two_dashes_is_the_command_as_init_would_get_it() {
    // The kernel gives init `one`, `two three`, `a=b`, `q=d e`; from a second `--` on nothing.
    let line = b"quiet a=1 nsinit.nonce=7 -- one \"two three\" a=b q=\"d e\" -- --after\n";
    let mut memory = std::vec![0u8; 256];
    let mut arena = Arena::new(&mut memory);
    let mut spec = Spec::new(std::boxed::Box::leak(std::boxed::Box::default()));
    let mut complain = |fault: SpecFault<'_>| panic!("{fault:?}");
    command(line, &mut arena, &mut spec, &mut complain);
    let said = spec.services[0].command.unwrap();
    let words: std::vec::Vec<_> = said.value.iter().map(|word| word.to_bytes()).collect();
    let expected: [&[u8]; 6] = [b"one", b"two three", b"a=b", b"q=d e", b"--", b"--after"];
    assert_eq!(words, expected);
    assert_eq!(said.origin, Origin::CommandLine { column: 29 });
    assert_eq!(value(line, b"nsinit.nonce"), Some(b"7".as_slice()));
    assert_eq!(value(line, b"q"), None, "what stands behind the dashes is not ours");
}

#[test]
fn a_line_without_dashes_has_no_command() {
    for line in [&b"quiet"[..], b"quiet --", b"", b"nsinit.exec=a -- \n"] {
        let mut memory = std::vec![0u8; 256];
        let mut arena = Arena::new(&mut memory);
        let mut spec = Spec::new(std::boxed::Box::leak(std::boxed::Box::default()));
        let mut complain = |fault: SpecFault<'_>| panic!("{fault:?}");
        command(line, &mut arena, &mut spec, &mut complain);
        assert!(spec.services.is_empty(), "{}", std::string::String::from_utf8_lossy(line));
    }
}

proptest::proptest! {
    #[test]
    fn no_line_whatsoever_is_a_defect(line: std::vec::Vec<u8>) {
        let mut memory = std::vec![0u8; 4096];
        let mut arena = Arena::new(&mut memory);
        let mut spec = Spec::new(std::boxed::Box::leak(std::boxed::Box::default()));
        let line: &'static [u8] = std::boxed::Box::leak(line.into_boxed_slice());
        let _ = file(line, &mut arena); // whether there is one is no matter
        command(line, &mut arena, &mut spec, &mut |_: SpecFault<'_>| {});
    }
}

#[test]
fn a_modules_parameters_are_told_as_the_kernel_takes_them() {
    let told = |module: &str, line: &str| {
        let mut text = crate::text::Buffer::<256>::new();
        parameters_of(module.as_bytes(), line.as_bytes(), &mut text);
        String::from_utf8_lossy(text.text().unwrap()).to_string()
    };
    let line = "quiet overlay.metacopy=on virtio-net.x=1,2 \"over_lay.a=b c\" \
                overlay.nfs nsinit.a=b over_lay.d=\"e f\" .g=h over-lay.=i overlay.j=k=l \
                -- overlay.m=n";
    assert_eq!(told("overlay", line), "metacopy=on nfs j=k=l ");
    assert_eq!(told("virtio_net", line), "x=1,2 ");
    assert_eq!(told("over-lay", line), "a=\"b c\" d=\"e f\" =i ");
    assert_eq!(told("net", line), "");
}
