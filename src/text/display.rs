//! Nouns in `{}`: for tests, and for programs that have core::fmt anyway.
//!
//! The only place that knows core::fmt. The binary prints nothing by it, so nothing of this is
//! linked there.

use core::fmt;

use super::{Show, Sink};

/// Shows a noun through core::fmt.
///
/// # Errors
/// Those of `f`.
pub fn show_in(what: &dyn Show, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    struct Adapter<'f, 'b> {
        f: &'f mut fmt::Formatter<'b>,
        result: fmt::Result,
    }
    impl Sink for Adapter<'_, '_> {
        fn put(&mut self, bytes: &[u8]) {
            let text = core::str::from_utf8(bytes).map_err(|_| fmt::Error);
            self.result = self.result.and_then(|()| self.f.write_str(text?));
        }
    }
    let mut adapter = Adapter { f, result: Ok(()) };
    what.show(&mut adapter);
    adapter.result
}

/// Gives nouns a `Display` that prints what they show.
macro_rules! display {
    ($($noun:ty),+ $(,)?) => {$(
        impl core::fmt::Display for $noun {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::text::display::show_in(self, f)
            }
        }
    )+};
}
pub(crate) use display;
