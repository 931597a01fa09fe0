use crate::features::tests::frames::{Row, frame_of};
use crate::features::tests::{parse, schema};
use crate::features::*;
const C: &[&str] = &[
    "a AND b",
    "NOT a AND i >= 20000",
    "a AND b AND i >= 3",
    "i > 10",
    "i = 3 OR i = 4",
    "s = 'key'",
    "s IN ('key','top_up')",
    "s IN ('a','b','c') AND i > 1",
    "x > 0.5",
    "x > 0.5 AND a",
    "i IS NULL",
    "x IS NOT NULL AND x < 3.0",
    "i BETWEEN 3 AND 9",
    "i * 100 >= j * 20",
    "x / y > 0.3",
    "(i + 1.0) / (j + 10.0) > 0.5",
    "COALESCE(a, FALSE)",
    "COALESCE(i, 0) > 2 AND b",
    "i <= 24 OR j > 30",
    "a AND NOT b AND s <> 'key'",
    "i >= 1 AND j >= 1 AND x > 1.0",
    "a OR b OR i > 100",
    "s = 'key' AND t = 'x'",
    "i - j > 5",
    "CASE WHEN a THEN i > 3 ELSE j > 3 END",
    "GREATEST(i, j) > 7",
    "LN(x + 1.0) > 2.0",
    "i > j",
    "x <> y",
    "i <> 0 AND s = 'sub'",
    "a AND s = 'key' AND t <> 'k' AND i > 1440",
    "i > 1440",
    "i > 525600",
    "j >= 50",
    "x < -0.5 AND i > 0",
    "a = FALSE",
    "b",
    "i >= 5 AND a",
    "ABS(x - y) > 1.0",
    "a AND i < 60 AND x > 500.0",
];
#[test]
#[allow(clippy::all)]
fn bench() {
    let es: Vec<_> = C.iter().map(|s| parse(s)).collect();
    let t = std::time::Instant::now();
    for _ in 0..20 {
        let _: Vec<_> = C.iter().map(|s| parse(s)).collect();
    }
    eprintln!("parse 40: {:?}", t.elapsed() / 20);
    let t = std::time::Instant::now();
    let p = Program::compile(&es, &schema()).unwrap();
    eprintln!("compile 40: {:?}", t.elapsed());
    for n in [1usize, 16, 256] {
        let rows: Vec<Row> = (0..n)
            .map(|k| {
                let k = k as i64;
                Row {
                    bools: [Some(k % 2 == 0), if k % 3 == 0 { None } else { Some(true) }],
                    ints: [Some(k), Some(7 - k)],
                    floats: [Some(k as f64), None],
                    texts: [Some("key"), if k % 5 == 0 { None } else { Some("x") }],
                }
            })
            .collect();
        let f = frame_of(&rows);
        for _ in 0..200 {
            p.evaluate(&f).unwrap();
        }
        let mut best = f64::MAX;
        let mut all = vec![];
        for _ in 0..7 {
            let t = std::time::Instant::now();
            for _ in 0..300 {
                std::hint::black_box(p.evaluate(&f).unwrap());
            }
            let us = t.elapsed().as_secs_f64() * 1e6 / 300.0;
            best = best.min(us);
            all.push(us);
        }
        eprintln!("rows {n}: best {best:.0} us, {all:.0?}");
        let t = std::time::Instant::now();
        for _ in 0..300 {
            std::hint::black_box(frame_of(&rows));
        }
        eprintln!("  frame {:.1} us", t.elapsed().as_secs_f64() * 1e6 / 300.0);
        if n == 1 {
            for (s, e) in C.iter().zip(&es) {
                let q = Program::compile([e], &schema()).unwrap();
                for _ in 0..100 {
                    q.evaluate(&f).unwrap();
                }
                let t = std::time::Instant::now();
                for _ in 0..1000 {
                    std::hint::black_box(q.evaluate(&f).unwrap());
                }
                eprintln!("    {:.2} us {s}", t.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
}
