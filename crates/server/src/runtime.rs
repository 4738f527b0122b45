//! The threads of the asynchronous part, let go at the end instead of waited for: a task that hangs holds no process.

use std::io;

use tokio::runtime::{Handle, Runtime};

/// A runtime that is dropped without waiting. What had to end in order has been waited for by then.
pub(crate) struct Threads {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Threads {
    /// As many threads as cores.
    ///
    /// # Errors
    /// Where the system gives no threads.
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

impl std::ops::Deref for Threads {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_task_that_hangs_holds_nobody() {
        let (begun, begins) = mpsc::channel();
        let (end, ends) = mpsc::channel::<()>();
        let (ended, has_ended) = mpsc::channel();
        let threads = Threads::start().unwrap();
        drop(threads.spawn_blocking(move || {
            begun.send(()).unwrap();
            ends.recv().unwrap();
            ended.send(()).unwrap();
        }));
        begins.recv().unwrap();
        // Would wait for ever.
        drop(threads);
        assert_eq!(has_ended.try_recv(), Err(mpsc::TryRecvError::Empty));
        end.send(()).unwrap();
        has_ended.recv().unwrap();
    }
}
