//! Ctrl-C: the first one lets a long computation end in good order, without leaving anything half-written behind; the
//! second one, or one when nothing long is going on, ends the program at once.

use crate::failure::ExitStatus;
use crate::output;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Whether Ctrl-C was pressed.
static PRESSED: AtomicBool = AtomicBool::new(false);

/// Computations that look at [`pressed`] from time to time.
static LISTENERS: AtomicUsize = AtomicUsize::new(0);

/// Begins to listen. Without success, Ctrl-C ends the program at once, which leaves nothing that counts as complete either.
pub(crate) fn listen() {
    let handler = || {
        let again = PRESSED.swap(true, Ordering::Relaxed);
        if again || LISTENERS.load(Ordering::Relaxed) == 0 {
            std::process::exit(i32::from(ExitStatus::Interrupted.code()));
        }
        output::warning("stopping with what is at hand; press Ctrl-C again to stop at once");
    };
    // The only errors are a handler that is there already and a system without signals.
    let _ = ctrlc::set_handler(handler);
}

/// Whether Ctrl-C was pressed.
pub(crate) fn pressed() -> bool {
    PRESSED.load(Ordering::Relaxed)
}

/// A computation that looks at [`pressed`], as long as this lives.
#[derive(Debug)]
pub(crate) struct Listener(());

impl Listener {
    /// Announces the computation.
    pub(crate) fn new() -> Self {
        LISTENERS.fetch_add(1, Ordering::Relaxed);
        Listener(())
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, Ordering::Relaxed);
    }
}
