//! How far apart two places are, and how fast a person would have been.

use super::Place;
use crate::domain::HOUR_MS;

/// Mean radius of the earth in kilometres, R1 of the GRS 80 ellipsoid: H. Moritz, "Geodetic Reference System 1980",
/// Journal of Geodesy 74 (2000), p. 128.
pub const EARTH_RADIUS_KM: f64 = 6_371.008_8;

/// The fastest that [`speed_kmh`] says: 100,000 km/h. Nobody moves at a hundredth of that, so beyond it a greater number
/// tells nothing more, and infinity would spoil what is computed from it.
pub const MAX_SPEED_KMH: f64 = 100_000.0;

/// Length of the great circle between two places in kilometres, accuracy not considered; 0 to about 20,015. The earth is
/// taken as a sphere, which is wrong by at most 0.6 %.
///
/// The haversine formula: R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984), p. 159.
#[must_use]
pub fn distance_km(a: &Place, b: &Place) -> f64 {
    let (latitude_a, latitude_b) = (a.latitude_deg.to_radians(), b.latitude_deg.to_radians());
    let half_north = (latitude_b - latitude_a) / 2.0;
    let half_east = (b.longitude_deg - a.longitude_deg).to_radians() / 2.0;
    let haversine =
        half_north.sin().powi(2) + latitude_a.cos() * latitude_b.cos() * half_east.sin().powi(2);
    // Rounding carries antipodes a little above 1, where the arc sine is not a number.
    2.0 * EARTH_RADIUS_KM * haversine.clamp(0.0, 1.0).sqrt().asin()
}

/// The least speed in km/h, 0 to [`MAX_SPEED_KMH`], at which one person was at both places, `elapsed_ms` apart.
///
/// Both radii are taken off the distance, so that two views of one city are no journey: what remains was travelled.
/// * Within each other's radii: 0, whatever the time.
/// * Apart at the same instant: [`MAX_SPEED_KMH`]. Two places at once is the strongest case, not an unknown one.
/// * A negative time counts like a positive one. Facts come late and out of order, and clocks of two machines differ by
///   seconds; to have been at both places takes the same speed in either direction.
/// * `None` only when a place is no place (a coordinate that is not finite).
#[must_use]
pub fn speed_kmh(from: &Place, to: &Place, elapsed_ms: i64) -> Option<f64> {
    let apart_km = distance_km(from, to) - from.accuracy_km - to.accuracy_km;
    if !apart_km.is_finite() {
        return None;
    }
    if apart_km <= 0.0 {
        return Some(0.0);
    }
    // Division by zero gives infinity, and that is capped.
    Some((apart_km / hours(elapsed_ms)).min(MAX_SPEED_KMH))
}

#[expect(clippy::cast_precision_loss, reason = "spans of believed times are far below 2^53 ms")]
fn hours(span_ms: i64) -> f64 {
    span_ms.unsigned_abs() as f64 / HOUR_MS as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{EARTH_RADIUS_KM, MAX_SPEED_KMH, distance_km, speed_kmh};
    use crate::domain::{HOUR_MS, SECOND_MS};
    use crate::geo::Place;

    const LONDON: Place = place(51.5074, -0.1278);
    const PARIS: Place = place(48.8566, 2.3522);
    const HALF_ROUND_KM: f64 = EARTH_RADIUS_KM * std::f64::consts::PI;

    const fn place(latitude_deg: f64, longitude_deg: f64) -> Place {
        Place { latitude_deg, longitude_deg, accuracy_km: 0.0 }
    }

    const fn within_km(place: Place, accuracy_km: f64) -> Place {
        Place { accuracy_km, ..place }
    }

    fn assert_near(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    #[test]
    fn known_pairs_have_their_known_distance() {
        let new_york = place(40.7128, -74.0060);
        let (nashville, los_angeles) = (place(36.12, -86.67), place(33.94, -118.40));
        for (a, b, expected_km) in [
            (LONDON, PARIS, 343.6),
            (LONDON, new_york, 5_570.2),
            (nashville, los_angeles, 2_886.4),
            (LONDON, LONDON, 0.0),
            (place(90.0, 0.0), place(-90.0, 77.0), HALF_ROUND_KM),
            (place(0.0, 0.0), place(0.0, 180.0), HALF_ROUND_KM),
            (place(12.3, 179.9), place(12.3, -179.9), 21.7),
        ] {
            assert_near(distance_km(&a, &b), expected_km, 0.1);
        }
    }

    #[test]
    fn speed_is_what_remains_after_both_radii() {
        let london = within_km(LONDON, 10.0);
        let paris = within_km(PARIS, 50.0);
        let speed = speed_kmh(&london, &paris, 2 * HOUR_MS).unwrap();
        assert_near(speed, (343.6 - 60.0) / 2.0, 0.5);
        let back = speed_kmh(&london, &paris, -2 * HOUR_MS).unwrap();
        assert_near(speed, back, 0.0);
    }

    #[test]
    fn places_within_their_radii_are_no_journey() {
        let london = within_km(LONDON, 200.0);
        let paris = within_km(PARIS, 200.0);
        for elapsed_ms in [0, 1, HOUR_MS, -HOUR_MS] {
            assert_eq!(speed_kmh(&london, &paris, elapsed_ms), Some(0.0));
        }
    }

    #[test]
    fn two_places_at_once_is_the_greatest_speed() {
        for elapsed_ms in [0, 1, -1, SECOND_MS] {
            assert_eq!(speed_kmh(&LONDON, &PARIS, elapsed_ms), Some(MAX_SPEED_KMH));
        }
        assert!(speed_kmh(&LONDON, &PARIS, i64::MIN).unwrap() < 1e-6);
    }

    #[test]
    fn no_place_has_no_speed() {
        assert_eq!(speed_kmh(&place(f64::NAN, 0.0), &PARIS, 1), None);
        assert_eq!(speed_kmh(&PARIS, &within_km(LONDON, f64::INFINITY), 1), None);
    }

    prop_compose! {
        fn any_place()(
            latitude_deg in -90.0..=90.0_f64,
            longitude_deg in -180.0..=180.0_f64,
        ) -> Place {
            place(latitude_deg, longitude_deg)
        }
    }

    /// The angle between two directions from the middle of the earth, by vectors.
    fn naive_distance_km(a: &Place, b: &Place) -> f64 {
        let direction = |place: &Place| {
            let (north, east) = (place.latitude_deg.to_radians(), place.longitude_deg.to_radians());
            [north.cos() * east.cos(), north.cos() * east.sin(), north.sin()]
        };
        let ([ax, ay, az], [bx, by, bz]) = (direction(a), direction(b));
        let dot = ax * bx + ay * by + az * bz;
        let cross = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
        let sine = cross.iter().map(|part| part * part).sum::<f64>().sqrt();
        EARTH_RADIUS_KM * sine.atan2(dot)
    }

    proptest! {
        #[test]
        fn agrees_with_vectors_in_both_directions(a in any_place(), b in any_place()) {
            let found_km = distance_km(&a, &b);
            assert_near(found_km, naive_distance_km(&a, &b), 0.01);
            assert_near(found_km, distance_km(&b, &a), 1e-6);
            prop_assert!((0.0..=HALF_ROUND_KM + 1e-6).contains(&found_km));
        }

        #[test]
        fn speed_is_always_a_bounded_number(
            a in any_place(), b in any_place(), radius_km in 0.0..2000.0_f64, elapsed_ms: i64,
        ) {
            let speed = speed_kmh(&within_km(a, radius_km), &b, elapsed_ms).unwrap();
            prop_assert!((0.0..=MAX_SPEED_KMH).contains(&speed));
        }
    }
}
