//! The figures for people: a page with plots, and a card in Markdown.

mod bars;
mod card;
mod chart;
mod page;
mod segments;
mod style;
mod table;

pub use card::model_card;
pub use page::html;
