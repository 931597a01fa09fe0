//! `vouch check`, as an analyst and an operator see it.

use std::path::Path;

/// Transcripts of the real binary. `TRYCMD=overwrite` writes them anew.
#[test]
fn check_tells_all_that_is_wrong_at_once() {
    trycmd::TestCases::new()
        .register_bin("vouch", Path::new(env!("CARGO_BIN_EXE_vouch")))
        .case("tests/cmd/check.trycmd")
        .run();
}
