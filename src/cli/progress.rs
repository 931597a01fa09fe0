//! Progress of long commands, on standard error when that is a terminal.

use std::fmt;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// A bar of what is done, its rate and the time left. `what` is counted, in the plural.
pub(super) fn bar(total: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    bar.set_style(style("{bar:40} {human_pos}/{human_len}", what, ", {eta} left {msg}"));
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

/// A count whose end is not known.
pub(super) fn counter(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::no_length();
    bar.set_style(style("{human_pos}", what, " {msg}"));
    bar
}

fn style(front: &str, what: &str, back: &str) -> ProgressStyle {
    let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
        // What cannot be shown is not missed.
        write!(out, "{:.0}", state.per_sec()).unwrap_or_default();
    };
    ProgressStyle::with_template(&format!("{front} {what}, {{rate}}/s{back}"))
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("rate", rate)
}
