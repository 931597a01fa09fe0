//! Reports as one HTML file: no script, no font and no picture comes from elsewhere.

mod chart;
mod html;
mod style;

#[cfg(test)]
mod tests;

pub use chart::{Bars, PlotError, Series};
pub use html::{Cell, Page, Table};
