//! Where addresses are, remembered: people come back to the same few, and each look-up reads several files.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::geo::{Geo, GeoFacts};

/// Addresses that are remembered at least, and at most twice as many: about 3 MB.
const REMEMBERED: usize = 16_384;

type Answers = HashMap<IpAddr, Arc<GeoFacts>, RandomState>;

/// What the files said about addresses that were asked for lately. INVARIANT: of one [`Geo`]; another one needs a new
/// memory.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Asked for since these were last too many.
    recent: Answers,
    /// Asked for before that; whatever is not asked for again goes with the next turn.
    older: Answers,
    /// What is known of no address.
    nowhere: Arc<GeoFacts>,
}

impl Places {
    /// What the files say about an address.
    pub(super) fn of(&mut self, geo: &Geo, ip: Option<IpAddr>) -> Arc<GeoFacts> {
        let Some(ip) = ip else { return Arc::clone(&self.nowhere) };
        if let Some(known) = self.recent.get(&ip) {
            return Arc::clone(known);
        }
        let known = self.older.remove(&ip).unwrap_or_else(|| Arc::new(geo.lookup(ip)));
        if self.recent.len() >= REMEMBERED {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(ip, Arc::clone(&known));
        known
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::geo::GeoFiles;

    fn geo() -> Geo {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/geo");
        let city = Some(folder.join("GeoIP2-City-Test.mmdb"));
        Geo::open(&GeoFiles { city, ..GeoFiles::default() }).unwrap()
    }

    #[test]
    fn says_what_the_files_say_however_often_it_is_asked() {
        let (geo, mut places) = (geo(), Places::default());
        let london: IpAddr = "81.2.69.142".parse().unwrap();
        let asked =
            (0..3 * u32::try_from(REMEMBERED).unwrap()).map(|n| IpAddr::from(n.to_be_bytes()));
        for (n, ip) in asked.enumerate() {
            assert_eq!(*places.of(&geo, Some(ip)), geo.lookup(ip), "{ip}");
            if n % 1_000 == 0 {
                assert_eq!(*places.of(&geo, Some(london)), geo.lookup(london));
            }
            assert!(places.recent.len() <= REMEMBERED && places.older.len() <= REMEMBERED);
        }
        assert!(places.of(&geo, Some(london)).place.is_some());
        assert_eq!(*places.of(&geo, None), GeoFacts::default());
    }
}
