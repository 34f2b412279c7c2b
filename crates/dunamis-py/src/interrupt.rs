//! Long computations: without Python's lock, ended by Ctrl-C, with their progress told to a callback.
//!
//! The computation runs in a thread of its own, while the calling thread, the only one that Python's signals reach, looks after
//! signals and callbacks from time to time. So it does not matter how often a computation asks whether to go on, nor from
//! which thread.

use crate::error::{Failure, Result};
use pyo3::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

/// Time between two looks at signals.
const INTERVAL: Duration = Duration::from_millis(50);

/// Stack of the computing thread: as much as main threads usually have.
const STACK: usize = 8 << 20;

/// What a computation and the thread that waits for it tell each other.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    stop: Arc<AtomicBool>,
    /// The newest progress that nobody was told of: three numbers whose meaning the computation knows.
    news: Mutex<Option<[f64; 3]>>,
}

impl Watch {
    /// Whether to stop.
    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// What says whether to stop, for those who outlive this.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Reports progress; only the newest report counts.
    pub(crate) fn report(&self, news: [f64; 3]) {
        // Whoever waits takes it at once or not at all, so that computations never wait for Python.
        if let Ok(mut place) = self.news.try_lock() {
            *place = Some(news);
        }
    }

    fn take(&self) -> Option<[f64; 3]> {
        self.news.lock().ok()?.take()
    }
}

impl dunamis_solve::Observer for Watch {
    fn progress(&self, progress: &dunamis_solve::Progress) {
        self.report([progress.iterations as f64, progress.gap, progress.target]);
    }

    fn cancelled(&self) -> bool {
        self.stopped()
    }
}

/// Runs a computation without Python's lock. `progress` is told of the newest news, at most every 50 ms; if it returns `False`
/// the computation is asked to stop, and what it has is its result.
///
/// # Errors
///
/// What a signal handler or `progress` raises, such as `KeyboardInterrupt`; the computation is asked to stop before. A panic is
/// [`Failure::Panic`].
pub(crate) fn watched<T: Send>(
    py: Python<'_>,
    progress: impl Fn(Python<'_>, [f64; 3]) -> PyResult<bool> + Sync,
    compute: impl FnOnce(&Watch) -> T + Send,
) -> Result<T> {
    let watch = &Watch::default();
    let look = || {
        Python::attach(|py| {
            py.check_signals()?;
            let go_on = watch.take().map_or(Ok(true), |news| progress(py, news))?;
            if !go_on {
                watch.stop.store(true, Ordering::Relaxed);
            }
            Ok(())
        })
    };
    py.detach(|| {
        thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            let worker = move || sender.send(caught(|| compute(watch)));
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker).map_err(no_thread)?;
            let mut raised = None;
            let result = loop {
                match receiver.recv_timeout(INTERVAL) {
                    Ok(result) => break result,
                    Err(_) if raised.is_some() => {}
                    Err(_) => {
                        raised = look().err();
                        if raised.is_some() {
                            watch.stop.store(true, Ordering::Relaxed);
                        }
                    }
                }
            };
            raised.map_or(result, |error| Err(Failure::Python(error)))
        })
    })
}

/// Runs a computation that cannot be asked to stop, without Python's lock. After Ctrl-C it goes on unheard until it is done.
///
/// # Errors
///
/// What a signal handler raises, such as `KeyboardInterrupt`. A panic is [`Failure::Panic`].
pub(crate) fn unheard<T: Send + 'static>(py: Python<'_>, compute: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let (sender, receiver) = mpsc::channel();
    let worker = move || sender.send(caught(compute));
    thread::Builder::new().stack_size(STACK).spawn(worker).map_err(no_thread)?;
    py.detach(move || {
        loop {
            if let Ok(result) = receiver.recv_timeout(INTERVAL) {
                return result;
            }
            Python::attach(|py| Ok::<_, Failure>(py.check_signals()?))?;
        }
    })
}

/// What a computation returns, unless it panics.
fn caught<T>(compute: impl FnOnce() -> T) -> Result<T> {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(compute));
    result.map_err(|panic| Failure::Panic { message: message(panic.as_ref()) })
}

#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by value")]
fn no_thread(error: std::io::Error) -> Failure {
    Failure::Panic { message: error.to_string() }
}

/// What a panic said.
fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
