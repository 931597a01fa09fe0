use super::*;

#[test]
fn the_shipped_file_states_the_defaults() {
    let shipped = Knobs::load(SHIPPED).unwrap();
    assert_eq!(shipped, Knobs::default());
    assert_eq!(shipped, Knobs::load("").unwrap());
}

#[test]
fn the_shipped_file_names_every_knob() {
    let debug = format!("{:?}", Knobs::default());
    let names = debug.split([' ', '{', ',']).filter_map(|word| word.strip_suffix(':'));
    for name in names.filter(|name| !name.is_empty()) {
        let stated = SHIPPED
            .lines()
            .any(|line| line.starts_with(&format!("{name} =")) || line == format!("[{name}]"));
        assert!(stated, "config/simulate.toml does not state `{name}`");
    }
}

#[test]
fn every_mistake_is_reported_with_its_line() {
    let source = "seed = -1\n[size]\norders = 0\nstart = \"soon\"\n[actors]\nring = 0.7\nrings = 0.1\n[claims]\nregret = nan\n[lables]\n[feed]\nlate_share = \"often\"\n[population]\ncampus_share = 0.9\ncafe_share = 0.9\n";
    let problems = Knobs::load(source).unwrap_err();
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let expected = [
        (1, "in `seed`"),
        (3, "size.orders is 0; give 1 to 100000000"),
        (4, "size.start is `soon`"),
        (6, "actors.ring is 0.7; give 0 to 0.5"),
        (7, "there is no key `rings`; did you mean `ring`?"),
        (9, "claims.regret is NaN"),
        (10, "there is no section `lables`; did you mean `labels`?"),
        (12, "late_share"),
    ];
    for (line, part) in expected {
        let found =
            lines.iter().any(|l| l.starts_with(&format!("{line}: error:")) && l.contains(part));
        assert!(found, "line {line} with `{part}` in {lines:#?}");
    }
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
}

#[test]
fn shares_of_one_whole_leave_something() {
    let source = "[population]\ncampus_share = 0.9\ncafe_share = 0.9\n";
    let problems = Knobs::load(source).unwrap_err();
    let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
    assert!(problem.message.contains("add up to 1.880"), "{problem}");
}
