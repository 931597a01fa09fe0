use super::*;

#[test]
fn what_users_wrote_stays_text() {
    let mut page = Page::new("a <b>", "from \"x\" & 'y'");
    page.section("s", "n");
    let mut table = Table::new(&["name", "count"]);
    page.table(&table);
    table.row(vec![
        Cell::Code("<script>alert(1)</script>".to_owned()),
        Cell::Number("7".to_owned()),
    ]);
    page.table(&table);
    let html = page.finish();
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;alert(1)"), "{html}");
    assert!(html.contains("<title>a &lt;b&gt;</title>"));
    assert!(html.contains("from &quot;x&quot; &amp; &#39;y&#39;"));
    assert_eq!(html.matches("<table>").count(), 1, "an empty table is left out");
    assert!(html.contains("<th class=\"n\">count</th>") && html.contains("<th>name</th>"));
    assert!(!html.contains("http"), "nothing comes from elsewhere");
}

#[test]
fn bars_are_drawn_to_their_heights() {
    let series = |name: &str, values: &[f64]| Series {
        name: name.to_owned(),
        colour: (1, 2, 3),
        values: values.to_vec(),
    };
    let bars = Bars {
        labels: vec!["one".to_owned(), "two".to_owned()],
        series: vec![series("below", &[1.0, 0.0]), series("above", &[2.0, 4.0])],
        unit: "claims".to_owned(),
    };
    let svg = bars.svg().unwrap();
    assert!(svg.starts_with("<svg"), "{svg}");
    assert_eq!(
        svg.matches("#010203").count(),
        3 + 2,
        "a rectangle for each that is more than nothing, and two of the legend"
    );
    let none = Bars { labels: Vec::new(), series: Vec::new(), unit: String::new() };
    assert!(none.svg().is_ok(), "nothing to draw is no failure");
}
