//! A ledger becomes files.
