//! Variables that name a process or a socket: sd_notify(3), sd_listen_fds(3),
//! sd_watchdog_enabled(3). A service manager has written them for the process that it started; the
//! service's own process writes them for itself, between clone(2) and execve(2).

use super::account::Login;
use super::trouble::{Trouble, plain};
use crate::model::{Errno, Why, Word};
use crate::plan::Act;
use crate::sys::{Fd, process, unix};
use crate::text::{Arena, Buffer, put};

/// Does one of these acts; the others are none of ours.
#[inline(never)] // its buffers would lie in the frame of every service
pub(super) fn set<'a>(
    act: &Act<'_>,
    notify: &[Option<Fd>],
    login: &mut Login<'a>,
    arena: &mut Arena<'a>,
) -> Result<(), Trouble> {
    if matches!(act, Act::HideNotifySocket) {
        return add(c"NOTIFY_SOCKET", login);
    }
    let mut text = Buffer::<128>::new();
    if let Act::TellNotifySocket(id) = *act {
        let socket = notify.get(id.index()).and_then(Option::as_ref);
        let address = unix::name_of(socket.ok_or(plain(Errno::EBADF))?).map_err(plain)?;
        put!(&mut text, "NOTIFY_SOCKET=@");
        crate::text::Sink::put(&mut text, address.name());
        return keep(&text, login, arena);
    }
    if let Act::TellWatchdog(span) = *act
        && Word::HEARD
    {
        put!(&mut text, "WATCHDOG_USEC=", span.ns() / 1_000);
        keep(&text, login, arena)?;
        let mut text = Buffer::<32>::new();
        put!(&mut text, "WATCHDOG_PID=", process::pid());
        return keep(&text, login, arena);
    }
    let Act::TellPid { listen, pidfd, watchdog } = *act else { return Ok(()) };
    let pid = process::pid();
    for (name, is_told) in [("LISTEN_PID=", listen), ("WATCHDOG_PID=", watchdog)] {
        if is_told {
            let mut text = Buffer::<32>::new();
            put!(&mut text, name, pid);
            keep(&text, login, arena)?;
        }
    }
    if !pidfd {
        return Ok(());
    }
    // Before Linux 6.9 no pidfd has a number of its own, and whoever asks for one finds none.
    match process::open_pidfd(pid).and_then(|own| process::inode_of(&own)) {
        Ok(id) => {
            put!(&mut text, "LISTEN_PIDFDID=", id);
            keep(&text, login, arena)
        }
        Err(_) => add(c"LISTEN_PIDFDID", login),
    }
}

/// Keeps one that has been written.
fn keep<'a, const N: usize>(
    text: &Buffer<N>,
    login: &mut Login<'a>,
    arena: &mut Arena<'a>,
) -> Result<(), Trouble> {
    let full = (Errno::E2BIG, Why::TooMany);
    let text = text.text().ok_or(full)?;
    add(arena.word(text).map_err(|_| full)?, login)
}

fn add<'a>(word: &'a core::ffi::CStr, login: &mut Login<'a>) -> Result<(), Trouble> {
    let free = login.variables.iter_mut().find(|place| place.is_none());
    *free.ok_or((Errno::E2BIG, Why::TooMany))? = Some(word);
    Ok(())
}
