//! Every attack that is known of programs like ours, by a number of its own, and the tests that try
//! it: the list that SECURITY.md speaks of, and the proof that both name tests there are.
//!
//! A row says how its defence is taken away, so that the attack is seen to succeed; where nothing
//! takes it away, what shows that the attack is live, or that there is nothing to show.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What shows that a test would notice.
enum Without {
    /// The test takes the defence away with these words, and the attack succeeds.
    Flags(&'static [&'static str]),
    /// No flag takes it away; this shows it instead.
    Because(&'static str),
}

use Without::{Because, Flags};

/// One attack: its number, what is tried, the tests by their place (`target::module::function`),
/// and what shows that they would notice.
struct Row(u32, &'static str, &'static [&'static str], Without);

const ROWS: [Row; 27] = [
    Row(
        1,
        "our program is opened for writing through /proc/PID/exe",
        &[
            "attacks::supervisor::nobody_opens_our_program_for_writing",
            "attacks::supervisor::who_executes_our_program_inside_cannot_change_it",
        ],
        Flags(&["&[\"run\"], script"]),
    ),
    Row(
        2,
        "a descriptor or a working directory of the caller leads out",
        &[
            "attacks::files::row_2_no_descriptor_of_the_caller_leads_out",
            "attacks::files::row_2_the_working_directory_is_one_inside",
            "attacks::outside::a_working_directory_leads_nowhere_outside",
            "attacks::outside::descriptors_of_the_caller_are_closed_in_any_root",
            "attacks::outside::row_2_no_descriptor_of_ours_leads_outside",
            "attacks::ours::row_2_nothing_that_we_have_open_becomes_a_services_file",
            "attacks::ours::row_2_a_working_directory_that_is_a_link_is_not_ours",
            "attacks::ours::row_2_no_file_of_the_kernels_is_one_of_the_roots",
            "attacks::ours::the_standard_descriptors_may_be_said_by_their_names",
        ],
        Flags(&["let entrypoint ="]),
    ),
    Row(
        3,
        "a part of a path is swapped for a link between look and mount",
        &[
            "attacks::links::row_3_a_swapped_directory_leads_nothing_out",
            "attacks::links::row_3_proc_and_sys_are_no_links",
        ],
        Because("some of the starts are refused for a link that was met"),
    ),
    Row(
        4,
        "what is made at a link of the root lands outside",
        &[
            "attacks::links::row_4_a_link_in_the_root_leads_nothing_out",
            "attacks::links::row_4_the_vectors_are_live",
        ],
        Because("bubblewrap 0.8 makes files outside by the same words"),
    ),
    Row(
        5,
        "a device, the console or /dev of the root is a link",
        &[
            "attacks::links::row_5_devices_are_not_the_roots",
            "attacks::files::row_5_the_devices_of_the_machine_stay_what_they_are",
            "attacks::console::row_5_the_console_is_not_the_roots",
        ],
        Flags(&["--root-dev=false"]),
    ),
    Row(
        6,
        "capabilities come back by an exec, or by entering",
        &[
            "confine::capabilities::root_has_those_that_are_kept_and_can_have_no_other",
            "confine::capabilities::a_file_gives_back_nothing_that_was_dropped",
            "control::enter::what_enters_is_confined_as_the_service_is",
            "join::enter::what_enters_has_the_rights_of_the_process_and_nothing_of_the_caller",
        ],
        Flags(&["--no-no-new-privs"]),
    ),
    Row(
        7,
        "whoever joins is traced, or read, by who is inside",
        &[
            "attacks::entering::row_7_who_enters_is_neither_traced_nor_read",
            "join::enter::who_is_inside_cannot_look_at_who_enters",
        ],
        Flags(&["nsenter"]),
    ),
    Row(
        8,
        "keys are pressed for the caller: TIOCSTI, TIOCLINUX",
        &[
            "attacks::calls::nobody_types_into_the_terminal",
            "attacks::shared::nothing_is_typed_into_the_terminal_that_is_shared",
        ],
        Flags(&["--seccomp=none"]),
    ),
    Row(
        9,
        "groups are kept, or left where that opens something",
        &["attacks::shared::supplementary_groups_are_left_or_lead_to_nothing_more"],
        Flags(&["groups(Who::Root, &[], &id)"]),
    ),
    Row(
        10,
        "a map of ids that is wrong, or read as something else",
        &[
            "attacks::numbers::lines_of_a_map_are_three_such_numbers",
            "sandbox::identity::a_map_that_the_kernel_would_refuse_is_refused_with_the_reason",
        ],
        Because("each is refused with its own reason before anything is done"),
    ),
    Row(
        11,
        "a cgroup is written to, or a release_agent named",
        &["attacks::files::row_11_no_cgroup_is_changed_from_inside"],
        Flags(&["{CGROUP}false"]),
    ),
    Row(
        12,
        "the kernel is told what to run: core_pattern, sysrq, sysctls",
        &[
            "attacks::files::row_12_the_machine_cannot_be_changed_through_proc",
            "root::inside::what_is_the_machines_in_proc_is_hidden_or_read_only",
            "boot::guests::sandbox::a_root_of_its_own_keeps_the_machines_keys_away",
        ],
        Flags(&["bare(false)"]),
    ),
    Row(
        13,
        "PID 1 is killed or stopped by a signal from inside",
        &["signals::forwarding::pid_1_cannot_be_killed_or_stopped_from_inside"],
        Because("what is a signal from outside ends it: TERM, in the same file"),
    ),
    Row(
        14,
        "the end of a child is missed, and its zombie stays",
        &[
            "soak::a_thousand_starts_end_well_and_leave_nothing",
            "soak::a_hundred_thousand_orphans_leave_no_zombie",
            "signals::inheritance::the_exit_code_survives_whatever_was_ignored_or_blocked",
        ],
        Because("the test sees what is missed: it would wait for ever"),
    ),
    Row(
        15,
        "the launcher is killed before anybody looks at its end",
        &[
            "signals::moments::a_launcher_killed_at_any_moment_leaves_nothing",
            "signals::moments::a_launcher_killed_while_it_writes_maps_leaves_nothing",
            "attacks::outside::a_thread_that_started_us_may_end",
        ],
        Because("the test sees who is left"),
    ),
    Row(
        16,
        "keys of the session outside",
        &["attacks::shared::keys_of_the_session_outside_are_not_found"],
        Flags(&["--no-new-keyring"]),
    ),
    Row(
        17,
        "locks on namespaces that sandboxes share",
        &["attacks::shared::namespaces_are_no_channel_between_sandboxes"],
        Flags(&["--namespaces=-time"]),
    ),
    Row(
        18,
        "sockets that no mount hides: abstract, vsock, packet, netlink",
        &[
            "attacks::shared::sockets_without_a_path_end_at_the_network_or_the_scope",
            "attacks::calls::sockets_lead_nowhere_else",
        ],
        Flags(&["\"none\""]),
    ),
    Row(
        19,
        "a namespace is made inside, for what the kernel allows in it",
        &[
            "attacks::calls::nobody_makes_a_namespace_inside",
            "attacks::calls::threads_come_by_the_way_that_is_left",
        ],
        Flags(&["\"none\""]),
    ),
    Row(
        20,
        "a number that is none becomes 0",
        &[
            "attacks::numbers::ids_are_digits_in_their_range_or_nothing",
            "attacks::numbers::capabilities_ports_and_descriptors_are_such_numbers",
        ],
        Because("each is refused before anything is done"),
    ),
    Row(
        21,
        "a call by another entry, or with bits that a filter does not read",
        &[
            "attacks::calls::there_is_no_second_entry_to_the_kernel",
            "attacks::calls::the_upper_half_of_an_argument_leads_past_nothing",
        ],
        Flags(&["\"none\""]),
    ),
    Row(
        22,
        "a word is read as another one; a name leads elsewhere the second time",
        &[
            "attacks::files::row_22_words_are_what_they_are",
            "attacks::links::row_22_what_is_bound_is_looked_up_once",
        ],
        Because("what stands inside is one or the other as a whole"),
    ),
    Row(
        23,
        "a frozen sandbox cannot be ended",
        &["cgroups::ends::a_frozen_sandbox_is_killed_at_once"],
        Because("the kernel says that it is frozen before it is killed"),
    ),
    Row(
        24,
        "what failed or was killed leaves something behind",
        &[
            "attacks::remains::row_24_a_hundred_failed_and_killed_starts_leave_nothing",
            "soak::a_thousand_sandboxes_leave_no_namespace_name_mount_or_cgroup",
        ],
        Because("the test sees what is left: it makes one of each and looks"),
    ),
    Row(
        25,
        "all there is of memory, files or processes is taken",
        &[
            "attacks::files::row_25_memory_is_filled_to_its_size_and_no_further",
            "attacks::remains::row_25_a_fork_bomb_ends_at_its_limit",
            "boot::guests::sandbox::limits_of_a_sandbox_bite",
        ],
        Flags(&["bred(&[])", "[\"--tmpfs\", \"/a\"], fill"]),
    ),
    Row(
        26,
        "what a runtime leaves behind in the workload: ignored signals, a mask",
        &[
            "attacks::outside::row_26_what_the_kernel_hands_down_is_handed_down",
            "signals::inheritance::mask_and_ignored_signals_are_those_of_a_direct_start",
            "sandbox::surroundings::the_mode_mask_and_the_arguments_are_passed_on_as_they_are",
        ],
        Because("they are held beside those of a direct start"),
    ),
    Row(
        27,
        "a source that hangs holds the start up for ever",
        &[
            "attacks::hanging::row_27_a_source_that_hangs_holds_nobody_up",
            "attacks::hanging::row_27_a_launcher_that_is_killed_takes_along_who_hangs",
            "attacks::hanging::row_27_a_launcher_that_waits_for_it_hears_who_asks_for_the_end",
            "attacks::hanging::row_27_what_cannot_be_killed_goes_with_its_file_system",
            "attacks::hanging::row_27_a_pipe_in_place_of_a_file_holds_nobody_up",
            "attacks::hanging::row_27_a_pipe_in_place_of_the_kernels_counts_holds_nobody_up",
            "attacks::hanging::row_27_a_pipe_in_place_of_an_output_holds_nobody_up",
            "attacks::hanging::row_27_a_socket_that_lingers_holds_nobody_up",
            "attacks::hanging::row_27_a_device_in_place_of_a_file_holds_nobody_up",
        ],
        Because("the start is seen to hang before it is ended"),
    ),
];

/// A text of the package.
fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The file of a place, `target::module::function`, and the function. A target is a file, or a
/// folder in which a module is one; what only groups modules has no file.
fn place(place: &str) -> (String, &str) {
    let (module, function) = place.rsplit_once("::").unwrap_or_else(|| panic!("{place}"));
    (format!("tests/{}.rs", module.replace("::", "/").replace("/guests", "")), function)
}

/// Whether there is such a test, and nobody has to ask for it.
fn is_test(named: &str) -> bool {
    let (file, function) = place(named);
    let text = text(&file);
    let Some((before, _)) = text.split_once(&format!("\nfn {function}()")) else { return false };
    let head = before.rsplit_once("\n\n").map_or(before, |(_, head)| head);
    head.contains("#[test]") && !head.contains("#[ignore")
}

/// The places that a text names, each in backquotes.
fn named(text: &str) -> BTreeSet<&str> {
    let is_place = |word: &&str| word.matches("::").count() > 0 && !word.contains([' ', '/']);
    text.split('`').filter(is_place).collect()
}

#[test]
fn every_row_of_the_list_is_held_by_tests_that_are_there() {
    // Looks like the numbers 1 to 27, and nothing that no file has.
    let numbers: Vec<u32> = ROWS.iter().map(|row| row.0).collect();
    assert_eq!(numbers, (1..=27).collect::<Vec<u32>>());
    let missing: Vec<&str> =
        ROWS.iter().flat_map(|row| row.2).filter(|named| !is_test(named)).copied().collect();
    assert_eq!(missing, [""; 0], "no such tests");
    assert!(ROWS.iter().all(|row| !row.2.is_empty() && !row.1.is_empty()));
}

#[test]
fn every_defence_that_a_flag_takes_away_is_taken_away_once() {
    // Looks like the words of a row in the files of its tests.
    for Row(number, what, tests, without) in &ROWS {
        match without {
            Flags(flags) => {
                let texts: String = tests.iter().map(|named| text(&place(named).0)).collect();
                let missing: Vec<_> = flags.iter().filter(|flag| !texts.contains(**flag)).collect();
                assert!(missing.is_empty(), "row {number}, {what}: {missing:?}");
            }
            Because(reason) => assert!(!reason.is_empty(), "row {number}"),
        }
    }
}

#[test]
fn security_md_names_tests_that_are_there() {
    // Looks like places in its table, one in each row at least, each with a file and a function.
    let text = text("SECURITY.md");
    let (_, table) = text.split_once("## Threat by threat").unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 20, "{rows:?}");
    let bare: Vec<_> = rows.iter().filter(|row| named(row).is_empty()).collect();
    assert!(bare.is_empty(), "rows without a test: {bare:#?}");
    let missing: Vec<&str> = named(&text).into_iter().filter(|named| !is_test(named)).collect();
    assert_eq!(missing, [""; 0], "no such tests");
}

#[test]
fn no_attack_is_tried_that_nobody_is_told_of() {
    // Looks like every test of this folder, but those of this file, in a row or in SECURITY.md.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks");
    let security = text("SECURITY.md");
    let mut known = named(&security);
    known.extend(ROWS.iter().flat_map(|row| row.2));
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap();
        if module == "rows" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for part in text.split("#[test]\n").skip(1) {
            let function = part.split_once("fn ").unwrap().1.split_once('(').unwrap().0;
            let name = format!("attacks::{module}::{function}");
            assert!(known.contains(name.as_str()), "{name} is in no row, and not in SECURITY.md");
        }
    }
}
