//! What is sold.

use super::draw::{Draw, bits_of, share_of, size, whole};
use crate::domain::SkuClass;

/// Goods.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goods {
    pub(super) number: usize,
    pub(super) class: SkuClass,
    pub(super) supplier: usize,
    /// Price of one, in fen.
    pub(super) price_minor: i64,
    /// The countries (by index) that it works in: `None` is everywhere.
    pub(super) locked_to: Option<u8>,
    /// The day on which it comes out; negative for what is there already.
    released: i64,
    /// How popular it is.
    weight: f64,
}

/// Everything that is sold.
#[derive(Debug)]
pub(super) struct Catalogue {
    goods: Vec<Goods>,
    /// Sums of today's popularity.
    sums: Vec<f64>,
}

/// Goods and suppliers.
const GOODS: usize = 320;
pub(super) const SUPPLIERS: usize = 18;

impl Catalogue {
    pub(super) fn new(draw: &mut Draw, days: i64) -> Self {
        let goods = (0..GOODS).map(|number| goods(number, draw, days)).collect();
        Self { goods, sums: Vec::new() }
    }

    /// Works out what is popular on a day: new goods for two weeks.
    pub(super) fn open(&mut self, day: i64) {
        let mut sum = 0.0;
        self.sums.clear();
        for goods in &self.goods {
            let boost = match day - goods.released {
                ..0 => 0.0,
                0..14 if goods.released > 0 => 3.0,
                _ => 1.0,
            };
            sum += goods.weight * boost;
            self.sums.push(sum);
        }
    }

    /// What somebody buys today.
    pub(super) fn pick(&self, draw: &mut Draw) -> Goods {
        let at = draw.unit() * self.sums.last().copied().unwrap_or_default();
        let index = self.sums.partition_point(|sum| *sum <= at);
        self.get(index)
    }

    /// What somebody buys who looks for a class of goods, a price, or both.
    pub(super) fn pick_where(&self, draw: &mut Draw, fits: impl Fn(&Goods) -> bool) -> Goods {
        let mut found = self.pick(draw);
        for _ in 0..40 {
            if fits(&found) {
                break;
            }
            found = self.pick(draw);
        }
        found
    }

    fn get(&self, index: usize) -> Goods {
        let last = self.goods.last();
        self.goods.get(index).or(last).copied().unwrap_or(Goods {
            number: 0,
            class: SkuClass::Key,
            supplier: 0,
            price_minor: 5_000,
            locked_to: None,
            released: -1,
            weight: 1.0,
        })
    }
}

fn goods(number: usize, draw: &mut Draw, days: i64) -> Goods {
    let class = draw.weighted(
        SkuClass::Licence,
        &[
            (0.56, SkuClass::Key),
            (0.26, SkuClass::TopUp),
            (0.09, SkuClass::Subscription),
            (0.04, SkuClass::Account),
        ],
    );
    let median_minor = match class {
        SkuClass::Key => 8_800.0,
        SkuClass::TopUp => 4_900.0,
        SkuClass::Account => 16_000.0,
        SkuClass::Subscription => 6_800.0,
        SkuClass::Licence => 21_000.0,
    };
    let price_minor = whole(draw.around(median_minor, 0.8).clamp(300.0, 250_000.0));
    let locked = matches!(class, SkuClass::Key | SkuClass::Subscription) && draw.chance(0.28);
    let released = if draw.chance(0.12) { draw.between(1, days.max(2)) } else { -1 };
    Goods {
        number,
        class,
        supplier: draw.below(SUPPLIERS),
        price_minor,
        locked_to: locked.then(|| u8::from(share_of(bits_of(number)) > 0.75) * 5),
        released,
        // After Zipf: the tenth is a tenth as popular as the first.
        weight: 1.0 / (size(number) + 3.0),
    }
}
