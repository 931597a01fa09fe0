mod card;
mod cost;
mod curve;
mod label;
mod settings;
mod split;
