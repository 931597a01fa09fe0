use std::fs::File;

use polars::prelude::*;

use super::*;
use crate::domain::FactBody;

fn write(columns: Vec<Column>) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let mut frame = DataFrame::new(columns[0].len(), columns).unwrap();
    ParquetWriter::new(File::create(&path).unwrap()).finish(&mut frame).unwrap();
    std::fs::read(&path).unwrap()
}

fn times(name: &str, unit: TimeUnit, zone: bool, values: &[i64]) -> Column {
    let zone = zone.then_some(TimeZone::UTC);
    Int64Chunked::from_slice(name.into(), values).into_datetime(unit, zone).into_column()
}

const COLUMNS: &str = r#"[defaults]
time_zone = "Asia/Shanghai"
currency = "CNY"
money_unit = "major"
[[table]]
name = "orders"
files = ["t.parquet"]
[table.order_placed]
occurred_at = "at"
observed_at = "told"
order_id = "no"
account_id = "user"
sku = { constant = "s" }
sku_class = { constant = "key" }
region_lock_countries = "regions"
quantity = "units"
amount = "price"
[table.key_delivered]
occurred_at = "day"
order_id = "no"
key_fingerprint = "key"
"#;

fn orders(price: Column) -> Vec<u8> {
    let regions =
        [Series::new("".into(), ["CN", "HK"]), Series::new_empty("".into(), &DataType::String)];
    write(vec![
        Series::new("no".into(), [17_i64, i64::MAX]).into_column(),
        Series::new("user".into(), [7.0_f64, 8.0]).into_column(),
        times("at", TimeUnit::Microseconds, false, &[1_770_000_000_123_456, 1_770_000_001_000_000]),
        times(
            "told",
            TimeUnit::Nanoseconds,
            true,
            &[1_770_000_000_000_000_000, 1_770_000_001_000_000_000],
        ),
        Series::new("day".into(), [20_485_i32, 20_486])
            .cast(&DataType::Date)
            .unwrap()
            .into_column(),
        Series::new("regions".into(), regions).into_column(),
        Series::new("units".into(), [Some(3_u32), None]).into_column(),
        BinaryChunked::from_slice("key".into(), &[[1_u8; 32], [2; 32]]).into_column(),
        Series::new("unused".into(), ["x", "y"]).into_column(),
        price,
    ])
}

#[test]
fn types_are_taken_as_they_are() {
    let decimal = Int128Chunked::from_slice("price".into(), &[199_900, 50_000])
        .into_decimal_unchecked(20, 3)
        .into_column();
    let single = Series::new("price".into(), [199.9_f32, 50.0]).into_column();
    let double = Series::new("price".into(), [199.9_f64, 50.0]).into_column();
    let text = Series::new("price".into(), ["199.90", "50"]).into_column();
    for price in [decimal, single, double, text] {
        let dtype = price.dtype().clone();
        let done = converted(COLUMNS, &[("t.parquet", &orders(price))]);
        assert_eq!(done.rejected(), Vec::<&str>::new(), "{dtype}");
        let FactBody::OrderPlaced(order) = &done.facts[0].record.body else { panic!() };
        assert_eq!(order.amount.amount_minor, 19_990, "{dtype}");
        assert_eq!((order.order_id.as_str(), order.account_id.as_str()), ("17", "7"));
        assert_eq!((order.quantity, order.region_lock.len()), (3, 2));
        // What has no zone was on a clock in Shanghai, eight hours ahead.
        let eight_hours = 8 * 3_600_000;
        assert_eq!(done.facts[0].record.occurred_at.ms(), 1_770_000_000_123 - eight_hours);
        assert_eq!(done.facts[0].observed_at.ms(), 1_770_000_000_000);
        assert_eq!(done.facts[1].record.occurred_at.ms(), 20_485 * 86_400_000 - eight_hours);
        let FactBody::KeyDelivered(delivery) = &done.facts[1].record.body else { panic!() };
        assert_eq!(delivery.key.unwrap().0, [1; 32]);
        let FactBody::OrderPlaced(order) = &done.facts[2].record.body else { panic!() };
        assert_eq!(order.order_id.as_str(), "9223372036854775807", "not rounded");
        assert!(order.region_lock.is_empty());
    }
}

#[test]
fn wrong_types_are_told() {
    let truth = Series::new("price".into(), [true, false]).into_column();
    let done = converted(COLUMNS, &[("t.parquet", &orders(truth))]);
    assert_eq!(
        done.rejected(),
        [
            "t.parquet,1,,orders,order_placed,price,,is a truth value; give a number",
            "t.parquet,2,,orders,order_placed,price,,is a truth value; give a number",
        ]
    );
    assert_eq!(done.facts.len(), 2, "the deliveries are fine");
    let span = Series::new("price".into(), [1_i64, 2]);
    let span = span.cast(&DataType::Duration(TimeUnit::Milliseconds)).unwrap().into_column();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.parquet"), orders(span)).unwrap();
    let problems = Plan::new(Mapping::load(COLUMNS).unwrap(), folder.path()).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].line, 17);
    assert!(problems[0].message.contains("has column `price` of type duration"), "{}", problems[0]);
}

#[test]
fn a_file_that_was_cut_short_is_no_file() {
    let price = Series::new("price".into(), [1_i64, 2]).into_column();
    let whole = orders(price);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.parquet"), &whole[..whole.len() / 2]).unwrap();
    let problems = Plan::new(Mapping::load(COLUMNS).unwrap(), folder.path()).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.contains("t.parquet` cannot be read as Parquet; is it whole?"));
}
