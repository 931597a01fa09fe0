//! What a User-Agent header says about who sent it: the families of the browser or app and of the operating system.
//!
//! Versions are not looked at: they change by themselves. The patterns are those of the ua-parser project, see
//! `datasets/user-agents`.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use lru::LruCache;
use serde::Deserialize;
use ua_parser::{os, user_agent};

/// The patterns that are compiled in.
const SHIPPED: &str = include_str!("../datasets/user-agents/families.json");
/// Headers whose families are remembered: most people use one of few thousand.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(8_192).expect("is not zero");
/// What is said of a system that no pattern knows.
const UNKNOWN: &str = "unknown";

/// The families that a header names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Families {
    /// The browser, such as `Chrome Mobile`; of what no pattern knows, the first product that the header names, such as
    /// `ShopApp` of `ShopApp/5.2`.
    pub browser: Arc<str>,
    /// The operating system, such as `Android`; `unknown` when no pattern knows it.
    pub system: Arc<str>,
}

/// Reads headers.
pub struct UserAgents {
    browsers: user_agent::Extractor<'static>,
    systems: os::Extractor<'static>,
    /// Reading a header takes some 10 us, and the same few come again and again.
    remembered: Mutex<LruCache<String, Families>>,
}

/// The patterns cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the User-Agent patterns of this binary cannot be used: {0}")]
pub struct PatternError(String);

/// The shipped file.
#[derive(Deserialize)]
struct Patterns {
    user_agent: Vec<Pattern>,
    os: Vec<Pattern>,
}

#[derive(Deserialize)]
struct Pattern {
    pattern: String,
    family: Option<String>,
}

impl UserAgents {
    /// The reader with the patterns that are compiled in; made once per process.
    ///
    /// # Errors
    /// The patterns are damaged: this binary was built from a file that its tests do not pass with.
    pub fn shipped() -> Result<&'static Self, PatternError> {
        static SHARED: LazyLock<Result<UserAgents, PatternError>> = LazyLock::new(UserAgents::load);
        SHARED.as_ref().map_err(Clone::clone)
    }

    fn load() -> Result<Self, PatternError> {
        let failed = |error: &dyn fmt::Display| PatternError(error.to_string());
        let patterns: Patterns = serde_json::from_str(SHIPPED).map_err(|e| failed(&e))?;
        let mut browsers = user_agent::Builder::new();
        for Pattern { pattern, family } in patterns.user_agent {
            let parser = user_agent::Parser {
                regex: Cow::Owned(pattern),
                family_replacement: family.map(Cow::Owned),
                v1_replacement: None,
                v2_replacement: None,
                v3_replacement: None,
                v4_replacement: None,
            };
            browsers = browsers.push(parser).map_err(|e| failed(&format!("{e:?}")))?;
        }
        let mut systems = os::Builder::new();
        for Pattern { pattern, family } in patterns.os {
            let parser = os::Parser {
                regex: Cow::Owned(pattern),
                os_replacement: family.map(Cow::Owned),
                os_v1_replacement: None,
                os_v2_replacement: None,
                os_v3_replacement: None,
                os_v4_replacement: None,
            };
            systems = systems.push(parser).map_err(|e| failed(&format!("{e:?}")))?;
        }
        Ok(Self {
            browsers: browsers.build().map_err(|e| failed(&format!("{e:?}")))?,
            systems: systems.build().map_err(|e| failed(&format!("{e:?}")))?,
            remembered: Mutex::new(LruCache::new(REMEMBERED)),
        })
    }

    /// The families that a header names.
    #[must_use]
    pub fn families(&self, header: &str) -> Families {
        // What a panic left behind is a cache all the same.
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.get_or_insert_ref(header, || self.read(header)).clone()
    }

    fn read(&self, header: &str) -> Families {
        let browser = self.browsers.extract(header).map(|found| found.family);
        let system = self.systems.extract(header).map(|found| found.os);
        Families {
            browser: browser.as_deref().unwrap_or_else(|| first_product(header)).into(),
            system: system.as_deref().unwrap_or(UNKNOWN).into(),
        }
    }
}

impl fmt::Debug for UserAgents {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("UserAgents").finish_non_exhaustive()
    }
}

/// The name of the first product of a header (RFC 9110, section 10.1.5), without its version.
fn first_product(header: &str) -> &str {
    let end = header.find(['/', ' ', '(']).unwrap_or(header.len());
    header.get(..end).filter(|name| !name.is_empty()).unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn families(header: &str) -> (String, String) {
        let found = UserAgents::shipped().unwrap().families(header);
        (found.browser.to_string(), found.system.to_string())
    }

    #[test]
    fn knows_what_people_use() {
        let cases = [
            (
                "Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 \
                 Mobile Safari/537.36",
                ("Chrome Mobile", "Android"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.1 Mobile/15E148 Safari/604.1",
                ("Mobile Safari", "iOS"),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 \
                 Safari/537.36 Edg/131.0.0.0",
                ("Edge", "Windows"),
            ),
            ("ShopApp/5.2.1", ("ShopApp", "unknown")),
            ("curl/8.9.1", ("curl", "unknown")),
            ("", ("unknown", "unknown")),
        ];
        for (header, (browser, system)) in cases {
            assert_eq!(families(header), (browser.to_owned(), system.to_owned()), "{header}");
        }
    }

    #[test]
    fn versions_do_not_matter() {
        let chrome = |version: &str| {
            families(&format!(
                "Mozilla/5.0 (Linux; Android {version}; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/{version}.0.0.0 Mobile Safari/537.36"
            ))
        };
        assert_eq!(chrome("13"), chrome("15"));
    }

    /// What strangers send is read in bounded time and without a panic.
    #[test]
    fn strange_headers_are_read() {
        for header in ["/", "((((((((", "\u{202e}Mozilla", "a b c d e f", &"Mozilla ".repeat(64)] {
            let (browser, _) = families(header);
            assert!(!browser.is_empty(), "{header}");
        }
    }
}
