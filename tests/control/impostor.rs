//! Somebody listens where a sandbox would, and is no nsinit: what our verbs make of its answers.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;

use super::sandbox::{directory_of, unique};
use super::support::run::Ended;
use super::support::{Run, Who};

/// Somebody listens where a sandbox of this name would, and answers with these bytes.
struct Impostor {
    name: String,
    path: PathBuf,
}

impl Impostor {
    fn new(answer: impl Fn(&mut UnixStream) + Send + 'static) -> Self {
        let name = unique();
        let directory = directory_of(Who::Root, &name);
        std::fs::create_dir_all(&directory).unwrap();
        let listener = UnixListener::bind(directory.join("control")).unwrap();
        let _ = std::thread::spawn(move || {
            for socket in listener.incoming() {
                answer(&mut socket.unwrap());
            }
        });
        Self { name, path: directory }
    }

    fn ask(&self, words: &[&str]) -> Ended {
        let words = [&[words[0], self.name.as_str()], &words[1..]].concat();
        Run::nsinit(Who::Root, &words).end()
    }
}

impl Drop for Impostor {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.path).unwrap();
    }
}

fn hear(socket: &mut UnixStream) {
    let mut line = [0; 256];
    let _ = socket.read(&mut line); // whatever was asked
}

#[test]
fn an_answer_that_is_none_is_not_believed() {
    // Looks like exit code 1 and a sentence, for noise, half a line, a line without end, no answer,
    // and lines for ever.
    let whole =
        "{\"sandbox\":\"box\",\"mode\":\"run\",\"stopping\":false,\"services\":1,\"up-ms\":1}\n";
    let about = "{\"service\":\"a\",\"main\":true,\"state\":\"running\",\"ready\":true,\
                 \"for-ms\":1,\"restarts\":0}\n";
    let endless = vec![b'x'; 1 << 20];
    let flood = [whole.as_bytes(), about.repeat(10_000).as_bytes()].concat();
    for (what, text) in [
        ("noise", b"\xff\xfe\n".as_slice()),
        ("half a line", b"{\"sandbox\":"),
        ("a line without end", &endless),
        ("nothing", b""),
        ("lines for ever", &flood),
        ("another's error", b"{\"error\":\"\x1b[31mred\"}\n"),
    ] {
        let owned = text.to_vec();
        let impostor = Impostor::new(move |socket| {
            hear(socket);
            let _ = socket.write_all(&owned); // it may not be read to its end
        });
        for words in [&["ps"] as &[&str], &["status"], &["stop"], &["restart", "a"]] {
            let ended = impostor.ask(words);
            let context = format!("{what}, {words:?}: {} {} {}", ended.code, ended.out, ended.err);
            assert!(ended.code == 1 && !ended.err.is_empty(), "{context}");
            assert!(!ended.err.contains('\x1b') && ended.out.len() < 20_000, "{context}");
        }
    }
}

#[test]
fn what_an_answer_names_is_shown_without_its_escapes() {
    // Looks like \x1b in place of the byte, in a table and in words, and escaped again in JSON.
    let text = "{\"sandbox\":\"box\",\"mode\":\"run\",\"stopping\":false,\"services\":1,\
                \"up-ms\":1}\n{\"service\":\"\\u001b[31mred\",\"main\":true,\
                \"state\":\"running\",\"ready\":true,\"for-ms\":1,\"restarts\":0}\n";
    let impostor = Impostor::new(move |socket| {
        hear(socket);
        socket.write_all(text.as_bytes()).unwrap();
    });
    for words in [&["ps"] as &[&str], &["status"], &["ps", "--json"]] {
        let ended = impostor.ask(words);
        assert!(!ended.out.contains('\x1b') && !ended.err.contains('\x1b'), "{}", ended.out);
    }
}
