//! The promises of the file front, as tables of files and what they say; what is wrong with files
//! is in `faults`.

mod faults;

use core::fmt::Debug;
use std::boxed::Box;
use std::format;
use std::string::{String, ToString as _};
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::spec::{Said, ServiceSpec};
use crate::text::Fault;

fn place(origin: Origin) -> String {
    match origin {
        Origin::File { line, column } => format!("{line}:{column}"),
        Origin::CommandLine { column } => format!("{column}"),
        Origin::Argument(number) => format!("#{number}"),
        Origin::Default => "-".to_string(),
        Origin::Given { number, word } => format!("{number}/{word}"),
    }
}

fn show<'s, T: Debug + 's>(
    lines: &mut Vec<String>,
    name: &str,
    said: impl IntoIterator<Item = &'s Said<T>>,
) {
    for said in said {
        lines.push(format!("{} {name} {:?}", place(said.origin), said.value));
    }
}

/// Everything that was said, one line for each value.
pub(in crate::spec) fn lines_of(spec: &Spec<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    macro_rules! show {
        ($from:ident: $($field:ident)*) => {
            $(show(&mut lines, stringify!($field), &$from.$field);)*
        };
    }
    show!(spec: name namespaces hostname domainname proc boottime monotonic);
    show(&mut lines, "uid_map", spec.uid_map.iter());
    show(&mut lines, "gid_map", spec.gid_map.iter());
    show!(spec: uid gid);
    show(&mut lines, "loopback", &spec.net.loopback);
    show!(spec: no_new_privs);
    for service in spec.services.iter() {
        let ServiceSpec { origin, .. } = service;
        lines.push(format!("{} service", place(*origin)));
        show!(service: name main command env clear_env cwd user group groups umask after);
        show!(service: restart restart_delay restart_delay_max restart_limit restart_window);
        show!(service: ready start_timeout stop_signal grace pre_stop termination_message);
        show!(service: terminal stdin stdout stderr rlimits nice oom_score_adj);
    }
    lines
}

/// Reads a file and hands what was said and what is wrong with it to `see`.
fn with_read<T>(file: &[u8], see: impl FnOnce(&Spec<'_>, &[SpecFault<'_>]) -> T) -> T {
    let mut memory = vec![0; ARENA_MAX];
    let mut arena = Arena::new(&mut memory);
    let mut spec = Box::new(Spec::new(Box::leak(Box::default())));
    let mut faults = Vec::new();
    let mut complaints = |fault| faults.push(fault);
    read(file, &mut arena, &mut spec, &mut complaints);
    see(&spec, &faults)
}

/// Checks what is said in a file that has no fault.
#[track_caller]
fn check(file: &str, expected: &[&str]) {
    with_read(file.as_bytes(), |spec, faults| {
        assert!(faults.is_empty(), "{file}\n{faults:#?}");
        assert_eq!(lines_of(spec), expected, "{file}");
    });
}

/// What is wrong, and where.
pub(in crate::spec) fn line_of(fault: &SpecFault<'_>) -> String {
    let said = String::from_utf8_lossy(fault.said).to_string();
    format!("{} {:?} `{said}`", place(fault.origin), fault.complaint)
}

/// Checks every fault of a file.
#[track_caller]
fn check_faults(file: &str, expected: &[&str]) {
    with_read(file.as_bytes(), |_, faults| {
        assert_eq!(faults.iter().map(line_of).collect::<Vec<_>>(), expected, "{file}");
    });
}

#[test]
fn a_key_is_the_same_in_every_spelling() {
    let expected = |place: &str| format!("{place} hostname HostName(\"x\")");
    for (place, file) in [
        ("2:12", "[sandbox]\nhostname = \"x\"\n"),
        ("1:20", "sandbox.hostname = \"x\""),
        ("1:24", "sandbox = { hostname = \"x\" }"),
        ("2:13", "sandbox = {\n hostname = \"x\", # said\n}\n"),
        ("2:19", "[ sandbox ] # the box\n\"host\\u006eame\" = 'x'"),
        ("2:12", "[\"sand\\x62ox\"]\r\n'hostname'=\"\\x78\"\r\n"),
        ("1:23", "sandbox . hostname =  \"\"\"\nx\"\"\""),
        ("3:12", "\u{feff}# ä\n[sandbox]\nhostname = '''x'''"),
    ] {
        check(file, &[&expected(place)]);
    }
}
/// The example of nsinit.toml(5), with the keys there are.
const EXAMPLE: &str = r#"# kiosk.toml
[sandbox]
name       = "kiosk"                              # for `enter`, `ps`, the cgroup
namespaces = ["pid", "mnt", "uts", "ipc", "time", "net", "cgroup"]
hostname   = "kiosk"
domainname = "lan"

[time]                       # only these two clocks can be shifted
boottime  = "+30d"           # an offset …
monotonic = "=0s"            # … or, with =, the value the workload first sees

[user]
uid-map = ["0 1000 1", "1 100000 65536"]
gid-map = "0 1000 1"

[net]
loopback  = true

[security]
no-new-privs = true

[[service]]
name    = "web"
main    = true
command = ["/usr/bin/web", "--port", "80"]
env     = { TZ = "UTC" }
cwd     = "/data"
user    = "web"
after   = ["db"]
restart = "on-failure"
restart-delay     = "1s"
restart-limit     = 5
stop-signal = "TERM"
grace       = "10s"
stdout      = { file = "/var/log/web" }
stderr      = "inherit"
rlimits     = { nofile = 1024, core = "infinity" }
oom-score-adj = 100

[[service]]
name    = "db"
command = "/usr/bin/db"
restart-window    = 60
"#;

#[test]
fn the_example_of_the_manual_is_read() {
    with_read(EXAMPLE.as_bytes(), |spec, faults| {
        assert!(faults.is_empty(), "{faults:#?}");
        let lines = lines_of(spec);
        let expected = [
            "3:14 name ServiceName(\"kiosk\")",
            "5:14 hostname HostName(\"kiosk\")",
            "6:14 domainname HostName(\"lan\")",
            "9:13 boottime By(2592000000000000)",
            "10:13 monotonic To(0)",
            "13:12 uid_map IdMap { inside: 0, outside: 1000, count: 1 }",
            "13:24 uid_map IdMap { inside: 1, outside: 100000, count: 65536 }",
            "14:11 gid_map IdMap { inside: 0, outside: 1000, count: 1 }",
            "17:13 loopback true",
            "20:16 no_new_privs true",
            "22:1 service",
            "23:11 name ServiceName(\"web\")",
            "24:11 main true",
            "25:11 command [\"/usr/bin/web\", \"--port\", \"80\"]",
            "26:18 env Set(\"TZ=UTC\")",
            "27:11 cwd \"/data\"",
            "28:11 user Name(\"web\")",
            "29:12 after ServiceName(\"db\")",
            "30:11 restart OnFailure",
            "31:21 restart_delay Span(1000000000)",
            "32:21 restart_limit 5",
            "33:15 stop_signal Signal(15)",
            "34:15 grace Some(Span(10000000000))",
            "35:24 stdout File(\"/var/log/web\")",
            "36:15 stderr Inherit",
            "38:17 oom_score_adj 100",
            "40:1 service",
            "41:11 name ServiceName(\"db\")",
            "42:11 command [\"/usr/bin/db\"]",
            "43:21 restart_window Span(60000000000)",
        ];
        let is_long = |line: &&String| line.contains(" rlimits ") || line.contains(" namespaces ");
        let (long, short): (Vec<_>, Vec<_>) = lines.iter().partition(is_long);
        assert_eq!(short, expected);
        assert_eq!(long.len(), 3, "{long:?}");
        assert!(long[0].starts_with("4:58 namespaces"), "{long:?}");
        assert!(long[1].starts_with("37:26 rlimits") && long[1].contains("1024"), "{long:?}");
        assert!(long[2].starts_with("37:39 rlimits") && long[2].contains("soft: None"), "{long:?}");
    });
}

#[test]
fn a_service_is_the_same_in_every_spelling() {
    for file in [
        "[[service]]\nname='a'\nenv={B='1',C=2}\n[[service]]\nname='b'",
        "[[service]]\nname='a'\nenv.B='1'\n'env' . \"C\"=2\n[[service]]\nname='b'",
        "[[service]]\nname='a'\n[service.env]\nB='1'\nC=2\n[[ service ]]\nname='b'",
        "service = [{name='a', env={B='1',C=2}}, {name='b'}]",
        "service = [\n # one\n {name='a', env.B='1', env.C=2,},\n {name='b'\n}\n,]",
    ] {
        with_read(file.as_bytes(), |spec, faults| {
            assert!(faults.is_empty(), "{file}\n{faults:#?}");
            let without_place = |line: String| line.split_once(' ').unwrap().1.to_string();
            let lines: Vec<_> = lines_of(spec).into_iter().map(without_place).collect();
            let name = |name| format!("name ServiceName({name:?})");
            let (a, b) = (name("a"), name("b"));
            let expected = ["service", &a, "env Set(\"B=1\")", "env Set(\"C=2\")", "service", &b];
            assert_eq!(lines, expected, "{file}");
        });
    }
}

#[test]
fn every_kind_of_string_is_decoded() {
    let check = |written: &str, text: &str| {
        let file = format!("[[service]]\ncommand = [{written}]");
        let expected = format!("2:11 command [{:?}]", std::ffi::CString::new(text).unwrap());
        check(&file, &["1:1 service", &expected]);
    };
    check(r#""a\tb\n\"\\\e\x41\u00e9\U0001F600""#, "a\tb\n\"\\\u{1b}Aé😀");
    check(r"'C:\x\n'", r"C:\x\n");
    check("\"\"\"\nline\n  two \\\n\n  three \"\" \"\"\"", "line\n  two three \"\" ");
    check("'''\r\nit''s \\n\r\n'''", "it''s \\n\r\n");
    check("\"\"\"\"quoted\"\"\"\"", "\"quoted\"");
}

#[test]
fn an_integer_is_read_in_every_base() {
    for (written, nice) in [
        ("10", 10),
        ("+1_0", 10),
        ("-20", -20),
        ("-0", 0),
        ("0x0F", 15),
        ("0o1_7", 15),
        ("0b0000_1111", 15),
        ("0x0000000000000000000000001", 1),
    ] {
        let expected = format!("2:8 nice {nice}");
        check(&format!("[[service]]\nnice = {written}"), &["1:1 service", &expected]);
    }
    let range = |min: i64, max: i64, said: &str| {
        let fault = Fault::OutOfRange { min, max };
        check_faults(
            &format!("[[service]]\nnice = {said}"),
            &[&format!("2:8 Value([service] nice, {fault:?}) `{said}`")],
        );
    };
    range(-20, 19, "0x7fffffffffffffff");
    range(-20, 19, "-9223372036854775808");
    range(i64::MIN, i64::MAX, "9223372036854775808");
    range(i64::MIN, i64::MAX, "0xffffffffffffffffff");
    for wrong in ["0x", "1_a", "1__0", "010", "-0b1", "0X1", "1_", "+", "1e", "--1"] {
        with_read(format!("[[service]]\nnice = {wrong}").as_bytes(), |_, faults| {
            assert!(
                matches!(faults, [SpecFault { complaint: Complaint::Grammar(..), .. }]),
                "{wrong}"
            );
        });
    }
}

#[test]
fn a_key_takes_the_types_of_its_shape_and_no_others() {
    let values = ["'5s'", "5", "true", "1.5", "1979-05-27 07:32:00Z", "['5']", "[5]", "{a='5'}"];
    let types = [
        "a string",
        "an integer",
        "a boolean",
        "a float",
        "a date-time",
        "a list",
        "a list",
        "a table",
    ];
    for (key, good) in [
        ("cwd", "0"),            // Text
        ("nice", "1"),           // Number
        ("restart-delay", "01"), // Span
        ("user", "01"),          // TextOrNumber
        ("clear-env", "2"),      // Switch
        ("groups", "0156"),      // List
        ("env", "7"),            // Pairs
        ("stdin", "07"),         // TextOrPair
        ("stdout", "07"),        // TextOrPairs
        ("command", "05"),       // Words
        ("ready", "017"),        // TextOrExec
    ] {
        for (index, (value, type_name)) in values.iter().zip(types).enumerate() {
            let file = format!("[[service]]\n{key} = {value}");
            with_read(file.as_bytes(), |_, faults| {
                let wrong = faults.iter().any(|fault| {
                    let (Complaint::WrongType(row, said) | Complaint::Spelling(row, said)) =
                        fault.complaint
                    else {
                        return false;
                    };
                    row.name() == key && (said == type_name || said == "an integer")
                });
                // What could be no value of the key in any spelling is told as that.
                let is_no_value = |fault: &SpecFault<'_>| {
                    let Complaint::Value(row, _) = fault.complaint else { return false };
                    row.name() == key
                };
                let is_good = good.contains(&index.to_string());
                let is_told = wrong || !is_good && faults.iter().any(is_no_value);
                assert_ne!(is_told, is_good, "{file}: {faults:?}");
            });
        }
    }
}

#[test]
fn a_file_may_be_empty_but_not_of_other_bytes_than_utf_8() {
    for file in ["", "\n", "# nothing", "\u{feff}", "\u{feff}\r\n\t\r\n"] {
        check(file, &[]);
    }
    for (file, expected) in [
        (b"# \xc3\xa4\n\xc3\xa4\xff = 1\n".as_slice(), "2:2 NotUtf8 `\u{fffd}`"),
        (b"a = '\xc3", "1:6 NotUtf8 `\u{fffd}`"),
    ] {
        with_read(file, |_, faults| {
            assert_eq!(faults.iter().map(line_of).collect::<Vec<_>>(), [expected]);
        });
    }
}

#[test]
fn a_key_may_take_a_word_a_number_or_a_command() {
    let with = |lines: &[&str]| {
        let file = format!("[[service]]\n{}\n", lines.join("\n"));
        with_read(file.as_bytes(), |spec, faults| {
            let faults = faults.iter().map(line_of);
            lines_of(spec).into_iter().skip(1).chain(faults).collect::<Vec<_>>().join("; ")
        })
    };
    assert_eq!(with(&["ready = 'notify'"]), "2:9 ready Notify");
    assert_eq!(with(&["ready = { fd = 3 }"]), "2:16 ready Fd(3)");
    assert_eq!(with(&["ready.fd = 7"]), "2:12 ready Fd(7)");
    let exec = "ready = { exec = ['/bin/check', '-x'] }";
    assert_eq!(with(&[exec]), "2:18 ready Exec([\"/bin/check\", \"-x\"])");
    assert_eq!(with(&["[service.ready]", "exec = 'a'"]), "3:8 ready Exec([\"a\"])");
    assert_eq!(
        with(&["pre-stop = 5", "start-timeout = 'infinity'"]),
        "3:17 start_timeout None; 2:12 pre_stop Pause(Span(5000000000))"
    );
    assert_eq!(
        with(&["command = ['a']", "pre-stop = { exec = ['b'] }", "termination-message = '/t'"]),
        "2:11 command [\"a\"]; 3:21 pre_stop Exec([\"b\"]); 4:23 termination_message \"/t\""
    );
    let forms = "\"none\", \"notify\", \"fd=N\", \"tcp=[ADDRESS:]PORT\", \"exec=COMMAND\"";
    let not = format!("Value([service] ready, NotOneOf([{forms}]))");
    assert_eq!(with(&["ready = 5"]), format!("2:9 {not} `5`"));
    assert_eq!(with(&["ready = { file = 'x' }"]), format!("2:18 {not} `file=x`"));
    assert_eq!(with(&["ready = { exec = [] }"]), "2:18 Value([service] ready, Empty) `[]`");
    assert_eq!(with(&["ready = {}"]), "2:9 Value([service] ready, Empty) `{}`");
    let wrong = |type_name, said| format!("WrongType([service] ready, {type_name:?}) `{said}`");
    assert_eq!(with(&["ready = { exec = 5 }"]), format!("2:18 {}", wrong("an integer", "5")));
    assert_eq!(
        with(&["ready = { exec = ['a', 5] }"]),
        format!("2:24 {}", wrong("an integer", "5"))
    );
    assert_eq!(with(&["ready = { fd = [3] }"]), format!("2:16 {}", wrong("a list", "[3]")));
    assert_eq!(
        with(&["ready = { exec = ['a'], fd = 3 }"]),
        format!("2:18 ready Exec([\"a\"]); 2:25 {}", wrong("a table of several names", "fd"))
    );
}

/// Text that is made of the words and signs of our files, and so nearly one of them.
fn soup() -> impl Strategy<Value = String> {
    let words = [
        "sandbox",
        "service",
        "time",
        "env",
        "hostname",
        "command",
        "stdout",
        "file",
        "uid-map",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ".",
        ",",
        "\n",
        "\n",
        "\r\n",
        " ",
        "'a'",
        "\"b\\n\"",
        "\"",
        "'",
        "'''",
        "\"\"\"",
        "\\",
        "\\u00e9",
        "1",
        "0x1_F",
        "-",
        "1.5",
        "true",
        "nan",
        "07:32:00",
        "#",
        "é",
        "\u{0}",
        "\u{feff}",
        "service = [{",
        "sandbox.hostname = ",
        "[[service]]\n",
        "env = { A = 1 }",
        "ready",
        "pre-stop = { exec = ['a', ",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..60)
        .prop_map(|words| words.concat())
}

/// What every fault promises: a place inside the file, and words of ours for it.
fn look(file: &[u8]) {
    with_read(file, |_, faults| {
        let text = String::from_utf8_lossy(file);
        let lines: Vec<_> = text.split('\n').collect();
        for fault in faults {
            let Origin::File { line, column } = fault.origin else { panic!("{fault:?}") };
            let line = lines[usize::try_from(line).unwrap() - 1];
            assert!(usize::try_from(column).unwrap() <= line.chars().count() + 1, "{fault:?}");
        }
    });
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(file in prop::collection::vec(any::<u8>(), 0..200)) {
        look(&file);
    }

    #[test]
    fn what_is_nearly_a_file_never_panics(file in soup()) {
        look(file.as_bytes());
    }

    #[test]
    fn a_string_is_read_back_as_it_was(text in "[^\0]{1,40}") {
        let escape = |letter| format!("\\U{:08x}", u32::from(letter));
        let escaped: String = text.chars().map(escape).collect();
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
        let is_plain = !text.contains(|letter: char| letter.is_ascii_control() && letter != '\t');
        let literal = is_plain && !text.contains('\'');
        let spellings = [
            Some(format!("\"{escaped}\"")),
            Some(format!("\"\"\"\\\n   {escaped}\"\"\"")),
            is_plain.then(|| format!("\"{quoted}\"")),
            is_plain.then(|| format!("\"\"\"\n{quoted}\"\"\"")),
            literal.then(|| format!("'{text}'")),
            literal.then(|| format!("'''\n{text}'''")),
        ];
        for written in spellings.into_iter().flatten() {
            let command = format!("command = ['a', {written}]");
            let file = format!("[[service]]\nenv = {{ A = {written} }}\n{command}");
            with_read(file.as_bytes(), |spec, faults| {
                assert!(faults.is_empty(), "{file}\n{faults:?}");
                let service = &spec.services[0];
                let words = service.command.unwrap().value;
                assert_eq!(words.iter().last().unwrap().to_bytes(), text.as_bytes());
                let pair = format!("{:?}", service.env[0].value);
                let expected = std::ffi::CString::new(format!("A={text}")).unwrap();
                assert_eq!(pair, format!("Set({expected:?})"));
            });
        }
    }
}
