//! What is wrong with a file: told once, where it stands, with what is needed to mend it.

use std::format;
use std::string::String;

use super::{check, check_faults, with_read};
use crate::limits::{COMMAND_WORDS_MAX, GROUPS_MAX, SERVICES_MAX, TOML_DEPTH_MAX, TOML_PAIRS_MAX};
use crate::spec::Complaint;

#[test]
fn a_wrong_type_is_told_where_it_stands() {
    check_faults(
        "[[service]]\ncommand = ['a', 1, 'b', {x=1}, [2]]\nenv.A.b = 1\nnice = [\n1]\n\
         [service.cwd]",
        &[
            "2:17 WrongType([service] command, \"an integer\") `1`",
            "2:25 WrongType([service] command, \"a table\") `{x=1}`",
            "2:32 WrongType([service] command, \"a list\") `[2]`",
            "3:5 WrongType([service] env, \"a table\") `A`",
            "4:8 WrongType([service] nice, \"a list\") `[`",
            "6:10 WrongType([service] cwd, \"a table\") `cwd`",
        ],
    );
    check_faults(
        "[[service]]\nenv={A=true, B=[]}\n[[service.env]]\nA=1",
        &[
            "2:8 Spelling([service] env, \"a boolean\") `A=true`",
            "2:16 WrongType([service] env, \"a list\") `[]`",
            "3:11 WrongType([service] env, \"a list of tables\") `env`",
        ],
    );
}

#[test]
fn a_value_that_its_key_refuses_is_told_with_the_reason() {
    check_faults(
        "[sandbox]\nhostname = ''\nname = \"a b\"\nnamespaces = ['pid', \"\\u0000\", 'mnt']",
        &[
            "2:12 Value([sandbox] hostname, Empty) ``",
            "3:8 Value([sandbox] name, BadByte(32)) `a b`",
            "4:22 Value([sandbox] namespaces, Nul) `\\u0000`",
        ],
    );
    check_faults(
        "[[service]]\ncommand = []\ngroups = []\nstdout = {}\nenv = {}\n\
         [[service]]\ncommand = ['']",
        &[
            "2:11 Value([service] command, Empty) `[]`",
            "3:10 Value([service] groups, Empty) `[]`",
            "4:10 Value([service] stdout, Empty) `{}`",
            "7:11 Value([service] command, Empty) `['']`",
        ],
    );
    check_faults(
        "[[service]]\nenv = { 'A=B' = 'c', '' = 1, \"D\\u0000\" = 2 }\n[service.stdout]\n\
         [time]\nrealtime = 1",
        &[
            "2:9 Value([service] env, BadByte(61)) `A=B`",
            "2:22 Value([service] env, Empty) ``",
            "2:30 Value([service] env, Nul) `D\0`",
            "3:1 Value([service] stdout, Empty) `stdout`",
            "5:12 Value([time] realtime, WallClock) `1`",
        ],
    );
}

#[test]
fn an_unknown_name_is_told_once_with_the_nearest_one() {
    check_faults(
        "[time]\nboot-time = 1\nhostname = { a = { b = 1 } }\nzzz = [1]\n\
         [[service]]\nchdir.x = '/'",
        &[
            "2:1 UnknownKey { table: Some(Time), nearest: Some(\"boottime\") } `boot-time`",
            "3:1 OtherTable([sandbox] hostname) `hostname`",
            "4:1 UnknownKey { table: Some(Time), nearest: None } `zzz`",
            "6:1 UnknownKey { table: Some(Service), nearest: Some(\"cwd\") } `chdir`",
        ],
    );
    check_faults(
        "hostname = 'x'\nhostnam = 1\nsandbx.hostname = 1\n[sandbx]\na = 1\n[[x.y]]\n\
         [sandbox.foo]\nz = 1",
        &[
            "1:1 OtherTable([sandbox] hostname) `hostname`",
            "2:1 UnknownKey { table: None, nearest: Some(\"hostname\") } `hostnam`",
            "3:1 UnknownTable { nearest: Some(Sandbox) } `sandbx`",
            "4:2 UnknownTable { nearest: Some(Sandbox) } `sandbx`",
            "6:3 UnknownTable { nearest: None } `x`",
            "7:10 UnknownKey { table: Some(Sandbox), nearest: None } `foo`",
        ],
    );
}

#[test]
fn nothing_is_said_twice() {
    check_faults(
        "[sandbox]\nhostname = 'a'\n\"hostn\\u0061me\" = 'b'\n[time]\n[sandbox]\nproc = 1",
        &["3:1 Twice `hostname`", "5:2 Twice `sandbox`"],
    );
    check_faults(
        "sandbox.hostname = 'a'\nsandbox.proc = 'bind'\nsandbox = {}\n[sandbox]",
        &["3:1 Twice `sandbox`", "4:2 Twice `sandbox`"],
    );
    check_faults(
        "sandbox = {}\nsandbox.proc = 'bind'\nservice = []\n[[service]]\n[service.env]",
        &["2:1 Twice `sandbox`", "4:3 Twice `service`", "5:2 Twice `service`"],
    );
    check_faults(
        "[[service]]\nenv.A = 1\nenv.A = 2\nenv = { B = 1 }\n[service.env]\nC = 1",
        &["3:5 Twice `A`", "4:1 Twice `env`", "5:10 Twice `env`"],
    );
    check_faults(
        "[[service]]\nenv = { A = 1, 'A' = 2 }\nenv.B = 1\nstdin = { file = '/a', max = '1' }\n\
         stdout = { file = '/a', max = '1MiB', max = '2MiB' }\nlog = { keep = 10, fil = '/a' }",
        &[
            "2:16 Twice `A`",
            "3:1 Twice `env`",
            "4:24 WrongType([service] stdin, \"a table of several names\") `max`",
            "5:39 Twice `max`",
            "6:16 Value([service] log, OutOfRange { min: 0, max: 9 }) `10`",
            "6:26 Value([service] log, NotOneOf([\"a path from the root\", \
             \"{ file = \\\"…\\\", max = \\\"1MiB\\\", keep = 1 }\"])) `fil=/a`",
        ],
    );
    check(
        "[[service]]\n[service.env]\n[sandbox]\n[[service]]\n[service.env]",
        &["1:1 service", "4:1 service"],
    );
}

#[test]
fn a_list_of_tables_is_no_table() {
    for (file, expected) in [
        ("[service]\nname = 1", "1:2 WrongTable(Service) `service`"),
        ("[service.env]\nA = true", "1:2 WrongTable(Service) `service`"),
        ("service.name = 'x'", "1:1 WrongTable(Service) `service`"),
        ("service = { name = 1 }", "1:11 WrongTable(Service) `{ name = 1 }`"),
        ("service = [[{ name = 1 }]]", "1:12 WrongTable(Service) `[{ name = 1 }]`"),
        ("service = ['web']", "1:12 WrongTable(Service) `web`"),
        ("[[sandbox]]\nhostname = 1", "1:3 WrongTable(Sandbox) `sandbox`"),
        ("sandbox = [{ hostname = 1 }]", "1:11 WrongTable(Sandbox) `[{ hostname = 1 }]`"),
        ("sandbox = 5", "1:11 WrongTable(Sandbox) `5`"),
    ] {
        check_faults(file, &[expected]);
    }
}

#[test]
fn a_fault_of_the_grammar_is_told_once_and_reading_goes_on() {
    let after = "9:12 Spelling([sandbox] hostname, \"an integer\") `1`";
    for (broken, expected) in [
        ("a = 1 2", "1:7 Grammar(Unexpected) `2`"),
        ("proc = ", "1:8 Grammar(MissingValue) ``"),
        ("proc", "1:5 Grammar(MissingEquals) ``"),
        ("= 'bind'", "1:1 Grammar(MissingKey) `=`"),
        ("proc = bind", "1:8 Grammar(Unquoted) `bind`"),
        ("proc = \"bind", "1:13 Grammar(OpenString) ``"),
        ("proc = 'bind' x", "1:15 Grammar(Unexpected) `x`"),
        ("proc = \"\\bind\\d\" # x", "1:14 Grammar(Escape) `\\d\"`"),
        ("a = [{{}{}[[}]", "1:7 Grammar(MissingKey) `{`"),
        ("a = { b }", "1:9 Grammar(MissingEquals) `}`"),
        ("a = { b =\n 1 }", "1:10 Grammar(MissingValue) ``"),
        ("a = ['b'\n'c']", "2:1 Grammar(MissingComma) `'c'`"),
        ("a = [\n'b',\n# c", "2:5 Grammar(OpenList) ``"),
        ("'''a''' = 1", "1:1 Grammar(MultiLineKey) `'''a'''`"),
        ("a.b. = 1", "1:6 Grammar(MissingKey) `=`"),
        ("a = 1 # \u{1}", "1:9 Grammar(Control) `\u{1}`"),
    ] {
        let lines = broken.matches('\n').count();
        let file = format!("{broken}{}[sandbox]\nhostname = 1", "\n".repeat(7 - lines));
        check_faults(&file, &[expected, after]);
    }
}

#[test]
fn what_follows_a_broken_header_is_not_blamed_for_it() {
    check_faults(
        "[sandbox\nhostname = 1\nx = [\n1]\n[[service]\nx = 1\n[time]\nx = 1",
        &[
            "1:9 Grammar(OpenHeader) ``",
            "5:11 Grammar(OpenListHeader) ``",
            "8:1 UnknownKey { table: Some(Time), nearest: None } `x`",
        ],
    );
}

#[test]
fn a_forgotten_bracket_swallows_no_statement() {
    let unclosed = |place: &str, next: &str| {
        let grammar = format!("{place} Grammar(OpenList) ``");
        let next = format!("3:{next} Spelling([sandbox] hostname, \"an integer\") `1`");
        [grammar, next]
    };
    for (file, place, next) in [
        ("sandbox.namespaces = ['pid',\n\nsandbox.hostname = 1", "1:29", "20"),
        ("sandbox.namespaces = ['pid'\n[sandbox]\nhostname = 1", "1:28", "12"),
        ("sandbox.namespaces = [[['pid']\n  [ sandbox ]\nhostname = 1", "1:31", "12"),
    ] {
        check_faults(file, &unclosed(place, next).each_ref().map(String::as_str));
    }
    check_faults(
        "a = { b = 1\n[[service]]\nc = 1",
        &[
            "1:12 Grammar(OpenTable) ``",
            "3:1 UnknownKey { table: Some(Service), nearest: None } `c`",
        ],
    );
}

#[test]
fn a_file_that_is_too_much_is_refused_with_the_limit() {
    let groups = |count: usize| format!("[[service]]\ngroups = [{}]", "1,".repeat(count));
    with_read(groups(GROUPS_MAX).as_bytes(), |_, faults| assert!(faults.is_empty()));
    let place = 11 + 2 * GROUPS_MAX;
    let max = GROUPS_MAX;
    check_faults(
        &groups(GROUPS_MAX + 5),
        &[&format!("2:{place} Value([service] groups, TooMany {{ max: {max} }}) `1`")],
    );
    let words = |count: usize| format!("[[service]]\ncommand = [{}]", "'a',".repeat(count));
    with_read(words(COMMAND_WORDS_MAX).as_bytes(), |_, faults| assert!(faults.is_empty()));
    with_read(words(COMMAND_WORDS_MAX + 1).as_bytes(), |_, faults| assert_eq!(faults.len(), 1));
    let service = "[[service]]\n[service.env]\nA = 1\n";
    check_faults(&service.repeat(SERVICES_MAX + 2), &["49:3 TooMany(\"services\", 16) `service`"]);
    check_faults(
        &format!("service = [{}]", "{},".repeat(SERVICES_MAX + 2)),
        &["1:60 TooMany(\"services\", 16) `{}`"],
    );
    let pairs: String = (0..=TOML_PAIRS_MAX).map(|n| format!("env.A{n} = 1\n")).collect();
    with_read(format!("[[service]]\n{pairs}").as_bytes(), |_, faults| {
        let complaint = faults.last().unwrap().complaint;
        assert!(matches!(complaint, Complaint::TooMany(_, TOML_PAIRS_MAX)), "{complaint:?}");
    });
    check_faults(
        &format!("a = {}\n[sandbox]\nx = 1", "[".repeat(TOML_DEPTH_MAX + 5)),
        &[
            "1:21 Grammar(TooDeep) `[`",
            "3:1 UnknownKey { table: Some(Sandbox), nearest: None } `x`",
        ],
    );
}
