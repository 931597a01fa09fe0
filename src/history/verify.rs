//! A ledger is held against a replay of itself.
