//! The figures for people: a page with plots, and a card in Markdown.

mod card;

pub use card::model_card;
