//! Ids that follow from what they name, so that a replay gives the same.

use sha2::{Digest, Sha256};

/// 128 bits of the SHA-256 of `parts`, which hold no zero byte, written as a UUID of version 8 (RFC 9562, section 5.8).
#[must_use]
pub fn derived_id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            hash.update([0]);
        }
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut id = [0_u8; 16];
    id.copy_from_slice(digest.split_at(16).0);
    let number = u128::from_be_bytes(id);
    let number = (number & !(0xF << 76) & !(0b11 << 62)) | (8 << 76) | (0b10 << 62);
    let text = format!("{number:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    let parts: Vec<&str> = parts.into_iter().filter_map(|part| text.get(part)).collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::derived_id;

    #[test]
    fn what_was_named_once_keeps_its_name() {
        // Printed by the demo of the first version: ids of decisions are kept by those who asked.
        let id = derived_id(&["default", "request-takeover-to-other-account-1"]);
        assert_eq!(id, "611f589a-466c-8916-8f4b-874f9b4875c2");
        assert_ne!(derived_id(&["a", "bc"]), derived_id(&["ab", "c"]));
    }
}
