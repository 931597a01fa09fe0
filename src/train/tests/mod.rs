mod card;
mod cost;
mod curve;
mod label;
mod segment;
mod settings;
mod split;
