//! Threads for what nobody waits for.

use std::thread::{Builder, JoinHandle};

use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};

/// Of 99; half of that is what every thread has. On Linux, `nice` 10.
const PRIORITY: u8 = 22;

/// Starts a thread that gives way to others when processors are short, as do the threads that it starts itself.
///
/// # Errors
/// The system gives no thread.
pub(crate) fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> std::io::Result<JoinHandle<T>> {
    Builder::new().name(name.to_owned()).spawn(|| {
        if let Ok(priority) = ThreadPriorityValue::try_from(PRIORITY) {
            // Where the system does not allow it, the thread is as all others are.
            set_current_thread_priority(ThreadPriority::Crossplatform(priority)).ok();
        }
        work()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn it_gives_way_and_so_do_its_threads() {
        /// How `nice` the calling thread is, as the system says.
        fn niceness() -> i32 {
            let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            stat.rsplit(") ").next().unwrap().split(' ').nth(16).unwrap().parse().unwrap()
        }
        let own = niceness();
        let theirs = spawn("quiet", || (niceness(), std::thread::spawn(niceness).join().unwrap()));
        let (background, within) = theirs.unwrap().join().unwrap();
        assert!(background >= 10 && within == background, "{background} {within}");
        assert_eq!(niceness(), own);
    }
}
