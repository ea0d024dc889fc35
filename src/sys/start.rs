//! What the kernel puts on the stack of a fresh process: arguments, environment, auxiliary vector
//! (getauxval(3), fs/binfmt_elf.c `create_elf_tables`).

use core::ffi::{CStr, c_char};
use core::marker::PhantomData;
use core::ops::Range;

use crate::model::SignalSet;
use crate::text::Words;

/// A C string's address, for the lists that execve(2) takes.
type Word = *const c_char;

/// Everything we were started with. It lives as long as the process.
#[derive(Debug)]
pub struct Start {
    /// The arguments, the program's name first.
    pub words: Words<'static>,
    /// The environment.
    pub env: Words<'static>,
    /// How many variables that has.
    pub env_count: usize,
    /// The signals that were blocked when we were started.
    pub mask: SignalSet,
    /// Our effective user id (AT_EUID).
    pub uid: u32,
    /// Our effective group id (AT_EGID).
    pub gid: u32,
    /// Sixteen random bytes of the kernel, eight of them (AT_RANDOM).
    pub random: u64,
    /// The addresses of code and constants of ours that a PID 1 which waits has no use for. They
    /// are never written, so that they come back from the file when they are used.
    pub(super) cold: Range<usize>,
    argv: *const Word,
    argc: usize,
    envp: *const Word,
}

/// Auxiliary vector entries (linux/auxvec.h).
const AT_NULL: usize = 0;
const AT_EUID: usize = 12;
const AT_EGID: usize = 14;
const AT_RANDOM: usize = 25;

impl Start {
    /// Reads the stack of a fresh process.
    ///
    /// # Safety
    /// `stack` is the stack pointer the kernel started this process with, and nothing has written
    /// above it; `mask` is the signal mask it was started with; in `cold` lies nothing but what of
    /// this program's file is never written.
    pub unsafe fn read(stack: *const usize, mask: u64, cold: Range<usize>) -> Self {
        // SAFETY: argc stands first.
        let argc = unsafe { stack.read() };
        // SAFETY: argv follows, argc pointers and a null.
        let argv = unsafe { stack.add(1) }.cast::<Word>();
        // SAFETY: the environment follows behind argv's null.
        let envp = unsafe { argv.add(argc + 1) };
        // SAFETY: a list of pointers to C strings, ended by a null, in both cases.
        let (words, _) = unsafe { contiguous(argv) };
        // SAFETY: as above.
        let (env, env_count) = unsafe { contiguous(envp) };
        let mut start = Self {
            words,
            env,
            env_count,
            mask: SignalSet::from_bits(mask),
            uid: 0,
            gid: 0,
            random: 0,
            cold,
            argv,
            argc,
            envp,
        };
        let mut entry = envp;
        // SAFETY: the list ends in a null.
        while !unsafe { entry.read() }.is_null() {
            // SAFETY: not behind the null.
            entry = unsafe { entry.add(1) };
        }
        // SAFETY: the auxiliary vector follows behind the environment's null.
        let auxv = unsafe { entry.add(1) }.cast::<usize>();
        // SAFETY: it is one, as the kernel made it.
        unsafe { start.read_auxv(auxv) };
        start
    }

    /// Reads the entries we want.
    ///
    /// # Safety
    /// `entry` is the auxiliary vector: pairs of type and value, ended by AT_NULL.
    unsafe fn read_auxv(&mut self, mut entry: *const usize) {
        loop {
            // SAFETY: a pair stands here, the list has not ended yet.
            let [kind, value] = unsafe { entry.cast::<[usize; 2]>().read() };
            let id = u32::try_from(value).unwrap_or(0);
            match kind {
                AT_NULL => return,
                AT_EUID => self.uid = id,
                AT_EGID => self.gid = id,
                // SAFETY: the address of sixteen bytes.
                AT_RANDOM => self.random = unsafe { (value as *const u64).read_unaligned() },
                _ => {}
            }
            // SAFETY: not behind AT_NULL.
            entry = unsafe { entry.add(2) };
        }
    }

    /// The value of a variable as getenv(3) finds it, with `=` at the end of `name`. Of each
    /// variable no more is read than it takes to see that it is another one.
    pub fn variable(&self, name: &[u8]) -> Option<&'static CStr> {
        let mut entry = self.envp;
        for _ in 0..self.env_count {
            // SAFETY: the list has so many pointers.
            let word = unsafe { entry.read() };
            // SAFETY: a C string of the list.
            if let Some(value) = unsafe { behind(word, name) } {
                // SAFETY: a C string, less what stands in front of it.
                return Some(unsafe { CStr::from_ptr(value) });
            }
            // SAFETY: at most at the null that ends the list.
            entry = unsafe { entry.add(1) };
        }
        None
    }

    /// The pointers of our environment as it is.
    pub const fn env_pointers(&self) -> Pointers<'static> {
        Pointers { list: self.envp, life: PhantomData }
    }

    /// The pointers of `words` when they are the end of our own arguments: any number of them.
    pub fn pointers_of(&self, words: Words<'_>) -> Option<Pointers<'static>> {
        let first = words.bytes().as_ptr().cast();
        (0..self.argc).find_map(|index| {
            // SAFETY: one of argc pointers.
            let place = unsafe { self.argv.add(index) };
            // SAFETY: as above.
            let word = unsafe { place.read() };
            (word == first).then_some(Pointers { list: place, life: PhantomData })
        })
    }
}

/// What of a C string stands behind its beginning, when that is `name`, which has no NUL.
///
/// # Safety
/// `word` is a C string.
unsafe fn behind(mut word: Word, name: &[u8]) -> Option<Word> {
    for byte in name {
        // SAFETY: not behind the NUL, which is no byte of `name`.
        if unsafe { word.cast::<u8>().read() } != *byte {
            return None;
        }
        // SAFETY: not behind the NUL, for this byte was none.
        word = unsafe { word.add(1) };
    }
    Some(word)
}

/// The strings of a pointer list as one slice, and how many they are. The kernel copies them side
/// by side; where somebody did otherwise, the list ends there.
///
/// # Safety
/// `list` is a list of pointers to C strings that live as long as the process, ended by a null.
unsafe fn contiguous(list: *const Word) -> (Words<'static>, usize) {
    let mut entry = list;
    // SAFETY: the list has at least its null.
    let first = unsafe { entry.read() };
    if first.is_null() {
        return (Words::default(), 0);
    }
    let (mut end, mut count) = (first, 0);
    loop {
        // SAFETY: not behind the null.
        let word = unsafe { entry.read() };
        if word.is_null() || word != end {
            break;
        }
        // SAFETY: a C string.
        let text = unsafe { CStr::from_ptr(word) };
        // SAFETY: behind its NUL, at most one past the strings.
        end = unsafe { word.add(text.to_bytes_with_nul().len()) };
        count += 1;
        // SAFETY: not behind the null.
        entry = unsafe { entry.add(1) };
    }
    let len = (end as usize).saturating_sub(first as usize);
    // SAFETY: all these strings side by side, read-only for all that we do with them.
    (Words::new(unsafe { core::slice::from_raw_parts(first.cast(), len) }), count)
}

/// A list of C strings as execve(2) takes it: pointers, ended by a null.
pub struct Pointers<'a> {
    list: *const Word,
    life: PhantomData<&'a CStr>,
}

impl Pointers<'_> {
    pub(super) const fn as_ptr(&self) -> *const Word {
        self.list
    }
}

/// A list of C strings that is put together: at most `N` of them.
pub struct PointerList<'a, const N: usize> {
    list: heapless::Vec<Word, N>,
    life: PhantomData<&'a CStr>,
}

impl<'a, const N: usize> PointerList<'a, N> {
    /// An empty list.
    pub const fn new() -> Self {
        Self { list: heapless::Vec::new(), life: PhantomData }
    }

    /// Puts `word` at its end; `false` when it is full. One place is kept for the null.
    #[must_use]
    pub fn push(&mut self, word: &'a CStr) -> bool {
        self.list.len() + 1 < N && self.list.push(word.as_ptr()).is_ok()
    }

    /// The list, ended by its null.
    pub fn finish(&mut self) -> Pointers<'_> {
        if self.list.last().is_none_or(|last| !last.is_null()) {
            // There is room: `push` keeps one place.
            let _ = self.list.push(core::ptr::null());
        }
        Pointers { list: self.list.as_ptr(), life: PhantomData }
    }
}

impl<const N: usize> Default for PointerList<'_, N> {
    fn default() -> Self {
        Self::new()
    }
}
