//! Progress of long commands, on standard error when that is a terminal.

use std::fmt;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// A bar of what is done, its rate and the time left. `what` is counted, in the plural.
pub(super) fn bar(total: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
        // What cannot be shown is not missed.
        write!(out, "{:.0}", state.per_sec()).unwrap_or_default();
    };
    let template =
        format!("{{bar:40}} {{human_pos}}/{{human_len}} {what}, {{rate}}/s, {{eta}} left {{msg}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style.with_key("rate", rate));
    }
    bar
}

/// A bar of bytes, with their rate and the time left.
pub(super) fn bytes_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template =
        "{bar:40} {binary_bytes}/{binary_total_bytes}, {binary_bytes_per_sec}, {eta} left {msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// What is being done, and for how long: stages that have nothing to count.
pub(super) fn stage(message: &'static str) -> ProgressBar {
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template(STAGE) {
        bar.set_style(style);
    }
    bar.set_message(message);
    // A stage says nothing until it ends; the time goes on.
    bar.enable_steady_tick(TICK);
    bar
}

/// How stages look.
const STAGE: &str = "{msg}, {elapsed}";

/// How often the time of a stage is drawn.
const TICK: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    /// Stages are not counted: neither a number nor a rate would mean anything.
    #[test]
    fn a_stage_shows_no_count_and_no_rate() {
        assert!(ProgressStyle::with_template(STAGE).is_ok());
        for key in ["pos", "len", "per_sec", "rate", "steps"] {
            assert!(!STAGE.contains(key), "{key}");
        }
        let shown = stage("reading the history");
        assert_eq!((shown.message().as_str(), shown.length()), ("reading the history", None));
        shown.finish_and_clear();
    }
}
